/** The contract, second part: rows and pages. */
import { maxRecallsRead } from '../store.ts'
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
  pageRecord,
  tom,
  work,
} from './store-records.ts'

export const rowCases: readonly StoreCase[] = [
  storeCase('[RE66] rows are read by place, by page and since a position, in sequence', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    await store.commit(creation(work, 2))
    const rows = [
      entryRow(lunch, 2, 3),
      entryRow(lunch, 3, 5, { page: 2 }),
      entryRow(lunch, 4, 6),
      headRow(lunch, 5, 7),
      entryRow(lunch, 6, 8),
    ]
    const other = entryRow(work, 2, 4)
    await store.commit(
      commitOf(8, {
        conversations: [conversationRecord(lunch, 6, 8), conversationRecord(work, 2, 4)],
        rows: [...rows.slice(0, 1), other, ...rows.slice(1)],
      }),
    )
    const { client } = other
    checkEqual(await store.rowAt(lunch, 1, client, 4), rows[2], 'row at')
    checkEqual(await store.rowAt(lunch, 2, client, 4), undefined, 'row at another page')
    checkEqual(await store.pageRows(lunch, 1, 0, 10), [rows[0], rows[2], rows[4]], 'page')
    checkEqual(await store.pageRows(lunch, 1, 2, 1), [rows[2]], 'part of a page')
    checkEqual(await store.pageRows(lunch, 0, 1, 10), [rows[3]], 'rows of the head')
    checkEqual(await store.rowsSince(lunch, 3, 100, 10), rows.slice(1), 'rows since')
    checkEqual(await store.rowsSince(lunch, 3, 5, 10), rows.slice(1, 4), 'rows since, up to')
    checkEqual(await store.rowsSince(lunch, 1, 100, 2), rows.slice(0, 2), 'the first of the rows since')
    checkEqual(await store.rowsSince(lunch, 8, 100, 10), [], 'rows since the last')
    await store.close()
  }),

  storeCase('[RE66] pages touched since a position', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const pages = [pageRecord(lunch, 1, 9), pageRecord(lunch, 2, 5), pageRecord(lunch, 3, 7)]
    await store.commit(
      commitOf(9, { conversations: [conversationRecord(lunch, 2, 9)], rows: [entryRow(lunch, 2, 9)], pages }),
    )
    checkEqual(await store.pagesSince(lunch, 5), [pages[0], pages[2]], 'pages since')
    checkEqual(await store.pagesSince(lunch, 9), [], 'pages since the last')
    await store.close()
  }),

  storeCase('[RE24] [RE66] a rewrite changes the bytes of a row and nothing else', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const row = entryRow(lunch, 2, 2)
    await store.commit(commitOf(2, { conversations: [conversationRecord(lunch, 2, 2)], rows: [row] }))
    const recall = entryRow(lunch, 3, 3, {
      author: mary,
      erases: [
        { seq: 2, client: row.client, clock: 2 },
        { seq: 1, client: 2 ** 53 - 1, clock: 0 },
      ],
    })
    const update = Uint8Array.of(0)
    await store.commit(
      commitOf(3, {
        conversations: [conversationRecord(lunch, 3, 3)],
        rows: [recall],
        rewrites: [{ conversation: lunch, seq: 2, update }],
      }),
    )
    const erased = { ...row, kind: 'erased', update }
    checkEqual(await store.row(lunch, 2), erased, 'row')
    checkEqual(await store.rowAt(lunch, 1, row.client, 2), erased, 'row at')
    checkEqual(await store.pageRows(lunch, 1, 0, 10), [erased, recall], 'page')
    await store.close()
  }),

  storeCase(
    '[RE53] [RE66] recalled since a position: of others, up to a sequence, ascending',
    async (harness) => {
      const store = await harness.open()
      await store.commit(creation(lunch, 1))
      const erase = (seq: number): { seq: number; client: number; clock: number } => ({
        seq,
        client: 1,
        clock: 1,
      })
      const rows = [
        entryRow(lunch, 2, 2),
        entryRow(lunch, 3, 3, { author: mary }),
        entryRow(lunch, 4, 4),
        entryRow(lunch, 5, 5, { erases: [erase(4)] }),
        entryRow(lunch, 6, 6, { erases: [erase(2)] }),
        entryRow(lunch, 7, 7, { erases: [erase(3)] }),
      ]
      await store.commit(commitOf(7, { conversations: [conversationRecord(lunch, 7, 7)], rows }))
      checkEqual(await store.recalledSince(lunch, 0, 100, mary), [2, 4], 'of Tom')
      checkEqual(await store.recalledSince(lunch, 5, 100, mary), [2], 'since')
      checkEqual(await store.recalledSince(lunch, 0, 5, mary), [4], 'up to')
      checkEqual(await store.recalledSince(lunch, 0, 100, tom), [3], 'of Mary')
      await store.close()
    },
  ),
  storeCase('[RE52] of very many recalls the newest are read', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const last = maxRecallsRead + 3
    const rows = Array.from({ length: last - 1 }, (_, index) =>
      entryRow(
        lunch,
        index + 2,
        index + 2,
        index === 0 ? {} : { erases: [{ seq: index + 1, client: 1, clock: 1 }] },
      ),
    )
    await store.commit(commitOf(last, { conversations: [conversationRecord(lunch, last, last)], rows }))
    const recalled = await store.recalledSince(lunch, 0, last, mary)
    checkEqual(recalled.length, maxRecallsRead, 'so many')
    checkEqual([recalled[0], recalled.at(-1)], [3, last - 1], 'the newest')
    await store.close()
  }),
]
