/**
 * The contract, first part: keys, values and tables.
 */
import { maxValueDepth } from '../limits.ts'
import type { Key, Value } from '../port.ts'
import { checkEqual, checkRefused } from './check.ts'
import { contentOf, keysOf, layout, readOne, row, storeCase, type StoreCase, strictly } from './store-case.ts'

/** Written down in their order. */
const orderedKeys: readonly Key[] = [
  [],
  [0],
  [0, 0],
  [0, 'z'],
  [1],
  [255],
  [256],
  [65_535, 1],
  [65_536],
  [2 ** 32],
  [2 ** 53 - 1],
  [''],
  ['', 7],
  ['', ''],
  [' '],
  ['A'],
  ['a'],
  ['a', 1],
  ['a', 1, 'x'],
  ['a', 2],
  ['a', 10],
  ['a', ''],
  ['a', 'b'],
  ['a!'],
  ['aa'],
  ['b'],
  ['~'],
]

/** What the types would not let through. */
function untyped<T>(value: unknown): T {
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the cases hand over what no typed caller can
  return value as T
}

const badKeys: readonly unknown[] = [
  ['é'],
  ['\n'],
  ['\u0000'],
  ['\u007f'],
  [-1],
  [-0],
  [0.5],
  [2 ** 53],
  [Number.NaN],
  [null],
  [[1]],
  [undefined],
  'text',
  undefined,
]

function cyclic(): object {
  const value: Record<string, unknown> = {}
  value['self'] = value
  return value
}

/** An array in an array, so many of them. */
function nested(levels: number): Value {
  let value: Value = 'inside'
  for (let level = 0; level < levels; level++) value = [value]
  return value
}

class Holder {
  readonly held = 1
}

const badValues: readonly (readonly [name: string, value: unknown])[] = [
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['Infinity', { a: [Number.POSITIVE_INFINITY] }],
  ['a bigint', 1n],
  ['a symbol', Symbol('s')],
  ['a function', () => undefined],
  ['a Date', new Date(0)],
  ['a Map', new Map()],
  ['another array of numbers', new Uint16Array(2)],
  ['a class', new Holder()],
  ['half a surrogate pair', ['\ud83d']],
  ['half a surrogate pair in a name', { ['\ude00']: 1 }],
  ['a property called __proto__', JSON.parse('{"__proto__":1}')],
  ['undefined in an array', [1, undefined]],
  ['a value that holds itself', cyclic()],
  ['one level too many', nested(maxValueDepth + 1)],
]

const goodValues: readonly Value[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.1,
  2 ** 31,
  -(2 ** 31),
  2 ** 53,
  1e300,
  5e-324,
  '',
  'text',
  '\u0000\u0001',
  '\ufeffafter a byte order mark',
  'e\u0301 中文 😀',
  [],
  {},
  new Uint8Array(0),
  Uint8Array.of(0, 255, 1),
  [1, 'two', [null, { three: Uint8Array.of(3) }]],
  { '': 1, 'a b': { deep: [true, -0] }, constructor: 'a name like any other', length: 3 },
  nested(maxValueDepth),
]

