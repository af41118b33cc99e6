import { expect, test } from 'vitest'
import { createPen } from './testing/pen.ts'
import { createTestDevice, settle, type TestDevice, testConversationId } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay } from './testing/test-relay.ts'

test('[RE40] one answer frame per conversation and turn, before the rows', async () => {
  const { tom, conversation } = await createTestLunch()
  const other = testConversationId(2)
  await commanded(tom, other, creation())
  const before = tom.frames.length
  const [pen, second] = [7, 8].map((client) => createPen({ user: tom.user, client }))
  if (pen === undefined || second === undefined) throw new Error('two pens were made')
  tom.push(conversation, 1, [pen.text('1').update])
  tom.push(other, 1, [second.text('2').update])
  tom.push(conversation, 1, [pen.text('3').update, pen.text('4').update])
  await settle()
  const frames = tom.frames.slice(before)
  expect(frames.map(({ frame }) => frame)).toEqual(['answer', 'answer', 'rows', 'rows'])
  expect(frames[0]).toMatchObject({ conversation, answers: [{ clock: 0 }, { clock: 1 }, { clock: 2 }] })
  expect(frames[1]).toMatchObject({ conversation: other, answers: [{ client: 8 }] })
  expect(frames[2]).toMatchObject({ conversation, rows: [{ seq: 2 }, { seq: 3 }, { seq: 4 }] })
})

test('[RE41] the rows of a turn come in sequence to every session of every member, and to nobody else', async () => {
  const { relay, tom, mary, eve, conversation } = await createTestLunch()
  const tablet = createTestDevice(relay, { user: 'Mary', device: 2 })
  await settle()
  const pen = createPen({ user: tom.user, client: 7 })
  tom.push(conversation, 1, [pen.text('1').update])
  tom.command(conversation, { op: 'add', members: ['Ada'] })
  mary.push(conversation, 1, [
    createPen({ user: mary.user, client: 8, origin: { client: 7, clock: 0 } }).text('2').update,
  ])
  for (const device of [tom, mary, tablet]) {
    const rows = (await device.take('rows')).flatMap((frame) => frame.rows)
    expect(rows).toMatchObject([
      { kind: 'entry', seq: 2 },
      { kind: 'entry', seq: 3 },
      { kind: 'head', seq: 4, change: { op: 'added', by: 'Tom', members: ['Ada'] } },
    ])
  }
  expect(await eve.take('rows')).toEqual([])
})

test("[RE41] rows of the relay itself come like all others, a command's with its id", async () => {
  const { tom, mary, conversation } = await createTestLunch({ limits: { maxPageEntries: 2 } })
  const pen = createPen({ user: tom.user, client: 7 })
  await pushed(tom, conversation, 1, pen.text('1').update, pen.text('2').update)
  const id = tom.command(conversation, { op: 'add', members: ['Ada'] })
  expect((await mary.take('rows')).flatMap(({ rows }) => rows)).toMatchObject([
    { kind: 'entry', seq: 2 },
    { kind: 'entry', seq: 3 },
    { kind: 'head', seq: 4, command: '', change: { op: 'page', pages: 2 } },
    { kind: 'head', seq: 5, command: id, change: { op: 'added' } },
  ])
})

test('[RE41] rows that do not fit into one frame come in several', async () => {
  const { tom, mary, conversation } = await createTestLunch({ limits: { maxPayloadBytes: 1000 } })
  const pen = createPen({ user: tom.user, client: 7 })
  const updates = Array.from({ length: 6 }, () => pen.text('x'.repeat(300)).update)
  await pushed(tom, conversation, 1, ...updates, pen.text('y'.repeat(3000)).update)
  const frames = await mary.take('rows')
  expect(frames.map(({ rows }) => rows.map(({ seq }) => seq))).toEqual([[2, 3], [4, 5], [6, 7], [8]])
})

test('[RE381] whoever comes hears from then on, and who has gone or is no member hears nothing more', async () => {
  const { relay, tom, mary, conversation } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  const heard = async (device: TestDevice): Promise<readonly number[]> =>
    (await device.take('rows')).flatMap(({ rows }) => rows.map(({ seq }) => seq))
  const write = async (text: string): Promise<void> => {
    await pushed(tom, conversation, 1, pen.text(text).update)
  }
  await write('1')
  await write('2')
  expect(await heard(mary)).toEqual([2, 3])
  const tablet = createTestDevice(relay, { user: 'Mary', device: 2 })
  await settle()
  await write('3')
  expect([await heard(mary), await heard(tablet)]).toEqual([[4], [4]])
  mary.connection.closed()
  await write('4')
  expect([await heard(mary), await heard(tablet)]).toEqual([[], [5]])
  await commanded(tom, conversation, { op: 'remove', members: ['Mary'] })
  expect(await heard(tablet)).toEqual([6])
  await write('5')
  expect(await heard(tablet)).toEqual([])
  await commanded(tom, conversation, { op: 'add', members: ['Mary'] })
  await write('6')
  expect(await heard(tablet)).toEqual([9])
})

