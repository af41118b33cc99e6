import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { blocking, kept, ownRows, said, setting, unblocking } from './testing/person-calls.ts'
import { createPen } from './testing/pen.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, settle, type TestDevice, testConversationId } from './testing/test-device.ts'
import { commanded, createTestLunch, creation, pushed } from './testing/test-lunch.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'

const many = Array.from({ length: 40 }, (_, number) => `user-${String(number).padStart(2, '0')}`)
const blocks = many.map((user) => `block/${user}`)

test('[RE145] a long catch-up of rows comes in frames of bounded size, the cursor behind the last', async () => {
  const { relay, tom } = await createTestLunch({ limits: { maxPayloadBytes: 300, maxOwnRowsRead: 7 } })
  await said(tom, blocking(...many))
  for (const cursor of [0, 1, 20]) {
    const device = createTestDevice(relay, { user: 'Tom', device: 2, epoch: testEpoch, cursor })
    await settle()
    const own = await device.take('own')
    expect(own.length).toBeGreaterThan(2)
    expect(own.every(({ rows }) => rows.length <= 7)).toBe(true)
    expect(own.flatMap(({ rows }) => rows.map(({ key }) => key))).toEqual(many.slice(Math.max(0, cursor - 1)))
    expect(device.frames.at(-1)).toMatchObject({ frame: 'sync', more: false, cursor: 41 })
    const cursors = device.frames.flatMap((frame) => (frame.frame === 'sync' ? [frame.cursor] : []))
    expect(cursors.slice(0, -1).every((one) => one === cursor)).toBe(true)
  }
})

test('[RE145] it waits for a socket that is full', async () => {
  const { relay, tom } = await createTestLunch({ limits: { maxPayloadBytes: 300, maxBufferedBytes: 100 } })
  await said(tom, blocking(...many))
  const device = createTestDevice(relay, { user: 'Tom', device: 2 })
  device.buffered = 101
  expect(await device.take('own')).toHaveLength(1)
  device.connection.drained()
  expect(await device.take('own')).toHaveLength(1)
  expect(device.frames.some((frame) => frame.frame === 'sync' && !frame.more)).toBe(false)
  device.buffered = 0
  device.connection.drained()
  await settle()
  expect(kept(device.frames)).toEqual(blocks)
  expect(device.frames.at(-1)).toMatchObject({ frame: 'sync', more: false })
})

test('[RE145] what changes while rows are told, and what goes then, is told too', async () => {
  const { relay, tom } = await createTestLunch({ limits: { maxPayloadBytes: 300, maxBufferedBytes: 100 } })
  await said(tom, blocking(...many))
  const device = createTestDevice(relay, { user: 'Tom', device: 2 })
  device.buffered = 101
  await settle()
  // The first is on the device already, the last is not.
  await said(tom, unblocking('user-00', 'user-39'))
  await said(tom, setting('c', { muted: true }))
  device.buffered = 0
  device.connection.drained()
  await settle()
  expect(kept(device.frames)).toEqual([...blocks.slice(1, -1), 'setting/c'])
  expect(device.frames.at(-1)).toMatchObject({ frame: 'sync', full: true, more: false, cursor: 44 })
  await said(tom, unblocking('user-01'))
  expect(kept(device.frames)).toEqual([...blocks.slice(2, -1), 'setting/c'])
})

test('[RE145] rows of conversations that move while rows are told are missed as little', async () => {
  const { relay, tom, conversation } = await createTestLunch({
    limits: { maxPayloadBytes: 300, maxBufferedBytes: 100 },
  })
  await said(tom, blocking(...many))
  const device = createTestDevice(relay, { user: 'Tom', device: 2, epoch: testEpoch, cursor: 1 })
  device.buffered = 101
  await settle()
  expect(await device.take('own')).toHaveLength(1)
  await pushed(tom, conversation, 1, createPen({ user: tom.user, client: 7 }).text('1').update)
  device.buffered = 0
  device.connection.drained()
  const syncs = await device.take('sync')
  expect(syncs.flatMap(({ news }) => news.map(({ seq }) => seq))).toEqual([2])
  expect(syncs.at(-1)).toMatchObject({ more: false, cursor: 42 })
  expect(kept(device.frames)).toEqual(blocks)
})

test('[RE145] a live session whose socket is full is served from the log when it has drained', async () => {
  const { relay, tom } = await createTestLunch({ limits: { maxBufferedBytes: 100 } })
  const tablet = createTestDevice(relay, { user: 'Tom', device: 2 })
  await settle()
  await said(tom, blocking('Mary', 'Eve'))
  tablet.buffered = 101
  const before = tablet.frames.length
  await said(tom, unblocking('Mary'))
  await said(tom, setting('c', { muted: true }))
  await said(tom, setting('c', { muted: false }))
  expect(tablet.frames).toHaveLength(before)
  tablet.buffered = 0
  tablet.connection.drained()
  await settle()
  expect(tablet.frames.slice(before).map(({ frame }) => frame)).toEqual(['own', 'sync'])
  expect(ownRows(tablet.frames.slice(before)).get('setting/c')).toMatchObject({ value: null })
  expect(kept(tablet.frames)).toEqual(['block/Eve'])
})

test('[RE145] who is added to a conversation by the turn that changes his rows has both', async () => {
  const { tom, eve, conversation } = await createTestLunch()
  const before = eve.frames.length
  eve.command('', setting(conversation, { muted: true }))
  tom.command(conversation, { op: 'add', members: ['Eve'] })
  await settle()
  const frames = eve.frames.slice(before)
  expect(kept(frames)).toEqual([`setting/${conversation}`])
  expect(frames.at(-1)).toMatchObject({ frame: 'sync', more: false, news: [{ conversation }] })
})

