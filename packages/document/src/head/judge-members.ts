/**
 * What is done to members, many at once: each succeeds or fails for himself. Rules DO53, DO54, DO59 and DO89 to DO96.
 */
import { type Failure, forever, type Head, type Right, type Verdict } from './head.ts'
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
  const { pass, failures, successes } = sort(users, (user) => {
    if (head.members.has(user)) return 'nothing'
    if (head.blocked.has(user)) return 'blocked'
    if (user === by) return 'change'
    if (!invites) return 'not-allowed'
    return declines?.(user) === true ? 'declined' : 'change'
  })
  const { fitting, rest } = fit(pass, maxMembers - head.members.size)
  const from = since === undefined ? undefined : { since }
  return accept(
    fitting.length === 0 ? null : { op: 'added', by, members: fitting, ...from },
    without(successes, rest),
    [...failures, ...failure('conversation-full', `a conversation has at most ${maxMembers} members`, rest)],
  )
}

export function judgeRemove(head: Head, users: readonly UserId[], by: UserId): Verdict {
  const refused = withoutRight(head, by, 'remove')
  if (refused !== undefined) return refused
  const { pass, failures } = sort(users, (user) => onMember(head, by, user))
  return accept(pass.length === 0 ? null : { op: 'removed', by, members: pass }, pass, failures)
}

export function judgeRole(
  head: Head,
  users: readonly UserId[],
  role: 'manager' | 'member',
  by: UserId,
): Verdict {
  const refused = withoutRight(head, by, 'roles')
  if (refused !== undefined) return refused
  const { pass, failures, successes } = sort(users, (user) => {
    const fate = onMember(head, by, user)
    return fate === 'change' && head.members.get(user)?.role === role ? 'nothing' : fate
  })
  return accept(pass.length === 0 ? null : { op: 'role', by, members: pass, role }, successes, failures)
}

export function judgeMute(
  head: Head,
  { members, forMs }: { readonly members: readonly UserId[]; readonly forMs: number | null },
  by: UserId,
  time: number,
): Verdict {
  const refused = withoutRight(head, by, 'mute')
  if (refused !== undefined) return refused
  const until = forMs === null ? forever : Math.min(forever, time + forMs)
  const standing = new Set([...head.muted].filter(([, end]) => end > time).map(([user]) => user))
  const { pass, failures, successes } = sort(members, (user) => {
    const fate = onMember(head, by, user)
    return fate === 'change' && head.muted.get(user) === until ? 'nothing' : fate
  })
  const { rest } = fit(without(pass, [...standing]), maxMuted - standing.size)
  const muted = without(pass, rest)
  return accept(
    muted.length === 0 ? null : { op: 'muted', by, members: muted, until },
    without(successes, rest),
    [...failures, ...failure('conversation-full', `at most ${maxMuted} members are muted at once`, rest)],
  )
}

/** Of who left, too: a mute outlives that. And of the owner himself, who may have been muted before he was the owner. */
export function judgeUnmute(head: Head, users: readonly UserId[], by: UserId): Verdict {
  const refused = withoutRight(head, by, 'mute')
  if (refused !== undefined) return refused
  const owner = head.members.get(by)?.role === 'owner'
  const { pass, failures, successes } = sort(users, (user) => {
    if (!owner && !actsOn(head, by, user)) return 'not-allowed'
    return head.muted.has(user) ? 'change' : 'nothing'
  })
  return accept(pass.length === 0 ? null : { op: 'unmuted', by, members: pass }, successes, failures)
}

/** Who is no member may be kept out as well. */
export function judgeBlock(head: Head, users: readonly UserId[], by: UserId): Verdict {
  const refused = withoutRight(head, by, 'block')
  if (refused !== undefined) return refused
  const { pass, failures, successes } = sort(users, (user) => {
    if (!actsOn(head, by, user)) return 'not-allowed'
    return head.blocked.has(user) ? 'nothing' : 'change'
  })
  const { fitting, rest } = fit(pass, maxBlocked - head.blocked.size)
  const left = fitting.filter((user) => head.members.has(user))
  return accept(
    fitting.length === 0 ? null : { op: 'blocked', by, members: fitting, left },
    without(successes, rest),
    [...failures, ...failure('conversation-full', `at most ${maxBlocked} people are blocked`, rest)],
  )
}

export function judgeUnblock(head: Head, users: readonly UserId[], by: UserId): Verdict {
  const refused = withoutRight(head, by, 'block')
  if (refused !== undefined) return refused
  const wanted = [...new Set(users)]
  const members = wanted.filter((user) => head.blocked.has(user))
  return accept(members.length === 0 ? null : { op: 'unblocked', by, members }, wanted)
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

interface Sorted {
  /** To be changed. */
  readonly pass: readonly UserId[]
  /** Those and who needs no change, in the order they were named, nobody twice. */
  readonly successes: readonly UserId[]
  readonly failures: readonly Failure[]
}

function sort(users: readonly UserId[], fateOf: (user: UserId) => Fate): Sorted {
  const fates = [...new Set(users)].map((user) => [user, fateOf(user)] as const)
  const having = (...some: readonly Fate[]): readonly UserId[] =>
    fates.filter(([, fate]) => some.includes(fate)).map(([user]) => user)
  return {
    pass: having('change'),
    successes: having('change', 'nothing'),
    failures: sentences.flatMap(([code, detail]) => failure(code, detail, having(code))),
  }
}

function onMember(head: Head, by: UserId, user: UserId): Fate {
  if (!head.members.has(user)) return 'not-a-member'
  return actsOn(head, by, user) ? 'change' : 'not-allowed'
}

function fit(
  users: readonly UserId[],
  room: number,
): { readonly fitting: readonly UserId[]; readonly rest: readonly UserId[] } {
  const count = Math.max(0, room)
  return { fitting: users.slice(0, count), rest: users.slice(count) }
}

function without(users: readonly UserId[], some: readonly UserId[]): readonly UserId[] {
  const gone = new Set(some)
  return users.filter((user) => !gone.has(user))
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
