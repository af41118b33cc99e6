import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ItemId } from '../ids.ts'
import { inCausalOrder } from './stock-order.ts'
import type { StockAppend } from './stock-structs.ts'
import { maxStockStructs } from './stock-limits.ts'
import { knownOf } from './stock.test-kit.ts'

const content = Uint8Array.of(126)

function append(client: number, clock: number, origin: ItemId | null): StockAppend {
  return { kind: 'append', client, clock, origin, content }
}

function at(client: number, clock: number): ItemId {
  return { client, clock }
}

function names(appends: readonly ItemId[]): readonly string[] {
  return appends.map(({ client, clock }) => `${client}:${clock}`)
}

function ordered(
  appends: readonly StockAppend[],
  known: readonly (readonly [number, number])[] = [],
): readonly string[] | string {
  const result = inCausalOrder(appends, knownOf(new Map(known)))
  return result.ok ? names(result.appends) : `${result.code}: ${result.detail}`
}

/** Who writes next, and which earlier one he stands behind (beyond the first: nobody). */
const histories = fc.array(fc.tuple(fc.nat(5), fc.nat(60)), { minLength: 1, maxLength: 60 }).map((steps) => {
  const made: StockAppend[] = []
  const clocks = new Map<number, number>()
  for (const [client, behind] of steps) {
    const clock = clocks.get(client) ?? 0
    clocks.set(client, clock + 1)
    const origin = made[behind]
    made.push(append(client, clock, origin === undefined ? null : at(origin.client, origin.clock)))
  }
  return made
})

test('[DO149] in whatever order they come, each stands behind its predecessor and its origin', () => {
  fc.assert(
    fc.property(
      histories.chain((made) =>
        fc.tuple(
          fc.constant(made),
          fc.nat(made.length),
          fc.shuffledSubarray(made, { minLength: made.length }),
        ),
      ),
      ([made, knownCount, shuffled]) => {
        const known = new Map<number, number>()
        for (const { client, clock } of made.slice(0, knownCount)) known.set(client, clock + 1)
        const unknown = made.slice(knownCount)
        const result = inCausalOrder(
          shuffled.filter((one) => unknown.includes(one)),
          knownOf(known),
        )
        expect(result.ok).toBe(true)
        const placed = result.ok ? result.appends : []
        expect(names(placed).toSorted()).toEqual(names(unknown).toSorted())
        const next = new Map(known)
        for (const { client, clock, origin } of placed) {
          expect(clock).toBe(next.get(client) ?? 0)
          expect(origin === null || origin.clock < (next.get(origin.client) ?? 0)).toBe(true)
          next.set(client, clock + 1)
        }
      },
    ),
    { numRuns: 500 },
  )
})

test('[DO149] two authors who answered each other are told in turn, and nobody is nobody', () => {
  const talk = [
    append(9, 0, null),
    append(9, 1, at(7, 0)),
    append(9, 2, at(7, 1)),
    append(7, 0, at(9, 0)),
    append(7, 1, at(9, 1)),
  ]
  expect(ordered(talk)).toEqual(['9:0', '7:0', '9:1', '7:1', '9:2'])
  expect(ordered(talk.toReversed())).toEqual(['9:0', '7:0', '9:1', '7:1', '9:2'])
  expect(ordered([])).toEqual([])
})

test.each<readonly [string, string, readonly StockAppend[]]>([
  ['that leaves out a clock', 'lacks the one of its author', [append(7, 3, null), append(7, 5, at(7, 3))]],
  ['whose author has more before it', 'lacks the one of its author', [append(7, 4, null)]],
  ['that is known already', 'known already', [append(7, 2, null)]],
  ['that stands twice', 'stands twice', [append(7, 3, null), append(7, 3, null)]],
  ['behind an unknown one', 'neither known nor in the update', [append(7, 3, at(8, 0))]],
  ['behind one that is not known yet', 'neither known nor in the update', [append(7, 3, at(9, 1))]],
  [
    'behind one of somebody whose later ones are missing',
    'neither known nor in the update',
    [append(7, 3, at(8, 1)), append(8, 0, null)],
  ],
  ['behind itself', 'in a circle', [append(7, 3, at(7, 3))]],
  ['behind a later one of its author', 'in a circle', [append(7, 3, at(7, 4)), append(7, 4, null)]],
  ['behind one that stands behind it', 'in a circle', [append(7, 3, at(8, 0)), append(8, 0, at(7, 3))]],
  [
    'in a larger circle, beside what could be placed',
    'in a circle',
    [
      append(7, 3, null),
      append(7, 4, at(8, 1)),
      append(8, 0, null),
      append(8, 1, at(9, 1)),
      append(9, 1, at(7, 4)),
    ],
  ],
])('[DO150] an append %s is a fault: %s', (_, detail, appends) => {
  const known = [
    [7, 3],
    [9, 1],
  ] as const
  for (const order of [appends, appends.toReversed()]) {
    expect(ordered(order, known)).toContain('not-an-append')
    expect(ordered(order, known)).toContain(detail)
  }
})

/** Counts how often an append's fields are read, and the caller is asked what is known. */
function stepsFor(plain: readonly StockAppend[]): number {
  let steps = 0
  const counted = plain.map(({ client, clock, origin }): StockAppend => {
    return {
      kind: 'append',
      get client() {
        steps += 1
        return client
      },
      get clock() {
        steps += 1
        return clock
      },
      get origin() {
        steps += 1
        return origin
      },
      content,
    }
  })
  inCausalOrder(counted, () => {
    steps += 1
    return 0
  })
  return steps
}

const count = maxStockStructs
const each = (make: (k: number) => StockAppend): readonly StockAppend[] =>
  Array.from({ length: count }, (_, k) => make(k))

test.each<readonly [string, readonly StockAppend[]]>([
  ['one author', each((k) => append(7, k, k === 0 ? null : at(7, k - 1)))],
  ['one author, backwards', each((k) => append(7, k, k === 0 ? null : at(7, k - 1))).toReversed()],
  [
    'as many authors, all behind the first',
    each((k) => append(k, 0, k === 0 ? null : at(0, 0))).toReversed(),
  ],
  [
    'as many authors, each behind the one after',
    each((k) => append(k, 0, k === count - 1 ? null : at(k + 1, 0))),
  ],
  [
    'two who take turns',
    each((k) => append(k % 2, Math.floor(k / 2), k === 0 ? null : at((k - 1) % 2, Math.floor((k - 1) / 2)))),
  ],
  [
    '64 who take turns backwards',
    each((k) =>
      append(k % 64, Math.floor(k / 64), k === 0 ? null : at((k - 1) % 64, Math.floor((k - 1) / 64))),
    ).toReversed(),
  ],
  ['as many authors in a circle', each((k) => append(k, 0, at((k + 1) % count, 0)))],
  ['as many authors who wait for nobody', each((k) => append(k, 0, at(count + k, 0)))],
])(
  '[DO151] %s take at most 20 looks an append, and one comparison of sorting each for each doubling',
  (_, appends) => {
    const sorting = 2 * Math.log2(count)
    expect(stepsFor(appends)).toBeLessThan((20 + sorting) * count)
    expect(stepsFor(appends)).toBeGreaterThan(count)
  },
)
