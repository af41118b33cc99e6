import { expect, test } from 'vitest'
import { pageForEach } from './page.test-server.ts'

const at = pageForEach()

test('[ST100] of any number of owners one record is left, and only its owner commits', async () => {
  const seen = await at.page.evaluate(async () => {
    const name = kit.freshName()
    const layout = { format: 1, tables: ['rows'] }
    const put = (key: number) => ({
      durability: 'relaxed' as const,
      removePrefixes: [{ table: 'rows', prefix: [] }],
      puts: [{ table: 'rows', key: [key], value: key }],
    })
    const store = kit.createIndexedDbStore({ name, layout })
    const owners = [await store.open(), await store.open(), await store.open(), await store.open()]
    const together = await Promise.all([store.open(), kit.createIndexedDbStore({ name, layout }).open()])
    const [last, ...earlier] = [...owners, ...together].toSorted((one, another) => another.epoch - one.epoch)
    if (last === undefined) return undefined
    await last.commit(put(0))
    // None has heard of its fate at its second commit.
    const refused = await Promise.all(
      earlier.flatMap((owner) => [1, 2].map(async (key) => kit.failure(owner.commit(put(key))))),
    )
    const db = await kit.raw(name, 1, () => undefined)
    const count = db.transaction('$parley').objectStore('$parley').count()
    await new Promise((resolve) => {
      count.addEventListener('success', resolve)
    })
    return {
      epochs: earlier.map(({ epoch }) => epoch),
      last: last.epoch,
      refused: [...new Set(refused)],
      keys: await kit.keys(last),
      records: count.result,
    }
  })
  expect(seen).toEqual({ epochs: [5, 4, 3, 2, 1], last: 6, refused: ['stale-epoch'], keys: '0', records: 1 })
})

test('[ST101] a commit and a read make all requests and end the transaction in the turn they are called in', async () => {
  const seen = await at.page.evaluate(async () => {
    const store = kit.createIndexedDbStore({ name: kit.freshName(), layout: { format: 1, tables: ['rows'] } })
    const owner = await store.open()
    const calls: string[] = []
    kit.onRequests((what) => calls.push(what))
    const take = (): string => calls.splice(0).join(' ')
    const place = { table: 'rows', key: [1] }
    const puts = [
      { ...place, value: 1 },
      { ...place, value: 2 },
    ]
    const batches = [
      {},
      { puts },
      { puts, removes: [place], removePrefixes: [{ table: 'rows', prefix: [2] }] },
    ]
    const turns: string[] = []
    for (const batch of batches) {
      const committing = owner.commit({ durability: 'strict', ...batch })
      turns.push(take())
      await committing
    }
    const range = { kind: 'range' as const, table: 'rows', prefix: [] }
    const reading = owner.read([
      { kind: 'get', ...place },
      { kind: 'get', table: 'rows', key: [9] },
      { ...range, limit: 0 },
      range,
      { ...range, reverse: true },
      { ...range, reverse: true, limit: 3 },
    ])
    turns.push(take())
    return { turns, later: take(), rows: (await reading).map((rows) => rows.length) }
  })
  expect(seen).toEqual({
    turns: [
      'transaction put commit',
      'transaction put put put commit',
      'transaction put delete delete put put commit',
      'transaction get get getAllKeys getAll getAllKeys getAll getAllRecords commit',
    ],
    later: '',
    rows: [1, 0, 0, 1, 1, 1],
  })
})

test('[ST102] bytes are made whole before the transaction begins', async () => {
  const calls = await at.page.evaluate(async () => {
    const store = kit.createIndexedDbStore({ name: kit.freshName(), layout: { format: 1, tables: ['rows'] } })
    const owner = await store.open()
    const seen: string[] = []
    kit.onRequests((what) => seen.push(what))
    const frame = new Uint8Array(1000)
    const value = {
      get bytes() {
        seen.push('value')
        return frame.subarray(0, 5)
      },
    }
    await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: [1], value }] })
    return seen
  })
  expect(calls[0]).toBe('value')
  expect(calls.slice(calls.indexOf('transaction'))).toEqual(['transaction', 'put', 'put', 'commit'])
})

