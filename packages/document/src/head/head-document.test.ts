import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import type { JsonObject } from '../entry/entry.ts'
import { isJson } from '../entry/json.ts'
import { parseUserId, type UserId } from '../ids.ts'
import { maxDepth } from '../limits.ts'
import { changeHead } from './change-head.ts'
import type { Change, Head, Policy } from './head.ts'
import { applyChange, compactHeadMaps, readHead } from './head-document.ts'
import { policyDifference, wholePolicy } from './policy.ts'

const relay = 2 ** 53 - 1
const people = ['Tom', 'Ann', 'Bob', 'Eve', '__proto__', 'constructor'].map(user)
const [tom = user(''), ann = user(''), bob = user('')] = people
const created: Change = {
  op: 'created',
  by: tom,
  kind: 'group',
  unique: false,
  members: [ann],
  name: 'Lunch',
  attributes: { colour: 'red', nested: { list: [1, null] } },
}

const some = fc.subarray(people)
const one = fc.constantFrom(...people)
const roles = fc.constantFrom('manager' as const, 'member' as const)
const keys = fc.constantFrom('a', 'b', '0', 'colour')
const updated = fc
  .record(
    {
      name: fc.option(fc.string()),
      icon: fc.option(fc.string()),
      set: fc.dictionary(keys, fc.constantFrom(1, 'x', null, [0]), { noNullPrototype: true }),
      unset: fc.subarray(['a', 'b', '0']),
      policy: fc.constantFrom<Partial<Policy>>({}, { mute: 'owner' }, { mute: 'managers', past: 'hidden' }),
    },
    { requiredKeys: [] },
  )
  .map((details) => ({ op: 'updated' as const, by: tom, ...details }))
const changes: fc.Arbitrary<readonly Change[]> = fc
  .tuple(
    fc.record({
      op: fc.constant('created' as const),
      by: one,
      kind: fc.constantFrom('group' as const, 'direct' as const),
      unique: fc.boolean(),
      members: some,
      name: fc.option(fc.string()),
      attributes: fc
        .dictionary(fc.string(), fc.jsonValue(), { maxKeys: 4, noNullPrototype: true })
        .map((attributes) => JSON.parse(JSON.stringify(attributes)) as JsonObject)
        .filter((attributes) => isJson(attributes, maxDepth)),
    }),
    fc.array(
      fc.oneof(
        fc.record({ op: fc.constantFrom('added' as const, 'removed' as const), by: one, members: some }),
        fc.record({ op: fc.constantFrom('joined' as const, 'quit' as const), by: one }),
        fc.record({ op: fc.constant('joined' as const), by: one, since: fc.integer({ min: 1, max: 9 }) }),
        fc.record({ op: fc.constant('role' as const), by: one, members: some, role: roles }),
        fc.record({ op: fc.constant('muted' as const), by: one, members: some, until: fc.nat({ max: 25 }) }),
        fc.record({ op: fc.constant('blocked' as const), by: one, members: some, left: some }),
        fc.record({ op: fc.constantFrom('unmuted' as const, 'unblocked' as const), by: one, members: some }),
        updated,
        fc.record({ op: fc.constant('page' as const), pages: fc.integer({ min: 1, max: 1000 }) }),
      ),
      { maxLength: 20 },
    ),
  )
  .map(([first, rest]) => [first, ...rest])

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

function headDoc(): { readonly doc: Y.Doc; readonly updates: readonly Uint8Array[] } {
  const doc = new Y.Doc()
  doc.clientID = relay
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  return { doc, updates }
}

/** What Yjs itself makes of the document, key by key. */
function stock(doc: Y.Doc): unknown {
  const entries = (name: string): readonly unknown[] => {
    const map = doc.getMap('head').get(name)
    return map instanceof Y.Map ? [...map.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)) : []
  }
  return ['info', 'members', 'attributes', 'muted', 'blocked'].map(entries)
}

function plain(head: Head | undefined): unknown {
  if (head === undefined) return []
  const sorted = (map: ReadonlyMap<string, unknown>): readonly unknown[] =>
    [...map].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const info = { ...head.info, policy: policyDifference(head.info.policy) }
  const rest = [head.members, head.attributes, head.muted, head.blocked]
  return [sorted(new Map(Object.entries(info))), ...rest.map(sorted)]
}

