/** What is said only to those who are there: messages nobody keeps, typing, and who is there at all. Rules CL244 to CL246. */
import type { UserId } from '@parley/document'
import { ParleyError } from '../errors.ts'
import { TextMessage } from './built-in-messages.ts'
import { userId } from './given-ids.ts'
import type { At } from './host.ts'
import { badArgument, listOf } from './json.ts'
import { type Message, MessageStatus } from './message.ts'
import { settled } from './message-classes.ts'

/** Of one question; more are asked for one after another, or watched. */
const maxPinged = 20

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

export function pinged(ids: readonly string[]): readonly UserId[] {
  listOf(ids, 'The ids of users')
  if (ids.length > maxPinged)
    throw badArgument(`At most ${maxPinged} users are asked about at once: subscribePresence tells of more.`)
  return [...new Set(ids.map(userId))]
}

export function watchable(ids: readonly string[]): readonly UserId[] {
  listOf(ids, 'The ids of users')
  return [...new Set(ids.map(userId))]
}
