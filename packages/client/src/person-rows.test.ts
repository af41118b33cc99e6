import { createMemoryStore } from '@parley/storage/memory'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPersonRows, layPersonRows } from './person-rows.ts'
import type { RowChange } from './person-rows.ts'
import { deviceLayout } from './records.ts'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { codeOf, conversationId, jerry, mary, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

const contact = (state: string, since = 5): { state: string; text: null; remark: null; since: number } => ({
  state,
  text: null,
  remark: null,
  since,
})

test('[CL260] rows of the person are stored, and there after a restart; what is gone is gone', async () => {
  const device = await startDevice()
  await device.connect({ news: [createScript(lunch, { by: jerry, members: [tom] }).news()] })
  await device.say({
    frame: 'own',
    rows: [
      { kind: 'profile', key: '', value: { name: 'Tom', icon: null, fields: { age: 3 } }, time: 5 },
      { kind: 'contact', key: jerry, value: contact('contact'), time: 5 },
      { kind: 'contact', key: mary, value: contact('incoming', 7), time: 7 },
      { kind: 'setting', key: lunch, value: { pinned: 9, muted: true }, time: 9 },
      { kind: 'block', key: 'Spike', value: { since: 9 }, time: 9 },
      { kind: 'refuse', key: lunch, value: { since: 9 }, time: 9 },
    ],
  })
  const again = await startDevice({ store: device.store, seed: 2 })
  const { engine } = again
  expect(engine.profile(tom)).toEqual({ user: tom, name: 'Tom', icon: null, fields: { age: 3 }, known: true })
  expect(engine.contacts().map(({ user, state }) => [user, state])).toEqual([
    [mary, 'incoming'],
    [jerry, 'contact'],
  ])
  expect(engine.conversation(lunch)).toMatchObject({ pinnedAt: 9, muted: true, hidden: false })
  expect([engine.blocked(), engine.refused()]).toEqual([['Spike'], [lunch]])
  await again.connect({ cursor: 2 })
  await again.say({
    frame: 'own',
    rows: [
      { kind: 'contact', key: jerry, value: null, time: 11 },
      { kind: 'setting', key: lunch, value: null, time: 11 },
      { kind: 'block', key: 'Spike', value: null, time: 11 },
      { kind: 'block', key: 'Butch', value: null, time: 11 },
    ],
  })
  const third = await startDevice({ store: device.store, seed: 3 })
  expect(third.engine.contacts().map(({ user }) => user)).toEqual([mary])
  expect(third.engine.conversation(lunch)).toMatchObject({ pinnedAt: null, muted: false })
  expect(third.engine.blocked()).toEqual([])
})

test('[CL260] a row that cannot be read is said, and stops nothing', async () => {
  const device = await startDevice()
  await device.connect()
  await device.say({
    frame: 'own',
    rows: [
      { kind: 'mood', key: 'today', value: { good: true }, time: 1 },
      { kind: 'contact', key: jerry, value: { state: 'friend' }, time: 1 },
      { kind: 'block', key: 'no id!', value: { since: 1 }, time: 1 },
      { kind: 'setting', key: lunch, value: { pinned: -1 }, time: 1 },
      { kind: 'contact', key: mary, value: contact('contact'), time: 1 },
    ],
  })
  expect(take(device.events, 'error').map(({ code }) => code)).toEqual(Array(4).fill('unreadable-row'))
  expect(device.engine.contacts().map(({ user }) => user)).toEqual([mary])
  expect(device.engine.connection).toBe('connected')
})

test('[CL261] of a relay that starts from nothing, what its catch-up does not name is gone once that is complete', async () => {
  const device = await startDevice()
  await device.connect()
  const rows = [
    { kind: 'contact', key: jerry, value: contact('contact'), time: 5 },
    { kind: 'block', key: 'Spike', value: { since: 9 }, time: 9 },
  ]
  await device.say({ frame: 'own', rows })
  await device.cut()
  take(device.events, 'contact')
  await device.pass(40_000)
  await device.opens()
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'other', time: 5, expires: 0 },
    { frame: 'sync', cursor: 0, frames: 0, full: true, more: true, news: [] },
    { frame: 'own', rows: [{ kind: 'block', key: 'Butch', value: { since: 1 }, time: 1 }] },
  )
  expect([device.engine.contacts().length, device.engine.blocked()]).toEqual([1, ['Butch', 'Spike']])
  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: true, more: false, news: [] })
  expect([device.engine.contacts(), device.engine.blocked()]).toEqual([[], ['Butch']])
  expect(take(device.events, 'contact')).toMatchObject([
    { user: jerry, now: null, replayed: true, partial: true },
  ])
  const again = await startDevice({ store: device.store, seed: 2 })
  expect([again.engine.contacts(), again.engine.blocked()]).toEqual([[], ['Butch']])
})

