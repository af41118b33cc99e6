/** What happens to devices and their network. */
import { running } from './deeds.ts'
import type { Device } from './device.ts'
import { type Action, anyOf, existing } from './life-action.ts'
import type { Random } from './random.ts'
import { fairWeather } from './weather.ts'
import type { World } from './world.ts'

export const machineActions: readonly Action[] = [
  {
    name: 'lose the network',
    weight: 8,
    needs: 'offline',
    run(world, random) {
      const device = anyOf(
        random,
        existing(world).filter((other) => other.online()),
      )
      if (device === undefined) return
      device.setOnline(false, random.chance(0.7))
      world.later(random.between(100, 40) * random.between(1, 300), () => {
        device.setOnline(true, random.chance(0.7))
      })
    },
  },
  {
    name: 'cut a line',
    weight: 5,
    needs: 'cuts',
    run(world, random) {
      const device = anyOf(random, existing(world))
      if (device !== undefined) world.network.cut(device.name)
    },
  },
  {
    name: 'bad weather',
    weight: 3,
    needs: 'badWeather',
    run(world, random) {
      world.network.setWeather(world.settings.weather)
      world.trace.note('network', 'the weather turns bad')
      world.later(random.between(1000, 30_000), () => {
        world.network.setWeather(fairWeather)
      })
    },
  },
  {
    name: 'crash',
    weight: 3,
    needs: 'deviceCrashes',
    run: (world, random) =>
      withRunning(world, random, (device) => {
        device.crash()
      }),
  },
  {
    name: 'crash around a commit',
    weight: 4,
    needs: 'deviceCrashes',
    run: (world, random) =>
      withRunning(world, random, (device) => {
        device.disk.dieAtNextCommit(random.pick(['before', 'after']))
      }),
  },
  {
    name: 'crash between effects',
    weight: 4,
    needs: 'deviceCrashes',
    run: (world, random) =>
      withRunning(world, random, (device) => {
        world.counters.add('deviceCrashesBetweenEffects')
        device.process()?.power.dieAfter(random.between(0, 12))
      }),
  },
  {
    name: 'start again',
    weight: 12,
    run(world, random) {
      const device = anyOf(
        random,
        existing(world).filter((other) => running(other) === undefined),
      )
      if (device === undefined) return
      // One that ended by itself, or could not start, is closed first, as a page is that is reloaded.
      if (device.process()?.state === 'failed' || device.process()?.ended != null) device.crash()
      device.start()
    },
  },
  {
    name: 'reload',
    weight: 3,
    run: (world, random) =>
      withRunning(world, random, (device) => {
        device.process()?.power.off()
        device.start()
      }),
  },
  {
    name: 'another tab takes over',
    weight: 3,
    needs: 'takeOvers',
    run: (world, random) =>
      withRunning(world, random, (device) => {
        world.counters.add('staleLeaders')
        device.takeOver()
        world.later(random.between(50, 20_000), () => {
          device.thaw()
        })
      }),
  },
  {
    name: 'copy a device',
    weight: 1.5,
    needs: 'copies',
    run(world, random) {
      const device = anyOf(random, existing(world))
      if (device === undefined || world.devices.length >= 10) return
      world.counters.add('copiedDevices')
      world.copyDevice(device).start()
    },
  },
  {
    name: 'lose a device',
    weight: 0.4,
    needs: 'losses',
    run(world, random) {
      const device = anyOf(random, existing(world))
      if (device === undefined || existing(world).filter((other) => other.user === device.user).length < 2)
        return
      world.counters.add('lostDevices')
      device.lose()
    },
  },
  {
    name: 'a new device',
    weight: 1,
    needs: 'newDevices',
    run(world, random) {
      if (world.devices.length < 10) world.addDevice(random.pick(world.users)).start()
    },
  },
  {
    name: 'a clock jumps',
    weight: 2,
    needs: 'clocks',
    run(world, random) {
      const device = anyOf(random, existing(world))
      if (device === undefined) return
      world.counters.add('clockJumps')
      device.clock.setSkew(device.clock.skew() + (random.float() - 0.6) * random.pick([2000, 3_600_000 * 20]))
    },
  },
  {
    name: 'a full disk',
    weight: 2,
    needs: 'storeTrouble',
    run(world, random) {
      const device = anyOf(random, existing(world))
      if (device === undefined) return
      device.disk.setFull(true)
      world.later(random.between(100, 20_000), () => {
        device.disk.setFull(false)
      })
    },
  },
  {
    name: 'one failing write',
    weight: 3,
    needs: 'storeTrouble',
    run(world, random) {
      anyOf(random, existing(world))?.disk.failAfter(random.between(0, 5))
    },
  },
  {
    name: 'the browser closes the store',
    weight: 0.7,
    needs: 'storeTrouble',
    run: (world, random) =>
      withRunning(world, random, (device) => {
        world.counters.add('storesClosed')
        device.disk.close()
      }),
  },
]

function withRunning(world: World, random: Random, act: (device: Device) => void): void {
  const device = anyOf(
    random,
    world.devices.filter((other) => running(other) !== undefined),
  )
  if (device !== undefined) act(device)
}
