import { eraseAppend, writeErasure } from '@parley/document'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { createPen } from '../testing/pen.ts'
import { testUser } from '../testing/test-device.ts'
import { createYDocument } from './y-document.ts'
import { type PageRow, writePage } from './y-page.ts'

const user = testUser('Tom')

/** Some authors write behind whatever stands there, now and then one takes back what is there. */
const pages = fc
  .array(fc.record({ author: fc.nat(5), behind: fc.option(fc.nat(60)), takes: fc.option(fc.nat(60)) }), {
    maxLength: 60,
  })
  .map((steps): readonly PageRow[] => {
    const pens = [3, 9_000_000, 5, 77, 1_000, 6].map((client) => createPen({ user, client }))
    const rows: {
      update: Uint8Array
      erases: { client: number; clock: number }[]
      place: { client: number; clock: number }
    }[] = []
    for (const { author, behind, takes } of steps) {
      const pen = pens[author] ?? createPen({ user, client: 1 })
      pen.origin = behind === null ? null : (rows[behind % Math.max(1, rows.length)]?.place ?? null)
      const { update, client, clock } = pen.text(`text ${rows.length}`)
      const taken = takes === null ? undefined : rows[takes % Math.max(1, rows.length)]
      if (taken !== undefined) taken.update = eraseAppend(taken.update)
      rows.push({ update, erases: taken === undefined ? [] : [taken.place], place: { client, clock } })
    }
    return rows
  })

test('[RE268] a page in one update is the page row by row, byte for byte', () => {
  fc.assert(
    fc.property(pages, (rows) => {
      const [one, many] = [new Y.Doc(), new Y.Doc()]
      for (const update of writePage(rows)) Y.applyUpdate(one, update)
      for (const { update, erases } of rows) {
        Y.applyUpdate(many, update)
        Y.applyUpdate(many, writeErasure(erases))
      }
      expect(one.getArray('entries').toJSON()).toEqual(many.getArray('entries').toJSON())
      expect(Y.encodeStateAsUpdate(one)).toEqual(Y.encodeStateAsUpdate(many))
      expect(one.store.pendingStructs).toBeNull()
    }),
    { numRuns: 200 },
  )
})

test('[RE268] nothing is no update, and what is no row of a page is a fault', () => {
  expect(writePage([])).toEqual([])
  const pen = createPen({ user, client: 7 })
  const [first, , third] = [pen.text('a'), pen.text('b'), pen.text('c')]
  const row = (update: Uint8Array): PageRow => ({ update, erases: [] })
  expect(() => writePage([row(first.update), row(third.update)])).toThrow('lack one')
  expect(() => writePage([row(writeErasure([first]))])).toThrow('no append')
})

test('[RE268] many entries behind the same one are loaded without walking past each of them', () => {
  const rows: PageRow[] = []
  for (let client = 1; client <= 3_000; client += 1)
    rows.push({ update: createPen({ user, client }).text('x').update, erases: [] })
  const timeOf = (updates: readonly Uint8Array[]): number => {
    const document = createYDocument()
    const began = performance.now()
    document.apply(updates)
    return performance.now() - began
  }
  const slow = timeOf(rows.map(({ update }) => update))
  expect(timeOf(writePage(rows))).toBeLessThan(slow / 3)
})