test('[CL260] a row that was overtaken on its way changes nothing, a removal neither', async () => {
  const device = await startDevice()
  await device.connect()
  const block = (user: string, since: number | null, time: number) => ({
    frame: 'own' as const,
    rows: [{ kind: 'block', key: user, value: since === null ? null : { since }, time }],
  })
  await device.say(
    block('Spike', 9, 9),
    block('Spike', null, 8),
    block('Butch', null, 7),
    block('Butch', 5, 5),
  )
  expect(device.engine.blocked()).toEqual(['Spike'])
  await device.say(block('Spike', null, 10))
  expect(device.engine.blocked()).toEqual([])
})

test('[CL261] a catch-up from a cursor takes nothing away that it does not name', async () => {
  const device = await startDevice()
  await device.connect()
  await device.say({ frame: 'own', rows: [{ kind: 'block', key: 'Spike', value: { since: 9 }, time: 9 }] })
  await device.cut()
  await device.pass(40_000)
  await device.connect({ cursor: 9 })
  expect(device.engine.blocked()).toEqual(['Spike'])
})

test('[CL272] what becomes of contacts is told once, marked when it happened while away, and not on a first sync', async () => {
  const device = await startDevice()
  await device.opens()
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 5, expires: 0 },
    { frame: 'own', rows: [{ kind: 'contact', key: mary, value: contact('contact'), time: 5 }] },
    { frame: 'sync', cursor: 3, frames: 0, full: true, more: false, news: [] },
  )
  expect(take(device.events, 'contact')).toEqual([])
  const incoming = { kind: 'contact', key: jerry, value: contact('incoming', 6), time: 6 }
  await device.say({ frame: 'own', rows: [incoming] }, { frame: 'own', rows: [incoming] })
  expect(take(device.events, 'contact')).toEqual([
    { type: 'contact', user: jerry, before: null, now: contact('incoming', 6) },
  ])
  await device.cut()
  await device.pass(40_000)
  await device.opens()
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 5, expires: 0 },
    {
      frame: 'own',
      rows: [
        { kind: 'contact', key: jerry, value: contact('contact', 8), time: 8 },
        { kind: 'contact', key: mary, value: null, time: 8 },
      ],
    },
    { frame: 'sync', cursor: 8, frames: 0, full: false, more: false, news: [] },
  )
  expect(take(device.events, 'contact')).toEqual([
    {
      type: 'contact',
      user: jerry,
      before: contact('incoming', 6),
      now: contact('contact', 8),
      replayed: true,
    },
    { type: 'contact', user: mary, before: contact('contact'), now: null, replayed: true },
  ])
})

test.each([
  ['own', ['block', 'Spike'], { kind: 'block', key: 'Spike', value: { since: 'x' }, time: 1 }],
  ['own', ['block', 'Spike'], { kind: 'mood', key: 'Spike', value: { since: 1 }, time: 1 }],
  ['people', [jerry], { user: jerry, profile: { name: 5 }, time: 1, fetchedAt: 1 }],
  ['people', [jerry], { user: 'no id!', profile: null, time: 1, fetchedAt: 1 }],
  ['personal', [1], { n: 1, id: 'x', state: 'waiting' }],
  ['personal', [1], { n: 1, id: 'x', state: 'lost', command: { op: 'block', users: ['Spike'] } }],
])('[CL280] a record of %s that cannot be read is a corrupt store', async (table, key, value) => {
  const store = createMemoryStore(deviceLayout)
  const opened = await store.open()
  await opened.commit({ durability: 'strict', puts: [{ table, key, value }] })
  await opened.close()
  expect(await codeOf(startDevice({ store }))).toBe('storage-unavailable')
})

test('[CL263] rows laid over others are found, listed and counted as in a plain list', () => {
  const kinds = ['contact', 'setting', 'block', 'refuse', 'profile'] as const
  const change = fc.record({
    kind: fc.constantFrom(...kinds),
    key: fc.constantFrom('a', 'b', 'c'),
    value: fc.constantFrom(null, { since: 1 }, { pinned: 3 }, { state: 'incoming' }, { state: 'contact' }),
  })
  fc.assert(
    fc.property(fc.array(change), fc.array(change), fc.array(change), (first, second, third) => {
      const base = createPersonRows()
      const middle = layPersonRows(base)
      const top = layPersonRows(middle)
      const plain = createPersonRows()
      for (const [rows, changes] of [
        [base, first],
        [middle, second],
        [top, third],
      ] as const)
        for (const one of changes as readonly RowChange[]) {
          rows.put(one)
          plain.put(one)
        }
      for (const kind of kinds) {
        expect(new Map(top.of(kind))).toEqual(new Map(plain.of(kind)))
        for (const key of ['a', 'b', 'c']) expect(top.get(kind, key)).toEqual(plain.get(kind, key))
      }
      for (const group of ['contact', 'incoming', 'setting', 'pinned', 'block', 'refuse'] as const)
        expect(top.count(group)).toBe(plain.count(group))
      for (const one of middle.changes) base.put(one)
      for (const one of top.changes) base.put(one)
      for (const kind of kinds) expect(new Map(base.of(kind))).toEqual(new Map(plain.of(kind)))
    }),
  )
})
