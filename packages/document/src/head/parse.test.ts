import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeAny } from '../entry/any.ts'
import type { JsonObject } from '../entry/entry.ts'
import { isJson } from '../entry/json.ts'
import { maxAttributesBytes, maxDepth, maxMembers, maxNameLength } from '../limits.ts'
import { parseChange } from './parse-change.ts'
import { parseCommand } from './parse-command.ts'

const create = {
  op: 'create',
  kind: 'group',
  unique: true,
  members: ['Ann'],
  name: 'Lunch',
  attributes: { a: [1] },
}
const created = { ...create, op: 'created', by: 'Tom' }

const users = fc.uniqueArray(fc.stringMatching(/^[\w\-.@:]{1,64}$/), { maxLength: 5 })
const user = fc.stringMatching(/^[\w\-.@:]{1,64}$/)
const creations = fc.record({
  kind: fc.constantFrom('group', 'direct'),
  unique: fc.boolean(),
  members: users,
  name: fc.option(
    fc.string({ maxLength: maxNameLength / 2, unit: 'grapheme' }).filter((name) => name.length <= 200),
  ),
  attributes: fc
    .dictionary(fc.string(), fc.jsonValue({ depthSize: 'small' }), { noNullPrototype: true })
    .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject)
    .filter((attributes) => isJson(attributes, maxDepth)),
})

function codeOf(parsed: ReturnType<typeof parseCommand | typeof parseChange>): string {
  return parsed.ok ? 'ok' : parsed.code
}

function ofMembers(members: readonly string[]): readonly object[] {
  return [
    { op: 'role', members, role: 'manager' },
    { op: 'role', members, role: 'member' },
    { op: 'mute', members, forMs: null },
    { op: 'mute', members, forMs: 60_000 },
  ]
}

const details = fc.record(
  {
    name: fc.option(fc.string({ maxLength: 50 })),
    icon: fc.option(fc.string({ maxLength: 50 })),
    set: fc.dictionary(fc.constantFrom('a', 'a.b', 'c.0'), fc.constantFrom(1, null, 'x', [{}], { y: 1 }), {
      noNullPrototype: true,
    }),
    unset: fc.array(fc.constantFrom('a', 'a.b', 'c.0')),
    policy: fc.constantFrom({}, { mute: 'owner' }, { join: 'invited', past: 'hidden' }),
  },
  { requiredKeys: [] },
)

const sayNothing = { ok: false, code: 'bad-content', detail: 'an update says nothing' }

test('[DO63] an update is parsed to what it says, unless that is nothing', () => {
  fc.assert(
    fc.property(details, user, (given, by) => {
      const nothing = Object.keys(given).length === 0
      const command = { op: 'update', ...given }
      expect(parseCommand(command)).toEqual(nothing ? sayNothing : { ok: true, command })
      const change = { op: 'updated', by, ...given }
      expect(parseChange(change)).toEqual(nothing ? sayNothing : { ok: true, change })
    }),
  )
})

test('[DO63] a command is parsed to what it says', () => {
  fc.assert(
    fc.property(creations, users, (creation, members) => {
      const command = { op: 'create', ...creation }
      expect(parseCommand(command)).toEqual({ ok: true, command })
      const more = {
        ...command,
        icon: 'https://example.org/a.png',
        policy: { mute: 'owner', past: 'hidden' },
      }
      expect(parseCommand(more)).toEqual({ ok: true, command: more })
      for (const op of ['add', 'remove', 'unmute', 'block', 'unblock']) {
        const some = ['Somebody', ...members]
        expect(parseCommand({ members: some, op })).toEqual({ ok: true, command: { op, members: some } })
      }
      for (const op of ['join', 'quit']) expect(parseCommand({ op })).toEqual({ ok: true, command: { op } })
      for (const given of ofMembers(['Somebody', ...members])) {
        expect(parseCommand(given)).toEqual({ ok: true, command: given })
      }
    }),
  )
})

test('[DO63] a change is parsed to what it says', () => {
  fc.assert(
    fc.property(creations, users, user, fc.integer({ min: 1 }), (creation, members, by, pages) => {
      for (const change of [
        { op: 'created', by, ...creation },
        { op: 'added', by, members },
        { op: 'removed', by, members },
        { op: 'joined', by },
        { op: 'quit', by },
        ...members.filter((heir) => heir !== by).map((heir) => ({ op: 'quit', by, heir })),
        { op: 'page', pages },
        { op: 'created', by, ...creation, icon: 'x', policy: { join: 'invited' } },
        { op: 'added', by, members, since: pages },
        { op: 'joined', by, since: pages },
        { op: 'role', by, members, role: 'manager' },
        { op: 'muted', by, members, until: pages },
        { op: 'unmuted', by, members },
        { op: 'blocked', by, members, left: members.slice(1) },
        { op: 'unblocked', by, members },
        { op: 'updated', by, name: null },
        { op: 'updated', by, set: creation.attributes, unset: ['a.b', 'c'] },
      ]) {
        expect(parseChange(change)).toEqual({ ok: true, change })
      }
    }),
  )
})

