import { readAppend, readEntry } from '@parley/document'
import type { DeviceStore } from '@parley/storage'
import { createMemoryStore } from '@parley/storage/memory'
import type { EntryRow } from '@parley/wire'
import { expect, test, vi } from 'vitest'
import { deviceLayout } from '../records.ts'
import { holder, lunch, served, talk, wordsOf } from '../testing/history.test-kit.ts'
import { stage } from '../testing/client.test-kit.ts'
import { createScript, type Script } from '../testing/script.test-kit.ts'
import { codeOf, conversationId, jerry, settle, tom } from '../testing/values.test-kit.ts'
import { createMessageClasses } from './message-classes.ts'
import { createTimeline } from './timeline.ts'
import { range, shown, three, words } from '../testing/timeline.test-kit.ts'

test('[CL335] a timeline of a conversation nobody here knows yet rejects, quietly, and shows it when it comes', async () => {
  const stood = await stage()
  const unknown = await stood.client.getConversation(conversationId(1))
  const timeline = unknown?.timeline()
  if (timeline === undefined) throw new Error('it can be joined')
  expect(await codeOf(timeline.ready)).toBe('unknown-conversation')
  await settle()
  expect([timeline.messages, timeline.hasOlder, stood.errors]).toEqual([[], false, []])
  await expect(timeline.ready).rejects.toThrow(/Nothing of this conversation is on this device: join it/)
  const script = createScript(conversationId(1), { by: jerry, members: [tom], name: 'Lunch' })
  await stood.connect({ news: [script.news()] })
  await stood.say(script.frame(script.text(jerry, 'hello')))
  await settle()
  expect(timeline.messages.map((message) => message.getText?.() ?? '')).toEqual(['hello'])
  expect(stood.errors).toEqual([])
  timeline.close()
})

test('[CL220] a listener hears once of everything that changed together, and not after it has gone', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  const { timeline, calls, faults } = await shown(device)
  const began = calls()
  const stop = timeline.subscribe(() => {
    throw new Error('the app')
  })
  const heard = vi.fn<() => void>()
  timeline.subscribe(heard)
  const rows = range(1, 8).map((text) => script.text(jerry, text))
  await device.sayAsIs(...rows.map((row) => script.frame(row)))
  expect([calls() - began, heard.mock.calls.length, faults.length]).toEqual([1, 1, 1])
  await Promise.all(range(1, 5).map((text) => device.engine.send(lunch, { type: -1, text })))
  await settle()
  expect([calls() - began, faults.length]).toEqual([2, 2])
  stop()
  await device.say(script.frame(script.text(jerry, 'on')))
  expect([calls() - began, faults.length]).toEqual([3, 2])
})

test('[CL220] the same listener may subscribe twice, and one that ends another in its turn silences it', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  const { timeline } = await shown(device)
  const heard = vi.fn<() => void>()
  const stops = [timeline.subscribe(heard), timeline.subscribe(heard)]
  await device.say(script.frame(script.text(jerry, 'a')))
  expect(heard).toHaveBeenCalledTimes(2)
  stops[0]?.()
  await device.say(script.frame(script.text(jerry, 'b')))
  expect(heard).toHaveBeenCalledTimes(3)
  const late = vi.fn<() => void>()
  const ends: (() => void)[] = []
  timeline.subscribe(() => ends[0]?.())
  ends.push(timeline.subscribe(late))
  await device.say(script.frame(script.text(jerry, 'c')))
  expect(late).not.toHaveBeenCalled()
})

test('[CL221] a closed timeline follows nothing, keeps what it showed, and loads nothing', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  const { timeline, calls, faults } = await shown(device)
  const began = calls()
  timeline.close()
  timeline.close()
  await device.say(script.frame(script.text(jerry, 'a')))
  expect([words(timeline), calls()]).toEqual([['1', '2'], began])
  for (const call of [timeline.loadOlder(), timeline.loadNewer(), timeline.jumpTo('newest')])
    expect(await codeOf(call)).toBe('closed')
  const other = await shown(device)
  await device.engine.close()
  expect([words(other.timeline), other.faults, faults]).toEqual([['1', '2', 'a'], [], []])
  expect(await codeOf(other.timeline.loadOlder())).toBe('closed')
})

test('[CL335] of a conversation this device does not know it says so to who waits', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  const faults: unknown[] = []
  const fault = (error: unknown): void => void faults.push(error)
  const id = (lunch + 'x') as typeof lunch
  const { engine } = device
  const timeline = createTimeline({ engine, classes: createMessageClasses(fault), fault }, id, {})
  expect(await codeOf(timeline.ready)).toBe('unknown-conversation')
  expect([timeline.messages, faults]).toEqual([[], []])
})

