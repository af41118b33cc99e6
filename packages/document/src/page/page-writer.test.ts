import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { readEntry, writeEntry } from '../entry/content.ts'
import type { Entry, Message } from '../entry/entry.ts'
import { makeEntryId, parseUserId, type UserId } from '../ids.ts'
import { eraseAppend, readAppend, writeAppend } from './append.ts'
import { createPageWriter, readPage, type WrittenAppend } from './page-writer.ts'

const tom = user('Tom')

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

function message(number: number): Message {
  const chance = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, number >> 8, number & 255)
  return { id: makeEntryId(number, chance), from: tom, sentAt: number, type: -1, text: `message ${number}` }
}

function writer(client: number, rows: readonly Uint8Array[] = [], pending: readonly Uint8Array[] = []) {
  return createPageWriter({ client, rows, pending })
}

/** A page of so many rows by another writer. */
function filled(count: number): readonly WrittenAppend[] {
  const other = writer(1)
  return Array.from({ length: count }, (_, number) => other.append(message(number)))
}

const bytesOf = ({ update }: WrittenAppend): Uint8Array => update

/** What may happen to an open page: an own entry, one of somebody else, an erasure, or the echo of all own rows. */
const steps = fc.array(
  fc.oneof(
    fc.constant({ do: 'append' as const }),
    fc.constant({ do: 'receive' as const }),
    fc.constant({ do: 'echo' as const }),
    fc.nat().map((which) => ({ do: 'erase' as const, which })),
  ),
  { minLength: 1, maxLength: 30 },
)

test('[DO28] a writer makes canonical appends under its own client id, one clock after the other', () => {
  fc.assert(
    fc.property(steps, fc.maxSafeInteger().map(Math.abs), (todo, client) => {
      const own = writer(client)
      const other = writer(client === 0 ? 1 : client - 1)
      const made: WrittenAppend[] = []
      const mine: WrittenAppend[] = []
      for (const [number, step] of todo.entries()) {
        if (step.do === 'append') {
          const append = own.append(message(number))
          mine.push(append)
          other.apply(append.update)
          made.push(append)
        } else if (step.do === 'receive') {
          const append = other.append(message(number))
          own.apply(append.update)
          made.push(append)
        } else if (step.do === 'echo') {
          for (const append of made) own.apply(append.update)
        } else {
          const gone = made.slice(0, step.which % (made.length + 1))
          own.erase(gone)
          other.erase(gone)
        }
      }
      expect(mine.map((append) => [append.client, append.clock])).toEqual(
        mine.map((_, clock) => [client, clock]),
      )
      expect(own.clock).toBe(mine.length)
      for (const { update } of made) {
        const read = readAppend(update)
        expect(read.ok && writeAppend(read.append)).toEqual(update)
      }
      expect(Y.encodeStateAsUpdate(own.doc)).toEqual(Y.encodeStateAsUpdate(other.doc))
    }),
  )
})

test('[DO28] an append rests on what stood last, erased or not', () => {
  const rows = filled(3)
  const own = writer(9, rows.map(bytesOf))
  own.erase(rows.slice(1))
  const append = readAppend(own.append(message(9)).update)
  expect(append).toMatchObject({ append: { client: 9, clock: 0, origin: { client: 1, clock: 2 } } })
})

test('[DO28] the content of an append is the entry, in its fixed order', () => {
  const { text, type, ...rest } = message(1)
  const read = readAppend(writer(9).append({ text, type, ...rest } as Message).update)
  expect(read.ok && read.append.content).toEqual(writeEntry(message(1)))
})

test('[DO28] every kind of entry is appended with its canonical bytes, and read by Yjs as it is', () => {
  const target = message(7).id
  const { id, from, sentAt } = message(1)
  const content = {
    type: -1,
    text: 'hi',
    attrs: { a: 1 },
    body: { b: [null] },
    mentions: [tom, '*' as const],
  }
  const entries: readonly Entry[] = [
    { id, from, sentAt, ...content, replyTo: target },
    { id, from, sentAt, op: 'edit', target, ...content },
    { id, from, sentAt, op: 'react', target, sign: '👍', on: false },
    { id, from, sentAt, op: 'recall', target },
  ]
  const own = writer(9)
  const updates = entries.map((entry) => own.append(entry).update)
  for (const [index, update] of updates.entries()) {
    const read = readAppend(update)
    expect(read.ok && readEntry(read.append.content)).toEqual({ ok: true, entry: entries[index] })
    expect(read.ok && writeAppend(read.append)).toEqual(update)
  }
  expect(readPage(updates)).toEqual(entries)
})

test('[DO28] a text that is not well-formed is the same to its author as to everybody else', () => {
  const own = writer(9)
  const { update } = own.append({ ...message(1), text: 'a\ud800b' })
  expect(own.doc.getArray('entries').toArray()).toEqual([{ ...message(1), text: 'a\uFFFDb' }])
  expect(readPage([update])).toEqual(own.doc.getArray('entries').toArray())
})

test('[DO29] a writer goes on where its rows and its pending updates end', () => {
  const before = writer(9, filled(2).map(bytesOf))
  const own = [before.append(message(5)), before.append(message(6)), before.append(message(7))].map(bytesOf)
  const after = writer(9, [...filled(2).map(bytesOf), ...own.slice(0, 1)], own.slice(1))
  expect(after.clock).toBe(3)
  const next = message(8)
  expect(after.append(next)).toEqual(before.append(next))
})

test('[DO29] a writer goes on behind rows that were erased while it was away', () => {
  const before = writer(9)
  const own = [before.append(message(1)), before.append(message(2))].map(bytesOf)
  const after = writer(9, own.map(eraseAppend))
  before.erase([0, 1].map((clock) => ({ client: 9, clock })))
  expect(after.append(message(3))).toEqual(before.append(message(3)))
})

test('[DO30] an entry that nobody would accept is not written, and the page stays as it was', () => {
  const own = writer(9, filled(2).map(bytesOf))
  const before = Y.encodeStateAsUpdate(own.doc)
  expect(() => own.append({ ...message(1), type: 0.5 })).toThrow('not written')
  expect(() => own.append({ ...message(1), text: 'x'.repeat(20_000) })).toThrow('not written')
  expect(Y.encodeStateAsUpdate(own.doc)).toEqual(before)
})

test('[DO30] a page that lacks rows is not written to until they come', () => {
  const rows = filled(3).map(bytesOf)
  const own = writer(9, rows.slice(2))
  expect(() => own.append(message(1))).toThrow('lacks rows')
  for (const row of rows.slice(0, 2)) own.apply(row)
  expect(own.append(message(1)).clock).toBe(0)
})

test('[DO30] a writer that has been disposed of holds nothing', () => {
  const own = writer(9, filled(2).map(bytesOf))
  own.dispose()
  expect(own.doc.isDestroyed).toBe(true)
})

test('[DO31] a page is read in the order of its array, without what was erased', () => {
  const rows = filled(300).map(bytesOf)
  const read = readPage(rows.map((row, number) => (number % 2 === 0 ? eraseAppend(row) : row)))
  expect(read).toEqual(Array.from({ length: 150 }, (_, half) => message(2 * half + 1)))
  expect(readPage([])).toEqual([])
})
