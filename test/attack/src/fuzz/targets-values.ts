/** Parsers of plain values: commands, changes, outcomes, rows of people. Their inputs are bytes that stand for a value. */
import { parseChange, parseDocumentName, headName, pageName } from '@parley/document'
import { parseCommand, parseOutcome } from '@parley/document/commands'
import { parsePersonCommand, parsePersonRow } from '@parley/document/person'
import { type Any, decodeDeviceFrame, encodeDeviceFrame } from '@parley/wire'
import { change, command, outcome, personCommand, personRow } from './make-commands.ts'
import { anyPart, type Json, swapped } from './make-values.ts'
import { type Part, raw } from './parts.ts'
import type { Random } from './random.ts'
import { hold, holdFault, holdPrototypes, show, type Target } from './target.ts'
import { readWild } from './wild.ts'

type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly detail: string }
type Parse = (value: unknown) => Parsed

const codes = ['bad-content', 'too-large']

/** What is parsed parses again as itself, shares nothing with what was given, and travels. */
function parserTarget(
  name: string,
  parse: Parse,
  make: (random: Random) => Json,
  edges: readonly Json[],
): Target {
  const run = (bytes: Uint8Array): void => {
    const given = readWild(bytes)
    const parsed = parse(given)
    holdPrototypes()
    if (!parsed.ok) {
      holdFault(parsed, codes)
      return
    }
    const before = show(parsed.value)
    const again = parse(parsed.value)
    hold(again.ok && show(again.value) === before, 'what was parsed parses to something else')
    holdOwn(given, parsed.value)
    hold(show(travelled(parsed.value)) === before, 'what was parsed does not travel')
  }
  return {
    name,
    read: (bytes) => parse(readWild(bytes)),
    run,
    make: (random) => anyPart(random.once(3) ? swapped(random, make(random)) : make(random)),
    edges: edges.map(anyPart),
    round: 400,
  }
}

/** No object of what was given is in what came out: whoever gave it may go on changing it. */
function holdOwn(given: unknown, parsed: unknown): void {
  const theirs = new Set<object>()
  collect(given, theirs)
  const ours = new Set<object>()
  collect(parsed, ours)
  for (const one of ours) {
    hold(!theirs.has(one), 'part of what was given is in what was parsed')
    const prototype: unknown = Object.getPrototypeOf(one)
    hold(prototype === Object.prototype || prototype === Array.prototype, 'an object with a class was parsed')
  }
}

function collect(value: unknown, into: Set<object>): void {
  if (typeof value !== 'object' || value === null || into.has(value)) return
  into.add(value)
  for (const inner of Object.values(value)) collect(inner, into)
}

function travelled(value: unknown): unknown {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- that it is plain is what is tried here
  const plain = value as Any
  const decoded = decodeDeviceFrame(
    encodeDeviceFrame({ frame: 'command', conversation: '', id: '', command: plain }),
  )
  return decoded.ok && decoded.frame.frame === 'command' ? decoded.frame.command : decoded
}

const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `u${index % 10}`)
/** `every` passes over them, and writers do not. */
// oxlint-disable-next-line unicorn/no-new-array -- a hole is what it is for
const holes: Json = new Array<Json>(3)
const nested = (depth: number): Json => (depth === 0 ? 1 : { a: nested(depth - 1) })
const creation = { op: 'create', kind: 'group', unique: false, members: [], name: null, attributes: {} }
const created = { ...creation, op: 'created', by: 'Tom' }
const mark = { seq: 1, total: 1, mine: 1, stamp: 1 }
const profile = { name: null, icon: null, fields: {} }

/** Over each limit, and just within; and whatever chance would take long to find. */
const details: readonly { readonly [key: string]: Json }[] = [
  { name: 'x'.repeat(201) },
  { name: '\ud800' },
  { icon: 'x'.repeat(1001) },
  { set: { a: 'x'.repeat(16 * 1024) } },
  { set: nested(17) },
  { set: nested(16) },
  { set: { 'a.b.c': nested(14) } },
  { set: { 'a..b': 1 } },
  { set: { 'a.__proto__': 1 } },
  { set: { [Array.from({ length: 17 }, () => 'a').join('.')]: 1 } },
  { set: [1] },
  { set: { a: holes } },
  { unset: ['a..b'] },
  { unset: [1] },
  { unset: { a: 1 } },
  { unset: 'x'.repeat(16 * 1024) },
  { policy: 1 },
  { policy: { invite: 'all' } },
  { policy: { join: 'all' } },
  { policy: { past: 'all' } },
  { policy: { more: 'owner' } },
  { more: 1 },
]