test('[CL222] what is missing is said, and fetched when there is a connection again', async () => {
  const script = talk(three)
  const device = await holder(script, [3])
  await device.cut()
  const { timeline } = await shown(device, { limit: 6 })
  expect([words(timeline), timeline.missing, timeline.hasOlder]).toEqual([range(9, 12), true, true])
  expect(await timeline.loadOlder()).toBe(0)
  await device.pass(60_000)
  await device.connect()
  await served(device, script, timeline.loadOlder(1))
  expect([words(timeline), timeline.missing]).toEqual([range(6, 12), false])
})

test('[CL222] without being asked it fills itself when a session has caught up', async () => {
  const script = talk(three)
  const device = await holder(script, [3])
  await device.cut()
  const { timeline } = await shown(device, { limit: 6 })
  await device.pass(60_000)
  await device.connect()
  await served(device, script, settle())
  await served(device, script, settle())
  expect([words(timeline), timeline.missing]).toEqual([range(7, 12), false])
})

test('[CL222] what cannot be had is not asked for again until something has changed', async () => {
  const script = talk(three)
  const device = await holder(script, [3])
  const asked: number[] = []
  const nothing = (): boolean => false
  const faults: unknown[] = []
  const fault = (error: unknown): void => void faults.push(error)
  const { engine } = device
  const timeline = createTimeline({ engine, classes: createMessageClasses(fault), fault }, lunch, {
    limit: 6,
  })
  await served(device, script, timeline.ready, nothing, asked)
  expect([...asked]).toEqual([2, 1])
  for (const text of ['a', 'b']) await device.engine.setDraft(lunch, { type: -1, text })
  await served(device, script, settle(), nothing, asked)
  expect([...asked]).toEqual([2, 1])
  await device.say(script.frame(script.text(jerry, 'new')))
  await served(device, script, settle(), nothing, asked)
  expect(asked.length).toBeGreaterThan(2)
  expect([words(timeline), timeline.missing]).toEqual([[...range(9, 12), 'new'], true])
})

test('[CL222] what comes is shown at once, whatever is still being fetched', async () => {
  const script = talk(three)
  const device = await holder(script, [3])
  const { engine } = device
  const fault = (error: unknown): void => expect.unreachable(String(error))
  const timeline = createTimeline({ engine, classes: createMessageClasses(fault), fault }, lunch, {
    limit: 6,
  })
  await settle()
  // Nobody answers.
  const loading = timeline.loadOlder()
  await device.say(script.frame(script.text(jerry, 'new')))
  expect([words(timeline), timeline.missing]).toEqual([[...range(9, 12), 'new'], true])
  await served(device, script, loading)
  await settle()
  expect([words(timeline).slice(-6), timeline.missing]).toEqual([[...range(8, 12), 'new'], false])
})

/** The last text of somebody else. */
function recallable(script: Script): EntryRow {
  const row = script.rows.findLast(
    (one): one is EntryRow => one.kind === 'entry' && one.page === script.pages && isText(one),
  )
  if (row === undefined) throw new Error('nobody said anything')
  return row
}

function isText({ update, seq }: EntryRow): boolean {
  const read = readAppend(update)
  const entry = read.ok ? readEntry(read.append.content) : undefined
  return seq > 0 && entry?.ok === true && !('op' in entry.entry) && entry.entry.from === jerry
}

test('[CL223] a change of the newest end reads nothing from the disk, however many are shown', async () => {
  const script = talk({ sizes: [40, 40, 40] })
  const store = createMemoryStore(deviceLayout)
  const pages: unknown[] = []
  const counting: DeviceStore = {
    ...store,
    open: async () => {
      const opened = await store.open()
      return {
        ...opened,
        read: async (reads) => {
          for (const read of reads)
            if (read.kind === 'range' && read.table === 'updates' && read.prefix[1] !== 0)
              pages.push(read.prefix[1])
          return opened.read(reads)
        },
      }
    },
  }
  const device = await holder(script, [1, 2, 3], { store: counting, limits: { maxIdleConversations: 0 } })
  const { timeline } = await shown(device, { limit: 100 })
  expect(pages.length).toBeGreaterThan(0)
  pages.splice(0)
  await device.say(script.frame(script.text(jerry, 'new')))
  expect(timeline.messages).toHaveLength(101)
  expect(pages).toEqual([])
  await device.say(script.frame(script.recall(recallable(script))))
  expect(wordsOf(timeline.messages).at(-1)).toBe('(recalled)')
  expect(pages).toEqual([])
  pages.splice(0)
  await device.engine.send(lunch, { type: -1, text: 'mine' })
  await settle()
  expect(timeline.messages).toHaveLength(102)
  expect(pages).toEqual([])
})
