import { readAppend, readEntry } from '@parley/document'
import { createMemoryStore, type DeviceStore } from '@parley/storage'
import type { EntryRow } from '@parley/wire'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { deviceLayout } from '../records.ts'
import type { TestDevice } from '../testing/device.test-kit.ts'
import {
  everythingOf,
  holder,
  idsOf,
  lunch,
  served,
  stranger,
  talk,
  wordsOf,
} from '../testing/history.test-kit.ts'
import type { Script } from '../testing/script.test-kit.ts'
import { codeOf, entryId, jerry, pushed, settle, tom } from '../testing/values.test-kit.ts'
import { createMessageClasses } from './message-classes.ts'
import { MessageStatus } from './message.ts'
import { createTimeline } from './timeline.ts'
import type { MessageTimeline, TimelineOptions } from './timeline.ts'

interface Shown {
  readonly timeline: MessageTimeline
  readonly faults: unknown[]
  readonly calls: () => number
}

async function shown(device: TestDevice, options: TimelineOptions = {}, script?: Script): Promise<Shown> {
  const faults: unknown[] = []
  const fault = (error: unknown): void => void faults.push(error)
  const { engine } = device
  const timeline = createTimeline({ engine, classes: createMessageClasses(fault), fault }, lunch, options)
  let count = 0
  timeline.subscribe(() => {
    count += 1
  })
  await (script === undefined ? timeline.ready : served(device, script, timeline.ready))
  await settle()
  return { timeline, faults, calls: () => count }
}

const words = ({ messages }: MessageTimeline): readonly string[] => wordsOf(messages)

