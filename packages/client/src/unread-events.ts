/** One event per change of a conversation's unread count. */
import type { ConversationId } from '@parley/document'
import type { EngineEvent } from './engine-types.ts'
import type { Model } from './model.ts'
import { unreadOf } from './views.ts'

export function createUnreadEvents(
  model: Model,
  emit: (event: EngineEvent) => void,
): (id: ConversationId) => void {
  const told = new Map([...model.conversations].map(([id, record]) => [id, unreadOf(record)]))
  return (id) => {
    const record = model.conversations.get(id)
    const unread = record === undefined ? 0 : unreadOf(record)
    if ((told.get(id) ?? 0) === unread) return
    told.set(id, unread)
    emit({ type: 'unread', conversation: id, unread })
  }
}
