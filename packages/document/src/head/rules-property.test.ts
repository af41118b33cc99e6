import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeConversationId, parseUserId, type UserId } from '../ids.ts'
import { uniqueConversationId } from '../unique-id.ts'
import { changeHead } from './change-head.ts'
import { type Change, type Command, forever, type Formerly, type Head, rights } from './head.ts'
import { judgeCommand } from './rules.ts'

const people = ['Tom', 'Ann', 'Bob', 'Eve', 'Joe'].map(user)
const [tom = user(''), ann = user(''), bob = user(''), eve = user(''), joe = user('')] = people
const room = makeConversationId(new Uint8Array(16))

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

const someone = fc.constantFrom(...people)
const several = fc.array(someone, { maxLength: 3 })
const audience = fc.constantFrom('members' as const, 'managers' as const, 'owner' as const)
const policies = fc.record(
  {
    ...Object.fromEntries(rights.map((right) => [right, audience])),
    join: fc.constantFrom('anyone' as const, 'invited' as const),
    past: fc.constantFrom('shown' as const, 'hidden' as const),
  },
  { requiredKeys: [] },
)
const details = fc.record(
  {
    name: fc.constantFrom('x', 'y', null),
    set: fc.dictionary(fc.constantFrom('a', 'a.b', 'c'), fc.constantFrom(1, 2), { noNullPrototype: true }),
    unset: fc.subarray(['a', 'a.b', 'c']),
    policy: policies,
  },
  { requiredKeys: ['name'] },
)
const some = fc.record({
  op: fc.constantFrom(
    'add' as const,
    'remove' as const,
    'unmute' as const,
    'block' as const,
    'unblock' as const,
  ),
  members: several,
})
const role = fc.record({
  op: fc.constant('role' as const),
  members: several,
  role: fc.constantFrom('manager' as const, 'member' as const),
})
const mute = fc.record({
  op: fc.constant('mute' as const),
  members: several,
  forMs: fc.constantFrom(1, 5, null),
})
const freed = fc.record({
  op: fc.constantFrom('unmute' as const, 'unblock' as const),
  members: fc.constant(people),
})
const update = details.map((said) => ({ op: 'update' as const, ...said }))
const join = fc.constant<Command>({ op: 'join' })
const quit = fc.constant<Command>({ op: 'quit' })
const again = fc.constant<Command>({
  op: 'create',
  kind: 'group',
  unique: true,
  members: people,
  name: null,
  attributes: {},
})
/** People leave seldom, so that there is somebody to do something. */
const everything = fc.oneof<fc.WeightedArbitrary<Command>[]>(
  { arbitrary: some, weight: 6 },
  { arbitrary: role, weight: 3 },
  { arbitrary: mute, weight: 3 },
  { arbitrary: freed, weight: 3 },
  { arbitrary: update, weight: 3 },
  { arbitrary: join, weight: 4 },
  { arbitrary: again, weight: 2 },
  { arbitrary: quit, weight: 1 },
)
const commands = fc.array(
  fc.record({
    by: someone,
    command: everything,
  }),
  { minLength: 10, maxLength: 30 },
)

/** What a command that succeeded for somebody made so. */
function holds(head: Head, command: Command, who: UserId, time: number): boolean {
  switch (command.op) {
    case 'create':
    case 'add':
    case 'join':
      return head.members.has(who)
    case 'remove':
    case 'quit':
      return !head.members.has(who)
    case 'role':
      return head.members.get(who)?.role === command.role
    case 'mute':
      return (head.muted.get(who) ?? 0) > time
    case 'unmute':
      return !head.muted.has(who)
    case 'block':
      return head.blocked.has(who)
    case 'unblock':
      return !head.blocked.has(who)
    case 'update':
      return head.info.name === command.name
  }
}

/** All a head says of one person. Mutes that are over count as none. */
function standing(head: Head, who: UserId, time: number): readonly unknown[] {
  const until = head.muted.get(who) ?? 0
  return [head.members.get(who), until > time ? until : 0, head.blocked.get(who)]
}

function ownersOf(head: Head): readonly UserId[] {
  return [...head.members].filter(([, member]) => member.role === 'owner').map(([who]) => who)
}

/** Who is not the owner changes nobody above plain members, but by leaving or coming back himself. */
function expectRanks(before: Head, after: Head, by: UserId, time: number): void {
  if (before.members.get(by)?.role === 'owner') return
  for (const [who, member] of before.members) {
    if (who === by || member.role === 'member') continue
    expect(standing(after, who, time)).toEqual(standing(before, who, time))
  }
}

/** An owner goes by himself alone, and his change says who follows him. */
function expectHeir(before: Head, after: Head, change: Change): void {
  const [was] = ownersOf(before)
  const [heir] = ownersOf(after)
  const goes = was !== undefined && was !== heir
  expect(goes).toBe(change.op === 'quit' && change.by === was)
  expect('heir' in change ? change.heir : undefined).toBe(goes ? heir : undefined)
}

/** There are managers, and somebody is muted and somebody blocked, so that all commands find something to do. */
function beginning(unique: boolean): Head {
  const creation = { op: 'created', kind: 'group', name: null, attributes: {} } as const
  const created = changeHead(undefined, { ...creation, by: tom, unique, members: people }, 0)
  const changes: readonly Change[] = [
    { op: 'role', by: tom, members: [bob, eve], role: 'manager' },
    { op: 'blocked', by: tom, members: [joe], left: [joe] },
    { op: 'muted', by: tom, members: [ann], until: forever },
  ]
  return changes.reduce((head, change) => changeHead(head, change, 0), created)
}

test('[DO62] [DO56] after any commands whoever is left has exactly one owner, and every outcome holds', () => {
  const changes = new Map<Change['op'], number>()
  fc.assert(
    fc.property(commands, fc.boolean(), (all, unique) => {
      const conversation = unique ? uniqueConversationId('group', people) : room
      let head = beginning(unique)
      const former = new Map<UserId, Formerly>([[joe, 'removed']])
      for (const [index, { by, command }] of all.entries()) {
        const time = index + 1
        const formerly = (who: UserId): Formerly => former.get(who) ?? 'never'
        const context = { conversation, by, time, formerly, newcomersSince: time }
        const verdict = judgeCommand(head, command, context)
        if (!verdict.accepted) continue
        const before = head
        const { change, outcome } = verdict
        if (change !== null) {
          head = changeHead(head, change, time)
          changes.set(change.op, (changes.get(change.op) ?? 0) + 1)
          for (const who of before.members.keys())
            if (!head.members.has(who)) former.set(who, change.op === 'quit' ? 'quit' : 'removed')
        }
        expect(isDeepStrictEqual(head, before)).toBe(change === null)
        expect(ownersOf(head)).toHaveLength(head.members.size === 0 ? 0 : 1)
        expectRanks(before, head, by, time)
        if (change !== null) expectHeir(before, head, change)
        for (const who of head.blocked.keys()) expect(head.members.has(who)).toBe(false)
        for (const who of outcome.successfulClientIds) expect(holds(head, command, who, time)).toBe(true)
        for (const { clientIds } of outcome.failures) {
          for (const who of clientIds) expect(standing(head, who, time)).toEqual(standing(before, who, time))
        }
      }
    }),
    { numRuns: 1000 },
  )
  const ops = [
    'added',
    'removed',
    'joined',
    'quit',
    'updated',
    'role',
    'muted',
    'unmuted',
    'blocked',
    'unblocked',
  ] as const
  for (const op of ops) expect([op, (changes.get(op) ?? 0) > 10]).toEqual([op, true])
})
