/** What one does with messages of a conversation: send, pass on, change, take back, react. Rules CL101, CL169 to CL172. */
import { type ConversationId, type EntryId, maxReactionBytes } from '@parley/document'
import { ParleyError } from '../errors.ts'
import { RecalledMessage, TextMessage } from './built-in-messages.ts'
import { contentOf } from './content.ts'
import { messageId, type MessageRef } from './given-ids.ts'
import type { At, Changed } from './host.ts'
import { badArgument, flagOf, optionsOf } from './json.ts'
import { Message, MessageStatus, type SendOptions } from './message.ts'
import { sayTransient } from './signals.ts'

/** As it is said here, and otherwise as its class says. */
export async function sendAsWanted(
  at: At,
  message: Message | string,
  options: SendOptions,
): Promise<Message> {
  const sending = typeof message === 'string' ? new TextMessage(message) : message
  mustBeMessage(sending)
  const own = optionsOf(options, 'The options of send()')
  const { transient = false, receipt = false } = { ...sending.getSendOptions(), ...own }
  const asked = flagOf(receipt, 'receipt')
  return flagOf(transient, 'transient') ? sayTransient(at, sending) : sendMessage(at, sending, asked)
}

function mustBeMessage(message: unknown): void {
  if (!(message instanceof Message)) throw badArgument('What is sent is a message, or a text.')
}

async function sendMessage(at: At, sending: Message, receipt: boolean): Promise<Message> {
  const { status } = sending
  if (status !== MessageStatus.NONE && status !== MessageStatus.FAILED)
    throw new ParleyError('bad-argument', 'This message has been sent: make another one.')
  // Not twice, however quickly one clicks.
  sending.status = MessageStatus.SENDING
  try {
    if (status === MessageStatus.FAILED && sending.cid === at.id && (await retried(at, sending)))
      return sending
    const { message: view, confirmed } = await at.host.engine.send(at.id, {
      ...sending.toContent(),
      ...(receipt ? { receipt } : undefined),
    })
    at.host.outgoing.adopt(sending, view, confirmed)
    return sending
  } catch (error) {
    sending.status = status
    throw error
  }
}

/** Whether it was still here to be tried again. */
async function retried({ host: { engine } }: At, { id }: Message): Promise<boolean> {
  const kept = engine.unsent().find((item) => item.id === id && item.state === 'refused')
  if (kept === undefined) return false
  await engine.retryUnsent(kept.id)
  return true
}

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
