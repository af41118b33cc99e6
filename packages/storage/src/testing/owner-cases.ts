/**
 * The contract, third part: owners, formats, the end of the data.
 */
import type { OpenStore, StorageError } from '../port.ts'
import { check, checkEqual, checkFails } from './check.ts'
import { contentOf, keysOf, layout, row, storeCase, type StoreCase, strictly } from './store-case.ts'

const wider = { format: 2, tables: ['rows', 'added'] }

function losses(store: OpenStore): readonly StorageError[] {
  const heard: StorageError[] = []
  store.onLost((error) => heard.push(error))
  return heard
}

async function checkEnded(store: OpenStore, kind: 'closed' | 'stale-epoch', what: string): Promise<void> {
  await checkFails(store.commit(strictly({ puts: [row('late')] })), kind, `${what}: commit`)
  await checkFails(store.read([]), kind, `${what}: read`)
}

export const ownerCases: readonly StoreCase[] = [
  storeCase(
    '[ST14] what was committed is there for the next owner, whose epoch is higher',
    async (harness) => {
      const store = harness.store(layout)
      let before = 0
      for (let round = 0; round < 4; round++) {
        const owner = await (round % 2 === 0 ? store : harness.store(layout)).open()
        check(
          Number.isSafeInteger(owner.epoch) && owner.epoch > before,
          `epoch ${owner.epoch} after ${before}`,
        )
        before = owner.epoch
        checkEqual((await contentOf(owner, 'rows')).length, round, 'rows of the owners before')
        await owner.commit(strictly({ puts: [row(round)] }))
        await owner.close()
      }
    },
  ),

  storeCase(
    '[ST15] an owner another one has followed can commit nothing, and hears of it once',
    async (harness) => {
      const store = harness.store(layout)
      const first = await store.open()
      const heard = losses(first)
      await first.commit(strictly({ puts: [row('first')] }))
      const second = await harness.store(layout).open()
      checkEqual(await keysOf(first, 'rows'), [['first']], 'what the first owner still reads')
      checkEqual(heard, [], 'what the first owner heard so far')
      const batch = strictly({ puts: [row('late')], removePrefixes: [{ table: 'rows', prefix: [] }] })
      const refused = await Promise.allSettled([first.commit(batch), first.commit(batch)])
      checkEqual(
        refused.map(({ status }) => status),
        ['rejected', 'rejected'],
        'late commits',
      )
      await checkEnded(first, 'stale-epoch', 'the first owner')
      checkEqual(
        heard.map(({ kind }) => kind),
        ['stale-epoch'],
        'what the first owner heard',
      )
      await second.commit(strictly({ puts: [row('second')] }))
      checkEqual(await keysOf(second, 'rows'), [['first'], ['second']], 'rows')
      await first.close()
      await second.commit(strictly({ puts: [row('third')] }))
    },
  ),

  storeCase('[ST15] also an empty batch of an owner another one has followed is refused', async (harness) => {
    const store = harness.store(layout)
    const first = await store.open()
    const second = await store.open()
    await checkFails(first.commit({ durability: 'relaxed' }), 'stale-epoch', 'the first owner')
    await second.commit({ durability: 'relaxed' })
  }),

  storeCase('[ST16] closing lets what was begun finish, and refuses what comes after', async (harness) => {
    const store = harness.store(layout)
    const owner = await store.open()
    const heard = losses(owner)
    const running = owner.commit(strictly({ puts: [row('running')] }))
    const reading = contentOf(owner, 'rows')
    await owner.close()
    await checkEnded(owner, 'closed', 'a closed store')
    await owner.close()
    await running
    checkEqual((await reading).length, 1, 'the read that was running')
    checkEqual(heard, [], 'who closes by himself has lost nothing')
    checkEqual(await keysOf(await store.open(), 'rows'), [['running']], 'rows')
  }),

  storeCase('[ST17] who asks after the loss hears of it as well', async (harness) => {
    const store = harness.store(layout)
    const first = await store.open()
    await store.open()
    const early = [losses(first), losses(first)]
    await checkEnded(first, 'stale-epoch', 'the first owner')
    const late = losses(first)
    await checkEnded(first, 'stale-epoch', 'the first owner, again')
    checkEqual(
      [...early, late].map((heard) => heard.map(({ kind }) => kind)),
      [['stale-epoch'], ['stale-epoch'], ['stale-epoch']],
      'every listener, once',
    )
  }),

  storeCase('[ST18] destroying removes all of it, and an owner finds the store closed', async (harness) => {
    const store = harness.store(layout)
    await store.destroy()
    const owner = await store.open()
    const heard = losses(owner)
    await owner.commit(strictly({ puts: [row('gone'), { ...row('gone'), table: 'others' }] }))
    await harness.store(layout).destroy()
    await checkEnded(owner, 'closed', 'the owner')
    checkEqual(
      heard.map(({ kind }) => kind),
      ['closed'],
      'what the owner heard',
    )
    const next = await store.open()
    checkEqual(await keysOf(next, 'rows'), [], 'rows')
    checkEqual(await keysOf(next, 'others'), [], 'others')
    await next.commit(strictly({ puts: [row('new')] }))
    await checkEnded(owner, 'closed', 'the owner, after others have begun anew')
    await owner.close()
    checkEqual(await keysOf(next, 'rows'), [['new']], 'rows of the next owner')
    await next.close()
    await store.destroy()
    await store.destroy()
    checkEqual(await keysOf(await store.open(), 'rows'), [], 'rows after destroying what was closed')
  }),

  storeCase(
    '[ST18] data of a newer format can be destroyed, and begin anew in an older one',
    async (harness) => {
      const newer = await harness.store(wider).open()
      await newer.commit(strictly({ puts: [row('gone')] }))
      await harness.store(layout).destroy()
      const owner = await harness.store(layout).open()
      checkEqual(await keysOf(owner, 'rows'), [], 'rows')
      checkEqual(await keysOf(owner, 'others'), [], 'others')
    },
  ),

  storeCase('[ST19] data of a newer format are not opened and not changed', async (harness) => {
    const newer = await harness.store(wider).open()
    await newer.commit(strictly({ puts: [row('new')] }))
    await newer.close()
    await checkFails(harness.store(layout).open(), 'newer', 'an older program')
    const again = await harness.store(wider).open()
    checkEqual(again.epoch, newer.epoch + 1, 'nobody has opened it in between')
    checkEqual(await keysOf(again, 'rows'), [['new']], 'rows')
  }),

  storeCase('[ST20] a higher format adds its tables and keeps the rows there are', async (harness) => {
    const older = await harness.store(layout).open()
    await older.commit(strictly({ puts: [row('old'), { ...row('aside'), table: 'others' }] }))
    await older.close()
    const newer = await harness.store(wider).open()
    checkEqual(await keysOf(newer, 'rows'), [['old']], 'rows')
    checkEqual(await keysOf(newer, 'added'), [], 'the new table')
    await newer.commit(strictly({ puts: [{ table: 'added', key: [1], value: 1 }] }))
    await newer.close()
    const both = await harness.store({ format: 3, tables: ['rows', 'added', 'others'] }).open()
    checkEqual(await keysOf(both, 'added'), [[1]], 'the table added')
    checkEqual(await keysOf(both, 'others'), [['aside']], 'the table that was not named for a while')
  }),

  storeCase('[ST21] data that lack a table of their own format are corrupt', async (harness) => {
    const owner = await harness.store(layout).open()
    await owner.commit(strictly({ puts: [row('kept')] }))
    await owner.close()
    await checkFails(harness.store({ ...wider, format: 1 }).open(), 'corrupt', 'a table that is missing')
    checkEqual(await keysOf(await harness.store(layout).open(), 'rows'), [['kept']], 'rows')
  }),
]