test('[DO63] what was parsed is no part of what was given', () => {
  const attributes = { a: { b: 1 } }
  const parsed = parseCommand({ ...create, attributes })
  attributes.a.b = 2
  expect(parsed).toMatchObject({ command: { attributes: { a: { b: 1 } } } })
})

test.each<readonly [unknown]>([
  [null],
  [7],
  ['join'],
  [[]],
  [{}],
  [{ op: 'destroy' }],
  [{ op: 'constructor' }],
  [{ op: '__proto__' }],
  [{ op: ['join'] }],
  [{ op: 'join', by: 'Tom' }],
  [{ op: 'quit', more: undefined }],
  [{ op: 'add' }],
  [{ op: 'add', members: [] }],
  [{ op: 'add', members: 'Ann' }],
  [{ op: 'add', members: ['Ann', 'Ann'] }],
  [{ op: 'add', members: ['a b'] }],
  [{ op: 'remove', members: [7] }],
  [{ op: 'add', members: ['Ann'], role: 'owner' }],
  [{ ...create, by: 'Tom' }],
  [{ ...create, kind: 'room' }],
  [{ ...create, unique: 1 }],
  [{ ...create, name: undefined }],
  [{ ...create, name: 'a\ud800' }],
  [{ ...create, members: null }],
  [{ ...create, attributes: null }],
  [{ ...create, attributes: [] }],
  [{ ...create, attributes: { a: undefined } }],
  [{ ...create, attributes: { a: Number.NaN } }],
  [{ ...create, attributes: { a: -0 } }],
  [{ ...create, attributes: { a: new Uint8Array(1) } }],
  [{ ...create, attributes: { a: new Map() } }],
  [{ ...create, attributes: { a: '\udc00' } }],
  [{ ...create, attributes: { '\udc00': 1 } }],
  [{ ...create, attributes: JSON.parse('{"__proto__":1}') as unknown }],
  [{ ...create, attributes: { a: { constructor: 1 } } }],
  [{ ...create, icon: null }],
  [{ ...create, icon: 7 }],
  [{ ...create, icon: 'a\ud800' }],
  [{ ...create, policy: null }],
  [{ ...create, policy: { kick: 'owner' } }],
  [{ ...create, policy: { mute: 'everybody' } }],
  [{ op: 'unmute', members: [] }],
  [{ op: 'block', members: [] }],
  [{ op: 'unblock', members: ['a b'] }],
  [{ op: 'block', members: ['Ann'], left: [] }],
  [{ op: 'role', members: [], role: 'manager' }],
  [{ op: 'role', members: ['Ann'], role: 'owner' }],
  [{ op: 'role', members: ['Ann'] }],
  [{ op: 'role', members: ['Ann'], role: 'member', more: 1 }],
  [{ op: 'mute', members: ['Ann'] }],
  [{ op: 'mute', members: [], forMs: 1 }],
  [{ op: 'mute', members: ['Ann'], forMs: 0 }],
  [{ op: 'mute', members: ['Ann'], forMs: 0.5 }],
  [{ op: 'mute', members: ['Ann'], forMs: '1' }],
  [{ op: 'mute', members: ['Ann'], forMs: 1, more: 1 }],
  [{ op: 'update' }],
  [{ op: 'update', name: undefined }],
  [{ op: 'update', name: 7 }],
  [{ op: 'update', name: 'a\ud800' }],
  [{ op: 'update', icon: 7 }],
  [{ op: 'update', name: null, more: 1 }],
  [{ op: 'update', name: null, by: 'Tom' }],
  [{ op: 'update', set: [] }],
  [{ op: 'update', set: null }],
  [{ op: 'update', set: { a: undefined } }],
  [{ op: 'update', unset: 'a' }],
  [{ op: 'update', unset: [7] }],
  [{ op: 'update', unset: {} }],
  [{ op: 'update', policy: { past: 'gone' } }],
])('[DO64] the command %j is bad content', (value) => {
  expect(codeOf(parseCommand(value))).toBe('bad-content')
})

test('[DO64] a BigInt among the attributes is bad content', () => {
  expect(codeOf(parseCommand({ ...create, attributes: { a: 1n } }))).toBe('bad-content')
})