test('[RE381] a turn counts once for who hears of several conversations in it', async () => {
  const { tom, mary, conversation } = await createTestLunch({ limits: { cursorEveryTurns: 3 } })
  const other = testConversationId(2)
  await commanded(tom, other, creation())
  await commanded(tom, other, { op: 'add', members: ['Mary'] })
  const pens = [7, 8].map((client) => createPen({ user: tom.user, client }))
  const cursors = async (): Promise<number> => (await mary.take('cursor')).length
  const writeToBoth = async (): Promise<void> => {
    for (const [index, pen] of pens.entries())
      tom.push([conversation, other][index] ?? '', 1, [pen.text('1').update])
    await settle()
  }
  await writeToBoth()
  await cursors()
  let told = 0
  for (let turn = 0; turn < 6; turn += 1) {
    await writeToBoth()
    told += await cursors()
  }
  expect(told).toBe(2)
})

test('[RE42] who is removed gets the rows up to his removal, and none after it', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const pen = createPen({ user: tom.user, client: 7 })
  tom.push(conversation, 1, [pen.text('before').update])
  tom.command(conversation, { op: 'remove', members: ['Mary'] })
  tom.push(conversation, 1, [pen.text('after').update])
  expect((await mary.take('rows')).flatMap(({ rows }) => rows)).toMatchObject([
    { seq: 2 },
    { seq: 3, change: { op: 'removed', members: ['Mary'] } },
  ])
  expect((await tom.take('rows')).flatMap(({ rows }) => rows)).toHaveLength(3)
  await pushed(tom, conversation, 1, pen.text('later').update)
  expect(await mary.take('rows')).toEqual([])
})

test('[RE42] who is removed and added again in one turn misses nothing', async () => {
  const { tom, mary, conversation } = await createTestLunch()
  tom.command(conversation, { op: 'remove', members: ['Mary'] })
  tom.command(conversation, { op: 'add', members: ['Mary'] })
  expect((await mary.take('rows')).flatMap(({ rows }) => rows)).toMatchObject([{ seq: 2 }, { seq: 3 }])
})

test('[RE43] who is added gets a list row instead of rows, behind all rows of the turn', async () => {
  const { tom, eve, conversation, relay } = await createTestLunch()
  const other = testConversationId(2)
  await commanded(tom, other, creation('Eve'))
  await eve.take('sync')
  const before = eve.frames.length
  const pen = createPen({ user: tom.user, client: 7 })
  tom.command(conversation, { op: 'add', members: ['Eve'] })
  tom.push(conversation, 1, [pen.text('welcome').update])
  tom.push(other, 1, [createPen({ user: tom.user, client: 8 }).text('meanwhile').update])
  await settle()
  expect(eve.frames.slice(before)).toMatchObject([
    { frame: 'rows', conversation: other, rows: [{ seq: 2 }] },
    {
      frame: 'sync',
      full: false,
      more: false,
      cursor: relay.health.position,
      news: [{ conversation, role: 'member', invitedBy: 'Tom', joinedSeq: 2, seq: 3, whole: true, total: 1 }],
    },
  ])
  await pushed(tom, conversation, 1, pen.text('next').update)
  expect(eve.frames.at(-1)).toMatchObject({ frame: 'rows', conversation, rows: [{ seq: 4 }] })
})

test('[RE43] who is added and removed in one turn hears of both', async () => {
  const { tom, eve, conversation } = await createTestLunch()
  await eve.take('sync')
  tom.command(conversation, { op: 'add', members: ['Eve'] })
  tom.command(conversation, { op: 'remove', members: ['Eve'] })
  const [sync] = await eve.take('sync')
  expect(sync?.news).toMatchObject([
    { conversation, role: '', removedBy: 'Tom', joinedSeq: 2, seq: 3, whole: true },
  ])
  expect(await eve.take('rows')).toEqual([])
})

