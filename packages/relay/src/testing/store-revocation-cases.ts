/** The contract of the log for revoked tokens. */
import type { RevocationRecord } from '../revocation-store.ts'
import { checkEqual } from './check.ts'
import { type StoreCase, storeCase } from './store-case.ts'
import { creation, lunch, mary, tom } from './store-records.ts'
import { testDeviceId } from './test-device.ts'

const phone = testDeviceId(1)
const tablet = testDeviceId(2)

const byAt = (a: RevocationRecord, b: RevocationRecord): number => a.at - b.at

export const revocationCases: readonly StoreCase[] = [
  storeCase('[RE193] what was revoked is there for the next process, by user and device', async (harness) => {
    const store = await harness.open()
    checkEqual(await store.revocations(tom), [], 'none at first')
    const records: readonly RevocationRecord[] = [
      { user: tom, device: phone, at: 1000 },
      { user: tom, device: '', at: 2000 },
      { user: tom, device: tablet, at: 3000 },
      { user: mary, device: '', at: 1500 },
    ]
    for (const record of records) await store.revoke(record, 0)
    await store.close()
    const again = await harness.open()
    checkEqual((await again.revocations(tom)).toSorted(byAt), records.slice(0, 3), 'his')
    checkEqual(await again.revocations(mary), records.slice(3), 'hers')
    checkEqual(again.position, 0, 'it is no row')
    await again.close()
  }),

  storeCase('[RE193] of the same user and device the later revocation stays', async (harness) => {
    const store = await harness.open()
    for (const at of [2000, 1000]) await store.revoke({ user: tom, device: '', at }, 0)
    checkEqual(await store.revocations(tom), [{ user: tom, device: '', at: 2000 }], 'not moved back')
    await store.revoke({ user: tom, device: '', at: 3000 }, 0)
    checkEqual(await store.revocations(tom), [{ user: tom, device: '', at: 3000 }], 'moved on')
    await store.close()
  }),

  storeCase('[RE196] what is older than any token is dropped, of everybody', async (harness) => {
    const store = await harness.open()
    await store.revoke({ user: mary, device: '', at: 999 }, 0)
    await store.revoke({ user: mary, device: phone, at: 1000 }, 0)
    await store.revoke({ user: tom, device: phone, at: 500 }, 0)
    await store.revoke({ user: tom, device: '', at: 5000 }, 1000)
    checkEqual(await store.revocations(mary), [{ user: mary, device: phone, at: 1000 }], 'hers')
    checkEqual(await store.revocations(tom), [{ user: tom, device: '', at: 5000 }], 'his')
    await store.close()
  }),

  storeCase('[RE193] revoking moves no position, and commits go on beside it', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    await store.revoke({ user: tom, device: '', at: 7 }, 0)
    checkEqual(store.position, 1, 'position')
    checkEqual((await store.conversation(lunch))?.seq, 1, 'conversation')
    await store.close()
  }),
]
