/** What of the newest message a list shows, edits and recalls of it included. Rule CL123. */
import { recalledType } from '@parley/document'
import type { Content, EntryId, Message, UserId } from '@parley/document'
import type { LastMessage } from './records.ts'
import { contentOf } from './views.ts'

interface Row {
  readonly seq: number
  readonly time: number
}

export function lastMessage({ seq, time }: Row, entry: Message): LastMessage {
  const { id, from, sentAt, replyTo } = entry
  const own = { seq, time, sentAt, id, from, ...contentOf(entry), recalled: false }
  return replyTo === undefined ? own : { ...own, replyTo }
}

export function editedLast(last: LastMessage, content: Content, editedAt: number): LastMessage {
  const { seq, time, sentAt, id, from, replyTo, recalled } = last
  const own = { seq, time, sentAt, id, from, ...contentOf(content), editedAt, recalled }
  return replyTo === undefined ? own : { ...own, replyTo }
}

/** Nothing of its content is kept, its author's time included. */
export function recalledLast({
  seq,
  time,
  id,
  from,
}: Row & { readonly id: EntryId; readonly from: UserId }): LastMessage {
  return { seq, time, sentAt: time, id, from, type: recalledType, recalled: true }
}
