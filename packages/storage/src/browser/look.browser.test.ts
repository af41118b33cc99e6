import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Page, type Pages, servePages } from './page.test-server.ts'

let pages: Pages
let page: Page
beforeAll(async () => {
  pages = await servePages()
  page = await pages.open()
})
afterAll(async () => pages.dispose())

test('[ST84] [ST52] the owner in one tab goes on when somebody turns back in another', async () => {
  const other = await pages.open()
  const first = await page.evaluateHandle(async () => {
    const name = kit.freshName()
    const owner = await kit.createIndexedDbStore({ name, layout: { format: 1, tables: ['rows'] } }).open()
    await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: ['whose'], value: 'Tom' }] })
    return { name, owner, heard: kit.losses(owner) }
  })
  const name = await first.evaluate((seen) => seen.name)
  const said = await other.evaluate(async (database) => {
    const store = kit.createIndexedDbStore({ name: database, layout: { format: 1, tables: ['rows'] } })
    const see = (value: unknown): never => {
      throw new Error(`This is ${String(value)}'s.`)
    }
    const look = { table: 'rows', key: ['whose'], see }
    return store.open(look).then(
      () => 'it was opened',
      (error: unknown) => String(error),
    )
  }, name)
  expect(said).toBe("Error: This is Tom's.")
  const going = await first.evaluate(async ({ owner, heard }) => {
    await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: ['more'], value: 1 }] })
    return [await kit.keys(owner), heard]
  })
  expect(going).toEqual(['more whose', []])
  await other.close()
})

test('[ST87] a higher format takes the owner’s connection before anybody can look, and leaves the data', async () => {
  const seen = await page.evaluate(async () => {
    const name = kit.freshName()
    const older = kit.createIndexedDbStore({ name, layout: { format: 1, tables: ['rows'] } })
    const owner = await older.open()
    await owner.commit({ durability: 'strict', puts: [{ table: 'rows', key: ['whose'], value: 'Tom' }] })
    const heard = kit.losses(owner)
    const see = (): never => {
      throw new TypeError('Not mine.')
    }
    const newer = kit.createIndexedDbStore({ name, layout: { format: 2, tables: ['rows', 'more'] } })
    const said = await newer
      .open({ table: 'rows', key: ['whose'], see })
      .catch((error: unknown) => String(error))
    const again = await older.open()
    return [said, heard, again.epoch, await kit.keys(again)]
  })
  expect(seen).toEqual(['TypeError: Not mine.', ['newer'], 2, 'whose'])
})

test('[ST88] a row that is none fails an opening that looks at it as corrupt, and nothing has changed', async () => {
  const seen = await page.evaluate(async () => {
    const name = kit.freshName()
    const store = kit.createIndexedDbStore({ name, layout: { format: 1, tables: ['rows'] } })
    await (await store.open()).close()
    const db = await kit.raw(name, 1, () => undefined)
    const transaction = db.transaction('rows', 'readwrite')
    transaction.objectStore('rows').put(new Date(), ['bad'])
    await new Promise((resolve) => {
      transaction.addEventListener('complete', resolve)
    })
    db.close()
    const looked: unknown[] = []
    const look = { table: 'rows', key: ['bad'], see: (value: unknown): unknown => looked.push(value) }
    return [await kit.failure(store.open(look)), looked, (await store.open()).epoch]
  })
  expect(seen).toEqual(['corrupt', [], 2])
})
