import { expect, test } from 'vitest'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, testConversationId } from './testing/test-device.ts'
import { commanded, creation } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

/** A relay that tells which conversations it had to load. */
function createWatchedRelay(limits: { maxCachedConversations?: number; maxCachedMembers?: number }): {
  readonly loaded: string[]
  readonly device: ReturnType<typeof createTestDevice>
} {
  const loaded: string[] = []
  const { relay } = createTestRelay({
    limits,
    wrap: (store) =>
      wrapStore(store, {
        async conversations(ids) {
          loaded.push(...ids)
          return store.conversations(ids)
        },
      }),
  })
  return { loaded, device: createTestDevice(relay, { user: 'Tom' }) }
}

const [first, second] = [testConversationId(1), testConversationId(2)]

test('[RE75] conversations used lately are held, so many of them', async () => {
  const { loaded, device } = createWatchedRelay({ maxCachedConversations: 1 })
  for (const id of [first, second]) await commanded(device, id, creation())
  loaded.length = 0
  await commanded(device, second, { op: 'add', members: ['Mary'] })
  expect(loaded).toEqual([])
  await commanded(device, first, { op: 'add', members: ['Mary'] })
  expect(loaded).toEqual([first])
})

test('[RE75] conversations are held with so many members together, grown ones as they are', async () => {
  const { loaded, device } = createWatchedRelay({ maxCachedMembers: 4 })
  await commanded(device, first, creation('Mary'))
  await commanded(device, second, creation('Mary'))
  loaded.length = 0
  for (const id of [first, second]) await commanded(device, id, { op: 'add', members: ['Mary'] })
  expect(loaded).toEqual([])
  await commanded(device, second, { op: 'add', members: ['Ada'] })
  await commanded(device, first, { op: 'add', members: ['Mary'] })
  expect(loaded).toEqual([first])
})
