/**
 * Short stories that chance alone tells too seldom: somebody is kicked while he writes offline, a page closes under him,
 * two devices make the same conversation without a network, an answer is lost just before it matters, a long absence.
 */
import type { Command, ConversationId } from '@parley/document'
import { command, create, running, say, takeBack } from './deeds.ts'
import type { Device } from './device.ts'
import { type Action, anyOf, someDevice } from './life-action.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export const scenes: readonly Action[] = [
  {
    name: 'kicked while offline',
    weight: 1.5,
    needs: 'members',
    run: (world, random) =>
      pair(world, random, (owner, other, id) => {
        goOffline(world, other, random.between(3000, 20_000))
        world.later(200, () => {
          for (let count = random.between(1, 4); count > 0; count -= 1) say(world, other, id)
        })
        world.later(600, () => {
          command(world, owner, id, { op: 'remove', members: [other.user] })
        })
        if (random.chance(0.4)) {
          world.later(random.between(1000, 8000), () => {
            command(world, owner, id, { op: 'add', members: [other.user] })
          })
        }
      }),
  },
  {
    name: 'a page closes while offline',
    weight: 3,
    run: (world, random) =>
      pair(world, random, (writer, other, id) => {
        const when = random.between(10, 200)
        say(world, other, id)
        // The device may lose its network with bytes on the way, or the answer.
        world.later(when, () => {
          goOffline(world, other, random.between(3000, 20_000))
          for (let count = random.between(1, 3); count > 0; count -= 1) say(world, other, id)
        })
        world.later(when + 300, () => {
          for (let count = world.settings.page.entries + random.below(4); count > 0; count -= 1)
            say(world, writer, id)
        })
      }),
  },
  {
    name: 'the same conversation made twice offline',
    weight: 1,
    run(world, random) {
      const one = someDevice(world, random)
      const two = anyOf(
        random,
        world.devices.filter((device) => running(device) !== undefined && device !== one),
      )
      if (one === undefined || two === undefined) return
      const members = [...new Set([one.user, two.user, random.pick(world.users)])]
      if (members.length < 2) members.push(...world.users.filter((user) => user !== one.user).slice(0, 1))
      for (const device of [one, two]) goOffline(world, device, random.between(500, 8000))
      world.later(300, () => {
        for (const device of [one, two]) {
          const made = create(world, device, { unique: true, members, name: device.name })
          if (made !== undefined) say(world, device, made.conversation)
        }
      })
    },
  },
  {
    name: 'an answer is lost before a recall',
    weight: 2,
    needs: 'recalls',
    run: (world, random) =>
      pair(world, random, (device, _other, id) => {
        const said = say(world, device, id)
        // About when the answer is on its way.
        world.later(random.between(5, 250), () => {
          world.network.cut(device.name)
        })
        world.later(random.between(300, 4000), () => {
          if (said !== undefined && said.id !== null) takeBack(world, device, id, said.id)
        })
      }),
  },
  {
    name: 'an answer to a command is lost',
    weight: 2,
    needs: 'members',
    run: (world, random) =>
      pair(world, random, (one, two, id) => {
        const wanted = random.pick<Command>([
          { op: 'add', members: [two.user] },
          { op: 'remove', members: [two.user] },
          { op: 'quit' },
        ])
        if (random.chance(0.3)) create(world, one, { unique: false, members: [two.user] })
        else command(world, one, id, wanted)
        world.later(random.between(10, 200), () => {
          if (random.chance(0.5)) world.network.cut(one.name)
          else one.crash()
        })
      }),
  },
  {
    name: 'away for very long',
    weight: 1,
    needs: 'longAbsence',
    run: (world, random) =>
      pair(world, random, (writer, other, id) => {
        world.counters.add('longAbsences')
        goOffline(world, other, 60_000)
        for (let round = 0; round < 6; round += 1) {
          world.later(round * 500, () => {
            for (let count = world.settings.page.entries; count > 0; count -= 1) say(world, writer, id)
          })
        }
      }),
  },
]

/** Two devices of different users, and a conversation the first one is in; the second one mostly is, too. */
export function pair(
  world: World,
  random: Random,
  tell: (one: Device, two: Device, id: ConversationId) => void,
): void {
  const one = someDevice(world, random)
  if (one === undefined) return
  const mine = (running(one)?.engine.conversations() ?? []).filter(({ role }) => role !== '')
  const owned = mine.filter(({ role }) => role === 'owner')
  const id = anyOf(random, owned.length > 0 && random.chance(0.7) ? owned : mine)?.id
  if (id === undefined) return
  const others = world.devices.filter((device) => running(device) !== undefined && device.user !== one.user)
  const members = others.filter((device) => (running(device)?.engine.conversation(id)?.role ?? '') !== '')
  const two = anyOf(random, members.length > 0 ? members : others)
  if (two !== undefined) tell(one, two, id)
}

export function goOffline(world: World, device: Device, ms: number): void {
  device.setOnline(false, true)
  world.later(ms, () => {
    device.setOnline(true, true)
  })
}
