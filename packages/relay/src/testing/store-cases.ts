/**
 * The contract of the log: what every backend must do, independent of the test runner.
 */
import type { RelayStore } from '../store.ts'
import { checkEqual, checkRejects, plain } from './check.ts'
import { type StoreCase, storeCase } from './store-case.ts'
import { marksCases } from './store-marks-cases.ts'
import { peopleCases } from './store-people-cases.ts'
import { plainCases } from './store-plain-cases.ts'
import { queryCases } from './store-query-cases.ts'
import { revocationCases } from './store-revocation-cases.ts'
import { readingCases } from './store-reading-cases.ts'
import { rowCases } from './store-row-cases.ts'
import { usageCases } from './store-usage-cases.ts'
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
  tom,
  work,
  writerRecord,
} from './store-records.ts'
import { testConversationId } from './test-device.ts'

export const relayStoreCases: readonly StoreCase[] = [
  ...readingCases,
  ...rowCases,
  ...peopleCases,
  ...marksCases,
  ...usageCases,
  ...queryCases,
  ...revocationCases,
  ...plainCases,
  storeCase('[RE66] what was committed is read, whole and by its keys', async (harness) => {
    const store = await harness.open()
    checkEqual(store.position, 0, 'position of an empty log')
    await store.commit(creation(lunch, 1))
    await store.commit(creation(work, 2))
    checkEqual(store.position, 2, 'position')
    const found = await store.conversations([work, lunch, testConversationId(9)])
    checkEqual([...found.keys()].toSorted(), [lunch, work].toSorted(), 'conversations that exist')
    const made = creation(lunch, 1)
    const stored = found.get(lunch)
    checkEqual(stored?.record, made.conversations[0], 'record')
    checkEqual(stored?.head, made.heads[0], 'head')
    checkEqual(stored?.openPage, made.pages[0], 'open page')
    checkEqual(stored?.members.toSorted(byRole), made.members, 'members')
    checkEqual(await store.conversation(lunch), made.conversations[0], 'record alone')
    checkEqual(await store.head(lunch), made.heads[0], 'head alone')
    checkEqual(await store.member(lunch, mary), made.members[1], 'member')
    checkEqual(await store.row(lunch, 1), made.rows[0], 'row')
    await store.close()
  }),

  storeCase('[RE66] what was never committed is not there', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    checkEqual((await store.conversations([work])).size, 0, 'conversations')
    checkEqual(await store.conversation(work), undefined, 'conversation')
    checkEqual(await store.head(work), undefined, 'head')
    checkEqual(await store.member(work, tom), undefined, 'member')
    checkEqual(await store.pages(lunch, [2]), [], 'pages')
    checkEqual(await store.writers([{ conversation: lunch, page: 1, client: 1 }]), [], 'writers')
    checkEqual(await store.messages([{ conversation: lunch, id: entryId(1) }]), [], 'messages')
    checkEqual(await store.commands([{ user: tom, id: entryId(1) }]), [], 'commands')
    checkEqual(await store.row(lunch, 2), undefined, 'row')
    checkEqual(await store.rowAt(lunch, 1, 1, 0), undefined, 'row at')
    checkEqual(await store.rowAt(lunch, 0, entryRow(lunch, 1, 1).client, 0), undefined, 'head row at a place')
    await store.close()
  }),

  storeCase('[RE66] records are replaced by their keys, the others stay', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const first = commitOf(3, {
      conversations: [conversationRecord(lunch, 3, 3)],
      rows: [entryRow(lunch, 2, 2), entryRow(lunch, 3, 3, { operation: 'edit' })],
      pages: [pageRecord(lunch, 1, 2), pageRecord(lunch, 2, 0)],
      writers: [writerRecord(lunch, 8, 1), writerRecord(lunch, 9, 1)],
      messages: [messageRecord(lunch, entryId(2), 2), { ...messageRecord(lunch, entryId(3), 3), type: null }],
      commands: [
        { user: tom, id: entryId(1), conversation: lunch, seq: 1, time: 5, outcome: Uint8Array.of(1) },
      ],
    })
    await store.commit(first)
    const member = memberRecord(lunch, mary, 4, {
      role: '',
      since: 2,
      mutedUntil: 2 ** 53 - 1,
      leftSeq: 4,
      removedBy: tom,
      leftHeadDigest: 'ab',
    })
    const second = commitOf(4, {
      conversations: [conversationRecord(lunch, 4, 4, { pages: 2, name: null, icon: null, unique: true })],
      rows: [headRow(lunch, 4, 4)],
      heads: [headRecord(lunch, 4)],
      members: [member],
      pages: [pageRecord(lunch, 1, 3, { closed: true, erasedPosition: 3 })],
      writers: [writerRecord(lunch, 8, 2)],
      messages: [
        {
          ...messageRecord(lunch, entryId(2), 2),
          edit: { id: entryId(3), seq: 3, client: 2 ** 52 + 1, clock: 3 },
        },
      ],
    })
    await store.commit(second)
    checkEqual(await store.conversation(lunch), second.conversations[0], 'conversation')
    checkEqual((await store.conversations([lunch])).get(lunch)?.openPage, first.pages[1], 'open page')
    checkEqual(await store.member(lunch, mary), member, 'member')
    checkEqual(await store.pages(lunch, [1, 2]), [second.pages[0], first.pages[1]], 'pages')
    checkEqual(
      (await store.writers([8, 9, 10].map((client) => ({ conversation: lunch, page: 1, client })))).toSorted(
        byClient,
      ),
      [second.writers[0], first.writers[1]],
      'writers',
    )
    checkEqual(
      (await store.messages([2, 3, 4].map((id) => ({ conversation: lunch, id: entryId(id) })))).toSorted(
        byId,
      ),
      [second.messages[0], first.messages[1]],
      'messages',
    )
    checkEqual(await store.commands([{ user: tom, id: entryId(1) }]), first.commands, 'commands')
    checkEqual(await store.commands([{ user: mary, id: entryId(1) }]), [], 'commands of another')
    checkEqual(await store.head(lunch), second.heads[0], 'head')
    const recalled = { ...messageRecord(lunch, entryId(2), 2), erased: true }
    await store.commit(
      commitOf(5, {
        conversations: [conversationRecord(lunch, 5, 5)],
        rows: [entryRow(lunch, 5, 5)],
        rewrites: [{ conversation: lunch, seq: 2, update: Uint8Array.of(0) }],
        messages: [recalled],
      }),
    )
    checkEqual(
      await store.messages([{ conversation: lunch, id: entryId(2) }]),
      [recalled],
      'no edit any more',
    )
    await store.close()
  }),

  storeCase(
    '[RE50] [RE66] the feed: what moved, and what he left, in the order of positions',
    async (harness) => {
      const store = await harness.open()
      await store.commit(creation(lunch, 1))
      await store.commit(creation(work, 2))
      const moved = conversationRecord(lunch, 2, 3)
      await store.commit(commitOf(3, { conversations: [moved], rows: [entryRow(lunch, 2, 3)] }))
      const feed = async (position: number, limit = 10): Promise<unknown> =>
        (await store.feed(mary, position, limit, true)).map((row) => [row.conversation.id, row.position])
      checkEqual(
        await feed(0),
        [
          [work, 2],
          [lunch, 3],
        ],
        'everything',
      )
      checkEqual(await feed(0, 1), [[work, 2]], 'the first')
      checkEqual(await feed(2), [[lunch, 3]], 'what moved')
      checkEqual(await feed(3), [], 'nothing')
      const [row] = await store.feed(mary, 2, 10, true)
      checkEqual(row?.conversation, moved, 'record')
      checkEqual(row?.member, memberRecord(lunch, mary, 1), 'member')
      const left = memberRecord(work, mary, 4, { role: '', leftSeq: 2 })
      await store.commit(
        commitOf(4, {
          conversations: [conversationRecord(work, 2, 4)],
          rows: [headRow(work, 2, 4)],
          members: [left],
        }),
      )
      await store.commit(
        commitOf(5, { conversations: [conversationRecord(work, 3, 5)], rows: [entryRow(work, 3, 5)] }),
      )
      checkEqual(await feed(3), [[work, 4]], 'what he left, at his leaving')
      checkEqual(await feed(4), [], 'nothing of what he left')
      checkEqual(
        (await store.feed(tom, 4, 10, true)).map((one) => one.position),
        [5],
        'of one who is there',
      )
      await store.close()
    },
  ),

  storeCase('[RE66] a commit that cannot be made changes nothing', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const before = plain([
      await store.conversations([lunch]),
      await store.feed(tom, 0, 10, true),
      store.position,
    ])
    const parts = {
      conversations: [conversationRecord(lunch, 3, 3)],
      members: [memberRecord(lunch, tom, 3, { role: 'somebody' })],
      heads: [headRecord(lunch, 3)],
    }
    const gap = commitOf(3, { ...parts, rows: [entryRow(lunch, 3, 3)] })
    await checkRejects(store.commit(gap), 'a row that does not follow')
    const nothing = commitOf(2, {
      ...parts,
      rewrites: [{ conversation: lunch, seq: 9, update: Uint8Array.of(0) }],
    })
    await checkRejects(store.commit(nothing), 'a rewrite of no row')
    const after = plain([
      await store.conversations([lunch]),
      await store.feed(tom, 0, 10, true),
      store.position,
    ])
    checkEqual(after, before, 'the log')
    await store.commit(
      commitOf(2, { conversations: [conversationRecord(lunch, 2, 2)], rows: [entryRow(lunch, 2, 2)] }),
    )
    checkEqual(store.position, 2, 'position after the next commit')
    await store.close()
  }),

  storeCase(
    '[RE66] [RE70] the next store over the same data finds everything, its epoch too',
    async (harness) => {
      const first = await harness.open()
      await first.commit(creation(lunch, 1))
      await first.commit(
        commitOf(2, { conversations: [conversationRecord(lunch, 2, 2)], rows: [entryRow(lunch, 2, 2)] }),
      )
      const everything = async (store: RelayStore): Promise<string> =>
        plain([
          store.epoch,
          store.position,
          await store.conversations([lunch]),
          await store.rowsSince(lunch, 0, 10, 10),
        ])
      const before = await everything(first)
      await first.close()
      const second = await harness.open()
      checkEqual(await everything(second), before, 'the log')
      await second.close()
    },
  ),

  storeCase('[RE66] bytes given to a commit may be changed afterwards', async (harness) => {
    const store = await harness.open()
    await store.commit(creation(lunch, 1))
    const update = Uint8Array.of(1, 2, 3)
    const state = Uint8Array.of(4, 5, 6)
    await store.commit(
      commitOf(2, {
        conversations: [conversationRecord(lunch, 2, 2)],
        rows: [entryRow(lunch, 2, 2, { update })],
        heads: [{ conversation: lunch, version: 2, state }],
      }),
    )
    update.fill(0)
    state.fill(0)
    checkEqual((await store.row(lunch, 2))?.update, Uint8Array.of(1, 2, 3), 'row')
    checkEqual((await store.head(lunch))?.state, Uint8Array.of(4, 5, 6), 'head')
    await store.close()
  }),
]

const byRole = (a: { readonly role: string }, b: { readonly role: string }): number =>
  a.role > b.role ? -1 : 1
const byClient = (a: { readonly client: number }, b: { readonly client: number }): number =>
  a.client - b.client
const byId = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? -1 : 1)
