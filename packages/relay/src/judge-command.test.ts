import { maxDepth } from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import { type Any, maxAnyBytes } from '@parley/wire'
import { expect, test } from 'vitest'
import { createPen, testEntryId } from './testing/pen.ts'
import { createTestDevice, testConversationId, testUser } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

test('[RE30] a command sent again gets its first outcome again, whatever has happened since', async () => {
  const { tom, conversation, disk } = await createTestLunch()
  const id = testEntryId()
  const add = { op: 'add', members: ['Eve', 'Mary'] }
  const first = await commanded(tom, conversation, add, id)
  expect(first).toMatchObject({
    class: 'accepted',
    seq: 2,
    outcome: { successfulClientIds: ['Eve', 'Mary'] },
  })
  await commanded(tom, conversation, { op: 'remove', members: ['Eve'] })
  const again = { ...first, class: 'duplicate' }
  expect(await commanded(tom, conversation, add, id)).toEqual(again)
  expect(await commanded(tom, testConversationId(9), { op: 'quit' }, id)).toEqual(again)
  const restarted = createTestDevice(createTestRelay({ disk }).relay, { user: 'Tom' })
  expect(await commanded(restarted, conversation, add, id)).toEqual(again)
  expect(disk.conversations.get(conversation)?.record.seq).toBe(3)
})

test('[RE30] a command sent twice in one turn is carried out once', async () => {
  const { tom, conversation, disk } = await createTestLunch()
  const id = testEntryId()
  for (let time = 0; time < 2; time += 1) tom.command(conversation, { op: 'add', members: ['Eve'] }, id)
  const verdicts = (await tom.take('command-answer')).map(({ verdict }) => verdict)
  expect(verdicts.slice(-2)).toMatchObject([
    { class: 'accepted', seq: 2 },
    { class: 'duplicate', seq: 2 },
  ])
  expect(disk.conversations.get(conversation)?.record.seq).toBe(2)
})

test('[RE30] the ids of one user are not those of another', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const id = testEntryId()
  await commanded(tom, conversation, { op: 'add', members: ['Eve'] }, id)
  expect(await commanded(mary, conversation, { op: 'add', members: ['Ada'] }, id)).toMatchObject({
    class: 'accepted',
    seq: 3,
  })
})

test('[RE31] a refusal is kept too', async () => {
  const { tom, eve, conversation, disk } = await createTestLunch()
  const [add, nonsense] = [testEntryId(), testEntryId()]
  const refused = { class: 'refused', code: 'not-found' }
  expect(await commanded(eve, conversation, { op: 'add', members: ['Ada'] }, add)).toMatchObject(refused)
  expect(await commanded(eve, conversation, { op: 'nonsense' }, nonsense)).toMatchObject({
    code: 'bad-content',
  })
  await commanded(tom, conversation, { op: 'add', members: ['Eve'] })
  expect(await commanded(eve, conversation, { op: 'add', members: ['Ada'] }, add)).toMatchObject(refused)
  expect(disk.commands.size).toBe(4)
})

test('[RE31] a command without an id, or for no conversation, is refused and not kept', async () => {
  const { tom, conversation, disk } = await createTestLunch()
  const before = disk.commands.size
  expect(await commanded(tom, conversation, creation(), 'no-id')).toMatchObject({ code: 'bad-content' })
  expect(await commanded(tom, 'no conversation', creation())).toMatchObject({ code: 'bad-content' })
  expect(disk.commands.size).toBe(before)
})

test('[RE31] a stranger is told the same whether the conversation exists or not', async () => {
  const { eve, conversation } = await createTestLunch()
  for (const command of [
    { op: 'add', members: ['Ada'] },
    { op: 'remove', members: ['Tom'] },
    { op: 'quit' },
  ]) {
    const here = await commanded(eve, conversation, command)
    expect(here).toEqual(await commanded(eve, testConversationId(404), command))
    expect(here).toMatchObject({ class: 'refused', code: 'not-found' })
  }
})

