/**
 * The contract, fourth part: the first look, before a store is taken over.
 */
import type { DeviceStore, FirstLook, Value } from '../port.ts'
import { check, checkEqual, checkFails, checkRefused } from './check.ts'
import { keysOf, layout, row, storeCase, type StoreCase, strictly } from './store-case.ts'

const wider = { format: 2, tables: ['rows', 'added'] }

/** No error of the port's: what turns somebody back is his own affair. */
class TurnedBack extends Error {}

function looking(at: string, see: (value: Value | undefined) => void): FirstLook {
  return { table: 'rows', key: [at], see }
}

const turnBack: FirstLook = looking('first', () => {
  throw new TurnedBack('Not for me.')
})

async function checkTurnedBack(store: DeviceStore, look: FirstLook, what: string): Promise<void> {
  const outcome = await store.open(look).then(
    () => 'it was opened',
    (error: unknown) => error,
  )
  if (!(outcome instanceof TurnedBack)) throw new Error(`${what}: not turned back`, { cause: outcome })
}

export const lookCases: readonly StoreCase[] = [
  storeCase(
    '[ST84] who turns back at the first look has changed nothing, and the owner goes on',
    async (harness) => {
      const store = harness.store(layout)
      const owner = await store.open()
      const heard: string[] = []
      owner.onLost(({ kind }) => heard.push(kind))
      await owner.commit(strictly({ puts: [row('first')] }))
      await checkTurnedBack(harness.store(layout), turnBack, 'beside the owner')
      await checkTurnedBack(store, turnBack, 'through the same store')
      await owner.commit(strictly({ puts: [row('second')] }))
      checkEqual(await keysOf(owner, 'rows'), [['first'], ['second']], 'rows of the owner')
      checkEqual(heard, [], 'what the owner heard')
      await owner.close()
      await checkTurnedBack(harness.store(layout), turnBack, 'after the owner')
      const next = await harness.store(layout).open()
      checkEqual(next.epoch, owner.epoch + 1, 'nobody has opened it in between')
      checkEqual(await keysOf(next, 'rows'), [['first'], ['second']], 'rows of the next owner')
    },
  ),

  storeCase('[ST84] who has nothing against what he sees is the owner', async (harness) => {
    const first = await harness.store(layout).open()
    await first.commit(
      strictly({ puts: [row('first'), { table: 'others', key: ['first'], value: 'other' }] }),
    )
    const seen: (Value | undefined)[] = []
    const second = await harness.store(layout).open(looking('first', (value) => seen.push(value)))
    check(second.epoch > first.epoch, 'the epoch is not higher')
    await checkFails(first.commit(strictly({})), 'stale-epoch', 'the first owner')
    await second.commit(strictly({ puts: [row('second')] }))
    await second.close()
    await harness.store(layout).open({ table: 'others', key: ['first'], see: (value) => seen.push(value) })
    checkEqual(seen, [{ key: ['first'] }, 'other'], 'what was seen')
  }),

  storeCase(
    '[ST85] where nothing stands nothing is seen: in a new store, under another key, in a new table',
    async (harness) => {
      const seen: (Value | undefined)[] = []
      const see = (value: Value | undefined): void => void seen.push(value)
      const none = (): never => {
        throw new TurnedBack('There is nothing.')
      }
      await checkTurnedBack(harness.store(layout), looking('first', none), 'a new store')
      const first = await harness.store(layout).open(looking('first', see))
      checkEqual(first.epoch, 1, 'the epoch of the first owner')
      await first.commit(strictly({ puts: [row('first')] }))
      await first.close()
      await (await harness.store(layout).open(looking('second', see))).close()
      await (await harness.store(wider).open({ table: 'added', key: ['first'], see })).close()
      await harness.store(wider).destroy()
      await (await harness.store(layout).open(looking('first', see))).close()
      check(seen.length >= 4, 'not every opening has looked')
      checkEqual(new Set(seen).size, 1, 'kinds of what was seen')
      checkEqual(seen[0], undefined, 'what was seen')
    },
  ),

  storeCase('[ST85] what is seen shares no memory with what is stored', async (harness) => {
    const bytes = Uint8Array.of(1, 2, 3)
    const first = await harness.store(layout).open()
    await first.commit(strictly({ puts: [{ table: 'rows', key: ['first'], value: { bytes } }] }))
    await first.close()
    const change = (value: Value | undefined): void => {
      if (typeof value !== 'object' || value === null || !('bytes' in value)) throw new Error('no bytes')
      if (value['bytes'] instanceof Uint8Array) value['bytes'].fill(9)
    }
    const next = await harness.store(layout).open(looking('first', change))
    const [rows = []] = await next.read([{ kind: 'get', table: 'rows', key: ['first'] }])
    checkEqual(rows, [{ key: ['first'], value: { bytes } }], 'rows')
  }),

  storeCase('[ST86] data of an older format stay in it when somebody turns back', async (harness) => {
    const older = await harness.store(layout).open()
    await older.commit(strictly({ puts: [row('first')] }))
    await older.close()
    await checkTurnedBack(harness.store(wider), turnBack, 'a newer program')
    const again = await harness.store(layout).open()
    checkEqual(again.epoch, older.epoch + 1, 'the epoch')
    checkEqual(await keysOf(again, 'rows'), [['first']], 'rows')
  }),

  storeCase(
    '[ST86] data of a newer format are not looked at, and a wrong look is refused',
    async (harness) => {
      const store = harness.store(layout)
      const look = looking('first', () => {
        throw new TurnedBack('It was looked at.')
      })
      await checkRefused(() => store.open({ ...look, table: 'missing' }), 'a table that is not there')
      await checkRefused(() => store.open({ ...look, key: [1.5] }), 'a key that is none')
      await (await harness.store(wider).open()).close()
      await checkFails(store.open(look), 'newer', 'an older program')
    },
  ),
]
