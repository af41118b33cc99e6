/** The conversations of a device as its user sees them, the latest first. Rule CL84. */
import type { ConversationId } from '@parley/document'
import type { ConversationView } from './engine-types.ts'
import type { Model } from './model.ts'
import { conversationView } from './conversation-view.ts'

export function conversation(model: Model, id: ConversationId): ConversationView | undefined {
  const record = model.conversations.get(id)
  return record === undefined
    ? undefined
    : conversationView(record, model.outbox.lane(id), model.drafts.get(id))
}

/** One that was only looked at is not among them, unless something was written for it. */
export function conversations(model: Model): readonly ConversationView[] {
  return [...model.conversations.keys()]
    .flatMap((id) => conversation(model, id) ?? [])
    .filter(({ id, syncState, draft }) => syncState !== 'unknown' || draft !== null || model.outbox.has(id))
    .toSorted((a, b) => b.lastMessageAt - a.lastMessageAt || (a.id < b.id ? -1 : 1))
}