test.each<readonly [unknown]>([
  [null],
  [{ op: 'created' }],
  [{ ...created, by: '' }],
  [{ ...created, more: 1 }],
  [{ op: 'added', by: 'Tom' }],
  [{ op: 'removed', members: ['Ann'] }],
  [{ op: 'joined' }],
  [{ op: 'joined', by: 'Tom', members: [] }],
  [{ op: 'renamed', by: 'Tom' }],
  [{ op: 'toString', by: 'Tom' }],
  [{ op: 'page', pages: 0 }],
  [{ op: 'page', pages: 1.5 }],
  [{ op: 'page', pages: '1' }],
  [{ op: 'page', pages: 1, by: 'Tom' }],
  [{ op: 'added', by: 'Tom', members: ['Ann'], since: 0 }],
  [{ op: 'added', by: 'Tom', members: ['Ann'], until: 1 }],
  [{ op: 'joined', by: 'Tom', since: '1' }],
  [{ op: 'joined', by: 'Tom', since: null }],
  [{ op: 'removed', by: 'Tom', members: ['Ann'], since: 1 }],
  [{ op: 'removed', by: 'Tom', members: ['Ann'], heir: 'Bob' }],
  [{ op: 'quit', by: 'Tom', heir: 'Tom' }],
  [{ op: 'quit', by: 'Tom', heir: '' }],
  [{ op: 'quit', by: 'Tom', heir: null }],
  [{ op: 'quit', by: 'Tom', members: ['Ann'] }],
  [{ op: 'role', by: 'Tom', members: ['Ann'], role: 'owner' }],
  [{ op: 'role', by: 'Tom', members: ['Ann'], role: 'member', more: 1 }],
  [{ op: 'muted', by: 'Tom', members: ['Ann'] }],
  [{ op: 'muted', by: 'Tom', members: ['Ann'], until: null }],
  [{ op: 'muted', by: 'Tom', members: ['Ann'], until: 0.5 }],
  [{ op: 'unmuted', by: 'Tom', members: ['Ann'], until: 1 }],
  [{ op: 'blocked', by: 'Tom', members: ['Ann'] }],
  [{ op: 'blocked', by: 'Tom', members: ['Ann'], left: ['Bob'] }],
  [{ op: 'blocked', by: 'Tom', members: ['Ann'], left: 'Ann' }],
  [{ op: 'unblocked', by: 'Tom', members: ['Ann'], left: [] }],
  [{ op: 'updated', by: 'Tom' }],
  [{ op: 'updated', by: 'Tom', set: 1 }],
  [{ op: 'updated', by: 'Tom', unset: [1] }],
  [{ op: 'updated', by: 'Tom', name: '', more: 1 }],
])('[DO64] the change %j is bad content', (value) => {
  expect(codeOf(parseChange(value))).toBe('bad-content')
})

test('[DO65] a name may be as long as the limit says, and not one longer', () => {
  expect(codeOf(parseCommand({ ...create, name: 'x'.repeat(maxNameLength) }))).toBe('ok')
  expect(codeOf(parseCommand({ ...create, name: 'x'.repeat(maxNameLength + 1) }))).toBe('too-large')
  expect(codeOf(parseChange({ ...created, name: 'x'.repeat(maxNameLength + 1) }))).toBe('too-large')
})

test('[DO65] attributes may have as many bytes as the limit says, and not one more', () => {
  const of = (length: number): JsonObject => ({ a: 'x'.repeat(length) })
  const fits = maxAttributesBytes - (writeAny(of(10_000)).length - 10_000)
  expect(writeAny(of(fits)).length).toBe(maxAttributesBytes)
  expect(codeOf(parseCommand({ ...create, attributes: of(fits) }))).toBe('ok')
  expect(codeOf(parseCommand({ ...create, attributes: of(fits + 1) }))).toBe('too-large')
})

test('[DO65] attributes may be nested as deep as the limit says, and not one deeper', () => {
  const nested = (depth: number): JsonObject => (depth === 1 ? {} : { a: nested(depth - 1) })
  expect(codeOf(parseCommand({ ...create, attributes: nested(maxDepth) }))).toBe('ok')
  expect(codeOf(parseCommand({ ...create, attributes: nested(maxDepth + 1) }))).toBe('bad-content')
  expect(codeOf(parseCommand({ ...create, attributes: nested(5000) }))).toBe('bad-content')
})

test('[DO65] as many users are named as a conversation may have members, and not one more', () => {
  const members = Array.from({ length: maxMembers + 1 }, (_, number) => `u${number}`)
  expect(codeOf(parseCommand({ op: 'add', members: members.slice(1) }))).toBe('ok')
  expect(codeOf(parseCommand({ op: 'add', members }))).toBe('too-large')
})
