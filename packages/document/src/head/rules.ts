/**
 * Who may do what to a conversation: one set of pure functions, called by the device to say no early and by the relay to
 * enforce. Rules DO47 to DO62 and DO84 to DO96.
 */
import { heirOf } from './change-head.ts'
import type { Command, Head, JudgeContext, Verdict } from './head.ts'
import { isRandomId, type UserId } from '../ids.ts'
import {
  declined,
  enter,
  type Entering,
  judgeBlock,
  judgeMute,
  judgeRemove,
  judgeRole,
  judgeUnblock,
  judgeUnmute,
  withoutRight,
} from './judge-members.ts'
import { judgeUpdate } from './judge-update.ts'
import { maxMembers } from '../limits.ts'
import { policyDifference } from './policy.ts'
import { hasRight } from './rights.ts'
import { uniqueConversationId } from '../unique-id.ts'
import { accept, failure, refuse } from './verdict.ts'

type CreateCommand = Extract<Command, { readonly op: 'create' }>
type OfMembers = Exclude<Command, { readonly op: 'create' | 'join' | 'update' }>

export function judgeCommand(head: Head | undefined, command: Command, context: JudgeContext): Verdict {
  if (command.op === 'create') return judgeCreate(head, command, context)
  const { by } = context
  if (head === undefined) return notFound
  if (command.op === 'join') return judgeJoin(head, context)
  if (!head.members.has(by)) return context.formerly(by) === 'never' ? notFound : notAMember
  if (command.op === 'update') return judgeUpdate(head, command, by)
  if (head.info.kind === 'direct')
    return refuse('members-fixed', 'a one-to-one conversation keeps its two members')
  return judgeOfMembers(head, command, context)
}

function judgeOfMembers(head: Head, command: OfMembers, context: JudgeContext): Verdict {
  const { by, time } = context
  switch (command.op) {
    case 'add':
      return (
        withoutRight(head, by, 'invite') ??
        enter(head, { ...entering(head, context), users: command.members, invites: true })
      )
    case 'remove':
      return judgeRemove(head, command.members, by)
    case 'quit':
      return judgeQuit(head, by)
    case 'role':
      return judgeRole(head, command.members, command.role, by)
    case 'mute':
      return judgeMute(head, command, by, time)
    case 'unmute':
      return judgeUnmute(head, command.members, by)
    case 'block':
      return judgeBlock(head, command.members, by)
    case 'unblock':
      return judgeUnblock(head, command.members, by)
  }
}

/** Who follows an owner is named, so that a device need not know the members to tell of it. */
function judgeQuit(head: Head, by: UserId): Verdict {
  const heir = heirOf(head, new Set([by]))
  return accept({ op: 'quit', by, ...(heir === undefined ? undefined : { heir }) }, [by])
}

function judgeCreate(head: Head | undefined, command: CreateCommand, context: JudgeContext): Verdict {
  const { by, conversation } = context
  const { kind, unique } = command
  const others = [...new Set(command.members)].filter((user) => user !== by)
  const policy = policyDifference(command.policy ?? {})
  const ordinary = Object.keys(policy).length === 0
  if (kind === 'direct' && !(unique && others.length === 1))
    return refuse('bad-content', 'a one-to-one conversation is unique and has one other member')
  if (kind === 'direct' && !ordinary)
    return refuse('bad-content', 'a one-to-one conversation has no policy of its own')
  const rightId = unique
    ? conversation === uniqueConversationId(kind, [by, ...others])
    : isRandomId(conversation)
  if (!rightId) return refuse('wrong-id', 'the id is not one that this creation makes')
  if (others.length + 1 > maxMembers) return full
  if (head !== undefined) return judgeCreateAgain(head, unique, others, context)
  const refusing = others.filter((user) => context.declines?.(user) === true)
  if (kind === 'direct' && refusing.length > 0) return refuse('declined', declined)
  const members = others.filter((user) => context.declines?.(user) !== true)
  const { name, attributes, icon } = command
  const more = {
    ...(icon === undefined ? undefined : { icon }),
    ...(ordinary ? undefined : { policy }),
  }
  return accept(
    { op: 'created', by, kind, unique, members, name, attributes, ...more },
    members,
    failure('declined', declined, refusing),
  )
}

function judgeCreateAgain(
  head: Head,
  unique: boolean,
  others: readonly UserId[],
  context: JudgeContext,
): Verdict {
  const { by } = context
  if (!unique) {
    if (head.info.creator === by) return accept(null, others)
    return refuse('already-exists', 'the id is taken by another conversation')
  }
  const how = entering(head, context)
  // The id says who the first members were, and he is one of them: he may come back, unless he was sent away.
  if (head.members.has(by))
    return enter(head, { ...how, users: others, invites: hasRight(head, by, 'invite') })
  if (head.blocked.has(by)) return blocked
  if (context.formerly(by) === 'removed') return removed
  if (head.members.size >= maxMembers) return full
  return enter(head, { ...how, users: [by, ...others], invites: invitesOnReturn(head) })
}

/** He comes back as a plain member, or as the owner where nobody is left. */
function invitesOnReturn({ info, members }: Head): boolean {
  return info.policy.invite === 'members' || members.size === 0
}

function judgeJoin(head: Head, context: JudgeContext): Verdict {
  const { by } = context
  if (head.members.has(by)) return accept(null, [by])
  // Anybody can compute a unique id: it is entered by invitation only, and nobody learns whether it exists.
  if (head.info.unique) return notFound
  if (head.blocked.has(by)) return blocked
  const formerly = context.formerly(by)
  if (head.info.policy.join === 'invited') return formerly === 'never' ? notFound : invited
  if (formerly === 'removed') return removed
  if (head.members.size >= maxMembers) return full
  const since = sinceOf(head, context)
  return accept({ op: 'joined', by, ...(since === undefined ? undefined : { since }) }, [by])
}

function entering(head: Head, context: JudgeContext): Omit<Entering, 'users' | 'invites'> {
  return { by: context.by, since: sinceOf(head, context), declines: context.declines }
}

function sinceOf({ info }: Head, { newcomersSince }: JudgeContext): number | undefined {
  return info.policy.past === 'hidden' ? newcomersSince : undefined
}

const notFound = refuse('not-found', 'there is no such conversation, or it is not yours')
const notAMember = refuse('not-a-member', 'only members may do this')
const removed = refuse('removed', 'who was removed comes back by invitation only')
const blocked = refuse('blocked', 'he is kept out of the conversation')
const invited = refuse('not-allowed', 'this conversation is entered by invitation only')
const full = refuse('conversation-full', `a conversation has at most ${maxMembers} members`)
