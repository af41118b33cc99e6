/**
 * What is done to members, many at once: each succeeds or fails for himself. Rules DO53, DO54, DO59 and DO89 to DO96.
 */
import { type Change, forever, type Head, type Right, type Verdict } from './head.ts'
import type { UserId } from '../ids.ts'
import { maxBlocked, maxMembers, maxMuted } from '../limits.ts'
import { actsOn, hasRight } from './rights.ts'
import { accept, failure, refuse, type Refused } from './verdict.ts'

export interface Entering {
  readonly by: UserId
  readonly users: readonly UserId[]
  /** The first page they may see, where the past is hidden. */
  readonly since: number | undefined
  /** Whether he may bring in others than himself. */
  readonly invites: boolean
  /** Who does not want to be brought in. */
  readonly declines: ((user: UserId) => boolean) | undefined
}

/** Who is a member already is a success without a change. */
export function enter(head: Head, { by, users, since, invites, declines }: Entering): Verdict {
  const from = since === undefined ? undefined : { since }
  return judgeEach(
    users,
    (user) => {
      if (head.members.has(user)) return 'nothing'
      if (head.blocked.has(user)) return 'blocked'
      if (user === by) return 'change'
      if (!invites) return 'not-allowed'
      return declines?.(user) === true ? 'declined' : 'change'
    },
    (members) => ({ op: 'added', by, members, ...from }),
    { max: maxMembers, taken: head.members, what: `a conversation has at most ${maxMembers} members` },
  )
}

export function judgeRemove(head: Head, users: readonly UserId[], by: UserId): Verdict {
  return (
    withoutRight(head, by, 'remove') ??
    judgeEach(
      users,
      (user) => onMember(head, by, user),
      (members) => ({ op: 'removed', by, members }),
    )
  )
}

export function judgeRole(
  head: Head,
  users: readonly UserId[],
  role: 'manager' | 'member',
  by: UserId,
): Verdict {
  return (
    withoutRight(head, by, 'roles') ??
    judgeEach(
      users,
      (user) => onMember(head, by, user, head.members.get(user)?.role === role),
      (members) => ({ op: 'role', by, members, role }),
    )
  )
}

export function judgeMute(
  head: Head,
  { members: users, forMs }: { readonly members: readonly UserId[]; readonly forMs: number | null },
  by: UserId,
  time: number,
): Verdict {
  const until = forMs === null ? forever : Math.min(forever, time + forMs)
  const standing = new Map([...head.muted].filter(([, end]) => end > time))
  return (
    withoutRight(head, by, 'mute') ??
    judgeEach(
      users,
      (user) => onMember(head, by, user, head.muted.get(user) === until),
      (members) => ({ op: 'muted', by, members, until }),
      { max: maxMuted, taken: standing, what: `at most ${maxMuted} members are muted at once` },
    )
  )
}

/** Of who left, too: a mute outlives that. And of the owner himself, who may have been muted before he was the owner. */
export function judgeUnmute(head: Head, users: readonly UserId[], by: UserId): Verdict {
  const owner = head.members.get(by)?.role === 'owner'
  return (
    withoutRight(head, by, 'mute') ??
    judgeEach(
      users,
      (user) => {
        if (!owner && !actsOn(head, by, user)) return 'not-allowed'
        return head.muted.has(user) ? 'change' : 'nothing'
      },
      (members) => ({ op: 'unmuted', by, members }),
    )
  )
}

/** Who is no member may be kept out as well. */
export function judgeBlock(head: Head, users: readonly UserId[], by: UserId): Verdict {
  return (
    withoutRight(head, by, 'block') ??
    judgeEach(
      users,
      (user) => {
        if (!actsOn(head, by, user)) return 'not-allowed'
        return head.blocked.has(user) ? 'nothing' : 'change'
      },
      (members) => ({ op: 'blocked', by, members, left: members.filter((user) => head.members.has(user)) }),
      { max: maxBlocked, taken: head.blocked, what: `at most ${maxBlocked} people are blocked` },
    )
  )
}

export function judgeUnblock(head: Head, users: readonly UserId[], by: UserId): Verdict {
  return (
    withoutRight(head, by, 'block') ??
    judgeEach(
      users,
      (user) => (head.blocked.has(user) ? 'change' : 'nothing'),
      (members) => ({ op: 'unblocked', by, members }),
    )
  )
}

type FailureCode = 'not-a-member' | 'not-allowed' | 'blocked' | 'declined'
/** What a command does to one person: a change, nothing that was not so already, or a failure. */
type Fate = 'change' | 'nothing' | FailureCode

/** The same for both reasons: whom somebody blocks is nobody else's business. */
export const declined = 'does not want to be added'

const sentences: readonly (readonly [FailureCode, string])[] = [
  ['not-a-member', 'not a member'],
  ['not-allowed', 'not within his rights'],
  ['blocked', 'kept out of the conversation'],
  ['declined', declined],
]

interface Room {
  readonly max: number
  /** Who has a place already needs none. */
  readonly taken: ReadonlyMap<UserId, unknown>
  readonly what: string
}

/** Nobody twice, in the order they were named; of more than there is room for the first. */
function judgeEach(
  users: readonly UserId[],
  fateOf: (user: UserId) => Fate,
  change: (members: readonly UserId[]) => Change,
  room?: Room,
): Verdict {
  const fates = [...new Set(users)].map((user) => [user, fateOf(user)] as const)
  const having = (...some: readonly Fate[]): readonly UserId[] =>
    fates.filter(([, fate]) => some.includes(fate)).map(([user]) => user)
  const wanting = having('change')
  const { max, taken, what }: Room = room ?? { max: Infinity, taken: new Map(), what: '' }
  const rest = new Set(wanting.filter((user) => !taken.has(user)).slice(Math.max(0, max - taken.size)))
  const members = wanting.filter((user) => !rest.has(user))
  return accept(
    members.length === 0 ? null : change(members),
    having('change', 'nothing').filter((user) => !rest.has(user)),
    [
      ...sentences.flatMap(([code, detail]) => failure(code, detail, having(code))),
      ...failure('conversation-full', what, [...rest]),
    ],
  )
}

function onMember(head: Head, by: UserId, user: UserId, isSo = false): Fate {
  if (!head.members.has(user)) return 'not-a-member'
  if (!actsOn(head, by, user)) return 'not-allowed'
  return isSo ? 'nothing' : 'change'
}

const words: Readonly<Record<Right, string>> = {
  invite: 'bring in others',
  update: 'update the conversation',
  speak: 'speak',
  remove: 'remove members',
  mute: 'mute members',
  block: 'block people',
  roles: 'give roles',
}

export function withoutRight(head: Head, by: UserId, right: Right): Refused | undefined {
  return hasRight(head, by, right)
    ? undefined
    : refuse('not-allowed', `here not everybody may ${words[right]}`)
}
