/** What others have changed of a conversation, as the events of the guide. Loaded with what such a change does. Rules CL103 and CL179. */
import { forever, type UserId } from '@parley/document'
import type { HeadNews } from '../engine-types.ts'
import type { Tell } from './client-events.ts'
import type { Replayed } from './conversation-events.ts'
import { Event } from './event.ts'
import type { ConversationHost } from './host.ts'
import { memberInfo } from './member-info.ts'
import { marks, type Of } from './telling.ts'

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
