import { StorageError } from '@parley/storage'
import { createMemoryStore } from '@parley/storage/memory'
import type { Batch, DeviceStore, Key, OpenStore, Read } from '@parley/storage'
import { createFaultyStore } from '@parley/storage/testing'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDisk } from './disk.ts'
import { createOverlay } from './overlay.ts'
import type { Changes } from './overlay.ts'

const layout = { format: 1, tables: ['a', 'b'] }

const part = fc.oneof(fc.constantFrom('x', 'y', '1'), fc.integer({ min: 0, max: 3 }))
const key: fc.Arbitrary<Key> = fc.array(part, { minLength: 1, maxLength: 3 })
const prefix: fc.Arbitrary<Key> = fc.array(part, { maxLength: 2 })
const table = fc.constantFrom('a', 'b')

const changes: fc.Arbitrary<Changes> = fc.record(
  {
    removePrefixes: fc.array(fc.record({ table, prefix }), { maxLength: 2 }),
    removes: fc.array(fc.record({ table, key }), { maxLength: 3 }),
    puts: fc.array(fc.record({ table, key, value: fc.integer() }), { maxLength: 5 }),
  },
  { requiredKeys: [] },
)

const read: fc.Arbitrary<Read> = fc.oneof(
  fc.record({ kind: fc.constant('get' as const), table, key }),
  fc.record(
    {
      kind: fc.constant('range' as const),
      table,
      prefix,
      from: prefix,
      to: prefix,
      reverse: fc.boolean(),
      limit: fc.integer({ min: 0, max: 4 }),
    },
    { requiredKeys: ['kind', 'table', 'prefix'] },
  ),
)

/** A store that takes a commit only while `takes` says so. */
function moody(store: DeviceStore, takes: () => boolean): DeviceStore {
  return {
    destroy: async () => store.destroy(),
    async open(): Promise<OpenStore> {
      const open = await store.open()
      return {
        epoch: open.epoch,
        read: async (reads) => open.read(reads),
        async commit(batch: Batch) {
          if (!takes()) throw new StorageError('quota', 'There is no room.')
          await open.commit(batch)
        },
        onLost: (listener) => open.onLost(listener),
        close: async () => open.close(),
      }
    },
  }
}

test('[CL20] whatever a failing store was given, reads over it are those over a healthy one', async () => {
  const step = fc.record({
    changes,
    strict: fc.boolean(),
    takes: fc.boolean(),
    reads: fc.array(read, { maxLength: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12, size: 'max' }), async (steps) => {
      let takes = true
      const healthy = await createMemoryStore(layout).open()
      const failing = createDisk(await moody(createMemoryStore(layout), () => takes).open())
      for (const one of steps) {
        takes = one.takes
        const stands = one.strict
          ? await failing.commitStrict(one.changes).then(
              () => true,
              () => false,
            )
          : await failing.commitRelaxed(one.changes).then(() => true)
        expect(stands).toBe(!one.strict || one.takes)
        if (stands) await healthy.commit({ ...one.changes, durability: 'relaxed' })
        expect(await failing.read(one.reads)).toEqual(await healthy.read(one.reads))
      }
    }),
    { numRuns: 400 },
  )
}, 60_000)

test('[CL20] several batches are stored as one with the effect of each after the other', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(changes, { minLength: 1, maxLength: 6 }),
      fc.array(changes, { maxLength: 2 }),
      async (batches, before) => {
        const [apart, together] = [
          await createMemoryStore(layout).open(),
          await createMemoryStore(layout).open(),
        ]
        for (const store of [apart, together])
          for (const batch of before) await store.commit({ ...batch, durability: 'relaxed' })
        const overlay = createOverlay()
        for (const batch of batches) {
          overlay.add(batch)
          await apart.commit({ ...batch, durability: 'relaxed' })
        }
        await together.commit({ ...overlay.changes, durability: 'relaxed' })
        const all: readonly Read[] = layout.tables.map((name) => ({ kind: 'range', table: name, prefix: [] }))
        expect(await together.read(all)).toEqual(await apart.read(all))
      },
    ),
    { numRuns: 400 },
  )
}, 60_000)

const put = (value: number): Changes => ({ puts: [{ table: 'a', key: ['k'], value }] })
const get: Read = { kind: 'get', table: 'a', key: ['k'] }

test('[CL20] what a store refuses stands in memory, and the next strict batch takes it along', async () => {
  const store = createMemoryStore(layout)
  const disk = createDisk(await createFaultyStore(store, [{ call: 'commit', nth: 1, kind: 'quota' }]).open())
  expect((await disk.commitRelaxed(put(1)))?.kind).toBe('quota')
  expect(disk.degraded).toBe(true)
  expect((await disk.commitRelaxed({ puts: [{ table: 'b', key: ['k'], value: 2 }] }))?.kind).toBe('quota')
  await disk.commitStrict({ puts: [{ table: 'b', key: ['l'], value: 3 }] })
  expect(disk.degraded).toBe(false)
  const next = await store.open()
  const [a, b] = await next.read([get, { kind: 'range', table: 'b', prefix: [] }])
  expect(a?.map((row) => row.value)).toEqual([1])
  expect(b?.map((row) => row.value)).toEqual([2, 3])
})

test('[CL21] a strict batch that is refused leaves nothing of itself, here or on the disk', async () => {
  const store = createMemoryStore(layout)
  const plan = [1, 2].map((nth) => ({ call: 'commit' as const, nth, kind: 'quota' as const }))
  const disk = createDisk(await createFaultyStore(store, plan).open())
  await disk.commitRelaxed(put(1))
  await expect(disk.commitStrict(put(2))).rejects.toMatchObject({ kind: 'quota' })
  expect((await disk.read([get]))[0]?.map((row) => row.value)).toEqual([1])
  await disk.commitStrict({})
  const next = await store.open()
  expect((await next.read([get]))[0]?.map((row) => row.value)).toEqual([1])
})

test('[CL22] a store that is somebody else’s takes nothing, and keeps nothing waiting', async () => {
  const disk = createDisk(
    await createFaultyStore(createMemoryStore(layout), [
      { call: 'commit', nth: 1, kind: 'stale-epoch' },
    ]).open(),
  )
  await expect(disk.commitRelaxed(put(1))).rejects.toMatchObject({ kind: 'stale-epoch' })
  expect(disk.degraded).toBe(false)
})

test('[CL21] a batch no store can take is our own fault, and is not kept to be tried again', async () => {
  const disk = createDisk(await createMemoryStore(layout).open())
  await expect(disk.commitRelaxed({ puts: [{ table: 'none', key: ['k'], value: 1 }] })).rejects.toThrow(
    TypeError,
  )
  expect(disk.degraded).toBe(false)
})
