/** What one does with messages that stand: pass on, change, take back, react. Rules CL170 to CL172. */
import { type ConversationId, type EntryId, maxReactionBytes } from '@parley/document'
import { RecalledMessage } from './built-in-messages.ts'
import { contentOf } from './content.ts'
import { messageId, type MessageRef } from './given-ids.ts'
import type { At, Changed } from './host.ts'
import { badArgument } from './json.ts'
import { Message, MessageStatus } from './message.ts'
import { mustBeMessage, sendAsWanted } from './own-messages.ts'

/** The same content as a new message. */
export async function forwardMessage(at: At, message: Message): Promise<Message> {
  mustBeMessage(message)
  const { type, text, attrs, body } = message.toContent()
  return sendAsWanted(at, at.host.classes.make(contentOf({ type, text, attrs, body })), {})
}

export async function updateMessage<M extends Message>(
  at: At,
  old: MessageRef,
  message: M,
): Promise<M & Changed> {
  if (!(message instanceof Message) || message.status !== MessageStatus.NONE)
    throw badArgument('What takes the place of a message is a new one, which was not sent.')
  const content = contentOf(message.toContent())
  const target = targetOf(at, old)
  // Not twice, however quickly one clicks.
  message.status = MessageStatus.SENDING
  try {
    const { message: view, confirmed } = await at.host.engine.edit(at.id, target, content)
    at.host.outgoing.adopt(message, view)
    return Object.assign(message, { confirmed })
  } catch (error) {
    message.status = MessageStatus.NONE
    throw error
  }
}

export async function recallMessage(at: At, message: MessageRef): Promise<RecalledMessage & Changed> {
  const id = targetOf(at, message)
  const { confirmed } = await at.host.engine.recall(at.id, id)
  const recalled = Object.assign(new RecalledMessage(), { id, cid: at.id, confirmed })
  if (!(message instanceof Message)) return recalled
  const { from, timestamp, sentAt, seq, status } = message
  return Object.assign(recalled, { from, timestamp, sentAt, seq, status })
}

export async function reactTo(at: At, message: MessageRef, sign: string, on: boolean): Promise<Changed> {
  if (typeof sign !== 'string' || sign === '' || sign.length > maxReactionBytes)
    throw badArgument(`A reaction is a text of at most ${maxReactionBytes} bytes: mostly an emoji.`)
  const { confirmed } = await at.host.engine.react(at.id, targetOf(at, message), sign, on)
  return { confirmed }
}

function targetOf({ id }: { readonly id: ConversationId }, message: MessageRef): EntryId {
  if (message instanceof Message && message.cid !== '' && message.cid !== id)
    throw badArgument('This message is one of another conversation.')
  return messageId(message)
}
