import { describe, expect, test } from 'vitest'
import { writeAny } from '../entry/any.ts'
import type { JsonObject, JsonValue } from '../entry/entry.ts'
import {
  maxNamedAtOnce,
  maxProfileBytes,
  maxRemarkLength,
  maxRequestLength,
  maxUnblocked,
} from '../limits.ts'
import { parsePersonCommand } from './parse-command.ts'
import { parsePersonRow, personGroup } from './parse-values.ts'
import { personKinds } from './person.ts'

const mark = { seq: 1, total: 2, mine: 0, stamp: 3 }
const long = 'x'.repeat(65)
/** Objects so many deep. */
const nested = (depth: number): JsonValue => (depth === 0 ? 1 : { in: nested(depth - 1) })

const unblocking = (id: string): JsonObject => ({ id, by: 'Jerry', time: 5 })

const rows: readonly (readonly [string, string, JsonValue])[] = [
  ['profile', '', { name: 'Tom', icon: null, fields: { town: ['Ulm', 1] } }],
  ['contact', 'Mary', { state: 'incoming', text: 'hi', remark: null, since: 0 }],
  ['contact', 'Mary', { state: 'contact', text: null, remark: 'M.', since: 5 }],
  ['setting', 'rlunch', { pinned: 1, muted: true, hidden: 0, cleared: 3, read: mark }],
  ['setting', 'rlunch', { muted: true }],
  ['block', 'Mary', { since: 1 }],
  ['refuse', 'rlunch', { since: 1 }],
  ['unblocked', '', { conversations: [unblocking('rlunch'), unblocking('rdinner')] }],
]

test('[DO110] a row of a person says what its kind says, or that it is gone', () => {
  for (const [kind, key, value] of rows) {
    const read = parsePersonRow(kind, key, value)
    expect(read).toEqual({ ok: true, row: { kind, key, value } })
    expect(read.ok && read.row.value).not.toBe(value)
    expect(parsePersonRow(kind, key, null)).toEqual({ ok: true, row: { kind, key, value: null } })
  }
})

test('[DO110] keys come in the order of their type, whatever order they were given in', () => {
  const read = parsePersonRow('contact', 'Mary', { since: 1, remark: null, text: null, state: 'outgoing' })
  expect(read.ok && Object.keys(read.row.value ?? {})).toEqual(['state', 'text', 'remark', 'since'])
  const set = parsePersonRow('setting', 'c', { read: mark, muted: true, pinned: 1 })
  expect(set.ok && Object.keys(set.row.value ?? {})).toEqual(['pinned', 'muted', 'read'])
})

describe('[DO111] what is no row of a person is bad-content', () => {
  const bad: readonly (readonly [unknown, unknown, unknown])[] = [
    ['pet', 'Mary', { since: 1 }],
    ['profile', 'Tom', { name: null, icon: null, fields: {} }],
    ['profile', '', { name: null, icon: null }],
    ['profile', '', { name: 1, icon: null, fields: {} }],
    ['profile', '', { name: null, icon: null, fields: [] }],
    ['profile', '', { name: null, icon: null, fields: {}, age: 5 }],
    ['profile', '', { name: '\ud800', icon: null, fields: {} }],
    ['profile', '', { name: null, icon: null, fields: nested(15) }],
    ['profile', '', []],
    ['contact', 'not a user', { state: 'contact', text: null, remark: null, since: 1 }],
    ['contact', '', null],
    ['contact', 'Mary', { state: 'friend', text: null, remark: null, since: 1 }],
    ['contact', 'Mary', { state: 'contact', text: null, remark: null, since: -1 }],
    ['contact', 'Mary', { state: 'contact', text: null, remark: null, since: 0.5 }],
    ['contact', 'Mary', { state: 'contact', text: null, remark: null, since: -0 }],
    ['contact', 'Mary', { state: 'contact', text: 1, remark: null, since: 1 }],
    ['contact', 'Mary', 'contact'],
    ['setting', long, { muted: true }],
    ['setting', 'c', {}],
    ['setting', 'c', { muted: false }],
    ['setting', 'c', { pinned: true }],
    ['setting', 'c', { read: { seq: 1 } }],
    ['setting', 'c', { read: { ...mark, more: 1 } }],
    ['setting', 'c', { read: null }],
    ['block', 'Mary', {}],
    ['block', 'Mary', { since: 1, why: 'no' }],
    ['block', long, { since: 1 }],
    ['refuse', '', { since: 1 }],
    ['refuse', 'c', undefined],
    ['unblocked', 'rlunch', { conversations: [unblocking('rlunch')] }],
    ['unblocked', '', { conversations: [] }],
    ['unblocked', '', { conversations: unblocking('rlunch') }],
    ['unblocked', '', { conversations: [unblocking('rlunch')], more: 1 }],
    ['unblocked', '', { conversations: [unblocking('rlunch'), unblocking('rlunch')] }],
    ['unblocked', '', { conversations: [null] }],
    ['unblocked', '', { conversations: [unblocking('not a conversation')] }],
    ['unblocked', '', { conversations: [{ id: 'rlunch', by: 'Jerry' }] }],
    ['unblocked', '', { conversations: [{ id: 'rlunch', by: '', time: 5 }] }],
    ['unblocked', '', { conversations: [{ ...unblocking('rlunch'), seq: 1 }] }],
    [null, null, null],
  ]
  test.each(bad)('%j %j %j', (kind, key, value) => {
    expect(parsePersonRow(kind, key, value)).toMatchObject({ ok: false, code: 'bad-content' })
  })
})

