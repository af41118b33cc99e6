import {
  changeHead,
  firstRelayClientId,
  mergeHeadUpdates,
  parseUserId,
  readHeadState,
  readHeadUpdates,
  writeHeadChange,
} from '@parley/document'
import type { Change, Head, UserId } from '@parley/document'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { inOrder as membersInOrder } from './sdk/member-info.ts'

const [tom, ann] = [user('Tom'), user('Ann')]

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

const others = fc.constantFrom('Ann', 'Bob', 'Eve', 'Kim').map(user)
const values = fc.constantFrom<null | string | number | { readonly at: readonly number[] }>(
  null,
  'red',
  1.5,
  1_700_000_000_000,
  { at: [1, -2, 3] },
)

const changes: fc.Arbitrary<Change> = fc.oneof(
  others.map((by): Change => ({ op: 'joined', by })),
  others.map((one): Change => ({ op: 'removed', by: tom, members: [one] })),
  others.map((one): Change => ({ op: 'muted', by: tom, members: [one], until: 9 })),
  others.map((one): Change => ({ op: 'unmuted', by: tom, members: [one] })),
  others.map((one): Change => ({ op: 'blocked', by: tom, members: [one], left: [one] })),
  others.map((one): Change => ({ op: 'unblocked', by: tom, members: [one] })),
  fc.integer({ min: 2, max: 99 }).map((pages): Change => ({ op: 'page', pages })),
  fc.string().map((name): Change => ({ op: 'updated', by: tom, name: name.toWellFormed() })),
  fc
    .tuple(fc.constantFrom('a', 'b', '7'), values)
    .map(([key, value]): Change => ({ op: 'updated', by: tom, set: { [key]: value } })),
  fc.constantFrom('a', 'b').map((key): Change => ({ op: 'updated', by: tom, unset: [key] })),
)

/** Of what changes nothing nothing is written. */
function isDue({ members, muted, blocked, attributes }: Head, change: Change): boolean {
  if (change.op === 'joined') return !members.has(change.by)
  if (change.op === 'removed') return change.members.every((one) => members.has(one))
  if (change.op === 'unmuted') return change.members.every((one) => muted.has(one))
  if (change.op === 'unblocked') return change.members.every((one) => blocked.has(one))
  return change.op !== 'updated' || change.unset?.every((key) => attributes.has(key)) !== false
}

/** Rows as a device has them: the state it fetched, and the updates behind it. */
function rowsOf(
  steps: readonly Change[],
  fetchedAfter: number,
  otherWriterAfter: number,
): readonly Uint8Array[] {
  const created: Change = {
    op: 'created',
    by: tom,
    kind: 'group',
    unique: false,
    members: [ann],
    name: null,
    attributes: { a: 1 },
  }
  let written = writeHeadChange({ state: null, client: firstRelayClientId + 7, change: created, time: 0 })
  let rows = [written.update]
  let head = changeHead(undefined, created, 0)
  for (const [index, change] of steps.entries()) {
    if (!isDue(head, change)) continue
    head = changeHead(head, change, index + 1)
    // A restored relay writes under another id.
    const client = firstRelayClientId + (index < otherWriterAfter ? 7 : 3)
    written = writeHeadChange({ state: written.state, client, change, time: index + 1 })
    rows = index < fetchedAfter ? [written.state] : [...rows, written.update]
  }
  return rows
}

function withYjs(rows: readonly Uint8Array[]): Head | undefined {
  return readHeadState(mergeHeadUpdates(rows))
}

function inOrder(head: Head | undefined): readonly (readonly unknown[])[] {
  return [head?.members, head?.attributes, head?.muted, head?.blocked].map((map) => [...(map ?? [])])
}

test('[CL410] a head is read from its bytes as Yjs reads it, whatever was done to it', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 30 }), fc.nat(30), fc.nat(40), (steps, fetched, other) => {
      const rows = rowsOf(steps, fetched, other)
      const head = readHeadUpdates(rows)
      expect(head).toBeDefined()
      expect(head).toEqual(withYjs(rows))
    }),
  )
})

test('[CL410] who came first is shown first, as with Yjs', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 30 }), fc.nat(30), (steps, fetched) => {
      const rows = rowsOf(steps, fetched, steps.length)
      expect(inOrder(readHeadUpdates(rows))).toEqual(inOrder(withYjs(rows)))
    }),
  )
})

test('[CL445] members are listed as they came, whoever wrote the head and whoever has read it, and from what', () => {
  const [bob, eve] = [user('Bob'), user('Eve')]
  const came: readonly Change[] = [
    { op: 'joined', by: eve },
    { op: 'joined', by: bob },
    { op: 'removed', by: tom, members: [eve] },
    { op: 'joined', by: eve },
    { op: 'role', by: tom, members: [bob], role: 'manager' },
  ]
  for (const fetched of [0, 3, 5])
    for (const other of [0, 2, 4, 5]) {
      const head = readHeadUpdates(rowsOf(came, fetched, other))
      expect(membersInOrder(head ?? { members: new Map() }).map(([id]) => id)).toEqual([tom, ann, bob, eve])
    }
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 30 }), fc.nat(30), fc.nat(40), (steps, fetched, other) => {
      const rows = rowsOf(steps, fetched, other)
      const [read, withIt] = [readHeadUpdates(rows), withYjs(rows)]
      if (read === undefined || withIt === undefined) throw new Error('there is a head')
      expect(membersInOrder(read)).toEqual(membersInOrder(withIt))
    }),
  )
})

test('[CL410] also after so many changes that the relay has replaced its maps by fresh ones', () => {
  const steps = Array.from({ length: 400 }, (_, index): Change =>
    index % 2 === 0 ? { op: 'joined', by: user('Bob') } : { op: 'removed', by: tom, members: [user('Bob')] },
  )
  for (const fetched of [0, 200, 400]) {
    const rows = rowsOf(steps, fetched, 350)
    expect(readHeadUpdates(rows)).toEqual(withYjs(rows))
    expect(readHeadUpdates(rows)?.members.size).toBe(2)
  }
})

test('[CL410] of bytes that hold no head, or lack something, it says so, and never throws', () => {
  const rows = rowsOf(
    [
      { op: 'joined', by: user('Bob') },
      { op: 'page', pages: 2 },
    ],
    0,
    9,
  )
  expect(readHeadUpdates([])).toBeUndefined()
  expect(readHeadUpdates(rows.slice(1))).toBeUndefined()
  expect(readHeadUpdates([new Uint8Array(), ...rows])).toBeUndefined()
  const [whole = new Uint8Array()] = rowsOf([{ op: 'page', pages: 2 }], 9, 9)
  for (let length = 0; length < whole.length; length += 1)
    expect(readHeadUpdates([whole.subarray(0, length)])).toBeUndefined()
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
      const bytes = Uint8Array.from(whole)
      bytes[at] = byte
      expect(() => readHeadUpdates([bytes])).not.toThrow()
    }),
  )
})

test('[CL410] two values of one key that know nothing of each other are no head: one writer at a time makes none', () => {
  const first = rowsOf([], 0, 0)
  const [state = new Uint8Array()] = first
  const twice = [3, 4].map(
    (client) =>
      writeHeadChange({
        state,
        client: firstRelayClientId + client,
        change: { op: 'updated', by: tom, name: `by ${client}` },
        time: 1,
      }).update,
  )
  expect(readHeadUpdates([...first, ...twice])).toBeUndefined()
})
