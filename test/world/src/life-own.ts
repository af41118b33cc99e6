/** What people arrange for themselves: whom they know, whom they block, and how they keep their conversations. */
import type { UserId } from '@parley/document'
import { arrange, running } from './deeds.ts'
import type { Device } from './device.ts'
import { type Action, anyOf, someDevice, somewhere } from './life-action.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export const ownActions: readonly Action[] = [
  {
    name: 'pin',
    weight: 3,
    needs: 'people',
    run: (world, random) =>
      somewhere(world, random, (device, conversation) => {
        world.counters.add('pins')
        const pinned = random.chance(0.7)
        arrange(world, device, `pin ${pinned}`, async (engine) =>
          engine.person({ op: 'setting', conversation, pinned }),
        )
      }),
  },
  {
    name: 'mute for oneself',
    weight: 2,
    needs: 'people',
    run: (world, random) =>
      somewhere(world, random, (device, conversation) => {
        const muted = random.chance(0.6)
        arrange(world, device, `mute ${muted}`, async (engine) =>
          engine.person({ op: 'setting', conversation, muted }),
        )
      }),
  },
  {
    name: 'hide',
    weight: 2,
    needs: 'people',
    run: (world, random) =>
      somewhere(world, random, (device, conversation) => {
        world.counters.add('hides')
        arrange(world, device, 'hide', async (engine) => engine.hide(conversation))
      }),
  },
  {
    name: 'clear',
    weight: 1,
    needs: 'people',
    run: (world, random) =>
      somewhere(world, random, (device, conversation) => {
        world.counters.add('clears')
        arrange(world, device, 'clear', async (engine) => engine.clear(conversation))
      }),
  },
  {
    name: 'profile',
    weight: 2,
    needs: 'people',
    run: (world, random) =>
      withOne(world, random, (device) => {
        const set = random.chance(0.5)
          ? { name: `p${random.below(100)}` }
          : { fields: { mood: random.chance(0.3) ? null : random.below(10) } }
        arrange(world, device, 'profile', async (engine) => engine.person({ op: 'profile', set }))
      }),
  },
  {
    name: 'contact',
    weight: 6,
    needs: 'people',
    run: (world, random) =>
      withOne(world, random, (device, user) => {
        const act = random.pick(['request', 'request', 'accept', 'decline', 'remove', 'remark'] as const)
        if (act === 'request') countRequest(world, device, user)
        const text = act === 'request' || act === 'remark' ? { text: `t${random.below(100)}` } : {}
        arrange(world, device, `${act} ${user}`, async (engine) =>
          engine.person({ op: 'contact', user, act, ...text }),
        )
      }),
  },
  {
    name: 'block a person',
    weight: 2,
    needs: 'people',
    run: (world, random) =>
      withOne(world, random, (device, user) => {
        world.counters.add('personBlocks')
        const op = random.chance(0.5) ? 'block' : 'unblock'
        arrange(world, device, `${op} ${user}`, async (engine) => engine.person({ op, users: [user] }))
      }),
  },
  {
    name: 'refuse invitations',
    weight: 1,
    needs: 'people',
    run: (world, random) =>
      somewhere(world, random, (device, conversation) => {
        const op = random.chance(0.5) ? 'refuse' : 'admit'
        arrange(world, device, op, async (engine) => engine.person({ op, conversations: [conversation] }))
      }),
  },
]

function withOne(world: World, random: Random, act: (device: Device, user: UserId) => void): void {
  const device = someDevice(world, random)
  if (device === undefined) return
  const user = anyOf(
    random,
    world.users.filter((other) => other !== device.user),
  )
  if (user !== undefined) act(device, user)
}

/** Two who ask each other while neither can hear of it. */
function countRequest({ journal, devices, counters }: World, device: Device, user: UserId): void {
  counters.add('requests')
  const asked = journal.deeds.some(
    (deed) =>
      deed.kind === 'person' &&
      deed.user === user &&
      deed.what === `request ${device.user}` &&
      !deed.confirmed &&
      devices.some((other) => other.name === deed.device && running(other) !== undefined && !other.online()),
  )
  if (asked && !device.online()) counters.add('requestsBothWays')
}
