/** Each device hears of a message once. Rule WO34. */
import type { World } from './world.ts'

export function checkEvents(world: World): readonly string[] {
  const wrong: string[] = []
  const heard = new Set<string>()
  for (const { device, at, event } of world.journal.heard) {
    if (event.type !== 'message') continue
    const name = `${device} ${event.message.id}`
    if (heard.has(name) && !world.devices.some((other) => other.name === device && other.disk.lostCommits() > 0)) {
      wrong.push(`${device}: a second event for ${event.message.id} at ${at.toFixed(0)} ms`)
    }
    heard.add(name)
  }
  return wrong
}
