/**
 * What stands in the conversations that are read here: the same people and the same texts for every contender, made anew
 * wherever they are needed, so that what was read can be compared with what was written.
 */
import { userOf } from '../../people.ts'
import type { UserId } from '@parley/document'

export { textOf } from './text.ts'

/** Who comes back, begins, opens. */
export const reader: UserId = userOf('reader')

export function friendOf(conversation: number): UserId {
  return userOf(`friend-${conversation}`)
}

export function nameOf(conversation: number): string {
  return `Conversation ${conversation}`
}

/** So many conversations of so many messages; and in so many of them some more, while the reader was away. */
export interface Shelf {
  readonly conversations: number
  readonly messages: number
  readonly moved: number
  readonly news: number
}
