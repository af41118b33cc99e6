/** What becomes of what is a user's own, as the events of the guide. Loaded with his rows. Rules CL282 and CL333. */
import type { EngineEvent } from '../engine-types.ts'
import { refusalError } from '../errors.ts'
import type { ClientEvents } from './client-events.ts'
import { contactInfo, type Contacts } from './contacts.ts'
import { Event } from './event.ts'

type Of<T extends EngineEvent['type']> = Extract<EngineEvent, { readonly type: T }>

export type TellPerson = (event: Of<'contact' | 'person-refused'>) => void

export function createPersonTelling(
  contacts: Contacts,
  emit: <K extends keyof ClientEvents>(name: K, ...args: ClientEvents[K]) => void,
): TellPerson {
  /** Who ask somebody who has asked them: not told, unless his own request is refused. */
  const crossing = new Set<string>()

  function tellCrossing(user: string): void {
    if (!crossing.delete(user)) return
    const asks = contacts.incoming().find(({ userId: id }) => id === user)
    if (asks !== undefined) emit(Event.CONTACT_REQUEST, asks)
  }

  function tellContact({ user, before, now, replayed, partial }: Of<'contact'>): void {
    const how = {
      ...(replayed === true ? { replayed } : undefined),
      ...(partial === true ? { partial } : undefined),
    }
    const info = now ?? before
    if (info === null) return
    // Who asks somebody who has been asked here already is a contact as soon as that has been heard.
    const crosses = now?.state === 'incoming' && contacts.list().some(({ userId: id }) => id === user)
    if (crosses) {
      crossing.add(user)
      return
    }
    crossing.delete(user)
    const news = { ...contactInfo(user, info), ...how }
    if (now === null) emit(Event.CONTACT_REMOVED, news)
    else if (now.state === 'contact' && before?.state !== 'contact') emit(Event.CONTACT_ADDED, news)
    else if (now.state === 'incoming') emit(Event.CONTACT_REQUEST, news)
  }

  return (event) => {
    if (event.type === 'contact') {
      tellContact(event)
      return
    }
    const { item, code, detail } = event
    emit(Event.OWN_CHANGE_REFUSED, { item, error: refusalError(code, detail) })
    if (item.person?.op === 'contact') tellCrossing(item.person.user)
  }
}
