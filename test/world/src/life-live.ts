/** What people do that is true only now: speak in passing, type, look who is there. */
import { command, running } from './deeds.ts'
import { type Action, anyOf, someDevice, somewhere } from './life-action.ts'
import { pair } from './life-scenes.ts'
import { askWho, isWatching, sayTransient, type, unwatch, watchPresence } from './live-deeds.ts'

export const liveActions: readonly Action[] = [
  {
    name: 'speak in passing',
    weight: 7,
    needs: 'signals',
    run: (world, random) => somewhere(world, random, (device, id) => sayTransient(world, device, id)),
  },
  {
    name: 'type',
    weight: 5,
    needs: 'signals',
    run: (world, random) =>
      somewhere(world, random, (device, id) => type(world, device, id, random.chance(0.7))),
  },
  {
    name: 'ask who is there',
    weight: 2,
    needs: 'signals',
    run(world, random) {
      const device = someDevice(world, random)
      if (device !== undefined) askWho(world, device, [random.pick(world.users)])
    },
  },
  {
    name: 'watch who is there',
    weight: 3,
    needs: 'signals',
    run(world, random) {
      const device = someDevice(world, random)
      if (device === undefined) return
      const users = world.users.filter(() => random.chance(0.6))
      if (users.length > 0) watchPresence(world, device, users)
    },
  },
  {
    name: 'watch no more',
    weight: 1,
    needs: 'signals',
    run(world, random) {
      const device = someDevice(world, random)
      const process = device === undefined ? undefined : running(device)
      if (device === undefined || process === undefined) return
      const watching = anyOf(
        random,
        world.journal.watches.filter((one) => one.device === device.name && isWatching(one, process)),
      )
      if (watching !== undefined) unwatch(watching, process)
    },
  },
  {
    name: 'speak in passing while somebody is removed, or blocked',
    weight: 2,
    needs: 'signals',
    run: (world, random) =>
      pair(world, random, (one, two, id) => {
        if (world.settings.features.has('members'))
          command(world, one, id, { op: 'remove', members: [two.user] })
        for (let count = random.between(1, 4); count > 0; count -= 1) {
          const speaker = random.pick([one, one, two])
          world.later(random.between(0, 600), () => {
            if (random.chance(0.3)) type(world, speaker, id, true)
            else sayTransient(world, speaker, id)
          })
        }
        if (random.chance(0.5)) {
          world.later(random.between(300, 3000), () => {
            command(world, one, id, { op: 'add', members: [two.user] })
          })
        }
      }),
  },
]