test('[DO41] after any changes the document reads as the changes say, to us and to any Yjs replica', () => {
  fc.assert(
    fc.property(changes, (all) => {
      const { doc, updates } = headDoc()
      const follower = new Y.Doc()
      let head: Head | undefined
      for (const [time, change] of all.entries()) {
        applyChange(doc, change, time)
        for (const update of updates.slice(time === 0 ? 0 : -1)) Y.applyUpdate(follower, update)
        head = changeHead(head, change, time)
        expect(plain(readHead(doc))).toEqual(plain(head))
        expect(readHead(follower)).toEqual(readHead(doc))
        expect(stock(follower)).toEqual(plain(head))
      }
    }),
  )
})

test('[DO81] of a policy the document holds what differs from the ordinary one', () => {
  const { doc } = headDoc()
  applyChange(doc, created, 0)
  const stored = (): unknown => {
    const info = doc.getMap('head').get('info')
    return info instanceof Y.Map ? info.get('policy') : undefined
  }
  expect(stored()).toEqual({})
  applyChange(doc, { op: 'updated', by: tom, policy: { mute: 'owner', past: 'hidden' } }, 1)
  applyChange(doc, { op: 'updated', by: tom, policy: { mute: 'managers' } }, 2)
  expect(stored()).toEqual({ past: 'hidden' })
  expect(readHead(doc)?.info.policy).toEqual(wholePolicy({ past: 'hidden' }))
})

test('[DO42] a change is one transaction, and one update', () => {
  const { doc, updates } = headDoc()
  const later: readonly Change[] = [
    { op: 'added', by: tom, members: [bob] },
    { op: 'quit', by: tom },
    { op: 'page', pages: 2 },
    {
      op: 'updated',
      by: ann,
      name: 'x',
      icon: 'x',
      set: { a: 1 },
      unset: ['colour'],
      policy: { mute: 'owner' },
    },
    { op: 'role', by: ann, members: [bob], role: 'manager' },
    { op: 'muted', by: ann, members: [bob], until: 9 },
    { op: 'unmuted', by: ann, members: [bob] },
    { op: 'blocked', by: ann, members: [bob, tom], left: [bob] },
    { op: 'unblocked', by: ann, members: [bob] },
  ]
  for (const [time, change] of [created, ...later].entries()) {
    applyChange(doc, change, time)
    expect(updates).toHaveLength(time + 1)
  }
})

test('[DO42] only the client that writes the document stands in it', () => {
  const { doc } = headDoc()
  applyChange(doc, created, 0)
  applyChange(doc, { op: 'quit', by: tom }, 1)
  expect([...Y.decodeStateVector(Y.encodeStateVector(doc)).keys()]).toEqual([relay])
})

test('[DO42] a change that cannot be leaves the document alone', () => {
  const { doc, updates } = headDoc()
  expect(() => applyChange(doc, { op: 'joined', by: ann }, 0)).toThrow('does not exist')
  applyChange(doc, created, 0)
  expect(() => applyChange(doc, created, 1)).toThrow('once')
  expect(updates).toHaveLength(1)
})

test('[DO43] a map that holds far more history than values is replaced by a fresh one', () => {
  const { doc, updates } = headDoc()
  applyChange(doc, created, 0)
  let replaced = 0
  for (let time = 1; time < 5000; time += 1) {
    const op = time % 2 === 1 ? 'added' : 'removed'
    applyChange(doc, { op, by: tom, members: [people[2 + ((time % 4) >> 1)] ?? bob] }, time)
    const before = readHead(doc)
    if (compactHeadMaps(doc)) replaced += 1
    expect(readHead(doc)).toEqual(before)
  }
  expect(replaced).toBeGreaterThan(5)
  const follower = new Y.Doc()
  for (const update of updates) Y.applyUpdate(follower, update)
  expect(readHead(follower)).toEqual(readHead(doc))
  expect(Y.encodeStateAsUpdate(doc).length).toBeLessThan(20_000)
  expect(Y.encodeStateAsUpdate(follower)).toEqual(Y.encodeStateAsUpdate(doc))
})

