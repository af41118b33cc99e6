/** The conversations of a device as its user sees them, the latest first. Rule CL84. */
import type { ConversationId } from '@parley/document'
import type { ConversationsOptions, ConversationView } from './engine-types.ts'
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
  { hidden: withHidden = false }: ConversationsOptions = {},
): readonly ConversationView[] {
  return [...model.conversations.keys()]
    .flatMap((id) => conversation(model, id) ?? [])
    .filter(({ id, syncState, draft }) => syncState !== 'unknown' || draft !== null || model.outbox.has(id))
    .filter(({ hidden }) => withHidden || !hidden)
    .toSorted(byPlace)
}

/** Those pinned last come first. */
function byPlace(a: ConversationView, b: ConversationView): number {
  const pins = (b.pinnedAt ?? -1) - (a.pinnedAt ?? -1)
  return pins || b.lastMessageAt - a.lastMessageAt || (a.id < b.id ? -1 : 1)
}
