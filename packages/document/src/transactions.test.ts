import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { applyAll, captured } from './transactions.ts'

test('[DO32] updates are applied at most 200 to a transaction', () => {
  const source = new Y.Doc()
  const updates: Uint8Array[] = []
  source.on('update', (update: Uint8Array) => updates.push(update))
  for (let number = 0; number < 401; number += 1) source.getArray('entries').push([number])
  const doc = new Y.Doc()
  let transactions = 0
  doc.on('afterTransaction', () => {
    transactions += 1
  })
  applyAll(doc, updates)
  expect(transactions).toBe(3)
  expect(doc.getArray('entries').toArray()).toEqual(source.getArray('entries').toArray())
})

test('[DO32] the bytes of a transaction are caught whole, and a transaction that writes nothing is a fault', () => {
  const doc = new Y.Doc()
  const update = captured(doc, () => {
    doc.getArray('entries').push([1])
    doc.getArray('entries').push([2])
  })
  const other = new Y.Doc()
  Y.applyUpdate(other, update)
  expect(other.getArray('entries').toArray()).toEqual([1, 2])
  expect(() => captured(doc, () => undefined)).toThrow('wrote nothing')
})
