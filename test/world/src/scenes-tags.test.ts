import { expect, test } from 'vitest'
import { say } from './deeds.ts'
import { type Device, isSignedOut } from './device.ts'
import { sayTransient, signIn, watchPresence } from './live-deeds.ts'
import { openStage, said, shown, type Stage, verdict } from './stage.ts'

/** Two devices of Tom's with one tag; the second one has signed in last. */
async function openTwins(): Promise<Stage & { readonly one: Device; readonly two: Device }> {
  const stage = await openStage()
  const { world, tom } = stage
  const [one, two] = [world.addDevice(tom.user, 'phone'), world.addDevice(tom.user, 'phone')]
  one.start()
  await world.run(2000)
  two.start()
  await world.run(2000)
  return { ...stage, one, two }
}

const conflicts = ({ world }: Stage, { name }: Device): number =>
  world.journal.heard.filter(({ device, event }) => device === name && event.type === 'stopped').length

test('[WO78] a device that is signed out says so once in each life, sends nobody away, and comes back by signing in', async () => {
  const stage = await openTwins()
  const { world, one, two, lunch, jerry } = stage
  expect([isSignedOut(one), isSignedOut(two), conflicts(stage, one)]).toEqual([true, false, 1])
  const waits = said(say(world, one, lunch))
  await world.run(1000)
  expect([waits.call, waits.confirmed]).toEqual(['saved', false])
  one.crash()
  one.start()
  await world.run(3000)
  expect([isSignedOut(one), isSignedOut(two), conflicts(stage, one)]).toEqual([true, false, 2])
  expect(one.process()?.engine.unsent()).toMatchObject([{ id: waits.id, state: 'waiting' }])
  signIn(one)
  await world.run(3000)
  expect([isSignedOut(one), isSignedOut(two), conflicts(stage, two)]).toEqual([false, true, 1])
  expect(await shown(world, jerry, lunch)).toEqual([waits.text])
  expect(await verdict(world)).toEqual([])
})

test('[WO78] a relay that dies on a sign-in has either device in session, and one only', async () => {
  for (const moment of ['before', 'after'] as const) {
    const { world, one, two } = await openTwins()
    world.relay.disk.dieAtNextCommit(moment)
    signIn(one)
    await world.run(2000)
    expect(world.relay.power()).toBe(null)
    await world.relay.start()
    await world.run(15_000)
    expect([isSignedOut(one), isSignedOut(two)]).toEqual([false, true])
    expect(await verdict(world)).toEqual([])
  }
})

test('[WO79] a connection that nobody has ended counts no more after a while: its user has gone', async () => {
  const { world, tom, jerry } = await openStage()
  const told = watchPresence(world, jerry, [tom.user])?.told
  await world.run(2000)
  expect(told?.get(tom.user)).toBe(true)
  // Nobody notices: it neither sends nor closes.
  tom.process()?.power.freeze()
  await world.run(15_000)
  expect(told?.get(tom.user)).toBe(true)
  await world.run(15_000)
  expect(told?.get(tom.user)).toBe(false)
  expect(world.counters.get('silentConnections')).toBeGreaterThan(0)
})

test('[WO71] [WO72] who is away when something is said in passing never hears of it', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  jerry.setOnline(false, true)
  await world.run(500)
  sayTransient(world, tom, lunch)
  await world.run(1000)
  jerry.setOnline(true, true)
  await world.run(5000)
  expect(world.journal.heard.some(({ event }) => event.type === 'transient')).toBe(false)
  expect(await shown(world, jerry, lunch)).toEqual([])
  expect(await verdict(world)).toEqual([])
})
