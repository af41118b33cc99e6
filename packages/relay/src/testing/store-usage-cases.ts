/** The contract of the log for what users take up. */
import type { UsageRecord } from '../usage-store.ts'
import { checkEqual } from './check.ts'
import { type StoreCase, storeCase } from './store-case.ts'
import { commitOf, mary, tom } from './store-records.ts'

const byUser = (a: UsageRecord, b: UsageRecord): number => (a.user < b.user ? -1 : 1)

export const usageCases: readonly StoreCase[] = [
  storeCase(
    '[RE245] what a commit says is added to what stands, also in the next process',
    async (harness) => {
      const store = await harness.open()
      checkEqual(await store.usage([tom, mary]), [], 'nobody takes up anything')
      const first = { user: tom, created: 1, joined: 1, bytes: 100 }
      await store.commit(commitOf(0, { usage: [first, { user: mary, created: 0, joined: 1, bytes: 0 }] }))
      checkEqual(await store.usage([tom]), [first], 'at first')
      await store.commit(commitOf(0, { usage: [{ user: tom, created: 0, joined: -1, bytes: -30 }] }))
      await store.close()
      const again = await harness.open()
      const found = await again.usage([tom, mary])
      checkEqual(
        found.toSorted(byUser),
        [
          { user: mary, created: 0, joined: 1, bytes: 0 },
          { user: tom, created: 1, joined: 0, bytes: 70 },
        ],
        'both',
      )
      checkEqual(await again.usage([]), [], 'of nobody')
      await again.close()
    },
  ),
]
