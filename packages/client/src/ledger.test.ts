import { createMemoryStore } from '@parley/storage/memory'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ledger } from './ledger.ts'
import { clientLimits } from './limits.ts'
import { loadModel } from './model.ts'
import { newDevice } from './new-device.ts'
import { freshRecord } from './news.ts'
import { createParts } from './parts.ts'
import { silentLogger } from './ports.ts'
import { wholeParts } from './whole-parts.ts'
import { deviceLayout } from './records.ts'
import { conversationId, tom } from './testing/values.test-kit.ts'

const ids = [1, 2].map(conversationId)

const place = { id: fc.constantFrom(...ids), page: fc.integer({ min: 1, max: 2 }) }
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      ...place,
      do: fc.constant('put' as const),
      seq: fc.integer({ min: 1, max: 5 }),
      time: fc.nat(99),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      ...place,
      do: fc.constantFrom(
        'clear' as const,
        'hold' as const,
        'drop' as const,
        'forget' as const,
        'commit' as const,
      ),
    }),
  },
)

/** All parts are there: nobody waits, and nothing is said. */
const surroundings = { log: silentLogger, timer: () => () => undefined }

const row = (time: number) => ({ time, update: Uint8Array.of(time), erased: null })

test('[CL25] [CL32] what a job has changed is what it reads meanwhile, and what is stored and known after it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30, size: 'max' }), async (steps) => {
      const store = createMemoryStore(deviceLayout)
      const load = async () =>
        loadModel(await store.open(), tom, createParts(wholeParts, surroundings, clientLimits), () => ({
          device: newDevice({ random: (n) => new Uint8Array(n) }),
          user: tom,
          epoch: '',
          log: '',
          cursor: 0,
          tag: '',
        }))
      let { model } = await load()
      let ledger = new Ledger(model)
      const rows = new Map<string, number>()
      const held = new Map<string, number>()
      const forget = (start: string): void => {
        for (const map of [rows, held])
          for (const name of map.keys()) if (name.startsWith(start)) map.delete(name)
      }
      const commit = async (): Promise<void> => {
        await model.disk.commitStrict(ledger.batch)
        ledger.adopt()
        ledger = new Ledger(model)
      }
      for (const one of steps) {
        const { id, page } = one
        const name = `${id}/${page}/`
        if (one.do === 'put') {
          ledger.setUpdate(id, page, one.seq, row(one.time))
          rows.set(`${name}${one.seq}`, one.time)
        } else if (one.do === 'clear') {
          ledger.clearUpdates(id, page)
          for (const key of rows.keys()) if (key.startsWith(name)) rows.delete(key)
        } else if (one.do === 'hold') {
          ledger.setConversation({ ...freshRecord(id), seq: page })
          ledger.setPage(id, page, { held: page, known: page, digest: '' })
          held.set(name, page)
        } else if (one.do === 'drop') {
          ledger.removePage(id, page)
          forget(name)
        } else if (one.do === 'forget') {
          ledger.removeConversation(id)
          forget(`${id}/`)
        } else await commit()
        const seqs = [1, 2, 3, 4, 5].filter((seq) => rows.has(`${name}${seq}`))
        expect((await ledger.lastUpdate(id, page))?.seq).toBe(seqs.at(-1))
        expect((await ledger.updates(id, page)).map(({ seq }) => seq)).toEqual(seqs)
        for (let seq = 1; seq <= 5; seq += 1)
          expect((await ledger.update(id, page, seq))?.time).toBe(rows.get(`${name}${seq}`))
        expect((await ledger.page(id, page)).held).toBe(held.get(name) ?? 0)
      }
      await commit()
      model = (await load()).model
      const fresh = new Ledger(model)
      for (const id of ids) {
        for (let page = 1; page <= 2; page += 1) {
          expect((await fresh.page(id, page)).held).toBe(held.get(`${id}/${page}/`) ?? 0)
          for (let seq = 1; seq <= 5; seq += 1)
            expect((await fresh.update(id, page, seq))?.time).toBe(rows.get(`${id}/${page}/${seq}`))
        }
      }
    }),
    { numRuns: 150 },
  )
}, 60_000)