test('[RE32] attributes as deep as the rules allow travel, and those that are deeper are refused', async () => {
  const { relay } = createTestRelay()
  const tom = createTestDevice(relay, { user: 'Tom' })
  const nested = (depth: number): Readonly<Record<string, Any>> =>
    depth === 1 ? {} : { inner: nested(depth - 1) }
  const make = { ...creation(), attributes: nested(maxDepth) }
  const conversation = testConversationId(1)
  expect(await commanded(tom, conversation, make)).toMatchObject({ class: 'accepted' })
  const [news] = (await tom.take('sync')).flatMap((frame) => frame.news)
  expect(news?.rows).toMatchObject([{ kind: 'head', change: { attributes: nested(maxDepth) } }])
  const deeper = { ...creation(), attributes: nested(maxDepth + 1) }
  expect(() => tom.command(testConversationId(2), deeper)).toThrow('deeper')
})

test('[RE33] a command that changes nothing writes no row, and its outcome names the current one', async () => {
  const { tom, mary, conversation, disk, relay } = await createTestLunch()
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('hello').update)
  const id = testEntryId()
  const accepted = { class: 'accepted', seq: 2, outcome: { successfulClientIds: ['Mary'], failures: [] } }
  const rows = await mary.take('rows')
  expect(await commanded(tom, conversation, { op: 'add', members: ['Mary'] }, id)).toMatchObject(accepted)
  expect(await commanded(tom, conversation, { op: 'add', members: ['Mary'] }, id)).toMatchObject({
    class: 'duplicate',
    seq: 2,
  })
  expect(disk.conversations.get(conversation)?.rows).toHaveLength(2)
  expect(relay.health.position).toBe(2)
  expect(await mary.take('rows')).toEqual([])
  expect(rows).toHaveLength(1)
})

test('[RE34] joining and leaving are recorded where they happened', async () => {
  const { tom, mary, conversation, disk, clock } = await createTestLunch()
  const members = (): ReadonlyMap<string, unknown> =>
    disk.conversations.get(conversation)?.members ?? new Map()
  const pen = createPen({ user: mary.user, client: 7 })
  await pushed(mary, conversation, 1, pen.text('1').update, pen.text('2').update)
  clock.time += 100
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  const headDigest = disk.conversations.get(conversation)?.record.headDigest
  expect(members().get('Mary')).toMatchObject({
    role: '',
    leftSeq: 4,
    leftTime: clock.time,
    leftPages: 1,
    leftMembers: 1,
    leftTotal: 2,
    leftLastSeq: 3,
    leftHeadDigest: headDigest,
    removedBy: 'Tom',
    mine: 2,
    position: 4,
  })
  await commanded(tom, conversation, { op: 'add', members: ['Mary'] })
  expect(members().get('Mary')).toMatchObject({
    role: 'member',
    joinedSeq: 5,
    joinedTotal: 2,
    joinedMine: 2,
    invitedBy: 'Tom',
    leftSeq: 0,
    leftHeadDigest: '',
    removedBy: '',
    mine: 2,
    position: 5,
  })
  await commanded(tom, conversation, { op: 'quit' })
  expect(members().get('Tom')).toMatchObject({ role: '', leftSeq: 6, removedBy: '' })
  expect(members().get('Mary')).toMatchObject({ role: 'owner', joinedSeq: 5, position: 5 })
})

test('[RE34] who was removed does not join, who quit does', async () => {
  const { tom, mary, eve, conversation } = await createTestLunch()
  await commanded(eve, conversation, { op: 'join' })
  await commanded(eve, conversation, { op: 'quit' })
  expect(await commanded(eve, conversation, { op: 'join' })).toMatchObject({ class: 'accepted' })
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  expect(await commanded(mary, conversation, { op: 'join' })).toMatchObject({
    class: 'refused',
    code: 'removed',
  })
})

