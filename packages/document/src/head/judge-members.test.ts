import { expect, test } from 'vitest'
import { makeConversationId, parseUserId, type UserId } from '../ids.ts'
import { maxBlocked, maxMuted } from '../limits.ts'
import { changeHead } from './change-head.ts'
import { type Change, type Command, forever, type Head, type Policy, type Verdict } from './head.ts'
import { hasRight } from './rights.ts'
import { judgeCommand } from './rules.ts'

const people = ['Tom', 'Ann', 'Bob', 'Eve', 'Joe', 'Zoe'].map(user)
/** The owner, two plain members, two managers, and a stranger. */
const [tom = user(''), ann = user(''), bob = user(''), eve = user(''), joe = user(''), zoe = user('')] =
  people
const crowd = Array.from({ length: 600 }, (_, number) => user(`u${number}`))

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

function headOf(...changes: readonly Change[]): Head {
  const creation = { by: tom, unique: false, name: null, attributes: {} } as const
  const first: Change = { op: 'created', kind: 'group', members: [ann, bob, eve, joe], ...creation }
  const created = changeHead(undefined, first, 1)
  const managers: Change = { op: 'role', by: tom, members: [eve, joe], role: 'manager' }
  return [managers, ...changes].reduce((head, change) => changeHead(head, change, 2), created)
}

function withPolicy(policy: Partial<Policy>): Head {
  return headOf({ op: 'updated', by: tom, policy })
}

function judge(head: Head, by: UserId, command: Command, time = 10): Verdict {
  const conversation = makeConversationId(new Uint8Array(16))
  return judgeCommand(head, command, { conversation, by, time, formerly: () => 'never' })
}

/** Who succeeded, who was changed, and who failed by which code. */
function fates(verdict: Verdict): unknown {
  if (!verdict.accepted) return verdict.code
  const { change, outcome } = verdict
  const failed = outcome.failures.map(({ code, clientIds }) => [code, ...clientIds])
  const changed = change !== null && 'members' in change ? change.members : []
  return { changed, succeeded: outcome.successfulClientIds, failed }
}

const remove = (...members: readonly UserId[]): Command => ({ op: 'remove', members })
const promote = (...members: readonly UserId[]): Command => ({ op: 'role', members, role: 'manager' })
const demote = (...members: readonly UserId[]): Command => ({ op: 'role', members, role: 'member' })
const mute = (...members: readonly UserId[]): Command => ({ op: 'mute', members, forMs: 100 })
const unmute = (...members: readonly UserId[]): Command => ({ op: 'unmute', members })
const block = (...members: readonly UserId[]): Command => ({ op: 'block', members })
const unblock = (...members: readonly UserId[]): Command => ({ op: 'unblock', members })

const acts = [
  ['remove', remove(bob)],
  ['roles', promote(bob)],
  ['mute', mute(bob)],
  ['mute', unmute(bob)],
  ['block', block(bob)],
  ['block', unblock(bob)],
  ['invite', { op: 'add', members: [zoe] }],
] as const satisfies readonly (readonly [keyof Policy, Command])[]

test.each(acts)('[DO84] the policy says who has the right to %s', (right, command) => {
  for (const [audience, member, manager] of [
    ['members', true, true],
    ['managers', false, true],
    ['owner', false, false],
  ] as const) {
    const head = withPolicy({ [right]: audience })
    for (const [by, may] of [
      [ann, member],
      [eve, manager],
      [tom, true],
      [zoe, false],
    ] as const) {
      expect(hasRight(head, by, right)).toBe(may)
      const refusal = head.members.has(by) ? 'not-allowed' : 'not-found'
      expect(judge(head, by, command)).toMatchObject(may ? { accepted: true } : { code: refusal })
    }
  }
})

test('[DO84] in a one-to-one conversation both speak and update, and have no rights over one another', () => {
  const creation = { by: tom, unique: true, members: [ann], name: null, attributes: {} } as const
  const head = changeHead(undefined, { op: 'created', kind: 'direct', ...creation }, 1)
  for (const by of [tom, ann]) {
    expect([hasRight(head, by, 'speak'), hasRight(head, by, 'update')]).toEqual([true, true])
    for (const right of ['invite', 'remove', 'mute', 'block', 'roles'] as const)
      expect(hasRight(head, by, right)).toBe(false)
  }
})

test.each([
  ['remove', remove],
  ['demote', demote],
  ['mute', mute],
  ['block', block],
] as const)(
  '[DO85] a manager acts on plain members only, the owner on everybody but himself: %s',
  (what, command) => {
    const alone = ['not-allowed', tom, eve, joe]
    const succeeded =
      what === 'demote' ? { changed: [], succeeded: [ann] } : { changed: [ann], succeeded: [ann] }
    expect(fates(judge(headOf(), eve, command(tom, eve, joe, ann)))).toEqual({
      ...succeeded,
      failed: [alone],
    })
    const changed = what === 'demote' ? [eve, joe] : [eve, joe, ann]
    expect(fates(judge(headOf(), tom, command(tom, eve, joe, ann)))).toEqual({
      changed,
      succeeded: [eve, joe, ann],
      failed: [['not-allowed', tom]],
    })
  },
)

test('[DO85] a plain member with a right acts on plain members only, and not on himself', () => {
  const head = withPolicy({ remove: 'members', mute: 'members', block: 'members', roles: 'members' })
  for (const command of [remove, promote, mute, block]) {
    expect(fates(judge(head, ann, command(tom, eve, ann, bob)))).toEqual({
      changed: [bob],
      succeeded: [bob],
      failed: [['not-allowed', tom, eve, ann]],
    })
  }
})

