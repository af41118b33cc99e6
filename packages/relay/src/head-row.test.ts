import { headDigest, mergeHeadUpdates, readHeadState, relayClientId } from '@parley/document'
import { expect, test } from 'vitest'
import { StoreError } from './store.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice } from './testing/test-device.ts'
import { commanded, createTestLunch } from './testing/test-lunch.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'

test("[RE32] [RE35] the rows of a head add up to its state, under the relay's own client id", async () => {
  const { tom, conversation, disk } = await createTestLunch()
  const commands = [
    { op: 'add', members: ['Eve', 'Ada'] },
    { op: 'remove', members: ['Mary'] },
    { op: 'add', members: ['Mary'] },
  ]
  for (const command of commands) await commanded(tom, conversation, command)
  const held = disk.conversations.get(conversation)
  const state = held?.head.state ?? new Uint8Array()
  const rows = held?.rows.filter(({ kind }) => kind === 'head') ?? []
  expect(rows.map(({ seq, client, author }) => [seq, client, author])).toEqual(
    [1, 2, 3, 4].map((seq) => [seq, relayClientId(testEpoch), 'Tom']),
  )
  expect(mergeHeadUpdates(rows.map(({ update }) => update))).toEqual(state)
  const head = readHeadState(state)
  expect([...(head?.members.keys() ?? [])].toSorted()).toEqual(['Ada', 'Eve', 'Mary', 'Tom'])
  expect(held?.record.headDigest).toBe(head === undefined ? '' : headDigest(head))
  expect(held?.record).toMatchObject({ members: 4, headVersion: 4 })
})

test('[RE35] the relay goes on writing where it stopped: after a restart, and after a failed commit', async () => {
  let fail = false
  const first = await createTestLunch({
    wrap: (store) =>
      wrapStore(store, {
        async commit(commit) {
          if (fail) throw new StoreError('full', 'no room')
          await store.commit(commit)
        },
      }),
  })
  const { conversation, disk } = first
  fail = true
  await commanded(first.tom, conversation, { op: 'add', members: ['Lost'] })
  fail = false
  await commanded(first.tom, conversation, { op: 'add', members: ['Eve'] })
  const second = createTestRelay({ disk })
  const tom = createTestDevice(second.relay, { user: 'Tom' })
  await commanded(tom, conversation, { op: 'add', members: ['Ada'] })
  const held = disk.conversations.get(conversation)
  const updates = held?.rows.map(({ update }) => update) ?? []
  expect(updates).toHaveLength(3)
  expect(mergeHeadUpdates(updates)).toEqual(held?.head.state)
  expect([...(readHeadState(mergeHeadUpdates(updates))?.members.keys() ?? [])].toSorted()).toEqual([
    'Ada',
    'Eve',
    'Mary',
    'Tom',
  ])
})