test('[RE34] two devices that create the same unique conversation make one', async () => {
  const { relay, disk } = createTestRelay()
  const [tom, mary] = [testUser('Tom'), testUser('Mary')]
  const id = uniqueConversationId('direct', [tom, mary])
  const direct = (other: string): Parameters<typeof commanded>[2] => ({
    op: 'create',
    kind: 'direct',
    unique: true,
    members: [other],
    name: null,
    attributes: {},
  })
  const [first, second] = [
    createTestDevice(relay, { user: 'Tom' }),
    createTestDevice(relay, { user: 'Mary' }),
  ]
  expect(await commanded(first, id, direct('Mary'))).toMatchObject({ class: 'accepted', seq: 1 })
  expect(await commanded(second, id, direct('Tom'))).toMatchObject({ class: 'accepted', seq: 1 })
  expect(disk.conversations.get(id)?.rows).toHaveLength(1)
})

test('[RE36] a change that takes more than a row may hold is refused, and the next one is not', async () => {
  const { tom, conversation, disk } = await createTestLunch({ limits: { maxHeadRowBytes: 2000 } })
  const many = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => `user-${index}`)
  expect(await commanded(tom, conversation, { op: 'add', members: many(100) })).toMatchObject({
    class: 'refused',
    code: 'too-large',
  })
  expect(await commanded(tom, conversation, { op: 'add', members: many(10) })).toMatchObject({
    class: 'accepted',
    seq: 2,
  })
  expect(disk.conversations.get(conversation)?.record.members).toBe(12)
})

test('[RE36] a head that has grown too large takes no more members, and lets them go', async () => {
  const { tom, conversation } = await createTestLunch({ limits: { maxHeadBytes: 600 } })
  let members = 0
  for (; members < 20; members += 1) {
    const verdict = await commanded(tom, conversation, { op: 'add', members: [`user-${members}`] })
    if (verdict.class === 'accepted') continue
    expect(verdict).toMatchObject({ class: 'refused', code: 'too-large' })
    break
  }
  expect(members).toBeGreaterThan(0)
  expect(members).toBeLessThan(20)
  expect(await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })).toMatchObject({
    class: 'accepted',
  })
})

test('[RE36] a change with which a head is compacted is not too large for it', async () => {
  const { tom, conversation, disk } = await createTestLunch({ limits: { maxHeadRowBytes: 1000 } })
  for (let group = 0; group < 4; group += 1) {
    const members = Array.from({ length: 5 }, (_, index) => `somebody-${group}-${index}`)
    expect(await commanded(tom, conversation, { op: 'add', members })).toMatchObject({ class: 'accepted' })
  }
  const head = (): Uint8Array => disk.conversations.get(conversation)?.head.state ?? new Uint8Array()
  let compactions = 0
  const guests = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve']
  for (let turn = 0; turn < 200; turn += 1) {
    const op = turn % 2 === 0 ? 'add' : 'remove'
    const verdict = await commanded(tom, conversation, { op, members: guests })
    expect(verdict).toMatchObject({ class: 'accepted' })
    const update = disk.conversations.get(conversation)?.rows.at(-1)?.update
    if ((update?.length ?? 0) > 1000) compactions += 1
  }
  expect(head().length).toBeGreaterThan(1000)
  expect(compactions).toBeGreaterThan(0)
})

test('[RE36] as many as a conversation may have come in with its creation, under ids of usual length', async () => {
  const { tom } = await createTestLunch()
  const members = Array.from({ length: 4999 }, (_, index) => `${index}-`.padEnd(36, 'x'))
  const made = await commanded(tom, testConversationId(9), { ...creation('Mary'), members })
  expect(made).toMatchObject({ class: 'accepted' })
})

test('[RE36] an outcome or a change over the limit of the wire is refused', async () => {
  const { tom, conversation } = await createTestLunch({ limits: { maxHeadRowBytes: 128 * 1024 } })
  const members = Array.from({ length: 1200 }, (_, index) => `${index}-`.padEnd(50, 'x'))
  expect(JSON.stringify(members).length).toBeLessThan(maxAnyBytes)
  expect(await commanded(tom, conversation, { op: 'add', members })).toMatchObject({
    class: 'refused',
    code: 'too-large',
  })
})