test('[DO111] what is longer than it may be is too-large, and at the limit it is taken', () => {
  const profile = (text: string): JsonValue => ({ name: null, icon: null, fields: { text } })
  // The length of the text takes a byte more than that of an empty one.
  const around = writeAny(profile('')).length + 1
  expect(parsePersonRow('profile', '', profile('x'.repeat(maxProfileBytes - around)))).toMatchObject({
    ok: true,
  })
  for (const over of [maxProfileBytes - around + 1, 2 * maxProfileBytes])
    expect(parsePersonRow('profile', '', profile('x'.repeat(over)))).toMatchObject({ code: 'too-large' })
  const contact = (text: string, remark: string): JsonValue => ({ state: 'contact', text, remark, since: 1 })
  const [text, remark] = ['x'.repeat(maxRequestLength), 'x'.repeat(maxRemarkLength)]
  expect(parsePersonRow('contact', 'Mary', contact(text, remark))).toMatchObject({ ok: true })
  expect(parsePersonRow('contact', 'Mary', contact(`${text}x`, remark))).toMatchObject({ code: 'too-large' })
  expect(parsePersonRow('contact', 'Mary', contact(text, `${remark}x`))).toMatchObject({ code: 'too-large' })
  const name = (length: number): JsonValue => ({ name: 'x'.repeat(length), icon: null, fields: {} })
  expect(parsePersonRow('profile', '', name(200))).toMatchObject({ ok: true })
  expect(parsePersonRow('profile', '', name(201))).toMatchObject({ code: 'too-large' })
  const unblocked = (count: number): JsonValue => ({
    conversations: Array.from({ length: count }, (_, number) => unblocking(`c${number}`)),
  })
  expect(parsePersonRow('unblocked', '', unblocked(maxUnblocked))).toMatchObject({ ok: true })
  expect(parsePersonRow('unblocked', '', unblocked(maxUnblocked + 1))).toMatchObject({ code: 'too-large' })
})

test('[DO112] a row counts by its kind, a request by who asked, and a pinned conversation apart', () => {
  expect(rows.map(([kind, key, value]) => parsePersonRow(kind, key, value))).toSatisfy(
    (read: readonly { readonly ok: boolean }[]) => read.every(({ ok }) => ok),
  )
  expect(personGroup('profile', { name: null, icon: null, fields: {} })).toBe('')
  expect(personGroup('contact', { state: 'incoming' })).toBe('incoming')
  expect(personGroup('contact', { state: 'outgoing' })).toBe('contact')
  expect(personGroup('contact', { state: 'contact' })).toBe('contact')
  expect(personGroup('setting', { muted: true })).toBe('setting')
  expect(personGroup('setting', { pinned: 1 })).toBe('pinned')
  expect(personGroup('block', { since: 1 })).toBe('block')
  expect(personGroup('refuse', { since: 1 })).toBe('refuse')
  expect(personGroup('unblocked', { conversations: [unblocking('rlunch')] })).toBe('')
  for (const kind of personKinds) expect(personGroup(kind, null)).toBe('')
})

