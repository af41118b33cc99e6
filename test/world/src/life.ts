/**
 * The life of a world: a walk through the actions, drawn from the seed. Rule WO12.
 */
import { liveActions } from './life-live.ts'
import { machineActions } from './life-machines.ts'
import { ownActions } from './life-own.ts'
import { peopleActions } from './life-people.ts'
import { rightsActions } from './life-rights.ts'
import { relayActions } from './life-relay.ts'
import { scenes } from './life-scenes.ts'
import { tagActions } from './life-tags.ts'
import type { Action } from './life-action.ts'
import type { World } from './world.ts'

const actions: readonly Action[] = [
  ...peopleActions,
  ...rightsActions,
  ...ownActions,
  ...liveActions,
  ...tagActions,
  ...machineActions,
  ...relayActions,
  ...scenes,
]

/** Starts everybody's devices, and lets things happen. */
export async function live(world: World): Promise<void> {
  const { settings, random, users } = world
  await world.relay.start()
  for (const user of users) {
    for (let count = 0; count < settings.devices; count += 1) world.addDevice(user).start()
  }
  // Time enough to connect, and to hear that there is nothing yet.
  await world.run(2000)
  const chance = random.fork('life')
  const possible = actions.filter(({ needs }) => needs === undefined || settings.features.has(needs))
  const table = possible.map((action) => [action.weight, action] as const)
  for (let count = 0; count < settings.events; count += 1) {
    world.counters.add('events')
    // Each action draws from luck of its own: one that finds nothing to do does not change what others do.
    chance.weighted(table).run(world, random.fork(`action ${count}`))
    const gap = chance.chance(0.3) ? 0 : -Math.log(1 - chance.float()) * settings.gapMs
    await world.run(gap)
  }
}