test('[ST103] opening asks once, and hands over the taking and the end of it at once', async () => {
  const calls = await at.page.evaluate(async () => {
    const store = kit.createIndexedDbStore({ name: kit.freshName(), layout: { format: 1, tables: ['rows'] } })
    await (await store.open()).close()
    const seen: string[] = []
    kit.onRequests((what) => seen.push(what))
    await store.open({ table: 'rows', key: [1], see: () => seen.push('look') })
    return seen
  })
  expect(calls).toEqual(['transaction', 'get', 'get', 'look', 'delete', 'put', 'commit'])
})

test('[ST104] without getAllRecords the last rows of a range take three steps, however many they are', async () => {
  const old = await at.pages.open({
    before: () => {
      Reflect.deleteProperty(IDBObjectStore.prototype, 'getAllRecords')
    },
  })
  const seen = await old.evaluate(async () => {
    const store = kit.createIndexedDbStore({ name: kit.freshName(), layout: { format: 1, tables: ['rows'] } })
    const owner = await store.open()
    const puts = Array.from({ length: 60 }, (_, n) => ({ table: 'rows', key: ['in', n], value: n }))
    const around = ['a', 'z'].map((key) => ({ table: 'rows', key: [key], value: -1 }))
    await owner.commit({ durability: 'relaxed', puts: [...puts, ...around] })
    const calls: string[] = []
    kit.onRequests((what) => calls.push(what))
    const outcomes: unknown[] = []
    for (const limit of [1, 2, 50, 60, 61, 2 ** 40]) {
      const [rows = []] = await owner.read([
        { kind: 'range', table: 'rows', prefix: ['in'], reverse: true, limit },
      ])
      outcomes.push([rows.length, rows[0]?.value, rows.at(-1)?.value, calls.splice(0).join(' ')])
    }
    return outcomes
  })
  const steps = 'transaction openKeyCursor advance getAllKeys getAll'
  expect(seen).toEqual([
    [1, 59, 59, 'transaction openKeyCursor getAllKeys getAll'],
    [2, 59, 58, steps],
    [50, 59, 10, steps],
    [60, 59, 0, steps],
    [60, 59, 0, steps],
    [60, 59, 0, steps],
  ])
  await old.close()
})

test('[ST107] large values are read whole, also while they are replaced and while the store is removed', async () => {
  const seen = await at.page.evaluate(async () => {
    const layout = { format: 1, tables: ['rows'] }
    const large = (fill: number): Uint8Array => new Uint8Array(200_000).fill(fill)
    const put = (fill: number) => ({
      durability: 'relaxed' as const,
      puts: [0, 1, 2].map((key) => ({ table: 'rows', key: [key], value: large(fill) })),
    })
    const range = { kind: 'range' as const, table: 'rows', prefix: [] }
    const reads = [
      range,
      { ...range, reverse: true, limit: 2 },
      { kind: 'get' as const, table: 'rows', key: [1] },
    ]
    const text = (found: readonly (readonly { readonly value: unknown }[])[]): string =>
      found
        .map((rows) =>
          rows
            .map(({ value }) => (value instanceof Uint8Array ? `${value[0]}:${value.length}` : 'none'))
            .join(' '),
        )
        .join(', ')
    const answers: string[] = []
    const ends: string[] = []
    for (let round = 0; round < 10; round++) {
      const store = kit.createIndexedDbStore({ name: kit.freshName(), layout })
      const owner = await store.open()
      await owner.commit(put(1))
      const reading = owner.read(reads)
      const replacing = owner.commit(put(2))
      const readingAgain = owner.read(reads)
      const removing = owner.commit({ durability: 'strict', removePrefixes: [{ table: 'rows', prefix: [] }] })
      answers.push(text(await reading), text(await readingAgain))
      await Promise.all([replacing, removing])
      await owner.commit(put(3))
      const last = owner.read(reads).then(text, (error: unknown) => String(error))
      await (round % 2 === 0 ? store.destroy() : owner.close())
      ends.push(await last)
    }
    return { answers: [...new Set(answers)], ends: [...new Set(ends)] }
  })
  const whole = (fill: number): string =>
    [3, 2, 1].map((n) => Array(n).fill(`${fill}:200000`).join(' ')).join(', ')
  expect(seen).toEqual({ answers: [whole(1), whole(2)], ends: [whole(3)] })
})
