import { expect, test } from 'vitest'
import { say, takeBack } from './deeds.ts'
import { loseFrames, loseNothing, openStage, said, sayMany, shown, verdict } from './stage.ts'
import { fairWeather, type Weather } from './weather.ts'

test('[WO50] a line is cut again and again while both write: everything stands once, in one order', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  for (let round = 0; round < 8; round += 1) {
    sayMany(world, tom, lunch, 2)
    sayMany(world, jerry, lunch, 2)
    await world.run(20 + round * 15)
    world.network.cut(round % 2 === 0 ? tom.name : jerry.name)
    await world.run(4000)
  }
  expect(await verdict(world)).toEqual([])
  const texts = await shown(world, tom, lunch)
  expect(texts).toHaveLength(32)
  expect(await shown(world, jerry, lunch)).toEqual(texts)
  expect(world.counters.get('cuts')).toBeGreaterThanOrEqual(8)
})

test.each<readonly [string, Partial<Weather>]>([
  ['delayed by seconds', { delayMs: [500, 4000] }],
  ['lost', { lose: 0.15 }],
  ['doubled', { double: 0.3 }],
  ['reordered', { reorder: 0.3 }],
  ['slow to leave', { slow: 1 }],
])('[WO51] frames are %s, and nothing is lost or doubled by it', async (_what, weather) => {
  const { world, tom, jerry, lunch } = await openStage()
  world.network.setWeather({ ...fairWeather, ...weather })
  // A new connection, so that a slow one is slow.
  world.network.cut(tom.name)
  world.network.cut(jerry.name)
  for (let round = 0; round < 12; round += 1) {
    say(world, tom, lunch)
    say(world, jerry, lunch)
    await world.run(700)
  }
  expect(await verdict(world)).toEqual([])
  expect(await shown(world, jerry, lunch)).toEqual(await shown(world, tom, lunch))
  expect(await shown(world, tom, lunch)).toHaveLength(24)
})

test('[WO52] an answer is lost before its message is recalled: the message is taken back, once', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  loseFrames(world, tom, ['answer', 'rows'])
  const hello = said(say(world, tom, lunch))
  await world.run(300)
  expect(await shown(world, jerry, lunch)).toEqual([hello.text])
  if (hello.id === null) throw new Error('it was saved')
  const back = takeBack(world, tom, lunch, hello.id)
  await world.run(100)
  loseNothing(world)
  world.network.cut(tom.name)
  await world.run(20_000)
  expect([hello.confirmed, back?.confirmed]).toEqual([true, true])
  expect(world.counters.get('answersLostBeforeRecall')).toBe(1)
  expect(await verdict(world)).toEqual([])
  for (const device of [tom, jerry]) expect(await shown(world, device, lunch)).toEqual(['(recalled)'])
})

test('[WO53] an answer is lost before the page closes: the message stands once', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  loseFrames(world, tom, ['answer', 'rows'])
  const hello = said(say(world, tom, lunch))
  await world.run(300)
  tom.setOnline(false, true)
  const others = sayMany(world, jerry, lunch, world.settings.page.entries + 2)
  await world.run(2000)
  loseNothing(world)
  tom.setOnline(true, true)
  await world.run(20_000)
  expect(hello.confirmed).toBe(true)
  expect(world.counters.get('answersLostBeforePageClosed')).toBe(1)
  expect(await verdict(world)).toEqual([])
  const texts = [hello, ...others].map(({ text }) => text)
  for (const device of [tom, jerry]) expect(await shown(world, device, lunch)).toEqual(texts)
})

test('[WO54] a page closes under messages written offline: they go to the page that is open then, in their order', async () => {
  const { world, tom, jerry, lunch } = await openStage()
  sayMany(world, tom, lunch, 1)
  await world.run(500)
  tom.setOnline(false, true)
  const waiting = sayMany(world, tom, lunch, 3)
  sayMany(world, jerry, lunch, world.settings.page.entries * 2)
  await world.run(2000)
  expect(world.counters.get('pagesClosedWhileOffline')).toBeGreaterThan(0)
  expect(waiting.map(({ confirmed }) => confirmed)).toEqual([false, false, false])
  tom.setOnline(true, true)
  await world.run(5000)
  expect(await verdict(world)).toEqual([])
  const texts = await shown(world, jerry, lunch)
  expect(texts.slice(-3)).toEqual(waiting.map(({ text }) => text))
  expect(await shown(world, tom, lunch)).toEqual(texts)
})

test("[WO55] clocks are wrong by hours and jump: the order is the relay's, and its time never runs backwards", async () => {
  const { world, tom, jerry, lunch } = await openStage()
  tom.clock.setSkew(11 * 3_600_000)
  jerry.clock.setSkew(-9 * 3_600_000)
  const order: string[] = []
  for (let round = 0; round < 6; round += 1) {
    order.push(said(say(world, round % 2 === 0 ? tom : jerry, lunch)).text)
    await world.run(500)
    tom.clock.setSkew(tom.clock.skew() - 5 * 3_600_000)
    world.relay.clock.setSkew(round % 2 === 0 ? -3_600_000 : 0)
  }
  expect(await verdict(world)).toEqual([])
  for (const device of [tom, jerry]) expect(await shown(world, device, lunch)).toEqual(order)
})