test('[RE145] what changes while a session learns of conversations it was added to is told behind them', async () => {
  const { relay, tom, eve } = await createTestLunch({
    limits: { maxPayloadBytes: 10, maxBufferedBytes: 100 },
  })
  const tablet = createTestDevice(relay, { user: 'Eve', device: 2 })
  await settle()
  eve.buffered = 101
  const before = eve.frames.length
  for (const number of [2, 3]) tom.command(testConversationId(number), creation('Eve'))
  await settle()
  expect(eve.frames.slice(before)).toMatchObject([{ frame: 'sync', more: true }])
  await said(tablet, blocking('Mary'))
  expect(eve.frames).toHaveLength(before + 1)
  eve.buffered = 0
  eve.connection.drained()
  await settle()
  expect(kept(eve.frames)).toEqual(['block/Mary'])
  expect(eve.frames.at(-1)).toMatchObject({ frame: 'sync', more: false, cursor: 4 })
})

test('[RE145] [RE45] no cursor passes rows that were not sent', async () => {
  const { relay, tom } = await createTestLunch({ limits: { cursorEveryTurns: 2 } })
  const tablet = createTestDevice(relay, { user: 'Tom', device: 2 })
  await settle()
  await said(tom, blocking('Mary'))
  await said(tom, blocking('Eve'))
  await settle()
  expect(tablet.frames.map(({ frame }) => frame)).toEqual(['welcome', 'sync', 'own', 'own', 'cursor'])
  expect(tablet.frames.at(-1)).toMatchObject({ cursor: 3, frames: 4 })
})

test('[RE145] the store may take its time with any of it', async () => {
  let held: (() => void) | undefined
  let hold = false
  const { relay, tom } = await createTestLunch({
    limits: { maxPayloadBytes: 300 },
    wrap: (store) =>
      wrapStore(store, {}, async (call) => {
        if (hold) {
          hold = false
          await new Promise<void>((resolve) => {
            held = resolve
          })
        }
        return call()
      }),
  })
  await said(tom, blocking(...many))
  hold = true
  const device = createTestDevice(relay, { user: 'Tom', device: 2 })
  tom.command('', unblocking('user-00'))
  await settle()
  tom.command('', unblocking('user-39'))
  await settle()
  held?.()
  await settle()
  expect(kept(device.frames)).toEqual(blocks.slice(1, -1))
})

/** A device that remembers over its sessions what it was told, by the cursors it was given. */
interface Replica {
  device: TestDevice
  seen: number
  cursor: number
  rows: ReadonlySet<string>
}

function told(replica: Replica): void {
  const { device } = replica
  const rows = new Set(replica.rows)
  const since = new Set<string>()
  for (const frame of device.frames.slice(replica.seen)) {
    if (frame.frame === 'own')
      for (const { kind, key, value } of frame.rows) {
        since.add(`${kind}/${key}`)
        if (value === null) rows.delete(`${kind}/${key}`)
        else rows.add(`${kind}/${key}`)
      }
    if (frame.frame === 'sync' && frame.full && !frame.more)
      for (const key of rows) if (!since.has(key)) rows.delete(key)
    if (frame.frame === 'sync' && !frame.more) replica.cursor = frame.cursor
    if (frame.frame === 'cursor') replica.cursor = frame.cursor
  }
  replica.seen = device.frames.length
  replica.rows = rows
}

const users = fc.uniqueArray(fc.constantFrom('Mary', 'Eve', 'Ada', 'Ben'), { minLength: 1 })
const step = fc.oneof(
  fc.record({ op: fc.constantFrom('block', 'unblock'), users }),
  fc.record({ op: fc.constant('setting'), conversation: fc.constantFrom('c', 'd'), muted: fc.boolean() }),
  fc.record({ op: fc.constant('say') }),
  fc.record({ op: fc.constantFrom('full', 'drained', 'reconnect', 'restore') }),
)

test('[RE145] whatever changes, however often a device comes and goes, it has in the end what is so', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const limits = { maxPayloadBytes: 100, maxBufferedBytes: 100, maxOwnRowsRead: 2, cursorEveryTurns: 3 }
      const { relay, store } = createTestRelay({ limits })
      const tom = createTestDevice(relay, { user: 'Tom' })
      const conversation = testConversationId(1)
      await commanded(tom, conversation, creation())
      const pen = createPen({ user: tom.user, client: 7 })
      const enter = (epoch: string, cursor: number): TestDevice =>
        createTestDevice(relay, { user: 'Tom', device: 2, epoch, cursor })
      const replica: Replica = { device: enter('', 0), seen: 0, cursor: 0, rows: new Set() }
      const again = (epoch: string): void => {
        told(replica)
        replica.device.connection.closed()
        replica.device = enter(epoch, replica.cursor)
        replica.seen = 0
      }
      for (const one of steps) {
        if (one.op === 'full') replica.device.buffered = 101
        else if (one.op === 'drained') {
          replica.device.buffered = 0
          replica.device.connection.drained()
        } else if (one.op === 'reconnect') again(testEpoch)
        else if (one.op === 'restore') again('another')
        else if (one.op === 'say') tom.push(conversation, 1, [pen.text('x').update])
        else tom.command('', { ...one })
        await settle()
      }
      again(testEpoch)
      await settle()
      told(replica)
      const stored = await store.peopleSince(tom.user, 0, 100)
      const now = stored.filter(({ value }) => value !== null).map(({ kind, key }) => `${kind}/${key}`)
      expect([...replica.rows].toSorted()).toEqual(now.toSorted())
      expect(replica.cursor).toBe(store.position)
    }),
    { numRuns: 60 },
  )
})
