/** The contract of the log for marks of who has got how far. */
import type { ConversationId, UserId } from '@parley/document'
import type { MarkRecord } from '../marks-store.ts'
import { checkEqual } from './check.ts'
import { type StoreCase, storeCase } from './store-case.ts'
import {
  commitOf,
  conversationRecord,
  creation,
  lunch,
  mary,
  memberRecord,
  tom,
  work,
} from './store-records.ts'

function mark(
  conversation: ConversationId,
  user: UserId,
  position: number,
  more: Partial<MarkRecord> = {},
): MarkRecord {
  return { conversation, user, delivered: 1, read: 0, time: 1000 + position, position, ...more }
}

export const marksCases: readonly StoreCase[] = [
  storeCase('[RE66] marks are kept by conversation and user, and replaced by them', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    await store.commit(creation(work, 2))
    const marks = [mark(lunch, tom, 3), mark(lunch, mary, 4, { read: 1 }), mark(work, tom, 5)]
    await store.commit(commitOf(5, { conversations: [conversationRecord(lunch, 1, 4)], marks }))
    checkEqual(store.position, 5, 'position')
    const found = await store.marks([...marks, { conversation: work, user: mary }])
    checkEqual(
      found.toSorted((a, b) => a.position - b.position),
      marks,
      'marks',
    )
    checkEqual(await store.marks([]), [], 'none')
    const newer = mark(lunch, tom, 6, { delivered: 0, read: 1 })
    await store.commit(commitOf(6, { marks: [newer] }))
    checkEqual(await store.marks([newer]), [newer], 'the newer one')
    await store.close()
    const again = await harness.open()
    checkEqual(again.position, 6, 'position after opening again')
    checkEqual(await again.marks([newer]), [newer], 'the newer one after opening again')
    await again.close()
  }),

  storeCase('[RE66] marks above a position are those of present members', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const [his, hers] = [mark(lunch, tom, 2), mark(lunch, mary, 3)]
    await store.commit(commitOf(3, { marks: [his, hers] }))
    checkEqual(await store.marksSince(lunch, 3, 9), { marks: [], all: false }, 'none above')
    checkEqual(await store.marksSince(lunch, 2, 9), { marks: [hers], all: false }, 'one above')
    checkEqual(await store.marksSince(lunch, 0, 9), { marks: [hers, his], all: true }, 'all')
    checkEqual(await store.marksSince(lunch, 0, 1), { marks: [hers], all: true }, 'so many')
    checkEqual(await store.marksSince(work, 0, 9), { marks: [], all: false }, 'of no conversation')
    await store.close()
  }),

  storeCase('[RE66] when somebody came or went, marks are all there are', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const [his, hers] = [mark(lunch, tom, 2), mark(lunch, mary, 3)]
    await store.commit(commitOf(3, { marks: [his, hers] }))
    await store.commit(commitOf(4, { members: [memberRecord(lunch, mary, 4, { role: '' })] }))
    checkEqual(await store.marksSince(lunch, 3, 9), { marks: [his], all: true }, 'she went')
    checkEqual(await store.marksSince(lunch, 4, 9), { marks: [], all: false }, 'nobody since')
    await store.commit(commitOf(5, { members: [memberRecord(lunch, mary, 5)] }))
    checkEqual(await store.marksSince(lunch, 4, 9), { marks: [hers, his], all: true }, 'she came back')
    await store.close()
  }),
]