test('[RE44] a slow socket gets answers only, and is served from the log when it has drained', async () => {
  const { tom, mary, conversation, relay } = await createTestLunch({ limits: { maxBufferedBytes: 1000 } })
  await mary.take('sync')
  const pen = createPen({ user: tom.user, client: 7 })
  mary.buffered = 1001
  await pushed(tom, conversation, 1, pen.text('1').update)
  mary.buffered = 0
  await pushed(tom, conversation, 1, pen.text('2').update)
  expect(await mary.take('rows')).toEqual([])
  const own = createPen({ user: mary.user, client: 8, origin: { client: 7, clock: 1 } }).text('3').update
  expect(await pushed(mary, conversation, 1, own)).toMatchObject([{ class: 'accepted', seq: 4 }])
  expect(await mary.take('rows')).toEqual([])
  mary.connection.drained()
  const [sync] = await mary.take('sync')
  expect(sync).toMatchObject({ full: false, more: false, cursor: relay.health.position })
  expect(sync?.news).toMatchObject([{ whole: true, rows: [{ seq: 2 }, { seq: 3 }, { seq: 4 }] }])
  await pushed(tom, conversation, 1, pen.text('5').update)
  expect(await mary.take('rows')).toMatchObject([{ rows: [{ seq: 5 }] }])
})

test('[RE44] a socket at the limit is not slow', async () => {
  const { tom, mary, conversation } = await createTestLunch({ limits: { maxBufferedBytes: 1000 } })
  mary.buffered = 1000
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update)
  expect(await mary.take('rows')).toHaveLength(1)
})

test("[RE45] a device's cursor is renewed with its ping when it has moved", async () => {
  const { tom, mary, conversation } = await createTestLunch()
  const ping = (nonce: number, frames: number): void => mary.send({ frame: 'ping', nonce, frames })
  await mary.take('sync')
  ping(1, 0)
  await settle()
  expect(await mary.take('cursor')).toEqual([])
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update)
  const before = mary.frames.length
  ping(2, 1)
  await settle()
  expect(mary.frames.slice(before)).toMatchObject([
    { frame: 'cursor', cursor: 2, frames: before },
    { frame: 'pong', nonce: 2, frames: before + 1 },
  ])
  ping(3, 2)
  expect(await mary.take('cursor')).toHaveLength(1)
})

test("[RE45] a busy device's cursor is renewed after so many turns", async () => {
  const { tom, mary, conversation } = await createTestLunch({ limits: { cursorEveryTurns: 3 } })
  await settle()
  const pen = createPen({ user: tom.user, client: 7 })
  for (let turn = 0; turn < 7; turn += 1) await pushed(tom, conversation, 1, pen.text(String(turn)).update)
  expect((await mary.take('cursor')).map(({ cursor }) => cursor)).toEqual([4, 7])
})

test('[RE45] no cursor passes a conversation that is still to come', async () => {
  const { tom, eve, conversation } = await createTestLunch({ limits: { cursorEveryTurns: 1 } })
  const other = testConversationId(2)
  await commanded(tom, other, creation('Eve'))
  await eve.take('cursor')
  const before = eve.frames.length
  tom.command(conversation, { op: 'add', members: ['Eve'] })
  tom.push(other, 1, [createPen({ user: tom.user, client: 8 }).text('meanwhile').update])
  await settle()
  expect(eve.frames.slice(before).map(({ frame }) => frame)).toEqual(['rows', 'sync'])
})

test('[RE46] a ping is answered, and a wrong count of frames ends the session', async () => {
  const { relay, clock } = createTestRelay()
  const tom = createTestDevice(relay, { user: 'Tom', token: 'Tom' })
  await settle()
  tom.send({ frame: 'ping', nonce: 5, frames: 1 })
  expect(await tom.take('pong')).toEqual([
    { frame: 'pong', nonce: 5, frames: tom.frames.length - 1, time: clock.time },
  ])
  tom.send({ frame: 'ping', nonce: 6, frames: 3 })
  await settle()
  expect(tom.closedBy).toBe('out-of-step')
  expect(tom.frames.at(-1)).toMatchObject({ frame: 'failure', code: 'out-of-step', again: 'retry' })
})

test('[RE47] a peer that asks and never takes the answers is sent away', async () => {
  const { tom, conversation } = await createTestLunch({ limits: { maxAnswerBytes: 5000 } })
  tom.buffered = 5000
  tom.send({ frame: 'fetch', request: 1, conversation, page: 0, after: 0 })
  expect(await tom.take('fetch-answer')).toHaveLength(1)
  tom.send({ frame: 'fetch', request: 2, conversation, page: 0, after: 0 })
  tom.buffered = 5001
  await settle()
  expect(tom.closedBy).toBe('slow-consumer')
})

test('[RE47] so many questions wait, and no more', async () => {
  const { tom, mary, conversation } = await createTestLunch({ limits: { maxQueuedReads: 2 } })
  for (const request of [1, 2]) tom.send({ frame: 'digests', request, conversation, pages: [1] })
  for (const request of [1, 2, 3]) mary.send({ frame: 'digests', request, conversation, pages: [1] })
  await settle()
  expect([tom.closedBy, mary.closedBy]).toEqual([undefined, 'overloaded'])
  expect(await tom.take('digests-answer')).toHaveLength(2)
})