const range = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${from + at}`)

const three = { sizes: [4, 4, 4] }

test('[CL215] a timeline begins with the newest messages, and what waits behind them', async () => {
  const script = talk(three)
  const device = await stranger(script)
  const { timeline, calls } = await shown(device, { limit: 5 }, script)
  expect(words(timeline)).toEqual(range(8, 12))
  expect([timeline.hasOlder, timeline.hasNewer, timeline.missing]).toEqual([true, false, false])
  expect(calls()).toBeGreaterThan(0)
  const small = await shown(await holder(talk({ sizes: [2] }), [1]), { limit: 5 })
  expect([words(small.timeline), small.timeline.hasOlder]).toEqual([['1', '2'], false])
})

test('[CL215] more may wait here than a timeline begins with: all of it is shown, and does not count', async () => {
  const device = await holder(talk({ sizes: [2] }), [1])
  await device.cut()
  for (const text of ['a', 'b', 'c']) await device.engine.send(lunch, { type: -1, text })
  const { timeline } = await shown(device, { limit: 1 })
  expect(words(timeline)).toEqual(['2', 'a', 'b', 'c'])
  expect(await timeline.loadOlder()).toBe(1)
  expect(words(timeline)).toEqual(['1', '2', 'a', 'b', 'c'])
})

test('[CL215] what a timeline is given wrongly is refused', async () => {
  const device = await holder(talk(three), [1, 2, 3])
  for (const options of [{ limit: 0 }, { limit: 101 }, { limit: 1.5 }, { limit: 50, max: 49 }, { max: 1001 }])
    await expect(shown(device, options)).rejects.toThrow(/bad-argument/)
  const { timeline } = await shown(device)
  for (const call of [
    timeline.loadOlder(0),
    timeline.loadNewer(101),
    timeline.jumpTo('x'),
    timeline.jumpTo(new Date('no')),
  ])
    expect(await codeOf(call)).toBe('bad-argument')
})

test('[CL216] what has not changed stays the same object, and nothing changed is the same array', async () => {
  const script = talk(three)
  const device = await holder(script, [1, 2, 3])
  const { timeline, calls } = await shown(device, { limit: 5 })
  const before = timeline.messages
  const began = calls()
  await device.engine.setDraft(lunch, 'hm')
  await settle()
  expect([timeline.messages, calls()]).toEqual([before, began])
  expect(timeline.messages).toBe(before)
  await device.say(script.frame(script.text(jerry, 'new')))
  expect(timeline.messages).not.toBe(before)
  expect(timeline.messages.slice(0, 5).every((message, at) => message === before[at])).toBe(true)
  expect(words(timeline)).toEqual([...range(8, 12), 'new'])
  expect(Object.isFrozen(timeline.messages)).toBe(true)
})

test('[CL216] a recall, an edit, a reaction and a status replace their message, and no other', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  const { timeline } = await shown(device)
  const row = script.text(jerry, 'helo')
  await device.say(script.frame(row))
  const target = timeline.messages[2]?.id
  const said = target as never
  expect(target).toBe(said)
  const [one, two, three_] = timeline.messages
  const edit = {
    id: entryId(700),
    from: jerry,
    sentAt: 9,
    op: 'edit',
    target: said,
    type: -1,
    text: 'hello',
  } as const
  await device.say(script.frame(script.write(edit)))
  expect(words(timeline)).toEqual(['1', '2', 'hello'])
  expect([timeline.messages[0], timeline.messages[1]]).toEqual([one, two])
  expect(timeline.messages[0]).toBe(one)
  expect(timeline.messages[2]).not.toBe(three_)
  const edited = timeline.messages[2]
  await device.engine.react(lunch, said, '+', true)
  await settle()
  expect(timeline.messages[2]).not.toBe(edited)
  expect(timeline.messages[2]?.reactions).toMatchObject([{ sign: '+', users: [tom] }])
  expect(timeline.messages[1]).toBe(two)
  await device.say(script.frame(script.recall(row)))
  expect(words(timeline)).toEqual(['1', '2', '(recalled)'])
})

test('[CL217] an own message stands in the tail while it waits, and moves to its place once', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  device.sent()
  const { timeline } = await shown(device)
  const seen: string[] = []
  timeline.subscribe(() => seen.push(words(timeline).join(' ')))
  await device.engine.send(lunch, { type: -1, text: 'mine' })
  await settle()
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('it left')
  expect(timeline.messages[2]?.status).toBe(MessageStatus.SENDING)
  await device.say(script.frame(script.text(jerry, 'theirs')))
  const row = script.accept(update)
  await device.say(script.accepted([update], [row]))
  expect(timeline.messages.at(-1)).toMatchObject({ text: 'mine', status: MessageStatus.SENT, seq: row.seq })
  await device.say(script.frame(row))
  await device.say(script.frame(script.text(jerry, 'and on')))
  expect([...new Set(seen)]).toEqual(['1 2 mine', '1 2 theirs mine', '1 2 theirs mine and on'])
})

test('[CL217] one that is refused stays at the end, and one that is taken back goes', async () => {
  const script = talk({ sizes: [1] })
  const device = await holder(script, [1])
  device.sent()
  const { timeline } = await shown(device)
  const { id } = await device.engine.send(lunch, { type: -1, text: 'mine' })
  await settle()
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('it left')
  const { page, client, clock } = update
  const verdict = { class: 'refused', code: 'bad-content', detail: 'no' } as const
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ page, client, clock, verdict }] })
  await device.say(script.frame(script.text(jerry, 'theirs')))
  expect(words(timeline)).toEqual(['1', 'theirs', 'mine'])
  expect(timeline.messages.at(-1)).toMatchObject({
    status: MessageStatus.FAILED,
    error: { code: 'bad-content' },
  })
  await device.engine.discardUnsent(id)
  await settle()
  expect(words(timeline)).toEqual(['1', 'theirs'])
})

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

test('[CL221] of a conversation this device does not know it says so', async () => {
  const script = talk({ sizes: [2] })
  const device = await holder(script, [1])
  const faults: unknown[] = []
  const fault = (error: unknown): void => void faults.push(error)
  const id = (lunch + 'x') as typeof lunch
  const { engine } = device
  const timeline = createTimeline({ engine, classes: createMessageClasses(fault), fault }, id, {})
  expect(await codeOf(timeline.ready)).toBe('unknown-conversation')
  expect([timeline.messages, faults.length]).toEqual([[], 1])
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
  for (const text of ['a', 'b']) await device.engine.setDraft(lunch, text)
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

test('[CL218] loads asked for together come one after another', async () => {
  const script = talk({ sizes: [4, 4, 4, 4] })
  const device = await stranger(script)
  const { timeline } = await shown(device, { limit: 2 }, script)
  const loads = Promise.all([timeline.loadOlder(3), timeline.loadOlder(4), timeline.loadNewer()])
  expect(await served(device, script, loads)).toEqual([3, 4, 0])
  expect([words(timeline), timeline.missing]).toEqual([range(8, 16), false])
})

const steps = fc.array(
  fc.record({
    do: fc.constantFrom(
      'arrival',
      'own',
      'accept',
      'refuse',
      'page',
      'recall',
      'older',
      'newer',
      'jump',
      'discard',
    ),
    count: fc.integer({ min: 1, max: 9 }),
  }),
  { maxLength: 25 },
)

test('[CL218] whatever happens, a timeline is one contiguous run within its bound, and says what lies beside it', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
      steps,
      async (sizes, planned) => {
        const script = talk({ sizes })
        const device = await holder(
          script,
          sizes.map((_, at) => at + 1),
        )
        device.sent()
        const { timeline, faults } = await shown(device, { limit: 3, max: 7 })
        for (const { do: what, count } of planned) {
          if (what === 'older') await timeline.loadOlder(count)
          else if (what === 'newer') await timeline.loadNewer(count)
          else if (what === 'jump') await timeline.jumpTo(entryId(1 + (count % sizes.length)))
          else accepted += await happens(device, script, what, count)
          await settle()
          const all = (await device.engine.history(lunch, { limit: 1000 })).messages
          const ids = idsOf(all)
          const here = idsOf(timeline.messages)
          const at = ids.indexOf(here[0] ?? '')
          expect(ids.slice(at, at + here.length)).toEqual(here)
          expect([timeline.hasOlder, timeline.missing]).toEqual([at > 0, false])
          // At the newest end it shows that; elsewhere what waits is not in it.
          const waits = new Set(idsOf(all.filter(({ state, seq }) => seq === 0 || state === 'failed')))
          expect(timeline.hasNewer ? here.some((id) => waits.has(id)) : here.at(-1) !== ids.at(-1)).toBe(
            false,
          )
          expect(here.filter((id) => !waits.has(id)).length).toBeLessThanOrEqual(7)
        }
        expect(faults).toEqual([])
      },
    ),
    { numRuns: 80 },
  )
  expect(accepted).toBeGreaterThan(0)
}, 60_000)

/** The last text of somebody else. */
function recallable(script: Script): EntryRow {
  const row = script.rows.findLast(
    (one): one is EntryRow => one.kind === 'entry' && one.page === script.pages && isText(one),
  )
  if (row === undefined) throw new Error('nobody said anything')
  return row
}

/** Answers how many own messages were accepted. */
async function happens(device: TestDevice, script: Script, what: string, count: number): Promise<number> {
  if (what === 'arrival')
    await device.say(script.frame(...range(1, count).map((text) => script.text(jerry, text))))
  if (what === 'own') await device.engine.send(lunch, { type: -1, text: 'own' })
  if (what === 'page') await device.say(script.frame(script.change({ op: 'page', pages: script.pages + 1 })))
  if (what === 'recall') {
    const row = script.rows.findLast(
      (one): one is EntryRow => one.kind === 'entry' && one.page === script.pages && isText(one),
    )
    if (row !== undefined) await device.say(script.frame(script.recall(row)))
  }
  if (what === 'discard') {
    const failed = device.engine.unsent().find(({ state }) => state === 'refused')
    if (failed !== undefined) await device.engine.discardUnsent(failed.id)
  }
  if (what !== 'accept' && what !== 'refuse') return 0
  await settle()
  const updates = pushed(device.sent())
  const taken = what === 'accept' ? updates.filter(({ page }) => page === script.pages) : []
  const refused = updates.filter((update) => !taken.includes(update))
  const rows = taken.map((update) => script.accept(update))
  const verdict = { class: 'refused', code: 'bad-content', detail: 'no' } as const
  const answers = refused.map(({ page, client, clock }) => ({ page, client, clock, verdict }))
  await device.say(script.accepted(taken, rows), { frame: 'answer', conversation: lunch, answers })
  if (rows.length > 0) await device.say(script.frame(...rows))
  return rows.length
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
