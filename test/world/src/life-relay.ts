/** What happens to the relay. */
import { type Action, anyOf } from './life-action.ts'
import type { Random } from './random.ts'
import { epochOf, type World } from './world.ts'

export const relayActions: readonly Action[] = [
  {
    name: 'the relay dies',
    weight: 2,
    needs: 'relayCrashes',
    run(world, random) {
      world.relay.crash()
      comeBack(world, random)
    },
  },
  {
    name: 'the relay dies around a commit',
    weight: 4,
    needs: 'relayCrashes',
    run(world, random) {
      if (world.relay.power() === null) return
      world.relay.disk.dieAtNextCommit(random.pick(['before', 'after', 'after']))
      comeBack(world, random)
    },
  },
  {
    name: 'the relay dies between effects',
    weight: 4,
    needs: 'relayCrashes',
    run(world, random) {
      const power = world.relay.power()
      if (power === null) return
      power.dieAfter(random.between(0, 25))
      comeBack(world, random)
    },
  },
  {
    name: 'the relay is restored from an older copy',
    weight: 0.8,
    needs: 'relayRestore',
    run(world, random) {
      restoreOlder(world, random, random.between(1, 12))
    },
  },
  {
    name: "the relay's disk is full",
    weight: 1.5,
    needs: 'relayFull',
    run(world, random) {
      world.relay.disk.setFull(true)
      world.later(random.between(100, 30_000), () => {
        world.relay.disk.setFull(false)
      })
    },
  },
  {
    name: 'a user is signed out everywhere',
    weight: 1.5,
    needs: 'expiringTokens',
    run({ relay, users }, random) {
      const user = anyOf(random, users)
      if (user !== undefined) relay.revoke(user)
    },
  },
  {
    name: "the relay's clock jumps",
    weight: 1,
    needs: 'clocks',
    run({ relay, counters }, random) {
      counters.add('relayClockJumps')
      relay.clock.setSkew(relay.clock.skew() + (random.float() - 0.5) * random.pick([5000, 7_200_000]))
    },
  },
]

/** Somebody looks after it: within seconds it runs again. */
function comeBack(world: World, random: Random): void {
  const wait = random.between(50, 15_000)
  const look = (): void => {
    if (world.relay.power() === null) world.relay.start().catch(rethrow)
    else world.later(wait, look)
  }
  world.later(wait, look)
}

/** Takes the relay down, forgets its last transactions, and starts it as the life of another log. */
export function restoreOlder(world: World, random: Random, transactions: number): void {
  world.relay.crash()
  const { disk } = world.relay
  world.counters.add('epochChanges')
  world.trace.note('disk', `forgets up to ${transactions} transactions`)
  disk.restore(Math.max(0, disk.size() - transactions), epochOf(random.fork('epoch')))
  world.later(random.between(50, 5000), () => {
    world.relay.start().catch(rethrow)
  })
}

/** Into the run: an event that throws ends it. */
function rethrow(error: unknown): void {
  queueMicrotask(() => {
    throw error instanceof Error ? error : new Error(String(error))
  })
}
