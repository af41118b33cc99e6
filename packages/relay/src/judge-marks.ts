/**
 * How far a member has got: the larger one wins, nothing lies beyond what has been said, and only members of conversations
 * that are small enough say it. It is no row: it has a place in the feed, and no sequence. Rules RE170 to RE174.
 */
import { type ConversationId, parseConversationId, type UserId } from '@parley/document'
import type { Marks, MemberMark } from '@parley/wire'
import type { TurnDraft } from './draft.ts'
import type { Input, MarksInput, Outcome } from './inputs.ts'
import type { MarkKey, MarkRecord } from './marks-store.ts'
import type { Identity } from './ports.ts'
import type { RelayStore } from './store.ts'

export interface MarkLimits {
  readonly maxReceiptMembers: number
}

const markKey = ({ conversation, user }: MarkKey): string => `${conversation}/${user}`

export function marksInput(by: Identity, { conversation, delivered, read }: Marks): MarksInput {
  const parsed = parseConversationId(conversation)
  return { kind: 'marks', by, conversation, parsed, delivered, read, bytes: 0 }
}

export async function loadMarks(
  store: RelayStore,
  inputs: readonly Input[],
): Promise<ReadonlyMap<string, MarkRecord>> {
  const keys = new Map<string, MarkKey>()
  for (const input of inputs) {
    if (input.kind !== 'marks' || input.parsed === undefined) continue
    const key = { conversation: input.parsed, user: input.by.user }
    keys.set(markKey(key), key)
  }
  const found = keys.size === 0 ? [] : await store.marks([...keys.values()])
  return new Map(found.map((mark) => [markKey(mark), mark]))
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
  core.record = { ...core.record, position: draft.position }
  return { kind: 'marks' }
}

export function memberMark({ user, delivered, read, time }: MarkRecord): MemberMark {
  return { user, delivered, read, time }
}

function noMark(conversation: ConversationId, user: UserId): MarkRecord {
  return { conversation, user, delivered: 0, read: 0, time: 0, position: 0 }
}
