/**
 * How far a member has got: the larger one wins, nothing lies beyond what has been said, and only members of conversations
 * that are small enough say it. It is no row: it has a place in the feed, and no sequence. Rules RE170 to RE174.
 */
import { type ConversationId, parseConversationId, type UserId } from '@parley/document'
import { type Marks, maxMarksPerFrame, type MemberMark } from '@parley/wire'
import type { ConversationState } from './conversation-state.ts'
import type { ConversationDraft, LoadedConversation, TurnDraft } from './draft.ts'
import type { Input, MarksInput, Outcome } from './inputs.ts'
import type { MarkKey, MarkRecord } from './marks-store.ts'
import type { Identity } from './ports.ts'
import type { RelayStore } from './store.ts'

type States = ReadonlyMap<ConversationId, ConversationState | undefined>

interface Moved {
  readonly draft: ConversationDraft
  readonly state: ConversationState
}

export interface MarkLimits {
  readonly maxReceiptMembers: number
}

const markKey = ({ conversation, user }: MarkKey): string => `${conversation}/${user}`

export function marksInput(by: Identity, { conversation, delivered, read }: Marks): MarksInput {
  const parsed = parseConversationId(conversation)
  return { kind: 'marks', by, conversation, parsed, delivered, read, bytes: 0 }
}

/** Of those who say how far they have got, and of those who may come back. */
export async function loadMarks(
  store: RelayStore,
  inputs: readonly Input[],
  states: States,
  found: (conversation: ConversationId) => Pick<LoadedConversation, 'marks'>,
): Promise<void> {
  const keys = new Map<string, MarkKey>()
  for (const input of inputs) {
    if (input.kind === 'push') continue
    for (const key of neededBy(input))
      if (states.get(key.conversation) !== undefined) keys.set(markKey(key), key)
  }
  if (keys.size === 0) return
  for (const mark of await store.marks([...keys.values()]))
    found(mark.conversation).marks.set(mark.user, mark)
}

function neededBy(input: Input): readonly MarkKey[] {
  const { user } = input.by
  if (input.kind === 'marks') return input.parsed === undefined ? [] : [{ conversation: input.parsed, user }]
  if (input.kind !== 'command' || input.parsed === undefined || !input.command.ok) return []
  const { conversation } = input.parsed
  const { command } = input.command
  const entering = 'members' in command ? command.members : []
  const others = command.op === 'add' || command.op === 'create' ? entering : []
  // Where more come nobody has a mark.
  if (others.length > maxMarksPerFrame) return []
  const self = command.op === 'join' || command.op === 'create' ? [user] : []
  return [...self, ...others].map((one) => ({ conversation, user: one }))
}

/**
 * What those who are there are told of a turn's marks: what moved, and of who came back what stood. Those who were not there
 * have it from their list row.
 */
export function marksOfTurn(
  { draft, state }: Moved,
  { maxReceiptMembers }: MarkLimits,
): readonly MemberMark[] {
  const { members } = state.value
  if (members.size > maxReceiptMembers) return []
  const before = draft.base?.value.members
  // Nearly always: nobody has said how far he has got, and nobody has come.
  if (draft.marks.changed.size === 0 && before === members) return []
  const came = [...draft.members.changed.keys()].filter((user) => before?.has(user) === false)
  const users = new Set([...draft.marks.changed.keys(), ...came].filter((user) => members.has(user)))
  return [...users].flatMap((user) => {
    const mark = draft.marks.get(user)
    return mark === undefined ? [] : [memberMark(mark)]
  })
}

/** What stands already is said to whoever said it again; what moves, everybody is told; the rest is not answered. */
export function judgeMarksInput(
  draft: TurnDraft,
  { parsed: id, by, delivered, read }: MarksInput,
  { maxReceiptMembers }: MarkLimits,
): Outcome {
  const conversation = id === undefined ? undefined : draft.conversations.get(id)
  const core = conversation?.core
  if (conversation === undefined || core === undefined) return { kind: 'marks' }
  const { members } = core.value
  if (!members.has(by.user) || members.size > maxReceiptMembers) return { kind: 'marks' }
  const before = conversation.marks.get(by.user) ?? noMark(conversation.id, by.user)
  const { seq } = core.record
  const after = {
    delivered: Math.max(before.delivered, Math.min(delivered, seq)),
    read: Math.max(before.read, Math.min(read, seq)),
  }
  if (after.delivered === before.delivered && after.read === before.read)
    return { kind: 'marks', stands: memberMark(before) }
  draft.position += 1
  conversation.marks.set(by.user, { ...before, ...after, time: draft.now, position: draft.position })
  core.record.position = draft.position
  return { kind: 'marks' }
}

export function memberMark({ user, delivered, read, time }: MarkRecord): MemberMark {
  return { user, delivered, read, time }
}

function noMark(conversation: ConversationId, user: UserId): MarkRecord {
  return { conversation, user, delivered: 0, read: 0, time: 0, position: 0 }
}
