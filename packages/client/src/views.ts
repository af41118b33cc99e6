/** Messages as the engine's users see them, confirmed or waiting, and what of the outbox is shown. Rule CL120. */
import { readEntry, recalledType } from '@parley/document'
import type { Content, ConversationId, EntryId, Message, TimelineMessage, UserId } from '@parley/document'
import type { MessageState, MessageView, Reacted, UnsentItem } from './engine-types.ts'
import type { EntryItem, OutboxItem } from './records.ts'

export function messageOf(
  conversation: ConversationId,
  { seq, time }: { readonly seq: number; readonly time: number },
  entry: Message,
): MessageView {
  return confirmedView(conversation, { ...entry, seq, time, reactions: [], recalled: false })
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
  return {
    id,
    conversation,
    from,
    seq,
    time,
    sentAt: time,
    type: recalledType,
    reactions: [],
    recalled: true,
    state: 'sent',
  }
}

export function confirmedView(
  conversation: ConversationId,
  message: Omit<TimelineMessage, 'page'>,
): MessageView {
  const { id, from, seq, time, sentAt, replyTo, editedAt, reactions, recalled } = message
  return {
    id,
    conversation,
    from,
    seq,
    time,
    sentAt,
    ...contentOf(message),
    ...(replyTo === undefined ? undefined : { replyTo }),
    ...(editedAt === undefined ? undefined : { editedAt }),
    reactions,
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
  const { seq, time } = item.answered ?? { seq: 0, time: entry.sentAt }
  return {
    ...messageOf(item.conversation, { seq, time }, entry),
    state,
    ...(item.reason === null ? undefined : { error: item.reason }),
  }
}

/** With the operations about it that wait here, in the order they were made; what was refused is not shown. */
export function laidOver(view: MessageView, operations: Iterable<EntryItem>): MessageView {
  let shown = view
  for (const item of operations) {
    if (shown.recalled) return shown
    if (item.state === 'waiting') shown = withOperation(shown, item)
  }
  return shown
}

/** The state stays that of the message itself. */
function withOperation(view: MessageView, { content, answered }: EntryItem): MessageView {
  const read = readEntry(content)
  if (!read.ok || !('op' in read.entry)) return view
  const { entry } = read
  switch (entry.op) {
    case 'recall':
      return { ...recalledView(view.conversation, view), state: view.state }
    case 'edit':
      return editedView(view, entry, answered?.time ?? entry.sentAt)
    case 'react':
      return { ...view, reactions: reacted(view.reactions, entry) }
  }
}

/** The whole content is replaced; whose it is, where it stands and what it answers stays. */
function editedView(view: MessageView, content: Content, editedAt: number): MessageView {
  const { id, conversation, from, seq, time, sentAt, replyTo, reactions, recalled, state, error } = view
  return {
    id,
    conversation,
    from,
    seq,
    time,
    sentAt,
    ...contentOf(content),
    ...(replyTo === undefined ? undefined : { replyTo }),
    editedAt,
    reactions,
    recalled,
    state,
    ...(error === undefined ? undefined : { error }),
  }
}

function reacted(
  reactions: readonly Reacted[],
  { sign, from, on }: { readonly sign: string; readonly from: UserId; readonly on: boolean },
): readonly Reacted[] {
  const users = reactions.find((one) => one.sign === sign)?.users ?? []
  if (users.includes(from) === on) return reactions
  if (users.length === 0) return [...reactions, { sign, users: [from] }]
  const now = on ? [...users, from] : users.filter((user) => user !== from)
  return reactions.flatMap((one) => (one.sign !== sign ? one : now.length === 0 ? [] : { sign, users: now }))
}

export function contentOf({ type, text, attrs, body, mentions }: Content): Content {
  return {
    type,
    ...(text === undefined ? undefined : { text }),
    ...(attrs === undefined ? undefined : { attrs }),
    ...(body === undefined ? undefined : { body }),
    ...(mentions === undefined ? undefined : { mentions }),
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
