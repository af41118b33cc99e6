/**
 * The very objects an app holds of what waits here: each follows what becomes of it, and comes again wherever its message
 * is shown. Rule CL101.
 */
import type { Accepted, Engine, MessageView } from '../engine-types.ts'
import { messageFrom } from './message.ts'
import type { Message, MessageClasses } from './message.ts'

export interface Outgoing {
  add(message: Message): void
  /** The object of a message as it stands now. */
  of(view: MessageView): Message
}

export function createOutgoing(engine: Engine, classes: MessageClasses): Outgoing {
  const waiting = new Map<string, Message>()

  return {
    add(message) {
      waiting.set(message.id, message)
    },
    of(view) {
      const known = waiting.get(view.id)
      const sent = engine.confirmed<Accepted>(view.id)
      // What was taken back looks like nobody's message, whoever holds the object it was; tried again, it has a new promise.
      const message =
        known === undefined || view.recalled ? messageFrom(view, classes, sent) : known.follow(view, sent)
      // One that failed may be tried again; one that is sent, or taken back, is done.
      const done = view.state === 'sent' || view.error?.code === 'withdrawn'
      if (done) waiting.delete(view.id)
      else if (!view.recalled) waiting.set(view.id, message)
      return message
    },
  }
}
