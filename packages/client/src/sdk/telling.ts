/** What the engine says, as the events of the guide. Rules CL103, CL179, CL180. */
import { forever, type UserId } from '@parley/document'
import type { EngineEvent, HeadNews, MessageView } from '../engine-types.ts'
import type { Tell } from './client-events.ts'
import { conversationChanges } from './conversation-changes.ts'
import type { Replayed } from './conversation-events.ts'
import { Event } from './event.ts'
import type { ConversationHost } from './host.ts'
import { memberInfo } from './member-info.ts'

type Of<T extends EngineEvent['type']> = Extract<EngineEvent, { readonly type: T }>

export type MembersEvent = Of<'invited' | 'kicked' | 'members-joined' | 'members-left'>
export type MessageEvent = Of<'message' | 'recalled' | 'edited' | 'reaction' | 'message-status'>

/** `replayed` and `partial`, where they are set. */
function marks({ replayed, partial }: Replayed): Replayed {
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

/** What changed of the conversation itself: one event for oneself, and one for the others whom it concerns. */
export function tellChange({ engine }: ConversationHost, tell: Tell, event: Of<'changed'>): void {
  const { change } = event
  const how = marks(event)
  if (change.op === 'updated') return tellInfo(tell, change, how)
  if (change.op === 'role') {
    const known = engine.peekHead(event.conversation)?.members
    for (const member of change.members) {
      const payload = {
        member,
        memberInfo: memberInfo(event.conversation, member, change.role, known?.get(member)),
        updatedBy: change.by,
        ...how,
      }
      tell.both(Event.MEMBER_INFO_UPDATED, [payload], [payload, tell.conversation])
    }
    return undefined
  }
  if (change.members.includes(engine.user)) tellMyself(tell, change, how)
  const others = change.members.filter((member) => member !== engine.user)
  if (others.length > 0) tellOthers(tell, change, others, how)
}

type Standing = Exclude<HeadNews, { readonly op: 'updated' | 'role' }>

function tellInfo(
  { both, conversation }: Tell,
  { by, name, icon, set = {}, unset = [], policy }: Extract<HeadNews, { readonly op: 'updated' }>,
  how: Replayed,
): void {
  const attributes = {
    ...(name === undefined ? undefined : { name }),
    ...(icon === undefined ? undefined : { icon }),
    ...Object.fromEntries(Object.entries(set).map(([key, value]) => [`attr.${key}`, value])),
    ...Object.fromEntries(unset.map((key) => [`attr.${key}`, undefined])),
    ...(policy === undefined ? undefined : { policy }),
  }
  const payload = { attributes, updatedBy: by, ...how }
  both(Event.CONVERSATION_INFO_UPDATED, [payload], [payload, conversation])
}

function tellMyself({ both, conversation }: Tell, change: Standing, how: Replayed): void {
  const { by } = change
  switch (change.op) {
    case 'muted': {
      const payload = { mutedBy: by, until: untilOf(change.until), ...how }
      both(Event.MUTED, [payload], [payload, conversation])
      return
    }
    case 'unmuted':
      both(Event.UNMUTED, [{ unmutedBy: by, ...how }], [{ unmutedBy: by, ...how }, conversation])
      return
    case 'blocked':
      both(Event.BLOCKED, [{ blockedBy: by, ...how }], [{ blockedBy: by, ...how }, conversation])
      return
    case 'unblocked':
      both(Event.UNBLOCKED, [{ unblockedBy: by, ...how }], [{ unblockedBy: by, ...how }, conversation])
  }
}

function tellOthers(
  { both, conversation }: Tell,
  change: Standing,
  members: readonly UserId[],
  how: Replayed,
): void {
  const { by } = change
  switch (change.op) {
    case 'muted': {
      const payload = { members, mutedBy: by, until: untilOf(change.until), ...how }
      both(Event.MEMBERS_MUTED, [payload], [payload, conversation])
      return
    }
    case 'unmuted': {
      const payload = { members, unmutedBy: by, ...how }
      both(Event.MEMBERS_UNMUTED, [payload], [payload, conversation])
      return
    }
    case 'blocked': {
      const payload = { members, blockedBy: by, ...how }
      both(Event.MEMBERS_BLOCKED, [payload], [payload, conversation])
      return
    }
    case 'unblocked': {
      const payload = { members, unblockedBy: by, ...how }
      both(Event.MEMBERS_UNBLOCKED, [payload], [payload, conversation])
    }
  }
}

function untilOf(until: number): Date | null {
  return until === forever ? null : new Date(until)
}
