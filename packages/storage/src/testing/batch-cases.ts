/**
 * The contract, second part: commits and reads.
 */
import { beginsWith, compareKeys } from '../key.ts'
import type { Key } from '../port.ts'
import { checkEqual } from './check.ts'
import { contentOf, keysOf, layout, readOne, row, storeCase, type StoreCase, strictly } from './store-case.ts'

/** Neighbours of every kind: shorter, longer, and names that begin with one another. */
const neighbours: readonly Key[] = [
  ['a'],
  ['a', 0],
  ['a', 1],
  ['a', 1, 'x'],
  ['a', 1, 'y'],
  ['a', 2],
  ['a', 'b'],
  ['a', 'b', 5],
  ['aa'],
  ['aa', 1],
  ['b', 1],
]

const bounds: readonly (Key | undefined)[] = [
  undefined,
  [],
  [0],
  [1],
  [1, 'x'],
  [1, 'z'],
  [2],
  ['b'],
  ['b', 9],
  ['z'],
]

/** What a range is, said as slowly as possible. */
function inRange(key: Key, prefix: Key, from: Key | undefined, to: Key | undefined): boolean {
  if (!beginsWith(key, prefix)) return false
  const rest = key.slice(prefix.length)
  return (
    (from === undefined || compareKeys(rest, from) >= 0) && (to === undefined || compareKeys(rest, to) <= 0)
  )
}

