/** The contract of the log for people's rows. */
import type { PersonKind, UserId } from '@parley/document'
import type { PersonRecord } from '../people-store.ts'
import { checkEqual } from './check.ts'
import { type StoreCase, storeCase } from './store-case.ts'
import { commitOf, creation, entryId, lunch, mary, tom } from './store-records.ts'

function person(
  owner: UserId,
  kind: PersonKind,
  key: string,
  position: number,
  more: Partial<PersonRecord> = {},
): PersonRecord {
  const value = Uint8Array.of(position, 2, 3)
  const group = kind === 'profile' || kind === 'unblocked' ? '' : kind
  return { owner, kind, key, value, group, time: 1000 + position, position, ...more }
}

const byPosition = (a: PersonRecord, b: PersonRecord): number => a.position - b.position

export const peopleCases: readonly StoreCase[] = [
  storeCase("[RE66] people's rows are kept by owner, kind and key, and replaced by them", async (harness) => {
    const store = await harness.open()
    const rows = [
      person(tom, 'profile', '', 1),
      person(tom, 'block', mary, 2),
      person(tom, 'contact', mary, 3),
      person(mary, 'block', tom, 4),
    ]
    await store.commit(commitOf(4, { people: rows }))
    checkEqual(store.position, 4, 'position')
    const found = await store.people([...rows, { owner: mary, kind: 'block', key: mary }])
    checkEqual(found.toSorted(byPosition), rows, 'rows')
    checkEqual(await store.people([]), [], 'none')
    const gone = person(tom, 'block', mary, 5, { value: null, group: '' })
    await store.commit(commitOf(5, { people: [gone] }))
    checkEqual(await store.people([gone]), [gone], 'a row that is gone stays')
    checkEqual(await store.people([{ owner: mary, kind: 'block', key: tom }]), [rows[3]], 'the others')
    await store.close()
  }),

  storeCase('[RE66] rows of a group are counted by owner', async (harness) => {
    const store = await harness.open()
    await store.commit(
      commitOf(5, {
        people: [
          person(tom, 'setting', 'a', 1),
          person(tom, 'setting', 'b', 2, { group: 'pinned' }),
          person(tom, 'setting', 'c', 3),
          person(tom, 'setting', 'd', 4, { value: null, group: '' }),
          person(mary, 'setting', 'a', 5),
        ],
      }),
    )
    const counts = await store.peopleCounts([
      { owner: tom, group: 'setting' },
      { owner: mary, group: 'setting' },
      { owner: tom, group: 'pinned' },
      { owner: tom, group: 'block' },
    ])
    checkEqual(counts, [2, 1, 1, 0], 'counts')
    await store.commit(commitOf(6, { people: [person(tom, 'setting', 'b', 6)] }))
    checkEqual(await store.peopleCounts([{ owner: tom, group: 'pinned' }]), [0], 'no pin any more')
    await store.close()
  }),

  storeCase(
    '[RE185] [RE187] the row of unblockings is one of an owner, and counts as nothing',
    async (harness) => {
      const store = await harness.open()
      await store.commit(commitOf(1, { people: [person(tom, 'unblocked', '', 1)] }))
      const [newer, other] = [person(tom, 'unblocked', '', 2), person(mary, 'unblocked', '', 3)]
      await store.commit(commitOf(3, { people: [newer, other] }))
      checkEqual(await store.people([newer]), [newer], 'the newer')
      checkEqual(await store.peopleSince(tom, 0, 10), [newer], 'one row')
      checkEqual(await store.peopleCounts([{ owner: tom, group: 'block' }]), [0], 'no block')
      await store.close()
      const again = await harness.open()
      checkEqual(await again.people([newer, other]), [newer, other], 'in the next process')
      await again.close()
    },
  ),

  storeCase('[RE66] an owner is told what changed above a position, in its order', async (harness) => {
    const store = await harness.open()
    const rows = [
      person(tom, 'block', 'b', 1),
      person(mary, 'block', 'b', 2),
      person(tom, 'block', 'a', 3),
      person(tom, 'profile', '', 4),
    ]
    await store.commit(commitOf(4, { people: rows }))
    const again = person(tom, 'block', 'b', 5, { value: null, group: '' })
    await store.commit(commitOf(5, { people: [again] }))
    checkEqual(await store.peopleSince(tom, 0, 10), [rows[2], rows[3], again], 'all')
    checkEqual(await store.peopleSince(tom, 3, 10), [rows[3], again], 'above')
    checkEqual(await store.peopleSince(tom, 0, 2), [rows[2], rows[3]], 'the first of them')
    checkEqual(await store.peopleSince(tom, 5, 10), [], 'none')
    checkEqual(await store.peopleSince(mary, 0, 10), [rows[1]], 'of another')
    await store.close()
  }),

  storeCase(
    '[RE66] a position is that of the last row, of a person too, in the next process',
    async (harness) => {
      const store = await harness.open()
      await store.commit(creation(lunch, 1))
      const row = person(tom, 'block', mary, 2)
      const command = {
        user: tom,
        id: entryId(1),
        conversation: '',
        seq: 2,
        time: 5,
        outcome: Uint8Array.of(1),
      } as const
      await store.commit(commitOf(2, { people: [row], commands: [command] }))
      await store.close()
      const again = await harness.open()
      checkEqual(again.position, 2, 'position')
      checkEqual(await again.people([row]), [row], 'row')
      checkEqual(await again.commands([command]), [command], 'a command about no conversation')
      await again.close()
    },
  ),
]
