import { expect, test } from 'vitest'
import { type Page, pageForEach } from './page.test-server.ts'

const at = pageForEach()

test('[ST40] the layout is the database: its version, a store for every table, one record of ours', async () => {
  const seen = await at.page.evaluate(async () => {
    const name = kit.freshName()
    const layout = { format: 7, tables: ['rows', 'others'] }
    await (await kit.createIndexedDbStore({ name, layout }).open()).close()
    const owner = await kit.createIndexedDbStore({ name, layout }).open()
    await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: ['a', 1], value: { x: 1 } }] })
    await owner.close()
    const db = await kit.raw(name, 7, () => undefined)
    const transaction = db.transaction([...db.objectStoreNames])
    const meta = transaction.objectStore('$parley').getAll()
    const rows = transaction.objectStore('rows')
    const keys = rows.getAllKeys()
    const values = rows.getAll()
    await new Promise((resolve) => {
      transaction.addEventListener('complete', resolve)
    })
    const [record, ...more] = meta.result as { owner: string }[]
    const { owner: token, ...rest } = record ?? { owner: undefined }
    return {
      names: [...db.objectStoreNames],
      outOfLine: rows.keyPath === null && !rows.autoIncrement,
      token: typeof token,
      rest,
      more,
      keys: keys.result,
      values: values.result as unknown[],
    }
  })
  expect(seen).toEqual({
    names: ['$parley', 'others', 'rows'],
    outOfLine: true,
    token: 'string',
    rest: { magic: 'parley', epoch: 2 },
    more: [],
    keys: [['a', 1]],
    values: [{ x: 1 }],
  })
})

test('[ST41] the durability of a batch is passed on to the browser', async () => {
  const seen = await at.page.evaluate(async () => {
    const asked: unknown[] = []
    kit.onConnection((db) => {
      const begin = db.transaction.bind(db)
      db.transaction = (names, mode, options) => {
        const transaction = begin(names, mode, options)
        asked.push([mode, transaction.durability])
        return transaction
      }
    })
    const store = kit.createIndexedDbStore({ name: kit.freshName(), layout: { format: 1, tables: ['rows'] } })
    const owner = await store.open()
    for (const durability of ['strict', 'relaxed'] as const) {
      await owner.commit({ durability, puts: [{ table: 'rows', key: [1], value: 1 }] })
    }
    await kit.keys(owner)
    return asked
  })
  // The first takes the ownership.
  expect(seen).toEqual([
    ['readwrite', 'strict'],
    ['readwrite', 'strict'],
    ['readwrite', 'relaxed'],
    ['readonly', 'default'],
  ])
})

test('[ST47] a database of this name that is not ours is neither opened nor destroyed nor changed', async () => {
  const seen = await at.page.evaluate(async () => {
    const outcomes: unknown[] = []
    const stores: readonly ((db: IDBDatabase) => void)[] = [
      () => undefined,
      (db) => db.createObjectStore('rows').put('theirs', 1),
      (db) => db.createObjectStore('$parley').put({ magic: 'parley', epoch: 1, owner: '' }, 'meta'),
      (db) => {
        const meta = db.createObjectStore('$parley', { keyPath: 'owner' })
        meta.createIndex('parley', 'magic', { unique: true })
        meta.put({ magic: 'another', epoch: 1, owner: '' })
      },
    ]
    for (const make of stores) {
      for (const version of [1, 2, 3]) {
        const name = kit.freshName()
        ;(await kit.raw(name, version, make)).close()
        const store = kit.createIndexedDbStore({ name, layout: { format: 2, tables: ['rows'] } })
        const failures = [await kit.failure(store.open()), await kit.failure(store.destroy())]
        const found = (await indexedDB.databases()).find((database) => database.name === name)
        const left = await kit.raw(name, version, () => undefined)
        outcomes.push([...failures, found?.version === version, [...left.objectStoreNames].length])
        left.close()
      }
    }
    return outcomes
  })
  const refused = (stores: number): unknown => ['foreign', 'foreign', true, stores]
  expect(seen).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1].map(refused))
})

test('[ST48] a row that is none fails the reads that meet it as corrupt, and no other', async () => {
  const seen = await at.page.evaluate(async () => {
    const name = kit.freshName()
    const layout = { format: 1, tables: ['rows'] }
    const owner = await kit.createIndexedDbStore({ name, layout }).open()
    await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: ['good'], value: 1 }] })
    const db = await kit.raw(name, 1, () => undefined)
    const damages: readonly (readonly [key: IDBValidKey, value: unknown])[] = [
      [['bad'], new Date()],
      [['bad'], { inside: [1n] }],
      [['bad'], Number.NaN],
      [['bad', new Date(0)], 1],
      [['bad', 0.5], 1],
      [['bad', 'é'], 1],
    ]
    const outcomes: unknown[] = []
    for (const [key, value] of damages) {
      const transaction = db.transaction('rows', 'readwrite')
      transaction.objectStore('rows').put(value, key)
      await new Promise((resolve) => {
        transaction.addEventListener('complete', resolve)
      })
      outcomes.push([
        await kit.failure(owner.read([{ kind: 'range', table: 'rows', prefix: ['bad'] }])),
        await kit.failure(
          owner.read([{ kind: 'range', table: 'rows', prefix: [], reverse: true, limit: 9 }]),
        ),
        (await owner.read([{ kind: 'get', table: 'rows', key: ['good'] }]))[0]?.length,
      ])
      await owner.commit({ durability: 'strict', removePrefixes: [{ table: 'rows', prefix: ['bad'] }] })
    }
    return [outcomes, await kit.keys(owner)]
  })
  expect(seen).toEqual([Array.from({ length: 6 }, () => ['corrupt', 'corrupt', 1]), 'good'])
})

test('[ST49] where the browser gives no database, the store is unavailable', async () => {
  const failures = async (tab: Page): Promise<readonly string[]> =>
    tab.evaluate(async () => {
      const store = kit.createIndexedDbStore({ name: 'none', layout: { format: 1, tables: ['rows'] } })
      return [await kit.failure(store.open()), await kit.failure(store.destroy())]
    })
  const missing = await at.pages.open({
    before: () => {
      Object.defineProperty(globalThis, 'indexedDB', { value: undefined })
    },
  })
  expect(await failures(missing)).toEqual(['unavailable', 'unavailable'])
  const sandboxed = await at.pages.open({ path: '/sandboxed' })
  expect(await failures(sandboxed)).toEqual(['unavailable', 'unavailable'])
  await missing.close()
  await sandboxed.close()
})

test('[ST53] bytes seen through a large buffer take the room of their own', async () => {
  const sizes = await at.page.evaluate(async () => {
    const name = kit.freshName()
    const owner = await kit.createIndexedDbStore({ name, layout: { format: 1, tables: ['rows'] } }).open()
    const frame = new Uint8Array(1_000_000)
    const whole = new Uint8Array(10)
    const shared =
      'SharedArrayBuffer' in globalThis ? new Uint8Array(new SharedArrayBuffer(5)) : new Uint8Array(5)
    const value = { a: frame.subarray(5, 15), list: [1, whole, [frame.subarray(0, 7)]], shared }
    await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: [1], value }] })
    const [rows] = await owner.read([{ kind: 'get', table: 'rows', key: [1] }])
    const found = rows?.[0]?.value as typeof value
    const [, second, third] = found.list
    return [found.a, second as Uint8Array, (third as Uint8Array[])[0], found.shared].map(
      (bytes) => bytes?.buffer.byteLength,
    )
  })
  expect(sizes).toEqual([10, 10, 7, 5])
})
