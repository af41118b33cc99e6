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
}

export function createOutgoing(engine: Engine, classes: MessageClasses): Outgoing {
  /** The newest last. */
  const waiting = new Map<string, readonly Message[]>()
  const { user } = engine

  return {
    adopt(message, view, sent = engine.confirmed<Accepted>(view.id)) {
      const held = waiting.get(view.id) ?? []
      for (const one of [...held, message]) one.follow(view, { user, sent: sent ?? settled(view) })
      if (view.state !== 'sent') waiting.set(view.id, [...held, message])
    },
    of(view) {
      const held = waiting.get(view.id) ?? []
      const sent = engine.confirmed<Accepted>(view.id)
      // What was taken back looks like nobody's message, whoever holds the object it was; tried again, it has a new promise.
      if (!view.recalled) for (const message of held) message.follow(view, { user, sent })
      const known = view.recalled ? undefined : held.findLast(({ type }) => type === view.type)
      const message = known ?? classes.from(view, { user, sent })
      // One that failed may be tried again; one that is sent, or taken back, is done.
      const done = view.state === 'sent' || view.error?.code === 'withdrawn'
      if (done) waiting.delete(view.id)
      else if (!view.recalled && known === undefined) waiting.set(view.id, [...held, message])
      return message
    },
  }
}
