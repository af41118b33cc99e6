import { parseUserId } from '@parley/document'
import { expect, test } from 'vitest'
import type { RelayStore } from '../store.ts'
import {
  commitOf,
  conversationRecord,
  creation,
  entryId,
  entryRow,
  lunch,
  mary,
  messageRecord,
  tom,
} from '../testing/store-records.ts'
import { temporaryDirectory } from './sqlite-journal.test-kit.ts'
import { encodeJournal } from './sqlite-journal.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'

test('[RE300] the rows of a turn whose blob has grown out of its memory are parts of the blob, and not of that memory', () => {
  const update = new Uint8Array(200).fill(7)
  const commit = commitOf(2, {
    conversations: [conversationRecord(lunch, 2, 2)],
    rows: [entryRow(lunch, 2, 2, { update })],
    mentions: Array.from({ length: 20 }, (_, index) => ({
      conversation: lunch,
      user: parseUserId(`somebody-${index}`) ?? mary,
      seq: 2,
      author: tom,
    })),
  })
  const whole = encodeJournal(
    commit,
    (room) => new Uint8Array(room),
    () => true,
  )
  for (let room = 8; room < (whole?.bytes.length ?? 0) + 32; room += 1) {
    const memory = new Uint8Array(room)
    const encoded = encodeJournal(
      commit,
      () => memory,
      () => true,
    )
    // Whoever has it next writes over it, unless the blob itself lies there.
    if (encoded?.bytes.buffer !== memory.buffer) memory.fill(255)
    expect(encoded?.updates).toEqual([update])
    expect(encoded?.bytes).toEqual(whole?.bytes)
  }
})

test('[RE300] [RE302] whatever room turns leave behind them, rows hold their own bytes: pending, settled, opened again', async () => {
  const directory = temporaryDirectory()
  const store = await openSqliteRelayStore({ directory })
  await store.commit(creation(lunch, 1))
  const names = Array.from(
    { length: 100 },
    (_, index) => parseUserId(`somebody-of-a-long-name-${index}`) ?? mary,
  )
  const written = new Map<number, Uint8Array>()
  for (let seq = 2; seq < 500; seq += 1) {
    const mentions = seq % 3 === 0 ? names : []
    const update = new Uint8Array(200 + 41 * mentions.length).fill(seq % 251)
    written.set(seq, update.slice())
    await store.commit(
      commitOf(seq, {
        conversations: [conversationRecord(lunch, seq, seq)],
        rows: [entryRow(lunch, seq, seq, { update, id: entryId(seq) })],
        messages: [messageRecord(lunch, entryId(seq), seq)],
        mentions: mentions.map((user) => ({ conversation: lunch, user, seq, author: tom })),
      }),
    )
  }
  const expectAll = async (from: RelayStore): Promise<void> => {
    for (const [seq, update] of written) expect((await from.row(lunch, seq))?.update).toEqual(update)
  }
  await expectAll(store)
  await store.feed(tom, 0, 10, true)
  await expectAll(store)
  await store.close()
  const again = await openSqliteRelayStore({ directory })
  await expectAll(again)
  await again.close()
})
