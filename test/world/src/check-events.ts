/**
 * Each device hears of a message once, and of its user's unblockings no more often than there were. What it heard is
 * recorded with its cursor: a device whose disk refused or lost that may hear again, and so may everybody when the relay's
 * log begins another life. Rule WO34.
 */
import type { ConversationId, UserId } from '@parley/document'
import { createDecoder, readAny } from 'lib0/decoding'
import type { World } from './world.ts'

export function checkEvents(world: World): readonly string[] {
  if (world.counters.get('epochChanges') > 0) return []
  const wrong: string[] = []
  const heard = new Set<string>()
  const unblockings = new Map<string, number>()
  const faithful = new Map(
    world.devices.filter(({ disk }) => disk.faithful()).map(({ name, user }) => [name, user]),
  )
  for (const { device, at, event } of world.journal.heard) {
    const user = faithful.get(device)
    if (user === undefined) continue
    if (event.type === 'message') {
      const name = `${device} ${event.message.id}`
      if (heard.has(name))
        wrong.push(`${device}: a second event for ${event.message.id} at ${at.toFixed(0)} ms`)
      heard.add(name)
    }
    if (event.type !== 'changed' || event.change.op !== 'unblocked') continue
    if (!event.change.members.includes(user)) continue
    const name = `${device} ${event.conversation}`
    const times = (unblockings.get(name) ?? 0) + 1
    unblockings.set(name, times)
    const most = unblockingsOf(world, event.conversation, user)
    if (times > most)
      wrong.push(`${device}: unblocked in ${event.conversation} for the ${times}. time, of ${most}`)
  }
  return wrong
}

function unblockingsOf({ relay }: World, id: ConversationId, user: UserId): number {
  const { rows = [] } = relay.disk.log().conversations.get(id) ?? {}
  return rows.filter(({ change }) => {
    if (change === null) return false
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- read leniently on purpose: it is compared
    const { op, members } = readAny(createDecoder(change)) as { op?: unknown; members?: readonly string[] }
    return op === 'unblocked' && members?.includes(user) === true
  }).length
}
