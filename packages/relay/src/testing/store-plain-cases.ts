/** The contract of the log where a commit holds new entries only: reads of every kind see it, and a failed one leaves nothing. */
import type { RelayCommit, RelayStore } from '../store.ts'
import { checkEqual, checkRejects, plain } from './check.ts'
import { type StoreCase, storeCase } from './store-case.ts'
import {
  commitOf,
  conversationRecord,
  creation,
  entryId,
  entryRow,
  headRecord,
  headRow,
  lunch,
  mary,
  memberRecord,
  messageRecord,
  pageRecord,
  toldOf,
  tom,
  work,
  writerRecord,
} from './store-records.ts'

const bytesOf = (user: typeof tom, bytes: number): RelayCommit['usage'][number] => ({
  user,
  created: 0,
  joined: 0,
  bytes,
})

/** A message of Tom's that mentions Mary, and his mark. */
function message(seq: number): RelayCommit {
  return commitOf(seq, {
    conversations: [conversationRecord(lunch, seq, seq)],
    members: [memberRecord(lunch, tom, 1, { role: 'owner', mine: seq })],
    pages: [pageRecord(lunch, 1, seq, { entries: seq })],
    rows: [entryRow(lunch, seq, seq)],
    writers: [writerRecord(lunch, 2 ** 52 + 1, seq + 1)],
    messages: [messageRecord(lunch, entryId(seq), seq)],
    mentions: [{ conversation: lunch, user: mary, seq, author: tom }],
    marks: [{ conversation: lunch, user: tom, delivered: seq, read: seq, time: 5, position: seq }],
    usage: [bytesOf(tom, 10)],
  })
}

/** Reads of every kind but by keys that are not there. */
const reads: Readonly<Record<string, (store: RelayStore) => Promise<unknown>>> = {
  conversations: async (store) => {
    const stored = (await store.conversations([lunch])).get(lunch)
    return [
      stored?.record,
      stored?.head,
      stored?.openPage,
      stored?.members.map(({ mine }) => mine).toSorted(),
    ]
  },
  conversation: async (store) => store.conversation(lunch),
  member: async (store) => store.member(lunch, tom),
  pages: async (store) => store.pages(lunch, [1]),
  writers: async (store) => store.writers([{ conversation: lunch, page: 1, client: 2 ** 52 + 1 }]),
  messages: async (store) => store.messages([{ conversation: lunch, id: entryId(3) }]),
  rowAt: async (store) => store.rowAt(lunch, 1, 2 ** 52 + 1, 3),
  row: async (store) => store.row(lunch, 3),
  head: async (store) => store.head(lunch),
  usage: async (store) => store.usage([tom]),
  marks: async (store) => store.marks([{ conversation: lunch, user: tom }]),
  pageRows: async (store) => store.pageRows(lunch, 1, 2, 9),
  rowsSince: async (store) => store.rowsSince(lunch, 2, 9, 9),
  pagesSince: async (store) => store.pagesSince(lunch, 2),
  recalledSince: async (store) => store.recalledSince(lunch, 2, 9, mary),
  mentionedSince: async (store) => store.mentionedSince(lunch, 2, 9, mary, 9),
  feed: async (store) => store.feed(mary, 2, 9, true),
  marksSince: async (store) => store.marksSince(lunch, 2, 9),
}

async function everything(store: RelayStore): Promise<string> {
  const found: unknown[] = [store.position]
  for (const read of Object.values(reads)) found.push(await read(store))
  return plain(found)
}

export const plainCases: readonly StoreCase[] = [
  ...Object.entries(reads).map(([name, read]) =>
    storeCase(
      `[RE66] [RE301] new entries are seen by ${name}, also when others were read before`,
      async (harness) => {
        const store = await harness.open()
        await store.commit(creation(lunch, 1))
        await store.commit(message(2))
        await store.commit(message(3))
        const first = plain(await read(store))
        for (const other of Object.values(reads)) await other(store)
        checkEqual(plain(await read(store)), first, 'after every other read')
        await store.close()
        const again = await harness.open()
        checkEqual(plain(await read(again)), first, 'in the next process')
        await again.close()
      },
    ),
  ),

  storeCase(
    '[RE66] [RE301] new entries are seen before, between and behind other commits',
    async (harness) => {
      const store = await harness.open()
      await store.commit(creation(lunch, 1))
      await store.commit(message(2))
      await store.commit(
        commitOf(3, {
          ...message(3),
          rows: [headRow(lunch, 3, 3)],
          messages: [],
          mentions: [],
          heads: [headRecord(lunch, 3)],
          commands: [
            { user: tom, id: entryId(8), conversation: lunch, seq: 3, time: 5, outcome: Uint8Array.of(1) },
          ],
        }),
      )
      await store.commit(message(4))
      await store.commit(creation(work, 5))
      const rows = [entryRow(lunch, 2, 2), headRow(lunch, 3, 3), entryRow(lunch, 4, 4)].map(toldOf)
      checkEqual(await store.rowsSince(lunch, 1, 9, 9), rows, 'rows')
      checkEqual(await store.head(lunch), headRecord(lunch, 3), 'head')
      checkEqual(await store.mentionedSince(lunch, 0, 9, mary, 9), [2, 4], 'mentions')
      checkEqual(await store.usage([tom]), [bytesOf(tom, 30)], 'usage, once each')
      checkEqual(
        (await store.feed(mary, 0, 9, true)).map(({ conversation, position }) => [conversation.id, position]),
        [
          [lunch, 4],
          [work, 5],
        ],
        'feed',
      )
      await store.close()
    },
  ),

  storeCase('[RE66] [RE304] entries that could not be committed are seen by nobody', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    await store.commit(message(2))
    const before = await everything(store)
    await store.commit(message(3))
    const between = await everything(store)
    checkEqual(before === between, false, 'nothing was seen of the one that could')
    await checkRejects(store.commit(message(5)), 'a row that does not follow')
    await checkRejects(
      store.commit({ ...message(4), rewrites: [{ conversation: lunch, seq: 9, update: Uint8Array.of(0) }] }),
      'a rewrite of no row',
    )
    checkEqual(await everything(store), between, 'the log')
    await store.commit(message(4))
    checkEqual(await store.usage([tom]), [bytesOf(tom, 30)], 'usage')
    await store.close()
  }),
]
