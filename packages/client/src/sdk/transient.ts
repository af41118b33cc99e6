/** What is said only to those who are there: messages nobody keeps. Rules CL244 and CL245. */
import { ParleyError } from '../errors.ts'
import { TextMessage } from './built-in-messages.ts'
import type { At } from './host.ts'
import { type Message, MessageStatus } from './message.ts'
import { settled } from './message-classes.ts'

export async function sayTransient(at: At, message: Message | string): Promise<Message> {
  const saying = typeof message === 'string' ? new TextMessage(message) : message
  if (saying.status !== MessageStatus.NONE)
    throw new ParleyError('bad-argument', 'This message has been sent: make another one.')
  const { engine } = at.host
  // Not twice, however quickly one clicks.
  saying.status = MessageStatus.SENDING
  try {
    const view = await engine.sayTransient(at.id, saying.toContent())
    return saying.follow(view, { user: engine.user, sent: settled(view) })
  } catch (error) {
    saying.status = MessageStatus.NONE
    throw error
  }
}
