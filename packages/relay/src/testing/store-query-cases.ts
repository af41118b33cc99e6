/** The contract of the log for queries. */
import { checkEqual } from './check.ts'
import { type StoreCase, storeCase } from './store-case.ts'
import {
  commitOf,
  conversationRecord,
  creation,
  headRow,
  lunch,
  mary,
  memberRecord,
  tom,
  work,
} from './store-records.ts'
import { testUser } from './test-device.ts'

const eve = testUser('Eve')

export const queryCases: readonly StoreCase[] = [
  storeCase(
    '[RE395] the conversations of a user are those he is in now, and all others named too',
    async (harness) => {
      const store = await harness.open()
      await store.commit(creation(lunch, 1))
      await store.commit(creation(work, 2))
      await store.commit(
        commitOf(3, {
          conversations: [conversationRecord(work, 2, 3)],
          members: [
            memberRecord(work, mary, 3, { role: '' }),
            memberRecord(work, eve, 3, { role: 'member' }),
          ],
          rows: [headRow(work, 2, 3)],
        }),
      )
      const sorted = async (...asked: Parameters<typeof store.conversationsOf>): Promise<readonly string[]> =>
        (await store.conversationsOf(...asked)).toSorted()
      checkEqual(await sorted(tom, [], 10), [lunch, work].toSorted(), 'all of his')
      checkEqual((await sorted(tom, [], 1)).length, 1, 'as many as asked for')
      checkEqual(await sorted(mary, [], 10), [lunch], 'none that she has left')
      checkEqual(await sorted(tom, [mary], 10), [lunch], 'with somebody')
      checkEqual(await sorted(tom, [eve, tom], 10), [work], 'with somebody, and himself')
      checkEqual(await sorted(tom, [eve, mary], 10), [], 'with two who are nowhere together')
      checkEqual(await sorted(testUser('Bob'), [], 10), [], 'of one who is nowhere')
      await store.close()
      const again = await harness.open()
      checkEqual((await again.conversationsOf(tom, [mary], 10)).slice(), [lunch], 'in the next process')
      await again.close()
    },
  ),
]
