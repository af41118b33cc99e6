import { expect, test } from 'vitest'
import { command, create, running, say, takeBack } from './deeds.ts'
import { createRandom } from './random.ts'
import { restoreOlder } from './life-relay.ts'
import { openStage, said, sayMany, shown, verdict } from './stage.ts'

test.each(['before', 'after'] as const)(
  '[WO66] the relay dies %s its disk has a message and before anybody is told: it stands once',
  async (moment) => {
    const { world, tom, jerry, lunch } = await openStage()
    world.relay.disk.dieAtNextCommit(moment)
    const hello = said(say(world, tom, lunch))
    await world.run(1000)
    expect([world.relay.power(), hello.call, hello.confirmed]).toEqual([null, 'saved', false])
    await world.relay.start()
    await world.run(20_000)
    expect(hello.confirmed).toBe(true)
    expect(world.counters.get('relayCrashesBetweenDiskAndAnswer')).toBe(moment === 'after' ? 1 : 0)
    expect(await verdict(world)).toEqual([])
    for (const device of [tom, jerry]) expect(await shown(world, device, lunch)).toEqual([hello.text])
  },
)

test('[WO66] the relay dies at each of its effects in turn: nothing answered is lost, nothing is doubled', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  for (let effects = 0; effects < 14; effects += 1) {
    world.relay.power()?.dieAfter(effects)
    say(world, tom, lunch)
    say(world, jerry, lunch)
    await world.run(2000)
    world.relay.crash()
    await world.relay.start()
    await world.run(3000)
  }
  expect(world.counters.get('relayCrashesAmongSends')).toBeGreaterThan(0)
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, tom, lunch)).toHaveLength(28)
})

test('[WO67] the disk of the relay is full for a while: messages wait, reading goes on, everything arrives', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const first = said(say(world, tom, lunch))
  await world.run(1000)
  world.relay.disk.setFull(true)
  const waiting = sayMany(world, jerry, lunch, 3)
  await world.run(5000)
  expect(waiting.map(({ confirmed, refused }) => [confirmed, refused])).toEqual(
    waiting.map(() => [false, null]),
  )
  expect(await shown(world, tom, lunch)).toEqual([first.text])
  world.relay.disk.setFull(false)
  await world.run(90_000)
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, tom, lunch)).toEqual([first, ...waiting].map(({ text }) => text))
})

test('[WO67] a clock set back while a message waits for room does not make it wait for hours', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  world.relay.disk.setFull(true)
  const waiting = said(say(world, jerry, lunch))
  await world.run(2000)
  jerry.clock.setSkew(-20 * 3_600_000)
  world.relay.disk.setFull(false)
  await world.run(90_000)
  expect(waiting.confirmed).toBe(true)
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, tom, lunch)).toEqual([waiting.text])
})

test('[WO68] somebody is kicked while he is offline with messages waiting: they are refused and kept, and the rest goes on', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  jerry.setOnline(false, true)
  const waiting = sayMany(world, jerry, lunch, 2)
  command(world, tom, lunch, { op: 'remove', members: [jerry.user] })
  await world.run(2000)
  expect(world.counters.get('kicksWhileOffline')).toBe(1)
  jerry.setOnline(true, true)
  await world.run(5000)
  expect(waiting.map(({ refused }) => refused)).toEqual(['not-a-member', 'not-a-member'])
  const kept = running(jerry)
    ?.engine.unsent()
    .map(({ id, state, error }) => [id, state, error?.code])
  expect(kept).toEqual(waiting.map(({ id }) => [id, 'refused', 'not-a-member']))
  const goesOn = said(say(world, tom, lunch))
  await world.run(1000)
  expect(goesOn.confirmed).toBe(true)
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, tom, lunch)).toEqual([goesOn.text])
})

test('[WO68] pages that close after a kick do not keep the kicked one waiting for them', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  jerry.setOnline(false, true)
  const waiting = said(say(world, jerry, lunch))
  command(world, tom, lunch, { op: 'remove', members: [jerry.user] })
  await world.run(1000)
  sayMany(world, tom, lunch, world.settings.page.entries * 2)
  await world.run(2000)
  jerry.setOnline(true, true)
  await world.run(5000)
  expect(waiting.refused).toBe('not-a-member')
  expect(await verdict(world)).toEqual([])
})

