import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareKeys } from '../key.ts'
import { deviceStoreCases } from '../testing/device-store-cases.ts'
import type { Step } from '../testing/script.ts'
import { anyKey, anySteps } from '../testing/script.test-data.ts'
import { type Page, type Pages, servePages } from './page.test-server.ts'

let pages: Pages
let page: Page
let withoutRecords: Page
beforeAll(async () => {
  pages = await servePages()
  page = await pages.open()
  withoutRecords = await pages.open({
    before: () => {
      Reflect.deleteProperty(IDBObjectStore.prototype, 'getAllRecords')
    },
  })
})
afterAll(async () => pages.dispose())

const cases = deviceStoreCases.map(({ title }) => title)

test.for(cases)('%s', async (title) => {
  await expect(page.evaluate(async (name) => kit.runCase(name), title)).resolves.toBeUndefined()
})

test.for(cases)('[ST50] %s, in a browser without getAllRecords', async (title) => {
  await expect(withoutRecords.evaluate(async (name) => kit.runCase(name), title)).resolves.toBeUndefined()
})

test('[ST23] random batches and reads are answered as a naive model answers them', async () => {
  // The steps keep their bytes on the way into the page.
  expect(await page.evaluate((bytes) => bytes instanceof Uint8Array, Uint8Array.of(1))).toBe(true)
  await fc.assert(
    fc.asyncProperty(anySteps, fc.boolean(), async (steps, isOld) => {
      const difference = await (isOld ? withoutRecords : page).evaluate(async (script) => {
        const name = kit.freshName()
        const store = kit.createIndexedDbStore
        return kit.runScript({ store: (layout) => store({ name, layout }) }, script as readonly Step[])
      }, steps as unknown)
      expect(difference).toBeUndefined()
    }),
    { numRuns: 60 },
  )
})

test('[ST2] the browser compares keys as every other backend does', async () => {
  const pairs = fc.sample(fc.tuple(anyKey, anyKey), 2000)
  const compared = await page.evaluate((list) => list.map(([a, b]) => indexedDB.cmp([...a], [...b])), pairs)
  expect(compared).toEqual(pairs.map(([a, b]) => Math.sign(compareKeys(a, b))))
})
