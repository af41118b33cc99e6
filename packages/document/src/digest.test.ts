import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { digestWith, emptyDigest, headDigest, rowDigest, type RowPlace, xorDigest } from './digest.ts'
import type { JsonObject } from './entry/entry.ts'
import { type Audience, defaultPolicy, type Head, type Member, type Policy, rights } from './head/head.ts'
import { parseUserId, type UserId } from './ids.ts'

const place: RowPlace = { seq: 1, client: 2 ** 52 + 7, clock: 3, length: 1, erased: false }
const places = fc.record({
  seq: fc.maxSafeInteger().map(Math.abs),
  client: fc.maxSafeInteger().map(Math.abs),
  clock: fc.nat(),
  length: fc.constant(1 as const),
  erased: fc.boolean(),
})

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

function pageDigest(rows: readonly RowPlace[]): string {
  return rows.map(rowDigest).reduce(xorDigest, emptyDigest)
}

test('[DO33] the digest of a page does not depend on the order of its rows', () => {
  fc.assert(
    fc.property(fc.array(places), fc.func(fc.integer()), (rows, shuffle) => {
      const digest = pageDigest(rows)
      expect(digest).toMatch(/^[0-9a-f]{16}$/)
      expect(pageDigest(rows.toSorted((a, b) => shuffle(a.seq) - shuffle(b.seq)))).toBe(digest)
    }),
  )
})

test('[DO33] a row is added to a digest in one step', () => {
  fc.assert(
    fc.property(fc.array(places), (rows) => {
      expect(rows.reduce(digestWith, emptyDigest)).toBe(pageDigest(rows))
    }),
  )
})

test('[DO33] one difference makes another digest', () => {
  fc.assert(
    fc.property(fc.array(places), places, places, (rows, one, another) => {
      expect(pageDigest([...rows, one])).not.toBe(pageDigest(rows))
      const same = JSON.stringify(one) === JSON.stringify(another)
      expect(pageDigest([...rows, one]) === pageDigest([...rows, another])).toBe(same)
    }),
  )
  for (const change of [{ seq: 2 }, { client: 7 }, { client: 2 ** 51 + 7 }, { clock: 4 }, { erased: true }]) {
    expect(rowDigest({ ...place, ...change })).not.toBe(rowDigest(place))
  }
})

test('[DO33] no two of many rows have the same digest, in either half', () => {
  const digests = Array.from({ length: 10_000 }, (_, seq) => rowDigest({ ...place, seq, clock: seq % 7 }))
  expect(new Set(digests).size).toBe(10_000)
  expect(new Set(digests.map((digest) => digest.slice(0, 8))).size).toBeGreaterThan(9990)
  expect(new Set(digests.map((digest) => digest.slice(8))).size).toBeGreaterThan(9990)
})

test('[DO33] the digests of rows are fixed', () => {
  expect(rowDigest(place)).toBe('b85db0bb13edebb8')
  expect(rowDigest({ ...place, erased: true })).toBe('68700ef18d59ab1d')
  expect(emptyDigest).toBe('0000000000000000')
})

test('[DO34] kept up row by row, a digest is that of the rows as they are', () => {
  const rows = fc.uniqueArray(places, { selector: ({ seq }) => seq, minLength: 1 })
  fc.assert(
    fc.property(rows, fc.nat(), (all, which) => {
      const intact = all.map((row) => ({ ...row, erased: false }))
      const at = which % intact.length
      const after = intact.map((row, index) => ({ ...row, erased: index === at }))
      const gone = intact[at] ?? place
      const kept = xorDigest(
        xorDigest(pageDigest(intact), rowDigest(gone)),
        rowDigest({ ...gone, erased: true }),
      )
      expect(kept).toBe(pageDigest(after))
    }),
  )
})

const head: Head = {
  info: {
    kind: 'group',
    name: 'Lunch',
    icon: null,
    creator: user('Tom'),
    createdAt: 5,
    unique: false,
    pages: 2,
    policy: defaultPolicy,
  },
  members: new Map<UserId, Member>([
    [user('Tom'), { role: 'owner', joinedAt: 5, invitedBy: null }],
    [user('Ann'), { role: 'member', joinedAt: 6, invitedBy: user('Tom') }],
  ]),
  attributes: new Map<string, JsonObject>([
    ['a', { x: 1, y: [1, 2] }],
    ['b', {}],
  ]),
  muted: new Map([
    [user('Ann'), 9],
    [user('Bob'), 8],
  ]),
  blocked: new Map([
    [user('Eve'), 7],
    [user('Joe'), 6],
  ]),
}

test('[DO35] the digest of a head does not depend on the order of members, attributes or keys', () => {
  const turned: Head = {
    info: head.info,
    members: new Map([...head.members].toReversed()),
    attributes: new Map<string, JsonObject>([
      ['b', {}],
      ['a', { y: [1, 2], x: 1 }],
    ]),
    muted: new Map([...head.muted].toReversed()),
    blocked: new Map([...head.blocked].toReversed()),
  }
  expect(headDigest(turned)).toBe(headDigest(head))
})

function withPolicy(policy: Partial<Policy>): Partial<Head> {
  return { info: { ...head.info, policy: { ...defaultPolicy, ...policy } } }
}

test.each<readonly [string, Partial<Head>]>([
  ['name', { info: { ...head.info, name: null } }],
  ['kind', { info: { ...head.info, kind: 'direct' } }],
  ['creator', { info: { ...head.info, creator: user('Ann') } }],
  ['time', { info: { ...head.info, createdAt: 6 } }],
  ['uniqueness', { info: { ...head.info, unique: true } }],
  ['number of pages', { info: { ...head.info, pages: 3 } }],
  ['set of members', { members: new Map([...head.members].slice(1)) }],
  ['role', { members: new Map([...head.members].map(([id, member]) => [id, { ...member, role: 'owner' }])) }],
  [
    'time of joining',
    { members: new Map([...head.members].map(([id, member]) => [id, { ...member, joinedAt: 9 }])) },
  ],
  [
    'invitation',
    { members: new Map([...head.members].map(([id, member]) => [id, { ...member, invitedBy: null }])) },
  ],
  ['value', { attributes: new Map([...head.attributes, ['b', { x: null }]]) }],
  ['order of a list', { attributes: new Map([...head.attributes, ['a', { x: 1, y: [2, 1] }]]) }],
  ['key', { attributes: new Map([...head.attributes, ['c', null]]) }],
  ['icon', { info: { ...head.info, icon: 'Lunch' } }],
  ['beginning', { members: new Map([...head.members].map(([id, member]) => [id, { ...member, since: 2 }])) }],
  ['mute', { muted: new Map([...head.muted, [user('Ann'), 10]]) }],
  ['set of muted', { muted: new Map([...head.muted].slice(1)) }],
  ['block', { blocked: new Map([...head.blocked, [user('Eve'), 8]]) }],
  ['set of blocked', { blocked: new Map([...head.blocked].slice(1)) }],
  ['blocked instead of muted', { muted: head.blocked, blocked: head.muted }],
  ['policy of joining', withPolicy({ join: 'invited' })],
  ['policy of the past', withPolicy({ past: 'hidden' })],
  ...rights.map(
    (right) => [`right to ${right}`, withPolicy({ [right]: 'owner' satisfies Audience })] as const,
  ),
])('[DO35] another %s makes another digest of a head', (_, change) => {
  expect(headDigest({ ...head, ...change })).not.toBe(headDigest(head))
})

test('[DO35] the digest of a head is fixed', () => {
  expect(headDigest(head)).toBe('b192331af68aeaae')
})
