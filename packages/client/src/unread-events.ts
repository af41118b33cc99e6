/** One event per change of a conversation's unread count, or of whether it mentions this user. Rules CL96 and CL127. */
import type { ConversationId } from '@parley/document'
import type { EngineEvent } from './engine-types.ts'
import type { Model } from './model.ts'
import type { ConversationRecord } from './records.ts'
import { unreadOf } from './conversation-view.ts'

export function createUnreadEvents(
  model: Model,
  emit: (event: EngineEvent) => void,
): (id: ConversationId) => void {
  const told = new Map([...model.conversations].map(([id, record]) => [id, signOf(record)]))
  return (id) => {
    const record = model.conversations.get(id)
    const sign = record === undefined ? nothing : signOf(record)
    if ((told.get(id) ?? nothing) === sign) return
    told.set(id, sign)
    emit({ type: 'unread', conversation: id, unread: record === undefined ? 0 : unreadOf(record) })
  }
}

const nothing = '0'

function signOf(record: ConversationRecord): string {
  return record.mentioned.length === 0 ? `${unreadOf(record)}` : `${unreadOf(record)} mentioned`
}
