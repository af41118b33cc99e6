/** Sending a message. Rules CL101 and CL169; what is done with those that stand is in `done-messages.ts`. */
import { ParleyError } from '../errors.ts'
import { TextMessage } from './built-in-messages.ts'
import type { At } from './host.ts'
import { badArgument, flagOf, optionsOf } from './json.ts'
import { Message, MessageStatus, type SendOptions } from './message.ts'

/** As it is said here, and otherwise as its class says. */
export async function sendAsWanted(
  at: At,
  message: Message | string,
  options: SendOptions,
): Promise<Message> {
  const sending = typeof message === 'string' ? new TextMessage(message) : message
  mustBeMessage(sending)
  const own = optionsOf(options, 'The options of send()')
  const { transient = false, receipt = false, drafted = false } = { ...sending.getSendOptions(), ...own }
  const asked = { receipt: flagOf(receipt, 'receipt'), drafted: flagOf(drafted, 'drafted') }
  return flagOf(transient, 'transient')
    ? at.host.engine.with('live', async ({ sayTransient }) => sayTransient(at, sending))
    : sendMessage(at, sending, asked)
}

export function mustBeMessage(message: unknown): void {
  if (!(message instanceof Message)) throw badArgument('What is sent is a message, or a text.')
}

async function sendMessage(
  at: At,
  sending: Message,
  { receipt, drafted }: Required<Pick<SendOptions, 'receipt' | 'drafted'>>,
): Promise<Message> {
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
      ...(drafted ? { drafted } : undefined),
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
