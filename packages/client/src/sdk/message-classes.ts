/** Which class stands for which number, and messages made of what arrives. Rules CL102, CL160, CL163. */
import type { Accepted, MessageView, SendContent } from '../engine-types.ts'
import { refusalError } from '../errors.ts'
import { BinaryMessage, LocationMessage, RecalledMessage, TextMessage } from './built-in-messages.ts'
import { ElementsMessage } from './elements-message.ts'
import { AudioMessage, FileMessage, ImageMessage, VideoMessage } from './file-messages.ts'
import { badArgument } from './json.ts'
import { type Following, Message } from './message.ts'

export interface MessageClass {
  readonly TYPE: number
  /** What arrives is made without arguments, and filled afterwards. */
  new (): Message
}

export interface MessageClasses {
  /** A class of the app's own, from here on. */
  register(one: MessageClass): void
  /** A new message of this content: of its class, or whole as a plain `Message`. */
  make(content: SendContent): Message
  from(view: MessageView, following: Following): Message
}

const builtIn: readonly MessageClass[] = [
  TextMessage,
  ImageMessage,
  AudioMessage,
  VideoMessage,
  LocationMessage,
  FileMessage,
  ElementsMessage,
  BinaryMessage,
]

/** `fault` takes what a class of the app's own has thrown. */
export function createMessageClasses(fault: (error: unknown) => void): MessageClasses {
  const classes = new Map<number, MessageClass>(builtIn.map((one) => [one.TYPE, one]))

  function make(content: SendContent): Message {
    const Known = classes.get(content.type)
    if (Known !== undefined) {
      try {
        const message = new Known()
        if (message.take(content)) return message
      } catch (error) {
        fault(error)
      }
    }
    const message = new Message()
    message.take(content)
    return message
  }

  return {
    register(one) {
      if (typeof one !== 'function' || !(one.prototype instanceof Message))
        throw badArgument('What is registered is a class that extends TypedMessage.')
      const { TYPE: type, name } = one
      const known = classes.get(type)
      if (known === one) return
      if (known !== undefined)
        throw badArgument(`${name} has the number ${type}, which is already that of ${known.name}.`)
      if (!Number.isInteger(type) || type < 1)
        throw badArgument(`${name} needs a positive number of its own: messageType(n)(${name}).`)
      classes.set(type, one)
    },
    make,
    from(view, { user, sent }) {
      const message = view.recalled ? new RecalledMessage() : make(view)
      return message.follow(view, { user, sent: sent ?? settled(view) })
    },
  }
}

/** Of what waits for nothing: as it was answered. */
export function settled({ state, seq, time, error }: MessageView): Promise<Accepted> | undefined {
  if (state === 'sent') return Promise.resolve({ seq, time })
  if (error === undefined) return undefined
  const refused = Promise.reject(refusalError(error.code, error.detail))
  // Nobody has to look.
  refused.catch(() => undefined)
  return refused
}
