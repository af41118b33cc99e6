import { expect, test } from 'vitest'
import { everythingOf, holder, lunch, served, stranger, talk } from '../testing/history.test-kit.ts'
import { codeOf, entryId, jerry } from '../testing/values.test-kit.ts'
import { range, shown, three, words } from '../testing/timeline.test-kit.ts'

test('[CL218] older and newer ones are loaded at either end, and what is too much goes at the other', async () => {
  const script = talk({ sizes: [10, 10, 10] })
  const device = await holder(script, [1, 2, 3])
  const { timeline } = await shown(device, { limit: 5, max: 12 })
  expect(await timeline.loadOlder(6)).toBe(6)
  expect([words(timeline), timeline.hasNewer]).toEqual([range(20, 30), false])
  expect(await timeline.loadOlder()).toBe(5)
  expect([words(timeline), timeline.hasOlder, timeline.hasNewer]).toEqual([range(15, 26), true, true])
  // What comes belongs to an end that is not shown.
  await device.say(script.frame(script.text(jerry, 'new')))
  expect(words(timeline)).toEqual(range(15, 26))
  expect(await timeline.loadNewer(3)).toBe(3)
  expect([words(timeline), timeline.hasNewer]).toEqual([range(18, 29), true])
  expect(await timeline.loadNewer(2)).toBe(2)
  expect([words(timeline), timeline.hasNewer, timeline.hasOlder]).toEqual([
    [...range(20, 30), 'new'],
    false,
    true,
  ])
  expect(await timeline.loadNewer(2)).toBe(0)
  for (let loads = 0; timeline.hasOlder && loads < 9; loads += 1) await timeline.loadOlder(10)
  expect([words(timeline), await timeline.loadOlder()]).toEqual([range(1, 12), 0])
})

test('[CL218] at the newest end a full window lets the oldest go; who reads among the older ones stays there', async () => {
  const script = talk({ sizes: [10] })
  const device = await holder(script, [1])
  const follows = await shown(device, { limit: 5, max: 6 })
  const reads = await shown(device, { limit: 5, max: 6 })
  await reads.timeline.loadOlder(1)
  await device.say(script.frame(script.text(jerry, 'a')))
  await device.say(script.frame(script.text(jerry, 'b')))
  expect([words(follows.timeline), follows.timeline.hasNewer]).toEqual([[...range(7, 10), 'a', 'b'], false])
  expect([words(reads.timeline), reads.timeline.hasNewer]).toEqual([range(5, 10), true])
  // Many at once, more than it may hold.
  const many = range(1, 20).map((text) => script.text(jerry, `m${text}`))
  await device.say(script.frame(...many))
  expect(words(follows.timeline)).toEqual(range(15, 20).map((text) => `m${text}`))
  expect(words(reads.timeline)).toEqual(range(5, 10))
})

test('[CL219] a jump puts the window around a message, a time, or at the newest end', async () => {
  const script = talk({ sizes: [10, 10, 10] })
  const device = await stranger(script)
  const everything = await everythingOf(script)
  const { timeline } = await shown(device, { limit: 6 }, script)
  const jump = async (place: string | Date): Promise<readonly (string | undefined)[]> => {
    const found = await served(device, script, timeline.jumpTo(place))
    return [found?.text, ...words(timeline)]
  }
  expect(await jump(entryId(12))).toEqual(['12', ...range(9, 14)])
  expect([timeline.hasOlder, timeline.hasNewer]).toEqual([true, true])
  expect(await jump(new Date(everything[19]?.time ?? 0))).toEqual(['20', ...range(17, 22)])
  expect(await jump(new Date(0))).toEqual(['1', ...range(1, 3)])
  expect([timeline.hasOlder, timeline.hasNewer]).toEqual([false, true])
  expect(await jump('newest')).toEqual(['30', ...range(25, 30)])
  expect(timeline.hasNewer).toBe(false)
  expect(await jump(entryId(30))).toEqual(['30', ...range(25, 30)])
  expect(await jump(new Date(9_000_000_000_000))).toEqual([undefined, ...range(25, 30)])
  const own = await device.engine.send(lunch, { type: -1, text: 'a' })
  await device.engine.send(lunch, { type: -1, text: 'b' })
  await jump(entryId(1))
  expect(await jump(own.id)).toEqual(['a', ...range(25, 30), 'a', 'b'])
})

test('[CL219] a jump that cannot be made leaves the window as it was', async () => {
  const script = talk(three)
  const device = await holder(script, [3])
  await device.cut()
  const { timeline } = await shown(device, { limit: 3 })
  const before = timeline.messages
  expect(await codeOf(timeline.jumpTo(entryId(2)))).toBe('OFFLINE')
  expect([timeline.messages, timeline.missing]).toEqual([before, false])
  expect(timeline.messages).toBe(before)
})

test('[CL218] loads asked for together come one after another', async () => {
  const script = talk({ sizes: [4, 4, 4, 4] })
  const device = await stranger(script)
  const { timeline } = await shown(device, { limit: 2 }, script)
  const loads = Promise.all([timeline.loadOlder(3), timeline.loadOlder(4), timeline.loadNewer()])
  expect(await served(device, script, loads)).toEqual([3, 4, 0])
  expect([words(timeline), timeline.missing]).toEqual([range(8, 16), false])
})
