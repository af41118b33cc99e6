/** Signing in on one of several devices that share a tag, and coming back on those it has sent away. */
import { running, say } from './deeds.ts'
import { type Device, isSignedOut } from './device.ts'
import { type Action, anyOf, existing } from './life-action.ts'
import { goOffline } from './life-scenes.ts'
import { signIn } from './live-deeds.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export const tagActions: readonly Action[] = [
  {
    name: 'sign in',
    weight: 6,
    needs: 'tags',
    run(world, random) {
      const tagged = existing(world).filter((device) => device.tag() !== '')
      const away = tagged.filter(isSignedOut)
      const device = anyOf(random, away.length > 0 && random.chance(0.8) ? away : tagged)
      if (device !== undefined) signIn(device)
    },
  },
  {
    name: 'load a page again that is signed out',
    weight: 4,
    needs: 'tags',
    run(world, random) {
      const device = anyOf(random, existing(world).filter(isSignedOut))
      if (device === undefined) return
      device.crash()
      device.start()
    },
  },
  {
    name: 'sign in on two devices at once',
    weight: 1,
    needs: 'tags',
    run: (world, random) =>
      twins(world, random, (one, two) => {
        signIn(one)
        world.later(random.between(0, 200), () => signIn(two))
        if (random.chance(0.4)) world.later(random.between(0, 800), () => signIn(one))
      }),
  },
  {
    name: 'signed out with messages waiting',
    weight: 2,
    needs: 'tags',
    run: (world, random) =>
      twins(world, random, (one, two) => {
        goOffline(world, one, random.between(2000, 8000))
        const id = anyOf(
          random,
          (running(one)?.engine.conversations() ?? []).filter(({ role }) => role !== ''),
        )?.id
        if (id !== undefined)
          for (let count = random.between(1, 3); count > 0; count -= 1) say(world, one, id)
        world.later(random.between(0, 1000), () => signIn(two))
      }),
  },
]

/** Two devices of one user with the same tag; who has only one gets another. */
function twins(world: World, random: Random, tell: (one: Device, two: Device) => void): void {
  const one = anyOf(
    random,
    existing(world).filter((device) => device.tag() !== '' && running(device) !== undefined),
  )
  if (one === undefined) return
  const same = existing(world).filter(
    (device) => device !== one && device.user === one.user && device.tag() === one.tag(),
  )
  const two =
    anyOf(random, same) ?? (world.devices.length < 8 ? world.addDevice(one.user, one.tag()) : undefined)
  if (two !== undefined) tell(one, two)
}
