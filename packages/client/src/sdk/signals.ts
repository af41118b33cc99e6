/** Who is asked about, and watched. Rule CL246. */
import type { UserId } from '@parley/document'
import { userId } from './given-ids.ts'
import { badArgument, listOf } from './json.ts'

/** Of one question; more are asked for one after another, or watched. */
const maxPinged = 20

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
