import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { createTestDevice, settle, testConversationId } from './testing/test-device.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'

const create = {
  op: 'create',
  kind: 'group',
  unique: false,
  members: ['Mary'],
  name: 'Lunch',
  attributes: {},
}

test('[RE41] a message goes from its author over the log to every device', async () => {
  const { relay, faults } = createTestRelay()
  const conversation = testConversationId(1)
  const tom = createTestDevice(relay, { user: 'Tom' })
  const mary = createTestDevice(relay, { user: 'Mary' })
  await settle()
  tom.command(conversation, create)
  const [created] = await tom.take('command-answer')
  expect(faults).toEqual([])
  expect(created?.verdict).toMatchObject({ class: 'accepted', seq: 1 })
  const [first, second] = await mary.take('sync')
  expect(first).toMatchObject({ full: true, more: false, news: [] })
  expect(second).toMatchObject({ full: false, more: false, cursor: 1 })
  expect(second?.news).toMatchObject([
    { conversation, name: 'Lunch', role: 'member', invitedBy: 'Tom', whole: true },
  ])

  const pen = createPen({ user: tom.user, client: 7 })
  const hello = pen.text('hello')
  tom.push(conversation, 1, [hello.update])
  const [answer] = await tom.take('answer')
  expect(answer?.answers).toMatchObject([
    { page: 1, client: 7, clock: 0, verdict: { class: 'accepted', seq: 2 } },
  ])
  for (const device of [tom, mary]) {
    const rows = await device.take('rows')
    expect(rows.at(-1)).toMatchObject({ conversation, rows: [{ kind: 'entry', seq: 2, page: 1 }] })
  }

  const again = createTestDevice(relay, { user: 'Mary', epoch: testEpoch, cursor: 1 })
  await settle()
  expect(mary.closedBy).toBe('replaced')
  const [sync] = await again.take('sync')
  expect(sync).toMatchObject({ full: false, more: false, cursor: 2 })
  expect(sync?.news).toMatchObject([{ seq: 2, total: 1, whole: true, rows: [{ kind: 'entry', seq: 2 }] }])
  expect(faults).toEqual([])
})
