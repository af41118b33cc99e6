/**
 * Each device hears of a message once. What it heard is recorded with its cursor: a device whose disk refused or lost that
 * may hear again, and so may everybody when the relay's log begins another life. Rule WO34.
 */
import type { World } from './world.ts'

export function checkEvents(world: World): readonly string[] {
  if (world.counters.get('epochChanges') > 0) return []
  const wrong: string[] = []
  const heard = new Set<string>()
  const faithful = new Set(world.devices.filter(({ disk }) => disk.faithful()).map(({ name }) => name))
  for (const { device, at, event } of world.journal.heard) {
    if (event.type !== 'message') continue
    const name = `${device} ${event.message.id}`
    if (heard.has(name) && faithful.has(device)) {
      wrong.push(`${device}: a second event for ${event.message.id} at ${at.toFixed(0)} ms`)
    }
    heard.add(name)
  }
  return wrong
}
