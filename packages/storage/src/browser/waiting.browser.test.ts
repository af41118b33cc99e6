import { afterAll, beforeAll, expect, test } from 'vitest'
import { maxBlockedMs, maxSilentMs } from '../limits.ts'
import { type Page, type Pages, servePages } from './page.test-server.ts'

let pages: Pages
beforeAll(async () => {
  pages = await servePages()
})
afterAll(async () => pages.dispose())

/** A tab whose clock stands still. */
async function openStopped(): Promise<Page> {
  const tab = await pages.open()
  await tab.clock.install({ time: 0 })
  await tab.goto(pages.origin)
  await tab.clock.pauseAt(1000)
  return tab
}

test('[ST43] a tab that does not let go is waited for three seconds, and a late grant is undone', async () => {
  const tab = await openStopped()
  const waiting = await tab.evaluateHandle(async () => {
    const name = kit.freshName()
    const layout = { format: 1, tables: ['rows'] }
    await (await kit.createIndexedDbStore({ name, layout }).open()).close()
    // An old tab that does not listen.
    const holder = await kit.raw(name, 1, () => undefined)
    const seen = { name, layout, holder, isBlocked: false, answer: '' }
    kit.onRequest((request) => request.addEventListener('blocked', () => (seen.isBlocked = true)))
    const newer = kit.createIndexedDbStore({ name, layout: { format: 2, tables: ['rows', 'more'] } })
    kit.report(newer.open(), (answer) => (seen.answer = answer))
    return seen
  })
  const answer = async (): Promise<string> => waiting.evaluate((seen) => seen.answer)
  await expect.poll(async () => waiting.evaluate((seen) => seen.isBlocked)).toBe(true)
  await tab.clock.runFor(maxBlockedMs - 1)
  expect(await answer()).toBe('')
  await tab.clock.runFor(1)
  expect(await answer()).toBe('blocked')
  const epoch = await waiting.evaluate(async ({ holder, name, layout }) => {
    holder.close()
    return (await kit.createIndexedDbStore({ name, layout }).open()).epoch
  })
  // Nobody has opened it in format 2 meanwhile.
  expect(epoch).toBe(2)
  await tab.close()
})

test('[ST43] destroying waits as long as opening', async () => {
  const tab = await openStopped()
  const waiting = await tab.evaluateHandle(async () => {
    const name = kit.freshName()
    const store = kit.createIndexedDbStore({ name, layout: { format: 1, tables: ['rows'] } })
    await (await store.open()).close()
    const holder = await kit.raw(name, 1, () => undefined)
    const seen = { holder, isBlocked: false, answer: '' }
    kit.onRequest((request) => request.addEventListener('blocked', () => (seen.isBlocked = true)))
    kit.report(store.destroy(), (answer) => (seen.answer = answer))
    return seen
  })
  const answer = async (): Promise<string> => waiting.evaluate((seen) => seen.answer)
  await expect.poll(async () => waiting.evaluate((seen) => seen.isBlocked)).toBe(true)
  await tab.clock.runFor(maxBlockedMs - 1)
  expect(await answer()).toBe('')
  await tab.clock.runFor(1)
  expect(await answer()).toBe('blocked')
  await tab.close()
})

test('[ST43] a browser that says nothing at all is waited for thirty seconds', async () => {
  const tab = await openStopped()
  const waiting = await tab.evaluateHandle(() => {
    // A request nobody ever answers.
    indexedDB.open = () => document.createElement('a') as unknown as IDBOpenDBRequest
    const seen = { answer: '' }
    const store = kit.createIndexedDbStore({ name: kit.freshName(), layout: { format: 1, tables: ['rows'] } })
    kit.report(store.open(), (answer) => (seen.answer = answer))
    return seen
  })
  const answer = async (): Promise<string> => waiting.evaluate((seen) => seen.answer)
  await tab.clock.runFor(maxSilentMs - 1)
  expect(await answer()).toBe('')
  await tab.clock.runFor(1)
  expect(await answer()).toBe('blocked')
  await tab.close()
})
