/** A list row as the engine's users see it: what is confirmed, with what waits here laid over it. Rules CL84, CL120 and CL129. */
import type { Setting, UserId } from '@parley/document'
import type { ConversationView, MessageView } from './engine-types.ts'
import type { ConversationRecord, DraftRecord, EntryItem, OutboxItem } from './records.ts'
import { isHidden } from './keeping.ts'
import { withReceipts } from './with-receipts.ts'
import { confirmedView, laidOver, recalledView, waitingView } from './views.ts'

/** The formula of DESIGN: totals only grow, and what was recalled after the mark no longer counts. */
export function unreadOf(record: ConversationRecord): number {
  const { mark, total, mine } = record
  return Math.max(0, total - mark.total - (mine - mark.mine) - mark.recalled.length)
}

export function conversationView(
  record: ConversationRecord,
  waiting: Iterable<OutboxItem>,
  draft: DraftRecord | undefined,
  setting: Setting = {},
  user?: UserId,
): ConversationView {
  let written: MessageView | undefined
  let failed: MessageView | undefined
  const operations: EntryItem[] = []
  let { role, name, icon } = record
  for (const item of waiting) {
    if (item.kind === 'command') {
      const { command } = item
      if (!isAhead(item, record)) continue
      if (command.op === 'quit' && item.answered === null) role = ''
      if (command.op === 'update' && command.name !== undefined) name = command.name
      if (command.op === 'update' && command.icon !== undefined) icon = command.icon
    } else if (item.target !== null) operations.push(item)
    else if (item.state === 'refused') failed = waitingView(item) ?? failed
    // What is offered again to a restored relay has its place among what was said before.
    else if (!item.offered) written = waitingView(item) ?? written
  }
  const last = withOperations(written ?? latest(lastOf(record, setting), failed), operations)
  return {
    id: record.id,
    kind: record.kind,
    name,
    icon,
    creator: record.creator,
    createdAt: record.createdAt,
    updatedAt: record.headTime === 0 ? record.createdAt : record.headTime,
    unique: record.unique,
    role,
    memberCount: record.members,
    lastMessage:
      last === undefined || user === undefined ? (last ?? null) : withReceipts(last, record.receipts, user),
    lastMessageAt: last?.time ?? record.last?.time ?? record.createdAt,
    unread: unreadOf(record),
    mentioned: record.mentioned.length > 0,
    flagged: record.flagged,
    draft: draft ?? null,
    pinnedAt: setting.pinned ?? null,
    muted: setting.muted ?? false,
    hidden: isHidden(setting, record, written !== undefined),
    lastDeliveredAt: record.receipts?.lastDeliveredAt ?? 0,
    lastReadAt: record.receipts?.lastReadAt ?? 0,
    syncState: syncState(record),
    seq: record.seq,
  }
}

/** It waits, or its row is still to come. */
function isAhead(item: OutboxItem, { seq }: ConversationRecord): boolean {
  return item.state === 'waiting' && (item.answered === null || item.answered.seq > seq)
}

function withOperations(
  view: MessageView | undefined,
  operations: readonly EntryItem[],
): MessageView | undefined {
  if (view === undefined) return undefined
  return laidOver(
    view,
    operations.filter(({ target }) => target?.id === view.id),
  )
}

/** What failed is the last word only as long as nobody has said anything since. */
function latest(
  confirmed: MessageView | undefined,
  failed: MessageView | undefined,
): MessageView | undefined {
  if (confirmed === undefined || failed === undefined) return confirmed ?? failed
  return confirmed.time > failed.sentAt ? confirmed : failed
}

function lastOf(record: ConversationRecord, { cleared = 0 }: Setting): MessageView | undefined {
  const { last } = record
  if (last === null || last.seq <= cleared) return undefined
  if (last.recalled) return recalledView(record.id, last)
  return confirmedView(record.id, { ...last, reactions: [] })
}

function syncState(record: ConversationRecord): ConversationView['syncState'] {
  if (record.local) return 'local'
  if (record.role === '') return record.seq === 0 ? 'unknown' : 'left'
  return record.verify || record.headHeld !== record.headKnown ? 'behind' : 'synced'
}
