import { makeConversationId } from '@parley/document'
import { expect, test } from 'vitest'
import { command, create, giveUp, read, running, say, takeBack, tryAgain } from './deeds.ts'
import { openStage, said, sayMany, shown, verdict } from './stage.ts'

test('[WO56] a device dies between its disk and the answer: what it saved is sent, once', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  tom.disk.dieAtNextCommit('after')
  const hello = said(say(world, tom, lunch))
  await world.run(500)
  expect([tom.process(), hello.call]).toEqual([null, 'asked'])
  tom.start()
  await world.run(5000)
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, jerry, lunch)).toEqual([hello.text])
})

test('[WO56] a device dies at each of its effects in turn: what a call had resolved for arrives, nothing twice', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  for (let effects = 0; effects < 12; effects += 1) {
    tom.process()?.power.dieAfter(effects)
    say(world, tom, lunch)
    await world.run(300)
    tom.crash()
    tom.start()
    await world.run(3000)
  }
  expect(world.journal.deeds.some(({ call }) => call === 'asked')).toBe(true)
  expect(world.journal.deeds.some(({ call, kind }) => kind === 'message' && call === 'saved')).toBe(true)
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, tom, lunch)).toEqual(await shown(world, jerry, lunch))
})

test('[WO57] a page reloaded without a network shows everything and what waits; then it leaves, in its order', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const before = sayMany(world, jerry, lunch, 3)
  await world.run(500)
  tom.setOnline(false, true)
  const waiting = sayMany(world, tom, lunch, 3)
  await world.run(500)
  tom.crash()
  tom.start()
  await world.run(500)
  const all = [...before, ...waiting].map(({ text }) => text)
  expect(await shown(world, tom, lunch)).toEqual(all)
  tom.setOnline(true, true)
  await world.run(5000)
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, jerry, lunch)).toEqual(all)
})

test('[WO58] the disk of a device is full: it says so, takes nothing on, and goes on reading', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  tom.disk.setFull(true)
  const refused = said(say(world, tom, lunch))
  const heard = said(say(world, jerry, lunch))
  await world.run(2000)
  expect([refused.call, refused.code]).toEqual(['rejected', 'storage-full'])
  expect(await shown(world, tom, lunch)).toEqual([heard.text])
  tom.disk.setFull(false)
  const later = said(say(world, tom, lunch))
  await world.run(2000)
  expect(later.confirmed).toBe(true)
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, jerry, lunch)).toEqual([heard.text, later.text])
})

test('[WO59] two devices of one user show the same, whichever of them wrote', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const tablet = world.addDevice(tom.user)
  tablet.start()
  await world.run(1000)
  const texts = [tom, tablet, jerry, tablet, tom].map((device) => said(say(world, device, lunch)).text)
  await world.run(2000)
  expect(await verdict(world)).toEqual([])
  const order = await shown(world, jerry, lunch)
  expect(order.toSorted()).toEqual(texts.toSorted())
  for (const device of [tom, tablet]) expect(await shown(world, device, lunch)).toEqual(order)
})

test('[WO60] a device is copied with messages waiting, and both run: each message stands once', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  tom.setOnline(false, true)
  const waiting = sayMany(world, tom, lunch, 3)
  await world.run(500)
  const copy = world.copyDevice(tom)
  copy.start()
  await world.run(1000)
  tom.setOnline(true, true)
  await world.run(1000)
  const more = [said(say(world, tom, lunch)), said(say(world, copy, lunch))]
  await world.run(5000)
  expect(await verdict(world)).toEqual([])
  const texts = await shown(world, jerry, lunch)
  expect(texts.toSorted()).toEqual([...waiting, ...more].map(({ text }) => text).toSorted())
})

