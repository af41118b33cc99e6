/** What the engine says, as the events of the guide. Rules CL103, CL179, CL180. */
import type { EngineEvent, MessageView } from '../engine-types.ts'
import type { Tell } from './client-events.ts'
import { conversationChanges } from './conversation-changes.ts'
import type { Replayed } from './conversation-events.ts'
import { Event } from './event.ts'
import type { ConversationHost } from './host.ts'

export type Of<T extends EngineEvent['type']> = Extract<EngineEvent, { readonly type: T }>

export type MembersEvent = Of<'invited' | 'kicked' | 'members-joined' | 'members-left'>
export type MessageEvent = Of<'message' | 'recalled' | 'edited' | 'reaction' | 'message-status'>

/** `replayed` and `partial`, where they are set. */
export function marks({ replayed, partial }: Replayed): Replayed {
  return { ...(replayed === true ? { replayed } : {}), ...(partial === true ? { partial } : {}) }
}

export function tellMembers({ both, conversation }: Tell, event: MembersEvent): void {
  switch (event.type) {
    case 'invited': {
      const payload = { invitedBy: event.invitedBy, ...marks(event) }
      both(Event.INVITED, [payload], [payload, conversation])
      return
    }
    case 'kicked': {
      const payload = { kickedBy: event.kickedBy, ...marks(event) }
      both(Event.KICKED, [payload], [payload, conversation])
      return
    }
    case 'members-joined': {
      const payload = { members: event.members, invitedBy: event.invitedBy, ...marks(event) }
      both(Event.MEMBERS_JOINED, [payload], [payload, conversation])
      return
    }
    case 'members-left': {
      const by = event.kickedBy === undefined ? {} : { kickedBy: event.kickedBy }
      const payload = { members: event.members, ...by, ...marks(event) }
      both(Event.MEMBERS_LEFT, [payload], [payload, conversation])
    }
  }
}

export function tellMessage(
  { outgoing }: ConversationHost,
  { both, conversation }: Tell,
  event: MessageEvent,
): void {
  const message =
    event.type === 'message-status' ? outgoing.status(event.message) : outgoing.of(event.message)
  switch (event.type) {
    case 'message':
      both(Event.MESSAGE, [message, marks(event)], [message, conversation, marks(event)])
      return
    case 'recalled':
      both(Event.MESSAGE_RECALL, [message, marks(event)], [message, conversation, marks(event)])
      return
    case 'edited':
      // Its sender did it, which is no reason.
      both(
        Event.MESSAGE_UPDATE,
        [message, undefined, marks(event)],
        [message, conversation, undefined, marks(event)],
      )
      return
    case 'reaction': {
      const { by, sign, on } = event
      const payload = { message, sign, by, on, ...marks(event) }
      both(Event.REACTION, [payload], [payload, conversation])
      return
    }
    case 'message-status':
      both(Event.MESSAGE_STATUS, [message], [message, conversation])
  }
}

/** What happened while away and came in one piece. */
export function tellMoved({ both, conversation }: Tell, { replayed, partial, changes }: Of<'moved'>): void {
  const how = { replayed, partial, changes: conversationChanges(changes) }
  both(Event.CONVERSATION_UPDATED, [how], [conversation, how])
}

/** That there is more of it: the conversation says up to when. */
export function tellReceipts({ both, conversation }: Tell, { type }: Of<'delivered' | 'read-by'>): void {
  if (type === 'delivered') both(Event.LAST_DELIVERED_AT_UPDATE, [], [conversation])
  else both(Event.LAST_READ_AT_UPDATE, [], [conversation])
}

/** What nobody keeps: there is no other object of it, and nothing follows. */
export function tellTransient({ engine, classes }: ConversationHost, tell: Tell, said: MessageView): void {
  const message = classes.from(said, { user: engine.user })
  tell.both(Event.MESSAGE, [message, {}], [message, tell.conversation, {}])
}
