/** What catching up reads of a store, at once: the contract's part of it. */
import type { UserId } from '@parley/document'
import { checkEqual } from './check.ts'
import { type StoreCase, storeCase } from './store-case.ts'
import {
  commitOf,
  conversationRecord,
  creation,
  entryRow,
  headRow,
  lunch,
  mary,
  memberRecord,
  pageRecord,
  toldOf,
  tom,
} from './store-records.ts'

export const readingCases: readonly StoreCase[] = [
  storeCase(
    '[RE342] the feed brings the newest message and page along if asked, of what he left those of then',
    async (harness) => {
      const store = await harness.open()
      await store.commit(creation(lunch, 1))
      const rows = [2, 3, 4].map((seq) => entryRow(lunch, seq, seq))
      const pages = [1, 2].map((page) => pageRecord(lunch, page, 4, { version: 3 + page }))
      const newest = async (user: UserId): Promise<readonly unknown[]> => {
        const [row] = await store.feed(user, 0, 10, true)
        return [row?.last, row?.page]
      }
      const conversations = [conversationRecord(lunch, 4, 4, { lastSeq: 3, pages: 2 })]
      const left = { role: '', leftSeq: 2, leftLastSeq: 2, leftPages: 1 }
      const members = [memberRecord(lunch, mary, 4, left)]
      await store.commit(commitOf(4, { conversations, rows, pages, members }))
      checkEqual(await newest(tom), [rows[1], pages[1]], 'of a member')
      checkEqual(await newest(mary), [rows[0], pages[0]], 'of a former one')
      const [bare] = await store.feed(tom, 0, 10, false)
      checkEqual(
        [bare?.conversation, bare?.last, bare?.page],
        [...conversations, undefined, undefined],
        'bare',
      )
      const empty = conversationRecord(lunch, 5, 5, { lastSeq: 0, pages: 3 })
      await store.commit(commitOf(5, { conversations: [empty], rows: [headRow(lunch, 5, 5)] }))
      checkEqual(await newest(tom), [undefined, undefined], 'of none')
      await store.close()
    },
  ),

  storeCase(
    '[RE376] of entries above a position only what is told of them is read, all of any other row',
    async (harness) => {
      const store = await harness.open()
      await store.commit(creation(lunch, 1))
      const gone = { seq: 2, client: 1, clock: 1 }
      const rows = [
        entryRow(lunch, 2, 2),
        entryRow(lunch, 3, 3, { operation: 'edit', author: mary }),
        entryRow(lunch, 4, 4, { operation: 'recall', erases: [gone, { ...gone, seq: 3 }] }),
        headRow(lunch, 5, 5),
        entryRow(lunch, 6, 6, { page: 2 }),
      ]
      const update = Uint8Array.of(0)
      const rewrites = [2, 3].map((seq) => ({ conversation: lunch, seq, update }))
      const conversations = [conversationRecord(lunch, 6, 6)]
      await store.commit(commitOf(6, { conversations, rows, rewrites }))
      const erased = rows.slice(0, 2).map((row) => ({ ...row, kind: 'erased', update }))
      const told = [...erased, ...rows.slice(2).map(toldOf)]
      checkEqual(await store.rowsSince(lunch, 1, 9, 9), told, 'all')
      checkEqual(await store.rowsSince(lunch, 2, 5, 2), told.slice(1, 3), 'some')
      await store.close()
    },
  ),

  storeCase(
    '[RE343] rows above a position are found wherever they begin, and however many are asked for',
    async (harness) => {
      const store = await harness.open()
      await store.commit(creation(lunch, 1))
      // Positions of two conversations in turn.
      const rows = Array.from({ length: 40 }, (_, at) => entryRow(lunch, at + 2, 2 * at + 3))
      await store.commit(commitOf(81, { conversations: [conversationRecord(lunch, 41, 81)], rows }))
      const seqs = async (above: number, upTo: number, limit: number): Promise<readonly number[]> =>
        (await store.rowsSince(lunch, above, upTo, limit)).map(({ seq }) => seq)
      for (const above of [0, 1, 2, 3, 4, 12, 23, 48, 49, 50, 51, 80, 81]) {
        for (const upTo of [1, 2, 7, 13, 16, 17, 41, 60]) {
          const all = [1, ...rows.filter(({ position }) => position > above).map(({ seq }) => seq)]
          const wanted = all.filter((seq) => seq <= upTo && (seq > 1 || above === 0))
          for (const limit of [1, 2, 5, 12, 15, 16, 17, 40, 41, 100])
            checkEqual(await seqs(above, upTo, limit), wanted.slice(0, limit), `${above} ${upTo} ${limit}`)
        }
      }
      await store.close()
    },
  ),
]