const commandEdges: readonly Json[] = [
  ...details.flatMap((detail) => [
    { op: 'update', ...detail },
    { ...creation, ...detail },
  ]),
  { ...creation, attributes: 'x'.repeat(16 * 1024) },
  { ...creation, attributes: [] },
  { ...creation, icon: null },
  { ...creation, members: 'Tom' },
  { op: 'add', members: many(5001) },
  { op: 'add', members: ['Tom', 'Tom'] },
  { op: 'add', members: [] },
  { op: 'mute', members: ['Tom'] },
  { op: 'mute', members: ['Tom'], forMs: 0 },
  { op: 'role', members: ['Tom'], role: 'owner' },
  { op: 'join', more: 1 },
]
const changeEdges: readonly Json[] = [
  ...details.flatMap((detail) => [
    { op: 'updated', by: 'Tom', ...detail },
    { ...created, ...detail },
  ]),
  { op: 'quit', by: 'Tom', heir: 'Tom' },
  { op: 'quit', by: 'Tom', heir: 1 },
  { op: 'quit', by: 'Tom', more: 1 },
  { op: 'joined', by: 'Tom', more: 1 },
  { op: 'joined', by: 'Tom', since: 0 },
  { op: 'page', pages: 1, by: 'Tom' },
  { op: 'page', pages: 0 },
  { op: 'role', by: 'Tom', members: [], role: 'owner' },
  { op: 'muted', by: 'Tom', members: [], until: 0 },
  { op: 'blocked', by: 'Tom', members: ['Mary'], left: ['Tom'] },
  { op: 'blocked', by: 'Tom', members: 1, left: [] },
  { op: 'blocked', by: 'Tom', members: [], left: 1 },
]
const personEdges: readonly Json[] = [
  { op: 'profile', set: { fields: { a: 'x'.repeat(8 * 1024) } } },
  { op: 'profile', set: { fields: nested(15) } },
  { op: 'profile', set: { fields: [] } },
  { op: 'profile', set: { fields: { a: holes } } },
  { op: 'profile', set: { name: 'x'.repeat(201) } },
  { op: 'profile', set: { icon: 'x'.repeat(1001) } },
  { op: 'profile', set: {} },
  { op: 'profile', set: 1 },
  { op: 'profile', set: { more: 1 } },
  { op: 'profile', set: {}, more: 1 },
  { op: 'contact', user: 'Tom', act: 'request', text: 'x'.repeat(1001) },
  { op: 'contact', user: 'Tom', act: 'remark', text: null },
  { op: 'contact', user: 'Tom', act: 'accept', text: 'hi' },
  { op: 'contact', user: 'Tom', act: 'ask' },
  { op: 'contact', user: '', act: 'ask' },
  { op: 'contact', user: 'Tom', act: 'accept', more: 1 },
  { op: 'setting', conversation: 'c1' },
  { op: 'setting', conversation: '' },
  { op: 'setting', conversation: 'c1', pinned: 1 },
  { op: 'setting', conversation: 'c1', muted: 1 },
  { op: 'setting', conversation: 'c1', hidden: -1 },
  { op: 'setting', conversation: 'c1', cleared: -1 },
  { op: 'setting', conversation: 'c1', more: -1 },
  ...[1, { more: 1 }, { seq: -1 }, { ...mark, total: -1 }, { ...mark, mine: -1 }, { ...mark, stamp: -1 }].map(
    (read): Json => ({ op: 'setting', conversation: 'c1', read }),
  ),
  { op: 'block', users: many(1001) },
  { op: 'block', users: ['Tom', 'Tom'] },
  { op: 'block', users: [] },
  { op: 'block', users: 1 },
  { op: 'block', users: [], more: 1 },
  { op: 'refuse', conversations: [], more: 1 },
]
const unblocking = { id: 'c1', by: 'Tom', time: 1 }
const rowEdges: readonly Json[] = [
  ...['profile', 'contact', 'setting', 'block', 'refuse', 'unblocked', 'other'].flatMap(
    (kind): readonly Json[] => [
      [kind, ' ', null],
      [kind, '', 1],
      [kind, 'c1', 1],
      [kind, '', { more: 1 }],
      [kind, 'c1', { more: 1 }],
      [kind, 'c1', {}],
    ],
  ),
  ['profile', '', { ...profile, name: 1 }],
  ['profile', '', { ...profile, icon: 1 }],
  ['profile', '', { ...profile, fields: 1 }],
  [
    'profile',
    '',
    { ...profile, name: 'x'.repeat(200), icon: 'x'.repeat(1000), fields: { a: 'x'.repeat(8150) } },
  ],
  ...[{ state: 1 }, { text: 1 }, { remark: 1 }, { remark: 'x'.repeat(201) }, { since: -1 }].map(
    (more): Json => ['contact', 'Tom', { state: 'contact', text: null, remark: null, since: 1, ...more }],
  ),
  ...[{ pinned: -1 }, { muted: false }, { hidden: -1 }, { cleared: -1 }, { read: 1 }].map((more): Json => [
    'setting',
    'c1',
    more,
  ]),
  ['unblocked', '', { conversations: 1 }],
  ['unblocked', '', { conversations: [] }],
  ['unblocked', '', { conversations: [1] }],
  ['unblocked', '', { conversations: Array.from({ length: 51 }, () => unblocking) }],
  ['unblocked', '', { conversations: [unblocking, unblocking] }],
  ['unblocked', '', { conversations: [{ ...unblocking, id: '' }] }],
  ['unblocked', '', { conversations: [{ ...unblocking, by: '' }] }],
  ['unblocked', '', { conversations: [{ ...unblocking, time: -1 }] }],
  ['unblocked', '', { conversations: [{ ...unblocking, more: -1 }] }],
]
const failure = { clientIds: [], code: 'removed', detail: '' }
const outcomeEdges: readonly Json[] = [
  { successfulClientIds: [], failures: Array.from({ length: 100 }, () => failure) },
  { successfulClientIds: [], failures: [{ ...failure, code: 'other' }] },
  { successfulClientIds: [], failures: [{ ...failure, detail: 1 }] },
  { successfulClientIds: [], failures: [{ ...failure, clientIds: 1 }] },
  { successfulClientIds: [], failures: [{ ...failure, more: 1 }] },
  { successfulClientIds: 1, failures: [] },
]

