import { expect, test } from 'vitest'
import { createMemoryState, createMemoryStore } from '../memory.ts'
import type { StorageErrorKind, StoreLayout } from '../port.ts'
import { failureOf } from './check.ts'
import { deviceStoreCases } from './device-store-cases.ts'
import { createFaultyStore, type Fault, type FaultyStore } from './faulty-store.ts'
import { contentOf, keysOf, layout, row, strictly } from './store-case.ts'

function create(...plan: readonly Fault[]): FaultyStore {
  return createFaultyStore(createMemoryStore(layout), plan)
}

test.for(deviceStoreCases.map((one) => [one.title, one] as const))(
  '[ST80] %s, through a faulty store without a plan',
  async ([, storeCase]) => {
    const state = createMemoryState()
    const store = (wanted: StoreLayout): FaultyStore =>
      createFaultyStore(createMemoryStore(wanted, state), [])
    await expect(storeCase.run({ store })).resolves.toBeUndefined()
  },
)

test('[ST80] the planned call fails as told and does not reach the store; those around it do', async () => {
  const store = create({ call: 'commit', nth: 2, kind: 'quota' }, { call: 'open', nth: 2, kind: 'blocked' })
  const owner = await store.open()
  await owner.commit(strictly({ puts: [row(1)] }))
  expect(await failureOf(owner.commit(strictly({ puts: [row(2)] })))).toBe('quota')
  await owner.commit(strictly({ puts: [row(3)] }))
  expect(await keysOf(owner, 'rows')).toEqual([[1], [3]])
  await owner.close()
  expect(await failureOf(store.open())).toBe('blocked')
  expect((await store.open()).epoch).toBe(2)
})

test('[ST80] a fault without a call counts all of them', async () => {
  const store = create({ nth: 3, kind: 'unavailable' })
  const owner = await store.open()
  await owner.commit(strictly({ puts: [row(1)] }))
  expect(await failureOf(owner.read([]))).toBe('unavailable')
  await owner.close()
  await store.destroy()
})

test('[ST81] a failure that ends an ownership ends it, as in a backend; another does not', async () => {
  const outcomes: unknown[] = []
  const kinds: readonly StorageErrorKind[] = [
    'quota',
    'blocked',
    'corrupt',
    'unavailable',
    'closed',
    'stale-epoch',
    'newer',
  ]
  for (const kind of kinds) {
    const owner = await create({ call: 'commit', nth: 1, kind }).open()
    const heard: string[] = []
    owner.onLost((error) => heard.push(error.kind))
    const first = await failureOf(owner.commit(strictly({})))
    const then = await failureOf(owner.commit(strictly({})))
    outcomes.push([kind === first, kind === then, heard.join()])
  }
  const passing = [true, false, '']
  expect(outcomes).toEqual([
    passing,
    passing,
    passing,
    passing,
    ...['closed', 'stale-epoch', 'newer'].map((kind) => [true, true, kind]),
  ])
})

test('[ST82] a loop over every call ends with the run that leaves its fault unused', async () => {
  const answers: string[] = []
  for (let nth = 1; ; nth++) {
    const store = create({ nth, kind: 'quota' })
    const run = async (): Promise<void> => {
      const owner = await store.open()
      await owner.commit(strictly({ puts: [row(1)] }))
      await contentOf(owner, 'rows')
      await owner.close()
    }
    answers.push(await failureOf(run()))
    if (store.unused.length > 0) break
  }
  expect(answers).toEqual(['quota', 'quota', 'quota', 'quota', 'no failure'])
})

test('[ST83] the store can be taken from its owner', async () => {
  const store = create()
  const owner = await store.open()
  const heard: string[] = []
  owner.onLost((error) => heard.push(error.kind))
  store.lose('closed')
  expect(heard).toEqual(['closed'])
  expect(await failureOf(owner.commit(strictly({})))).toBe('closed')
  expect((await store.open()).epoch).toBe(2)
})
