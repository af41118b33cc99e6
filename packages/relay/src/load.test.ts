import { expect, test } from 'vitest'
import { StoreError } from './store.ts'
import { createPen } from './testing/pen.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestLunch, pushed } from './testing/test-lunch.ts'

test('[RE4] a store that fails at many places at once is a broken one, and no more than that', async () => {
  const unheard: unknown[] = []
  const listen = (error: unknown): void => {
    unheard.push(error)
  }
  process.on('unhandledRejection', listen)
  let fails = false
  const { conversation, tom, relay, faults } = await createTestLunch({
    wrap: (store) =>
      wrapStore(store, {
        async rowAt(...place) {
          if (fails) throw new StoreError('broken', 'the disk is gone')
          return store.rowAt(...place)
        },
      }),
  })
  const pen = createPen({ user: tom.user, client: 7 })
  const updates = ['1', '2', '3'].map((text) => pen.text(text).update)
  await pushed(tom, conversation, 1, ...updates)
  fails = true
  expect(await pushed(tom, conversation, 1, ...updates)).toMatchObject(
    updates.map(() => ({ class: 'later', code: 'overloaded' })),
  )
  // Node tells of a rejection nobody listens to when the promises at hand have settled.
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  process.off('unhandledRejection', listen)
  expect(unheard).toEqual([])
  expect(relay.health.state).toBe('broken')
  expect(faults).toEqual([])
})