test.each([
  ['remove', remove],
  ['promote', promote],
  ['mute', mute],
] as const)('[DO89] who is no member fails for himself: %s', (_, command) => {
  expect(fates(judge(headOf(), eve, command(zoe, bob, tom, bob)))).toEqual({
    changed: [bob],
    succeeded: [bob],
    failed: [
      ['not-a-member', zoe],
      ['not-allowed', tom],
    ],
  })
  expect(fates(judge(headOf(), eve, command(zoe)))).toEqual({
    changed: [],
    succeeded: [],
    failed: [['not-a-member', zoe]],
  })
})

test('[DO90] who has the role already is a success without a change', () => {
  expect(fates(judge(headOf(), tom, promote(ann, eve)))).toEqual({
    changed: [ann],
    succeeded: [ann, eve],
    failed: [],
  })
  expect(judge(headOf(), tom, demote(ann))).toMatchObject({ accepted: true, change: null })
  expect(judge(headOf(), tom, promote(ann))).toMatchObject({
    change: { op: 'role', by: tom, role: 'manager' },
  })
})

test('[DO91] a mute lasts so long from when the relay takes it, or for good', () => {
  expect(judge(headOf(), eve, mute(ann), 50)).toMatchObject({
    change: { op: 'muted', by: eve, members: [ann], until: 150 },
  })
  for (const forMs of [null, Number.MAX_SAFE_INTEGER]) {
    expect(judge(headOf(), eve, { op: 'mute', members: [ann], forMs })).toMatchObject({
      change: { until: forever },
    })
  }
})

test('[DO91] who is muted until then already is a success without a change', () => {
  const head = headOf({ op: 'muted', by: tom, members: [ann], until: forever })
  const again: Command = { op: 'mute', members: [ann, bob], forMs: null }
  expect(fates(judge(head, eve, again))).toEqual({ changed: [bob], succeeded: [ann, bob], failed: [] })
  expect(fates(judge(head, eve, mute(ann)))).toEqual({ changed: [ann], succeeded: [ann], failed: [] })
})

test('[DO91] as many are muted at once as the limit says; who has no room fails', () => {
  const entered: Change = { op: 'added', by: tom, members: crowd }
  const muted = (until: number): Head =>
    headOf(entered, { op: 'muted', by: tom, members: crowd.slice(0, maxMuted - 1), until })
  const [first = zoe] = crowd
  expect(fates(judge(muted(99), tom, mute(first, ann, bob), 98))).toEqual({
    changed: [first, ann],
    succeeded: [first, ann],
    failed: [['conversation-full', bob]],
  })
  expect(fates(judge(muted(99), tom, mute(first, ann, bob), 99))).toMatchObject({ failed: [] })
})

test('[DO92] a mute is ended by who may mute, of who left too', () => {
  const head = headOf({ op: 'muted', by: tom, members: [ann, bob], until: 99 }, { op: 'quit', by: bob })
  expect(judge(head, eve, unmute(ann, bob, zoe))).toMatchObject({
    change: { op: 'unmuted', by: eve, members: [ann, bob] },
    outcome: { successfulClientIds: [ann, bob, zoe], failures: [] },
  })
  expect(judge(head, eve, unmute(zoe))).toMatchObject({ accepted: true, change: null })
})

test('[DO92] nobody but the owner ends his own mute, or that of a manager', () => {
  const head = headOf({ op: 'muted', by: tom, members: [eve, joe], until: 99 })
  expect(fates(judge(head, eve, unmute(eve, joe)))).toMatchObject({ failed: [['not-allowed', eve, joe]] })
  const heir = changeHead(head, { op: 'quit', by: tom }, 3)
  expect(heir.members.get(eve)?.role).toBe('owner')
  expect(fates(judge(heir, eve, unmute(eve, joe)))).toMatchObject({ changed: [eve, joe] })
})

test('[DO93] blocking takes out who is a member, and keeps out who is none', () => {
  expect(judge(headOf(), eve, block(zoe, ann))).toEqual({
    accepted: true,
    change: { op: 'blocked', by: eve, members: [zoe, ann], left: [ann] },
    outcome: { successfulClientIds: [zoe, ann], failures: [] },
  })
  const head = headOf({ op: 'blocked', by: tom, members: [zoe], left: [] })
  expect(fates(judge(head, eve, block(zoe, ann)))).toEqual({
    changed: [ann],
    succeeded: [zoe, ann],
    failed: [],
  })
  expect(judge(head, eve, block(zoe))).toMatchObject({ accepted: true, change: null })
})

test('[DO93] as many are blocked as the limit says; who has no room fails', () => {
  const head = headOf({ op: 'blocked', by: tom, members: crowd.slice(0, maxBlocked - 1), left: [] })
  const [first = zoe] = crowd
  expect(fates(judge(head, tom, block(first, ann, bob)))).toEqual({
    changed: [ann],
    succeeded: [first, ann],
    failed: [['conversation-full', bob]],
  })
})

test('[DO94] unblocking who is not blocked is a success without a change', () => {
  const head = headOf({ op: 'blocked', by: tom, members: [zoe], left: [] })
  expect(judge(head, eve, unblock(zoe, ann, zoe))).toMatchObject({
    change: { op: 'unblocked', by: eve, members: [zoe] },
    outcome: { successfulClientIds: [zoe, ann], failures: [] },
  })
  expect(judge(head, eve, unblock(ann))).toMatchObject({ accepted: true, change: null })
})
