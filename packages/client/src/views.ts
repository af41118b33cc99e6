/** Records as the engine's users see them. */
import { readEntry } from '@parley/document'
import type { ConversationId, EntryId, Message, TimelineMessage, UserId } from '@parley/document'
import type { ConversationView, MessageState, MessageView, UnsentItem } from './engine-types.ts'
import type { ConversationRecord, DraftRecord, EntryItem, OutboxItem } from './records.ts'

export function messageOf(
  conversation: ConversationId,
  row: { readonly seq: number; readonly time: number },
  entry: Message,
): MessageView {
  return {
    id: entry.id,
    conversation,
    from: entry.from,
    seq: row.seq,
    time: row.time,
    sentAt: entry.sentAt,
    type: entry.type,
    ...(entry.text === undefined ? undefined : { text: entry.text }),
    ...(entry.attrs === undefined ? undefined : { attrs: entry.attrs }),
    recalled: false,
    state: 'sent',
  }
}

export function recalledView(
  conversation: ConversationId,
  {
    id,
    from,
    seq,
    time,
  }: { readonly id: EntryId; readonly from: UserId; readonly seq: number; readonly time: number },
): MessageView {
  return { id, conversation, from, seq, time, sentAt: time, type: -127, recalled: true, state: 'sent' }
}

export function confirmedView(conversation: ConversationId, message: TimelineMessage): MessageView {
  const { id, from, seq, time, sentAt, type, text, attrs, recalled } = message
  return {
    id,
    conversation,
    from,
    seq,
    time,
    sentAt,
    type,
    ...(text === undefined ? undefined : { text }),
    ...(attrs === undefined ? undefined : { attrs }),
    recalled,
    state: 'sent',
  }
}

/** A message of the outbox, or undefined for an operation. */
export function waitingView(item: EntryItem): MessageView | undefined {
  const read = readEntry(item.content)
  if (!read.ok || 'op' in read.entry) return undefined
  const { entry } = read
  const state: MessageState =
    item.state === 'refused' ? 'failed' : item.answered === null ? 'sending' : 'sent'
  return {
    id: entry.id,
    conversation: item.conversation,
    from: entry.from,
    seq: item.answered?.seq ?? 0,
    time: item.answered?.time ?? entry.sentAt,
    sentAt: entry.sentAt,
    type: entry.type,
    ...(entry.text === undefined ? undefined : { text: entry.text }),
    ...(entry.attrs === undefined ? undefined : { attrs: entry.attrs }),
    recalled: false,
    state,
    ...(item.reason === null ? undefined : { error: item.reason }),
  }
}

export function unsentView(item: OutboxItem): UnsentItem {
  const common = {
    id: item.id,
    conversation: item.conversation,
    state: item.state,
    at: item.at,
    offered: item.offered,
    ...(item.reason === null ? undefined : { error: item.reason }),
  }
  if (item.kind === 'command') return { ...common, kind: 'command', command: item.command }
  const read = readEntry(item.content)
  const kind = item.target === null ? 'message' : 'operation'
  return read.ok ? { ...common, kind, entry: read.entry } : { ...common, kind }
}

/** The formula of DESIGN: totals only grow, and what was recalled after the mark no longer counts. */
export function unreadOf(record: ConversationRecord): number {
  const { mark, total, mine } = record
  return Math.max(0, total - mark.total - (mine - mark.mine) - mark.recalled.length)
}

export function conversationView(
  record: ConversationRecord,
  waiting: Iterable<OutboxItem>,
  draft: DraftRecord | undefined,
): ConversationView {
  let written: MessageView | undefined
  let failed: MessageView | undefined
  let { role } = record
  for (const item of waiting) {
    if (item.kind === 'command') {
      if (item.state === 'waiting' && item.answered === null && item.command.op === 'quit') role = ''
    } else if (item.state === 'refused') failed = waitingView(item) ?? failed
    // What is offered again to a restored relay has its place among what was said before.
    else if (!item.offered) written = waitingView(item) ?? written
  }
  const last = written ?? latest(lastOf(record), failed)
  return {
    id: record.id,
    kind: record.kind,
    name: record.name,
    creator: record.creator,
    createdAt: record.createdAt,
    unique: record.unique,
    role,
    memberCount: record.members,
    lastMessage: last ?? null,
    lastMessageAt: last?.time ?? record.createdAt,
    unread: unreadOf(record),
    draft: draft ?? null,
    syncState: syncState(record),
    seq: record.seq,
  }
}

/** What failed is the last word only as long as nobody has said anything since. */
function latest(
  confirmed: MessageView | undefined,
  failed: MessageView | undefined,
): MessageView | undefined {
  if (confirmed === undefined || failed === undefined) return confirmed ?? failed
  return confirmed.time > failed.sentAt ? confirmed : failed
}

function lastOf(record: ConversationRecord): MessageView | undefined {
  const { last } = record
  if (last === null) return undefined
  if (last.recalled) return recalledView(record.id, last)
  return {
    id: last.id,
    conversation: record.id,
    from: last.from,
    seq: last.seq,
    time: last.time,
    sentAt: last.sentAt,
    type: last.type,
    ...(last.text === null ? undefined : { text: last.text }),
    recalled: false,
    state: 'sent',
  }
}

function syncState(record: ConversationRecord): ConversationView['syncState'] {
  if (record.local) return 'local'
  if (record.role === '') return record.seq === 0 ? 'unknown' : 'left'
  return record.verify || record.headHeld !== record.headKnown ? 'behind' : 'synced'
}
