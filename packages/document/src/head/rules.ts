/**
 * Who may do what: one set of pure functions, called by the device to say no early and by the relay to enforce.
 * Rules DO47 to DO62.
 */
import type { Entry } from '../entry/entry.ts'
import type { Change, Command, Failure, Head, JudgeContext, RefusalCode, Verdict } from './head.ts'
import { isRandomId, uniqueConversationId, type UserId } from '../ids.ts'
import { maxMembers } from '../limits.ts'

interface Refused {
  readonly accepted: false
  readonly code: RefusalCode
  readonly detail: string
}

export type EntryVerdict = { readonly accepted: true } | Refused

/** The message an operation names; undefined where there is none. */
export interface Target {
  readonly author: UserId
  readonly type: number
}

type CreateCommand = Extract<Command, { readonly op: 'create' }>

export function judgeEntry(head: Head, entry: Entry, by: UserId, target: Target | undefined): EntryVerdict {
  if (entry.from !== by) return refuse('author-mismatch', 'an entry is written by its author alone')
  if (!head.members.has(by)) return refuse('not-a-member', 'only members write')
  if (!('op' in entry)) return { accepted: true }
  if (target === undefined) return refuse('target-unknown', 'there is no such message')
  return target.author === by
    ? { accepted: true }
    : refuse('not-allowed', 'only its author recalls a message')
}

export function judgeCommand(head: Head | undefined, command: Command, context: JudgeContext): Verdict {
  if (command.op === 'create') return judgeCreate(head, command, context)
  const { by } = context
  if (head === undefined) return notFound
  if (command.op === 'join') return judgeJoin(head, context)
  if (!head.members.has(by)) return context.formerly(by) === 'never' ? notFound : notAMember
  if (head.info.kind === 'direct')
    return refuse('members-fixed', 'a one-to-one conversation keeps its two members')
  switch (command.op) {
    case 'add':
      return enter(head, by, command.members)
    case 'remove':
      return judgeRemove(head, command.members, by)
    case 'quit':
      return accept({ op: 'quit', by }, [by])
  }
}

function judgeCreate(head: Head | undefined, command: CreateCommand, context: JudgeContext): Verdict {
  const { by, conversation } = context
  const { kind, unique, name, attributes } = command
  const others = [...new Set(command.members)].filter((user) => user !== by)
  if (kind === 'direct' && !(unique && others.length === 1)) {
    return refuse('bad-content', 'a one-to-one conversation is unique and has one other member')
  }
  const rightId = unique
    ? conversation === uniqueConversationId(kind, [by, ...others])
    : isRandomId(conversation)
  if (!rightId) return refuse('wrong-id', 'the id is not one that this creation makes')
  if (others.length + 1 > maxMembers) return full
  if (head === undefined)
    return accept({ op: 'created', by, kind, unique, members: others, name, attributes }, others)
  if (!unique) {
    if (head.info.creator === by) return accept(null, others)
    return refuse('already-exists', 'the id is taken by another conversation')
  }
  // The id says who the first members were, and he is one of them: he may come back, unless he was sent away.
  if (head.members.has(by)) return enter(head, by, others)
  if (context.formerly(by) === 'removed') return removed
  return head.members.size >= maxMembers ? full : enter(head, by, [by, ...others])
}

function judgeJoin(head: Head, context: JudgeContext): Verdict {
  const { by } = context
  if (head.members.has(by)) return accept(null, [by])
  // Anybody can compute a unique id: it is entered by invitation only, and nobody learns whether it exists.
  if (head.info.unique) return notFound
  if (context.formerly(by) === 'removed') return removed
  return head.members.size >= maxMembers ? full : accept({ op: 'joined', by }, [by])
}

function judgeRemove(head: Head, users: readonly UserId[], by: UserId): Verdict {
  if (head.members.get(by)?.role !== 'owner') return refuse('not-allowed', 'only the owner removes members')
  const wanted = [...new Set(users)]
  const strangers = wanted.filter((user) => !head.members.has(user))
  const owners = wanted.filter((user) => head.members.get(user)?.role === 'owner')
  const members = wanted.filter((user) => head.members.get(user)?.role === 'member')
  return accept(members.length === 0 ? null : { op: 'removed', by, members }, members, [
    ...failure('not-a-member', 'not a member', strangers),
    ...failure('not-allowed', 'the owner cannot be removed', owners),
  ])
}

/** Who is a member already is a success without a change; who has no room is a failure. */
function enter(head: Head, by: UserId, users: readonly UserId[]): Verdict {
  const wanted = [...new Set(users)]
  const missing = wanted.filter((user) => !head.members.has(user))
  const room = Math.max(0, maxMembers - head.members.size)
  const members = missing.slice(0, room)
  const left = missing.slice(room)
  const leftOut = new Set(left)
  return accept(
    members.length === 0 ? null : { op: 'added', by, members },
    wanted.filter((user) => !leftOut.has(user)),
    failure('conversation-full', `a conversation has at most ${maxMembers} members`, left),
  )
}

function failure(code: RefusalCode, detail: string, clientIds: readonly UserId[]): readonly Failure[] {
  return clientIds.length === 0 ? [] : [{ clientIds, code, detail }]
}

function accept(
  change: Change | null,
  successfulClientIds: readonly UserId[],
  failures: readonly Failure[] = [],
): Verdict {
  return { accepted: true, change, outcome: { successfulClientIds, failures } }
}

function refuse(code: RefusalCode, detail: string): Refused {
  return { accepted: false, code, detail }
}

const notFound = refuse('not-found', 'there is no such conversation, or it is not yours')
const notAMember = refuse('not-a-member', 'only members may do this')
const removed = refuse('removed', 'who was removed comes back by invitation only')
const full = refuse('conversation-full', `a conversation has at most ${maxMembers} members`)