test('[DO43] a map is left alone up to the limit, and replaced beyond it', () => {
  const { doc, updates } = headDoc()
  applyChange(doc, created, 0)
  const attributes = doc.getMap('head').get('attributes')
  if (!(attributes instanceof Y.Map)) throw new Error('no attributes')
  // Yjs joins what one client wrote to one key in a row, but not what it wrote to two in turn.
  const write = (number: number): void => void attributes.set(number % 2 === 0 ? 'colour' : 'nested', number)
  for (let number = 2; number < 4 * 2 + 256; number += 1) write(number)
  const before = updates.length
  expect(compactHeadMaps(doc)).toBe(false)
  expect(updates).toHaveLength(before)
  write(999)
  expect(compactHeadMaps(doc)).toBe(true)
  expect(updates).toHaveLength(before + 2)
  expect(readHead(doc)?.attributes.get('nested')).toBe(999)
})

test('[DO43] the maps of muted and blocked are replaced as the others are', () => {
  for (const [on, off] of [
    ['muted', 'unmuted'],
    ['blocked', 'unblocked'],
  ] as const) {
    const { doc } = headDoc()
    applyChange(doc, created, 0)
    let replaced = 0
    for (let time = 1; time < 1500; time += 1) {
      const members = [people[2 + ((time % 4) >> 1)] ?? bob]
      const more = on === 'muted' ? { op: on, until: 9999 } : { op: on, left: [] }
      applyChange(doc, { by: tom, members, ...(time % 2 === 1 ? more : { op: off }) }, time)
      const before = readHead(doc)
      if (compactHeadMaps(doc)) replaced += 1
      expect(readHead(doc)).toEqual(before)
    }
    expect(replaced).toBeGreaterThan(1)
  }
})

test('[DO44] a document without a head, or with one of a form that is not known, reads as none', () => {
  const spoil = (write: (root: Y.Map<unknown>, inner: (name: string) => Y.Map<unknown>) => void): Y.Doc => {
    const { doc } = headDoc()
    applyChange(doc, created, 0)
    const root = doc.getMap('head')
    write(root, (name) => {
      const map = root.get(name)
      if (!(map instanceof Y.Map)) throw new Error(name)
      return map
    })
    return doc
  }
  expect(readHead(new Y.Doc())).toBeUndefined()
  expect(readHead(spoil(() => undefined))).toBeDefined()
  for (const doc of [
    spoil((root) => root.delete('members')),
    spoil((root) => root.set('attributes', {})),
    spoil((_, inner) => inner('info').delete('pages')),
    spoil((_, inner) => inner('info').set('kind', 'room')),
    spoil((_, inner) => inner('info').set('name', 7)),
    spoil((_, inner) => inner('info').set('creator', '')),
    spoil((_, inner) => inner('info').set('unique', 1)),
    spoil((_, inner) => inner('members').set('a b', { role: 'member', joinedAt: 0, invitedBy: null })),
    spoil((_, inner) => inner('members').set('Bob', null)),
    spoil((_, inner) => inner('members').set('Bob', { role: 'king', joinedAt: 0, invitedBy: null })),
    spoil((_, inner) => inner('members').set('Bob', { role: 'member', joinedAt: 0 })),
    spoil((_, inner) =>
      inner('members').set('Bob', { role: 'member', joinedAt: 0, invitedBy: null, since: '1' }),
    ),
    spoil((_, inner) => inner('attributes').set('a', new Uint8Array(1))),
    spoil((root) => root.delete('muted')),
    spoil((root) => root.delete('blocked')),
    spoil((_, inner) => inner('info').delete('icon')),
    spoil((_, inner) => inner('info').delete('policy')),
    spoil((_, inner) => inner('info').set('policy', { mute: 'everybody' })),
    spoil((_, inner) => inner('info').set('policy', { kick: 'owner' })),
    spoil((_, inner) => inner('muted').set('Bob', null)),
    spoil((_, inner) => inner('muted').set('a b', 1)),
    spoil((_, inner) => inner('blocked').set('Bob', '1')),
  ]) {
    expect(readHead(doc)).toBeUndefined()
  }
})