test('[WO61] two devices make the same unique conversation without a network: there is one, with what both wrote', async () => {
  const { world, tom, jerry } = await openStage()
  for (const device of [tom, jerry]) device.setOnline(false, true)
  const made = [tom, jerry].map((device) =>
    create(world, device, { kind: 'direct', unique: true, members: world.users }),
  )
  await world.run(500)
  const [ours, theirs] = made
  if (ours === undefined || theirs === undefined) throw new Error('both made it')
  expect(ours.conversation).toBe(theirs.conversation)
  const texts = [tom, jerry].map((device) => said(say(world, device, ours.conversation)).text)
  for (const device of [tom, jerry]) device.setOnline(true, true)
  await world.run(5000)
  expect(world.counters.get('uniqueCreatedTwiceOffline')).toBe(1)
  expect(await verdict(world)).toEqual([])
  const order = await shown(world, tom, ours.conversation)
  expect(order.toSorted()).toEqual(texts.toSorted())
  expect(await shown(world, jerry, ours.conversation)).toEqual(order)
})

test('[WO62] a leader that slept while another took over writes nothing when it wakes up, and ends', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const first = said(say(world, tom, lunch))
  await world.run(1000)
  tom.takeOver()
  const sleeper = tom.frozen()
  await world.run(1000)
  const second = said(say(world, tom, lunch))
  await world.run(1000)
  tom.thaw()
  sleeper?.power.enter(() => {
    sleeper.engine.send(lunch, { type: -1, text: 'too late' }).catch(() => undefined)
  })
  await world.run(20_000)
  expect(sleeper?.ended).toBe('superseded')
  expect(world.counters.get('staleWritesFenced')).toBeGreaterThan(0)
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, jerry, lunch)).toEqual([first.text, second.text])
})

test('[WO63] a device that was away for very long catches up, pages it never saw included', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  tom.setOnline(false, true)
  const texts: string[] = []
  for (let round = 0; round < 10; round += 1) {
    texts.push(...sayMany(world, jerry, lunch, world.settings.page.entries).map(({ text }) => text))
    await world.run(600_000)
  }
  tom.setOnline(true, true)
  await world.run(5000)
  expect(texts.length).toBeGreaterThan(world.settings.inlineRows)
  expect(await shown(world, tom, lunch)).toEqual(texts)
  expect(await verdict(world)).toEqual([])
})

test("[WO64] somebody else's message cannot be recalled", async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const hello = said(say(world, jerry, lunch))
  await world.run(1000)
  if (hello.id === null) throw new Error('it was saved')
  const back = takeBack(world, tom, lunch, hello.id)
  await world.run(1000)
  expect([back?.call, back?.code]).toEqual(['rejected', 'not-allowed'])
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, tom, lunch)).toEqual([hello.text])
})

test('[WO65] reading sets the count of unread to nothing, on this device alone', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  const tablet = world.addDevice(tom.user)
  tablet.start()
  await world.run(1000)
  sayMany(world, jerry, lunch, 4)
  await world.run(1000)
  read(world, tom, lunch)
  await world.run(1000)
  expect(running(tom)?.engine.conversation(lunch)?.unread).toBe(0)
  expect(running(tablet)?.engine.conversation(lunch)?.unread).toBe(4)
  expect(await verdict(world)).toEqual([])
})

test('[WO85] a joining that was refused is tried again and given up: what was refused beside it goes too', async () => {
  const { world, tom } = await openStage()
  const nowhere = makeConversationId(new Uint8Array(16))
  const unsent = () => running(tom)?.engine.unsent() ?? []
  const joins = [1, 2].map(() => command(world, tom, nowhere, { op: 'join' }))
  await world.run(2000)
  expect(joins.map((join) => join?.refused)).toEqual(['not-found', 'not-found'])
  const [first] = unsent()
  if (first === undefined) throw new Error('it is kept')
  tryAgain(world, tom, first.id)
  await world.run(2000)
  const again = unsent().find(({ id }) => !joins.some((join) => join?.id === id))
  if (again === undefined) throw new Error('it has another id')
  expect(await verdict(world)).toEqual([])
  giveUp(world, tom, again.id)
  await world.run(1000)
  expect(unsent()).toEqual([])
  expect(await verdict(world)).toEqual([])
})
