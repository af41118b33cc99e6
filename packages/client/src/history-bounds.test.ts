import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HistoryBound, HistoryPage, HistoryQuery, MessageView } from './engine-types.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { asked, everythingOf, holder, idsOf, lunch, served, talk } from './testing/history.test-kit.ts'
import type { Script } from './testing/script.test-kit.ts'

const talks = fc
  .record({
    sizes: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 7 }),
    together: fc.constantFrom(1, 4, 1000),
    recalls: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 3 }),
    holes: fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 5 }),
    waiting: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ sizes, together, recalls, holes, waiting }) => {
    const count = sizes.reduce((sum, size) => sum + size, 0)
    const recalled = [...new Set(recalls)].filter((n) => n <= count)
    return { talked: { sizes, together, recalled }, count, holes, waiting }
  })

const edge = fc.record({
  at: fc.nat(),
  by: fc.constantFrom('id', 'time', 'both', 'seq'),
  closed: fc.boolean(),
  off: fc.integer({ min: -3, max: 3 }),
})

const wishes = fc.record({
  limit: fc.integer({ min: 1, max: 9 }),
  direction: fc.constantFrom('new-to-old' as const, 'old-to-new' as const),
  type: fc.option(fc.constantFrom(-1, 7, -127), { nil: undefined }),
  start: fc.option(edge, { nil: undefined }),
  end: fc.option(edge, { nil: undefined }),
})

type Wish = typeof wishes extends fc.Arbitrary<infer W> ? W : never
type EdgeWish = NonNullable<Wish['start']>

function boundAt(everything: readonly MessageView[], wish: EdgeWish): HistoryBound {
  const view = everything[wish.at % everything.length]
  if (view === undefined) return { time: 1000 + wish.off, closed: wish.closed }
  const { closed } = wish
  if (wish.by === 'id' || view.seq === 0) return { id: view.id, closed }
  if (wish.by === 'seq') return { seq: Math.max(1, view.seq + wish.off), closed }
  if (wish.by === 'time') return { time: view.time + wish.off, closed }
  return { id: view.id, time: view.time, closed }
}

function queryOf(
  everything: readonly MessageView[],
  { limit, direction, type, start, end }: Wish,
): HistoryQuery {
  return {
    limit,
    direction,
    ...(type === undefined ? {} : { type }),
    ...(start === undefined ? {} : { start: boundAt(everything, start) }),
    ...(end === undefined ? {} : { end: boundAt(everything, end) }),
  }
}

/** The same, said as slowly as possible: one list, of which what does not lie within its bounds is left out. */
function naively(
  everything: readonly MessageView[],
  { limit = 20, direction, type, start, end }: HistoryQuery,
  latest: number,
): readonly string[] {
  const forward = direction === 'old-to-new'
  const timeAt = (view: MessageView): number => (view.seq === 0 ? Math.max(latest, view.time) : view.time)
  const distance = (view: MessageView, bound: HistoryBound): number => {
    const at = everything.findIndex(({ id }) => id === bound.id)
    if (at >= 0) return everything.indexOf(view) - at
    if (bound.seq !== undefined) return (view.seq === 0 ? Infinity : view.seq) - bound.seq
    return timeAt(view) - (bound.time ?? 0)
  }
  const isWithin = (view: MessageView, bound: HistoryBound | undefined, above: boolean): boolean => {
    if (bound === undefined) return true
    const d = distance(view, bound)
    return d === 0 ? bound.closed === true : above === d > 0
  }
  const walked = (forward ? everything : everything.toReversed()).filter(
    (view) => isWithin(view, start, forward) && isWithin(view, end, !forward),
  )
  const found = walked.filter((view) => type === undefined || view.type === type).slice(0, limit)
  return idsOf(forward ? found : found.toReversed())
}

async function full(device: TestDevice, script: Script): Promise<readonly MessageView[]> {
  return (await served(device, script, device.engine.history(lunch, { limit: 1000 }))).messages
}

test('[CL82] bounds by message, sequence and time, alone and together, select what is answered, across pages and equal times', async () => {
  await fc.assert(
    fc.asyncProperty(talks, fc.array(wishes, { minLength: 1, maxLength: 6 }), async (one, wanted) => {
      const script = talk(one.talked)
      const latest = script.news().time
      const everything = await everythingOf(script)
      for (const wish of wanted) {
        const device = await holder(script, pagesWithout(script, one.holes))
        const query = queryOf(everything, wish)
        const { ids: found, missing } = await asked(device, script, query)
        expect(found).toEqual(naively(everything, query, latest))
        expect(missing).toEqual([])
      }
    }),
    { numRuns: 120 },
  )
}, 60_000)

test('[CL206] without a network what is held is answered, and what may lack of it is named as missing', async () => {
  await fc.assert(
    fc.asyncProperty(talks, fc.array(wishes, { minLength: 1, maxLength: 10 }), async (one, wanted) => {
      const script = talk(one.talked)
      const latest = script.news().time
      const device = await holder(script, pagesWithout(script, one.holes))
      await device.cut()
      device.setClock(1)
      for (let n = 0; n < one.waiting; n += 1) await device.engine.send(lunch, { type: -1, text: `own ${n}` })
      const shown = await full(device, script)
      const own = shown.filter(({ seq }) => seq === 0)
      const everything = [...(await everythingOf(script)), ...own]
      expect(idsOf(shown)).toEqual(idsOf(everything.filter((view) => shown.some(({ id }) => id === view.id))))
      for (const wish of wanted) {
        const query = queryOf(everything, wish)
        const answer = await device.engine.history(lunch, query).catch(String)
        const isRefused = typeof answer === 'string'
        // Only where an id bounds it that is nowhere here, and nothing else is said of it.
        expect(isRefused && answer.includes('OFFLINE')).toBe(isUnheld(shown, query))
        if (isRefused) continue
        checkHeld(answer, shown, everything, query, latest)
      }
    }),
    { numRuns: 150 },
  )
}, 60_000)

function isUnheld(shown: readonly MessageView[], { start, end }: HistoryQuery): boolean {
  return [start, end].some(
    (bound) =>
      bound?.id !== undefined && bound.time === undefined && !shown.some(({ id }) => id === bound.id),
  )
}

function checkHeld(
  { messages, missing }: HistoryPage,
  shown: readonly MessageView[],
  everything: readonly MessageView[],
  query: HistoryQuery,
  latest: number,
): void {
  const { start, end, ...rest } = query
  const standing = (bound: HistoryBound): HistoryBound =>
    bound.id === undefined || shown.some(({ id }) => id === bound.id)
      ? bound
      : { time: bound.time ?? 0, closed: bound === end ? true : bound.closed === true }
  const held = {
    ...rest,
    ...(start === undefined ? {} : { start: standing(start) }),
    ...(end === undefined ? {} : { end: standing(end) }),
  }
  expect(idsOf(messages)).toEqual(naively(shown, held, latest))
  // Where nothing is named, nothing lacks.
  expect(missing.length > 0 || same(idsOf(messages), naively(everything, query, latest))).toBe(true)
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.join() === b.join()
}

function pagesWithout(script: Script, holes: readonly number[]): readonly number[] {
  return Array.from({ length: script.pages }, (_, at) => at + 1).filter((page) => !holes.includes(page))
}
