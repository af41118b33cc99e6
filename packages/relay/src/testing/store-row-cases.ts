/** The contract, second part: rows and pages. */
import { everybody, type Mention, type UserId } from '@parley/document'
import { maxRecallsRead, maxTagsKept, type MentionRecord } from '../store.ts'
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
  toldOf,
  tom,
  work,
} from './store-records.ts'
import { testConversationId, testDeviceId } from './test-device.ts'

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
    const told = rows.map(toldOf)
    checkEqual(await store.rowsSince(lunch, 3, 100, 10), told.slice(1), 'rows since')
    checkEqual(await store.rowsSince(lunch, 3, 5, 10), told.slice(1, 4), 'rows since, up to')
    checkEqual(await store.rowsSince(lunch, 1, 100, 2), told.slice(0, 2), 'the first of the rows since')
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
      operation: 'recall',
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
        entryRow(lunch, 5, 5, { operation: 'recall', erases: [erase(4)] }),
        entryRow(lunch, 6, 6, { operation: 'edit' }),
        entryRow(lunch, 7, 7, { operation: 'edit', erases: [erase(6)] }),
        entryRow(lunch, 8, 8, { operation: 'recall', erases: [erase(2), erase(7)] }),
        entryRow(lunch, 9, 9, { operation: 'recall', author: mary, erases: [erase(3)] }),
      ]
      await store.commit(commitOf(9, { conversations: [conversationRecord(lunch, 9, 9)], rows }))
      checkEqual(await store.recalledSince(lunch, 0, 100, mary), [2, 4], 'of Tom')
      checkEqual(await store.recalledSince(lunch, 5, 100, mary), [2], 'since')
      checkEqual(await store.recalledSince(lunch, 0, 7, mary), [4], 'up to')
      checkEqual(await store.recalledSince(lunch, 0, 100, tom), [3], 'of Mary')
      await store.close()
    },
  ),

  storeCase(
    '[RE128] [RE66] mentions since a position: of others, of him or of everybody, up to a sequence, the newest',
    async (harness) => {
      const store = await harness.open()
      await store.commit(creation(lunch, 1))
      await store.commit(creation(work, 2))
      const seqs = [2, 3, 4, 5, 6]
      const mention = (seq: number, user: Mention, author: UserId = tom): MentionRecord => ({
        conversation: lunch,
        user,
        seq,
        author,
      })
      await store.commit(
        commitOf(8, {
          conversations: [conversationRecord(lunch, 6, 8), conversationRecord(work, 2, 4)],
          rows: [
            ...seqs.slice(0, 1).map((seq) => entryRow(lunch, seq, 3)),
            entryRow(work, 2, 4),
            ...seqs.slice(1).map((seq) => entryRow(lunch, seq, seq + 2)),
          ],
          mentions: [
            mention(2, mary),
            mention(3, everybody),
            mention(4, mary),
            mention(4, everybody),
            mention(5, everybody, mary),
            mention(6, tom, mary),
            { ...mention(2, mary), conversation: work },
          ],
        }),
      )
      checkEqual(await store.mentionedSince(lunch, 0, 100, mary, 9), [2, 3, 4], 'of Mary')
      checkEqual(await store.mentionedSince(lunch, 0, 100, tom, 9), [5, 6], 'of Tom')
      checkEqual(await store.mentionedSince(lunch, 3, 100, mary, 9), [3, 4], 'since')
      checkEqual(await store.mentionedSince(lunch, 8, 100, tom, 9), [], 'since the last')
      checkEqual(await store.mentionedSince(lunch, 0, 3, mary, 9), [2, 3], 'up to')
      checkEqual(await store.mentionedSince(lunch, 0, 100, mary, 2), [3, 4], 'the newest')
      checkEqual(await store.mentionedSince(work, 0, 100, mary, 9), [2], 'elsewhere')
      checkEqual(await store.mentionedSince(testConversationId(9), 0, 100, mary, 9), [], 'nowhere')
      await store.close()
    },
  ),

  storeCase('[RE128] the mentions of a message go with it, in one commit too', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const mentions = [2, 3].map((seq) => ({ conversation: lunch, user: mary, seq, author: tom }))
    await store.commit(
      commitOf(3, {
        conversations: [conversationRecord(lunch, 3, 3)],
        rows: [entryRow(lunch, 2, 2), entryRow(lunch, 3, 3)],
        mentions,
        rewrites: [{ conversation: lunch, seq: 3, update: Uint8Array.of(0) }],
      }),
    )
    checkEqual(await store.mentionedSince(lunch, 0, 100, mary, 9), [2], 'what was never seen')
    await store.commit(
      commitOf(4, {
        conversations: [conversationRecord(lunch, 4, 4)],
        rows: [entryRow(lunch, 4, 4)],
        rewrites: [{ conversation: lunch, seq: 2, update: Uint8Array.of(0) }],
      }),
    )
    checkEqual(await store.mentionedSince(lunch, 0, 100, mary, 9), [], 'nothing is left')
    await store.close()
  }),

  storeCase('[RE126] a row keeps what kind of operation it was when it is erased', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const rows = [
      entryRow(lunch, 2, 2),
      entryRow(lunch, 3, 3, { operation: 'edit' }),
      entryRow(lunch, 4, 4, { operation: 'react' }),
      entryRow(lunch, 5, 5, { operation: 'recall' }),
    ]
    const rewrites = [2, 3].map((seq) => ({ conversation: lunch, seq, update: Uint8Array.of(0) }))
    await store.commit(commitOf(5, { conversations: [conversationRecord(lunch, 5, 5)], rows, rewrites }))
    const read = await store.pageRows(lunch, 1, 0, 10)
    checkEqual(
      read.map(({ kind, operation }) => [kind, operation]),
      [
        ['erased', null],
        ['erased', 'edit'],
        ['entry', 'react'],
        ['entry', 'recall'],
      ],
      'operations',
    )
    await store.close()
  }),

  storeCase('[RE171] a tag has the device that took it last, in the next process too', async (harness) => {
    const store = await harness.open()
    checkEqual(await store.tagHolder(tom, 'web'), undefined, 'a tag that nobody has')
    await store.commit(creation(lunch, 1))
    const [first, second] = [testDeviceId(1), testDeviceId(2)]
    await store.commit(commitOf(1, { tags: [{ user: tom, tag: 'web', device: first }] }))
    await store.commit(
      commitOf(1, {
        tags: [
          { user: tom, tag: 'mobile', device: first },
          { user: mary, tag: 'web', device: first },
        ],
      }),
    )
    await store.commit(commitOf(1, { tags: [{ user: tom, tag: 'web', device: second }] }))
    checkEqual(store.position, 1, 'no row, no position')
    await store.close()
    const again = await harness.open()
    checkEqual(again.position, 1, 'the position')
    checkEqual(await again.tagHolder(tom, 'web'), second, 'the last')
    checkEqual(await again.tagHolder(tom, 'mobile'), first, 'another tag')
    checkEqual(await again.tagHolder(mary, 'web'), first, 'of somebody else')
    checkEqual(await again.tagHolder(mary, 'mobile'), undefined, 'nobody')
    await again.close()
  }),

  storeCase('[RE276] of very many tags of one user those taken last are known', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const [first, second] = [testDeviceId(1), testDeviceId(2)]
    const names = Array.from({ length: maxTagsKept }, (_, index) => `t${index}`)
    await store.commit(commitOf(1, { tags: [{ user: mary, tag: 't0', device: first }] }))
    await store.commit(commitOf(1, { tags: names.map((tag) => ({ user: tom, tag, device: first })) }))
    await store.commit(commitOf(1, { tags: [{ user: tom, tag: 't0', device: second }] }))
    await store.commit(commitOf(1, { tags: [{ user: tom, tag: 'one more', device: first }] }))
    checkEqual(await store.tagHolder(tom, 't0'), second, 'taken again since')
    checkEqual(await store.tagHolder(tom, 't1'), undefined, 'taken longest ago')
    checkEqual(await store.tagHolder(tom, 't2'), first, 'the one after')
    checkEqual(await store.tagHolder(tom, 'one more'), first, 'the last')
    checkEqual(await store.tagHolder(mary, 't0'), first, 'of somebody else')
    await store.close()
  }),

  storeCase('[RE52] of very many recalls the newest are read', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const count = maxRecallsRead + 1
    const last = 1 + 2 * count
    const rows = Array.from({ length: 2 * count }, (_, index) => {
      const recall = {
        operation: 'recall',
        erases: [{ seq: index + 2 - count, client: 1, clock: 1 }],
      } as const
      return entryRow(lunch, index + 2, index + 2, index < count ? {} : recall)
    })
    await store.commit(commitOf(last, { conversations: [conversationRecord(lunch, last, last)], rows }))
    const recalled = await store.recalledSince(lunch, 0, last, mary)
    checkEqual(recalled.length, maxRecallsRead, 'so many')
    checkEqual([recalled[0], recalled.at(-1)], [3, count + 1], 'the newest')
    await store.close()
  }),
]
