/**
 * The very objects an app holds of what waits here: each follows what becomes of it, and comes again wherever its message
 * is shown. An edit of what waits adds another object; the first one goes on following. Rules CL101, CL170.
 */
import type { Accepted, Engine, MessageView } from '../engine-types.ts'
import type { Message } from './message.ts'
import { type MessageClasses, settled } from './message-classes.ts'

export interface Outgoing {
  /** An object the app gave, which is this message from here on. */
  adopt(message: Message, view: MessageView, sent?: Promise<Accepted>): void
  /** The object of a message as it stands now. */
  of(view: MessageView): Message
  /** The same of one whose status has changed: of what was sent lately it is the very object the app has. */
  status(view: MessageView): Message
}

/** Messages of this life that are sent, and followed until they are read. */
const maxRecent = 200

export function createOutgoing(engine: Engine, classes: MessageClasses): Outgoing {
  /** The newest last. */
  const waiting = new Map<string, readonly Message[]>()
  const recent = new Map<string, readonly Message[]>()
  const { user } = engine

  function keepRecent(id: string, held: readonly Message[]): void {
    recent.set(id, held)
    const [oldest] = recent.keys()
    if (recent.size > maxRecent && oldest !== undefined) recent.delete(oldest)
  }

  function of(view: MessageView): Message {
    const held = waiting.get(view.id) ?? []
    const sent = engine.confirmed<Accepted>(view.id)
    // What was taken back looks like nobody's message, whoever holds the object it was; tried again, it has a new promise.
    if (!view.recalled) for (const message of held) message.follow(view, { user, sent })
    const known = view.recalled ? undefined : held.findLast(({ type }) => type === view.type)
    const message = known ?? classes.from(view, { user, sent })
    // One that failed may be tried again; one that is sent, or taken back, is done.
    const done = view.state === 'sent' || view.error?.code === 'withdrawn'
    if (done) {
      waiting.delete(view.id)
      if (view.state === 'sent' && !view.recalled && held.length > 0) keepRecent(view.id, held)
    } else if (!view.recalled && known === undefined) waiting.set(view.id, [...held, message])
    return message
  }

  return {
    adopt(message, view, sent = engine.confirmed<Accepted>(view.id)) {
      const held = waiting.get(view.id) ?? []
      for (const one of [...held, message]) one.follow(view, { user, sent: sent ?? settled(view) })
      if (view.state !== 'sent') waiting.set(view.id, [...held, message])
    },
    of,
    status(view) {
      const held = recent.get(view.id) ?? []
      // One that is read is done; tried again it waits.
      if (view.read !== undefined || view.recalled || view.state !== 'sent') recent.delete(view.id)
      if (view.recalled || view.state !== 'sent' || held.length === 0) return of(view)
      for (const message of held) message.follow(view, { user })
      return held.findLast(({ type }) => type === view.type) ?? of(view)
    },
  }
}