test('[WO68] what was written behind a joining that is refused is refused with it', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  command(world, tom, lunch, { op: 'remove', members: [jerry.user] })
  await world.run(1000)
  const open = create(world, tom, { unique: false, members: [] })
  await world.run(1000)
  if (open === undefined) throw new Error('it was made')
  jerry.setOnline(false, true)
  world.relay.crash()
  // Nobody but Tom ever hears of it: the copy of the log that comes back does not have it, and Tom is gone.
  world.relay.disk.restore(0, 'another life')
  tom.lose()
  const joining = command(world, jerry, open.conversation, { op: 'join' })
  await world.run(500)
  const behind = said(say(world, jerry, open.conversation))
  await world.relay.start()
  jerry.setOnline(true, true)
  await world.run(10_000)
  expect([joining?.refused, behind.refused]).toEqual(['not-found', 'conversation-refused'])
})

test('[WO69] the relay is restored from an older copy: its devices bring back what it lost', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const early = sayMany(world, tom, lunch, 2)
  await world.run(1000)
  const size = world.relay.disk.size()
  const lost = [...sayMany(world, tom, lunch, 2), ...sayMany(world, jerry, lunch, 2)]
  await world.run(2000)
  expect(lost.every(({ confirmed }) => confirmed)).toBe(true)
  restoreOlder(world, createRandom('restore'), world.relay.disk.size() - size)
  await world.run(30_000)
  expect(await verdict(world)).toEqual([])
  const order = await shown(world, tom, lunch)
  expect(order.toSorted()).toEqual([...early, ...lost].map(({ text }) => text).toSorted())
  expect(await shown(world, jerry, lunch)).toEqual(order)
})

test('[WO69] a conversation the older copy never had comes back with everything in it', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const texts = [...sayMany(world, tom, lunch, 3), ...sayMany(world, jerry, lunch, 2)].map(({ text }) => text)
  await world.run(2000)
  restoreOlder(world, createRandom('restore'), world.relay.disk.size())
  await world.run(30_000)
  expect(await verdict(world)).toEqual([])
  expect((await shown(world, jerry, lunch)).toSorted()).toEqual(texts.toSorted())
})

test('[WO69] what was taken back before the restore does not come back with it', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const size = world.relay.disk.size()
  const [stays, goes] = sayMany(world, tom, lunch, 2)
  await world.run(1000)
  if (goes === undefined || goes.id === null) throw new Error('it was saved')
  takeBack(world, tom, lunch, goes.id)
  await world.run(1000)
  restoreOlder(world, createRandom('restore'), world.relay.disk.size() - size)
  await world.run(30_000)
  expect(await verdict(world)).toEqual([])
  const texts = await shown(world, jerry, lunch)
  expect(texts).toContain(stays?.text)
  expect(texts).not.toContain(goes.text)
})

test('[WO69] who joined what the older copy never had, and is there before its maker, is not among those it is made for', async () => {
  const { world, tom, jerry } = await openStage({ features: new Set(['signals']) })
  const size = world.relay.disk.size()
  const made = create(world, tom, { unique: false, members: [], name: 'group' })
  await world.run(1000)
  if (made === undefined) throw new Error('it was made')
  const joins = command(world, jerry, made.conversation, { op: 'join' })
  await world.run(1000)
  expect(joins?.confirmed).toBe(true)
  tom.setOnline(false, true)
  restoreOlder(world, createRandom('restore'), world.relay.disk.size() - size)
  await world.run(30_000)
  tom.setOnline(true, true)
  await world.run(10_000)
  const members = world.relay.disk.log().conversations.get(made.conversation)?.members
  expect([...(members?.keys() ?? [])]).toEqual([tom.user])
  // He still believes that he is a member, and nobody waits for him to hear anything.
  expect(running(jerry)?.engine.conversation(made.conversation)?.role).toBe('member')
  expect(await verdict(world)).toEqual([])
})
