/** The conversations of a device as its user sees them. Rules CL84, CL268 and CL271. */
import type { ConversationId } from '@parley/document'
import type { ConversationsOptions, ConversationView } from './engine-types.ts'
import { createListOrder } from './list-order.ts'
import type { ListOrder } from './list-order.ts'
import type { Model } from './model.ts'
import { keptAs } from './keeping.ts'
import { conversationView } from './conversation-view.ts'

export function conversation(model: Model, id: ConversationId): ConversationView | undefined {
  const record = model.conversations.get(id)
  return record === undefined
    ? undefined
    : conversationView(record, model.outbox.lane(id), model.drafts.get(id), keptAs(model, id), model.user)
}

/**
 * One that was only looked at is not among them, unless something was written for it; nor one that is hidden, unless it is
 * asked for. Rules CL268 and CL271.
 */
export function conversations(
  model: Model,
  { hidden = false, limit = Infinity }: ConversationsOptions = {},
): readonly ConversationView[] {
  return listOf(model).first(limit, hidden)
}

export function listOf(model: Model): ListOrder {
  model.list ??= createListOrder(model.conversations.keys(), (id) => {
    const view = conversation(model, id)
    const isListed = view?.syncState !== 'unknown' || view.draft !== null || model.outbox.has(id)
    return isListed ? view : undefined
  })
  return model.list
}