const parseRow: Parse = (value) => {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value]
  const [kind, key, inner] = given
  const parsed = parsePersonRow(kind, key, inner)
  return parsed.ok ? { ok: true, value: [parsed.row.kind, parsed.row.key, parsed.row.value] } : parsed
}

const named: Target = {
  name: 'document-name',
  run(bytes) {
    const text = new TextDecoder('utf-16le').decode(bytes)
    const latin = String.fromCharCode(...bytes.subarray(0, 4096))
    for (const name of [text, latin]) {
      const parsed = parseDocumentName(name)
      if (parsed === undefined) continue
      const { conversation, page } = parsed
      hold(
        (page === 0 ? headName(conversation) : pageName(conversation, page)) === name,
        'two texts name one document',
      )
    }
  },
  make: (random) =>
    raw(
      new TextEncoder().encode(
        `c/${random.pick(['c1', 'rAAAAAAAAAAAAAAAAAAAAAA', ''])}${random.pick(['', '/1', '/300', '/0', '/9007199254740993'])}`,
      ),
    ),
  edges: ['c/a/9007199254740993', 'c/a/1/', 'd/a', 'c', 'c/a/01', 'c/a/1e3'].map((name): Part =>
    raw(new TextEncoder().encode(name)),
  ),
  round: 400,
}

export const valueTargets: readonly Target[] = [
  parserTarget('command', (value) => asParsed(parseCommand(value), 'command'), command, commandEdges),
  parserTarget('change', (value) => asParsed(parseChange(value), 'change'), change, changeEdges),
  parserTarget('outcome', (value) => asParsed(parseOutcome(value), 'outcome'), outcome, outcomeEdges),
  parserTarget(
    'person-command',
    (value) => asParsed(parsePersonCommand(value), 'command'),
    personCommand,
    personEdges,
  ),
  parserTarget('person-row', parseRow, personRow, rowEdges),
  named,
]

function asParsed<Key extends string>(
  parsed:
    | { readonly ok: false; readonly code: string; readonly detail: string }
    | ({ readonly ok: true } & Readonly<Record<Key, unknown>>),
  key: Key,
): Parsed {
  return parsed.ok ? { ok: true, value: parsed[key] } : parsed
}