export const rowCases: readonly StoreCase[] = [
  storeCase('[ST1] a key of anything but printable ASCII and whole numbers is refused', async (harness) => {
    const store = await harness.store(layout).open()
    for (const bad of badKeys) {
      const key = untyped<Key>(bad)
      const name = `key ${String(bad)}`
      const put = strictly({ puts: [row('good'), { table: 'rows', key, value: 1 }] })
      await checkRefused(() => store.commit(put), name)
      await checkRefused(() => store.commit(strictly({ removes: [{ table: 'rows', key }] })), name)
      await checkRefused(
        () => store.commit(strictly({ removePrefixes: [{ table: 'rows', prefix: key }] })),
        name,
      )
      await checkRefused(() => store.read([{ kind: 'get', table: 'rows', key }]), name)
      await checkRefused(() => store.read([{ kind: 'range', table: 'rows', prefix: key }]), name)
      if (bad === undefined) continue
      await checkRefused(() => store.read([{ kind: 'range', table: 'rows', prefix: [], from: key }]), name)
      await checkRefused(() => store.read([{ kind: 'range', table: 'rows', prefix: [], to: key }]), name)
    }
    checkEqual(await keysOf(store, 'rows'), [], 'nothing was put')
  }),

  storeCase(
    '[ST2] rows come in the order of their keys, whatever the order they were put in',
    async (harness) => {
      const store = await harness.store(layout).open()
      const odd = orderedKeys.filter((_, index) => index % 2 === 1).toReversed()
      const even = orderedKeys.filter((_, index) => index % 2 === 0)
      await store.commit(strictly({ puts: odd.map((key) => row(...key)) }))
      for (const key of even) await store.commit(strictly({ puts: [row(...key)] }))
      checkEqual(await keysOf(store, 'rows'), orderedKeys, 'forwards')
      const backwards = await readOne(store, { kind: 'range', table: 'rows', prefix: [], reverse: true })
      checkEqual(
        backwards.map(({ key }) => key),
        orderedKeys.toReversed(),
        'backwards',
      )
    },
  ),

  storeCase('[ST4] a value some backend would change is refused, and nothing changes', async (harness) => {
    const store = await harness.store(layout).open()
    for (const [name, value] of badValues) {
      const put = { table: 'rows', key: ['bad'], value: untyped<Value>(value) }
      await checkRefused(() => store.commit(strictly({ puts: [row('good'), put] })), name)
    }
    checkEqual(await keysOf(store, 'rows'), [], 'nothing was put')
  }),

  storeCase('[ST5] a value is read back as it was put', async (harness) => {
    const store = await harness.store(layout).open()
    await store.commit(
      strictly({ puts: goodValues.map((value, index) => ({ table: 'rows', key: [index], value })) }),
    )
    const rows = await contentOf(store, 'rows')
    goodValues.forEach((value, index) => {
      checkEqual(rows[index], { key: [index], value }, `value ${index}`)
    })
    await store.commit(
      strictly({ puts: [{ table: 'rows', key: ['gap'], value: { there: 1, missing: undefined } }] }),
    )
    const [gap] = await readOne(store, { kind: 'get', table: 'rows', key: ['gap'] })
    checkEqual(gap?.value, { there: 1 }, 'an undefined property counts as missing')
  }),

  storeCase('[ST5] of bytes that are part of a larger buffer, only they are kept', async (harness) => {
    const store = await harness.store(layout).open()
    const buffer = Uint8Array.from({ length: 100 }, (_, index) => index)
    await store.commit(
      strictly({ puts: [{ table: 'rows', key: [1], value: [{ bytes: buffer.subarray(10, 13) }] }] }),
    )
    const [kept] = await readOne(store, { kind: 'get', table: 'rows', key: [1] })
    checkEqual(kept?.value, [{ bytes: Uint8Array.of(10, 11, 12) }], 'the bytes')
  }),

  storeCase('[ST5] changing afterwards what was put or read changes nothing stored', async (harness) => {
    const store = await harness.store(layout).open()
    const key: (string | number)[] = ['a', 1]
    const bytes = Uint8Array.of(1, 2, 3)
    const list: Value[] = [bytes, 'x']
    const stored = { key: ['a', 1], value: { list: [Uint8Array.of(1, 2, 3), 'x'] } }
    await store.commit(strictly({ puts: [{ table: 'rows', key, value: { list } }] }))
    key.push('more')
    bytes[0] = 9
    list.push('y')
    const first = await contentOf(store, 'rows')
    checkEqual(first, [stored], 'after changing what was put')
    const [found] = first
    const value = untyped<{ list: Value[] }>(found?.value)
    untyped<(string | number)[]>(found?.key).push('more')
    untyped<Uint8Array>(value.list[0])[1] = 9
    value.list.push('z')
    checkEqual(await contentOf(store, 'rows'), [stored], 'after changing what was read')
  }),

  storeCase('[ST6] a table the layout does not name is refused, and nothing changes', async (harness) => {
    const store = await harness.store(layout).open()
    const table = 'strangers'
    const stranger = { table, key: [1], value: 1 }
    await checkRefused(() => store.commit(strictly({ puts: [row('good'), stranger] })), 'put')
    await checkRefused(() => store.commit(strictly({ puts: [row('good')], removes: [stranger] })), 'remove')
    await checkRefused(
      () => store.commit(strictly({ removePrefixes: [{ table, prefix: [] }] })),
      'remove prefix',
    )
    await checkRefused(() => store.read([{ kind: 'get', table, key: [1] }]), 'get')
    await checkRefused(() => store.read([{ kind: 'range', table, prefix: [] }]), 'range')
    checkEqual(await keysOf(store, 'rows'), [], 'nothing was put')
  }),

  storeCase('[ST22] a layout names each table once, in letters, digits, - and _', async (harness) => {
    const long = 'a'.repeat(48)
    const good = { format: 1, tables: ['a', 'listRows', 'list-rows_2', 'meta', 'parley', 'select', long] }
    const store = await harness.store(good).open()
    const everywhere = good.tables.map((table) => ({ table, key: [table], value: table }))
    await store.commit(strictly({ puts: everywhere }))
    for (const table of good.tables) checkEqual(await keysOf(store, table), [[table]], table)
    await store.close()
    const bad = [
      ['1st'],
      [''],
      ['a b'],
      ['a"'],
      ['é'],
      ['$a'],
      ['rows', 'rows'],
      ['rows', 'Rows'],
      [`${long}a`],
    ]
    for (const tables of bad) {
      await checkRefused(async () => harness.store({ format: 1, tables }).open(), String(tables))
    }
    for (const format of [0, -1, 1.5, Number.NaN, 2 ** 31]) {
      await checkRefused(async () => harness.store({ format, tables: ['a'] }).open(), `format ${format}`)
    }
    checkEqual((await harness.store(good).open()).epoch, store.epoch + 1, 'nothing bad was opened')
  }),
]