const commands: readonly JsonValue[] = [
  { op: 'profile', set: { name: 'Tom', icon: null, fields: { a: null, b: [1] } } },
  { op: 'profile', set: { name: null } },
  { op: 'contact', user: 'Mary', act: 'request' },
  { op: 'contact', user: 'Mary', act: 'request', text: 'x'.repeat(maxRequestLength) },
  { op: 'contact', user: 'Mary', act: 'accept' },
  { op: 'contact', user: 'Mary', act: 'decline' },
  { op: 'contact', user: 'Mary', act: 'remove' },
  { op: 'contact', user: 'Mary', act: 'remark', text: '' },
  { op: 'contact', user: 'Mary', act: 'remark' },
  { op: 'setting', conversation: 'c', pinned: false, muted: true, hidden: 0, cleared: 5, read: mark },
  { op: 'setting', conversation: 'c', hidden: null },
  { op: 'block', users: ['Mary', 'Eve'] },
  { op: 'unblock', users: Array.from({ length: maxNamedAtOnce }, (_, number) => `u${number}`) },
  { op: 'refuse', conversations: ['c'] },
  { op: 'admit', conversations: ['c', 'd'] },
]

test('[DO113] a command of a person is parsed to what it says, and nothing of it is what was given', () => {
  for (const given of commands) {
    const read = parsePersonCommand(given)
    expect(read).toEqual({ ok: true, command: given })
    expect(read.ok && read.command).not.toBe(given)
  }
})

describe('[DO114] what is no command of a person is bad-content', () => {
  const bad: readonly unknown[] = [
    null,
    [],
    {},
    { op: 'create' },
    { op: 'profile' },
    { op: 'profile', set: {} },
    { op: 'profile', set: { nickname: 'T' } },
    { op: 'profile', set: { name: 5 } },
    { op: 'profile', set: { fields: null } },
    { op: 'profile', set: { fields: nested(15) } },
    { op: 'profile', set: { name: 'T' }, owner: 'Mary' },
    { op: 'profile', owner: 'Mary', set: { name: 'T' } },
    { op: 'contact', user: 'Mary' },
    { op: 'contact', act: 'request' },
    { op: 'contact', user: 'not a user', act: 'request' },
    { op: 'contact', user: 'Mary', act: 'marry' },
    { op: 'contact', user: 'Mary', act: 'request', text: null },
    { op: 'contact', user: 'Mary', act: 'accept', text: 'yes' },
    { op: 'contact', user: 'Mary', act: 'request', state: 'contact' },
    { op: 'setting', conversation: 'c' },
    { op: 'setting', pinned: true },
    { op: 'setting', conversation: '', pinned: true },
    { op: 'setting', conversation: 'c', pinned: 1 },
    { op: 'setting', conversation: 'c', muted: null },
    { op: 'setting', conversation: 'c', hidden: -1 },
    { op: 'setting', conversation: 'c', cleared: null },
    { op: 'setting', conversation: 'c', cleared: 1.5 },
    { op: 'setting', conversation: 'c', read: { ...mark, seq: '1' } },
    { op: 'setting', conversation: 'c', user: 'Mary', pinned: true },
    { op: 'block', users: [] },
    { op: 'block', users: 'Mary' },
    { op: 'block', users: ['Mary', 'Mary'] },
    { op: 'block', users: ['Mary', ''] },
    { op: 'unblock', users: ['Mary'], by: 'Tom' },
    { op: 'refuse', conversations: [] },
    { op: 'refuse', users: ['c'] },
    { op: 'admit', conversations: ['c c'] },
  ]
  test.each(bad.map((one) => [JSON.stringify(one), one] as const))('%s', (_, given) => {
    expect(parsePersonCommand(given)).toMatchObject({ ok: false, code: 'bad-content' })
  })
})

test('[DO114] what is longer than it may be is too-large', () => {
  const many = Array.from({ length: maxNamedAtOnce + 1 }, (_, number) => `u${number}`)
  const large: readonly unknown[] = [
    { op: 'profile', set: { name: 'x'.repeat(201) } },
    { op: 'profile', set: { icon: 'x'.repeat(1001) } },
    { op: 'profile', set: { fields: { a: 'x'.repeat(maxProfileBytes) } } },
    { op: 'contact', user: 'Mary', act: 'request', text: 'x'.repeat(maxRequestLength + 1) },
    { op: 'contact', user: 'Mary', act: 'remark', text: 'x'.repeat(maxRemarkLength + 1) },
    { op: 'block', users: many },
    { op: 'refuse', conversations: many },
  ]
  for (const given of large) expect(parsePersonCommand(given)).toMatchObject({ code: 'too-large' })
})