export const batchCases: readonly StoreCase[] = [
  storeCase('[ST7] one wrong row, and nothing of its batch is kept', async (harness) => {
    const store = await harness.store(layout).open()
    await store.commit(strictly({ puts: [row('old'), { ...row('old'), table: 'others' }] }))
    const refused = store.commit(
      strictly({
        removePrefixes: [{ table: 'rows', prefix: [] }],
        removes: [{ table: 'others', key: ['old'] }],
        puts: [row('new'), { table: 'others', key: ['new'], value: Number.NaN }],
      }),
    )
    checkEqual(
      await refused.then(
        () => 'kept',
        () => 'refused',
      ),
      'refused',
      'the batch',
    )
    checkEqual(await keysOf(store, 'rows'), [['old']], 'rows')
    checkEqual(await keysOf(store, 'others'), [['old']], 'others')
  }),

  storeCase(
    '[ST8] a batch removes by prefix, then by key, then puts, and its last put of a key counts',
    async (harness) => {
      const store = await harness.store(layout).open()
      await store.commit(strictly({ puts: [row('a', 1), row('a', 2), row('b', 1)] }))
      await store.commit({
        durability: 'relaxed',
        puts: [
          { table: 'rows', key: ['a', 2], value: 'first' },
          { table: 'rows', key: ['b', 1], value: 'kept' },
          { table: 'rows', key: ['a', 2], value: 'last' },
        ],
        removes: [
          { table: 'rows', key: ['b', 1] },
          { table: 'rows', key: ['never', 'there'] },
        ],
        removePrefixes: [{ table: 'rows', prefix: ['a'] }],
      })
      checkEqual(
        await contentOf(store, 'rows'),
        [
          { key: ['a', 2], value: 'last' },
          { key: ['b', 1], value: 'kept' },
        ],
        'rows',
      )
      await store.commit({ durability: 'relaxed' })
      checkEqual((await contentOf(store, 'rows')).length, 2, 'an empty batch changes nothing')
    },
  ),

  storeCase('[ST9] commits and reads of one owner take effect in the order of the calls', async (harness) => {
    const store = await harness.store(layout).open()
    const pending: Promise<unknown>[] = []
    const seen: Promise<unknown>[] = []
    for (let round = 0; round < 50; round++) {
      const durability = round % 3 === 0 ? 'strict' : 'relaxed'
      pending.push(store.commit({ durability, puts: [{ table: 'rows', key: ['x'], value: round }] }))
      seen.push(readOne(store, { kind: 'get', table: 'rows', key: ['x'] }).then(([found]) => found?.value))
    }
    await Promise.all(pending)
    checkEqual(
      await Promise.all(seen),
      Array.from({ length: 50 }, (_, round) => round),
      'each read sees the commit before it',
    )
  }),

  storeCase('[ST10] removing a prefix removes the keys that begin with it, and no other', async (harness) => {
    const store = await harness.store(layout).open()
    for (const prefix of [['a'], ['a', 1], ['aa'], ['b'], ['c'], ['a', 'b', 5], []]) {
      const puts = neighbours.map((key) => row(...key))
      await store.commit(strictly({ puts: [...puts, { table: 'others', key: ['a'], value: 1 }] }))
      await store.commit(strictly({ removePrefixes: [{ table: 'rows', prefix }] }))
      const left = neighbours.filter((key) => !beginsWith(key, prefix))
      checkEqual(await keysOf(store, 'rows'), left, `without ${JSON.stringify(prefix)}`)
    }
    checkEqual(await keysOf(store, 'others'), [['a']], 'the other table')
  }),

  storeCase('[ST11] a get answers the one row of its key, or none', async (harness) => {
    const store = await harness.store(layout).open()
    await store.commit(strictly({ puts: neighbours.map((key) => row(...key)) }))
    const answers = await store.read([
      { kind: 'get', table: 'rows', key: ['a'] },
      { kind: 'get', table: 'rows', key: ['a', 3] },
      { kind: 'get', table: 'others', key: ['a'] },
      { kind: 'get', table: 'rows', key: ['b', 1] },
    ])
    checkEqual(
      answers,
      [[{ key: ['a'], value: { key: ['a'] } }], [], [], [{ key: ['b', 1], value: { key: ['b', 1] } }]],
      'answers',
    )
    checkEqual(await store.read([]), [], 'no reads, no answers')
  }),

  storeCase(
    '[ST12] a range answers what begins with its prefix, between its bounds, from either end',
    async (harness) => {
      const store = await harness.store(layout).open()
      await store.commit(strictly({ puts: neighbours.map((key) => row(...key)) }))
      for (const prefix of [[], ['a'], ['a', 1], ['aa'], ['c']]) {
        for (const from of bounds) {
          for (const to of bounds) {
            const forwards = neighbours.filter((key) => inRange(key, prefix, from, to))
            const backwards = forwards.toReversed()
            const range = {
              kind: 'range' as const,
              table: 'rows',
              prefix,
              ...(from === undefined ? {} : { from }),
              ...(to === undefined ? {} : { to }),
            }
            const answers = await store.read([
              range,
              { ...range, reverse: true },
              { ...range, limit: 2 },
              { ...range, limit: 2, reverse: true },
              { ...range, limit: 0 },
              { ...range, limit: 0, reverse: true },
              { ...range, limit: Number.MAX_SAFE_INTEGER },
            ])
            const expected = [
              forwards,
              backwards,
              forwards.slice(0, 2),
              backwards.slice(0, 2),
              [],
              [],
              forwards,
            ]
            const where = JSON.stringify(range)
            checkEqual(
              answers.map((rows) => rows.map(({ key }) => key)),
              expected,
              where,
            )
            for (const { key, value } of answers.flat()) checkEqual(value, { key }, where)
          }
        }
      }
    },
  ),

  storeCase('[ST13] all reads of one call see one state', async (harness) => {
    const store = await harness.store(layout).open()
    const pending: Promise<unknown>[] = []
    const torn: unknown[] = []
    for (let round = 0; round < 50; round++) {
      const puts = ['rows', 'others'].map((table) => ({ table, key: ['stamp'], value: round }))
      pending.push(store.commit({ durability: 'relaxed', puts }))
      const reads = store.read(
        ['rows', 'others', 'rows'].map((table) => ({ kind: 'get', table, key: ['stamp'] })),
      )
      pending.push(
        reads.then((answers) => {
          const stamps = answers.map(([found]) => found?.value)
          if (new Set(stamps).size !== 1) torn.push(stamps)
        }),
      )
    }
    await Promise.all(pending)
    checkEqual(torn, [], 'torn reads')
  }),
]
