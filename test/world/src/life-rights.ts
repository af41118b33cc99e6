/** What people change of a conversation itself: its name and attributes, who may do what, who may not speak, who is kept out. */
import { rights } from '@parley/document'
import type { Command, ConversationId, Policy } from '@parley/document'
import { command, running } from './deeds.ts'
import type { Device } from './device.ts'
import { type Action, anyOf, somewhere } from './life-action.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export const rightsActions: readonly Action[] = [
  {
    name: 'update',
    weight: 6,
    needs: 'attributes',
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        world.counters.add('updates')
        command(world, device, id, someUpdate(random))
      }),
  },
  {
    name: 'role',
    weight: 3,
    needs: 'rights',
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        world.counters.add('roles')
        const role = random.chance(0.6) ? 'manager' : 'member'
        command(world, device, id, { op: 'role', members: [random.pick(world.users)], role })
      }),
  },
  {
    name: 'mute',
    weight: 3,
    needs: 'rights',
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        world.counters.add('mutes')
        const members = [random.pick(world.users)]
        const forMs = random.chance(0.5) ? random.between(500, 60_000) : null
        command(
          world,
          device,
          id,
          random.chance(0.6) ? { op: 'mute', members, forMs } : { op: 'unmute', members },
        )
      }),
  },
  {
    name: 'block',
    weight: 2,
    needs: 'rights',
    run: (world, random) =>
      somewhere(world, random, (device, id) => {
        world.counters.add('blocks')
        const op = random.chance(0.5) ? 'block' : 'unblock'
        command(world, device, id, { op, members: [random.pick(world.users)] })
      }),
  },
  {
    name: 'policy',
    weight: 4,
    needs: 'policies',
    run(world, random) {
      const [device, id] = anyOf(random, owned(world)) ?? []
      if (device === undefined || id === undefined) return
      world.counters.add('policies')
      command(world, device, id, { op: 'update', policy: somePolicy(world, random) })
    },
  },
]
/** Only an owner changes a policy: where somebody believes he is one. */
function owned(world: World): readonly (readonly [Device, ConversationId])[] {
  return world.devices.flatMap((device) =>
    (running(device)?.engine.conversations() ?? [])
      .filter(({ role, kind }) => role === 'owner' && kind === 'group')
      .map(({ id }) => [device, id] as const),
  )
}

function someUpdate(random: Random): Command {
  const value = `v${random.below(1000)}`
  if (random.chance(0.25)) return { op: 'update', name: random.chance(0.2) ? null : value }
  if (random.chance(0.1)) return { op: 'update', icon: value }
  // Paths of one key, set by several people at once.
  const path = random.pick(['color', 'seat.row', 'seat.place', 'seat', 'seat.row.left'])
  return random.chance(0.75) ? { op: 'update', set: { [path]: value } } : { op: 'update', unset: [path] }
}

function somePolicy(world: World, random: Random): Partial<Policy> {
  if (random.chance(0.5)) {
    world.counters.add('hiddenPasts')
    return { past: random.chance(0.8) ? 'hidden' : 'shown' }
  }
  const audience = random.pick(['members', 'managers', 'owner'] as const)
  if (random.chance(0.3)) return { join: random.pick(['anyone', 'invited'] as const) }
  return { [random.pick(rights)]: audience }
}
