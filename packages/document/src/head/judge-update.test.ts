import { expect, test } from 'vitest'
import { parseUserId, type UserId } from '../ids.ts'
import { maxAttributesBytes } from '../limits.ts'
import { changeHead } from './change-head.ts'
import type { Audience, Change, Command, Head, Verdict } from './head.ts'
import { judgeCommand } from './rules.ts'

const [tom, ann, bob] = [user('Tom'), user('Ann'), user('Bob')]
type Update = Extract<Command, { readonly op: 'update' }>

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

/** Tom's conversation with Ann, a plain member, and Bob, a manager. */
function headOf(...changes: readonly Change[]): Head {
  const creation = { by: tom, unique: true, members: [ann, bob], attributes: { seat: { row: 'B' } } } as const
  const first: Change = { op: 'created', kind: 'group', name: 'Lunch', icon: 'x', ...creation }
  const role: Change = { op: 'role', by: tom, members: [bob], role: 'manager' }
  return (
    [first, role, ...changes].reduce<Head | undefined>(
      (head, change) => changeHead(head, change, 1),
      undefined,
    ) ?? none()
  )
}

function directOf(): Head {
  const creation = { by: tom, unique: true, members: [ann], name: null, attributes: {} } as const
  return changeHead(undefined, { op: 'created', kind: 'direct', ...creation }, 1)
}

function none(): never {
  throw new Error('no head')
}

function judge(head: Head, by: UserId, update: Omit<Update, 'op'>): Verdict {
  return judgeCommand(
    head,
    { op: 'update', ...update },
    { conversation: 'c', by, time: 2, formerly: () => 'never' },
  )
}

function codeOf(verdict: Verdict): string {
  return verdict.accepted ? 'accepted' : verdict.code
}

test('[DO86] the policy says who updates', () => {
  for (const [update, member, manager] of [
    ['members', 'accepted', 'accepted'],
    ['managers', 'not-allowed', 'accepted'],
    ['owner', 'not-allowed', 'not-allowed'],
  ] satisfies readonly (readonly [Audience, string, string])[]) {
    const head = headOf({ op: 'updated', by: tom, policy: { update } })
    for (const what of [{ name: null }, { icon: null }, { set: { a: 1 } }, { unset: ['a'] }]) {
      expect(codeOf(judge(head, ann, what))).toBe(member)
      expect(codeOf(judge(head, bob, what))).toBe(manager)
      expect(codeOf(judge(head, tom, what))).toBe('accepted')
    }
  }
})

test('[DO86] both of a one-to-one conversation update it', () => {
  for (const by of [tom, ann]) {
    expect(judge(directOf(), by, { name: 'x', icon: 'y', set: { 'a.b': 1 } })).toMatchObject({
      change: { op: 'updated', by, name: 'x', icon: 'y', set: { a: { b: 1 } } },
    })
  }
})

test('[DO87] the policy is set by the owner alone, and that of a one-to-one conversation by nobody', () => {
  const policy = { mute: 'owner' } as const
  expect(judge(headOf(), tom, { policy })).toMatchObject({ change: { op: 'updated', by: tom, policy } })
  expect(codeOf(judge(headOf(), bob, { policy }))).toBe('not-allowed')
  expect(codeOf(judge(headOf(), ann, { policy, name: 'x' }))).toBe('not-allowed')
  expect(codeOf(judge(directOf(), tom, { policy }))).toBe('not-allowed')
})

test('[DO88] what is different now is the change', () => {
  const update = {
    name: 'Lunch',
    icon: null,
    set: { 'seat.place': 7 },
    unset: ['none'],
    policy: { past: 'hidden' },
  } as const
  expect(judge(headOf(), tom, update)).toEqual({
    accepted: true,
    change: {
      op: 'updated',
      by: tom,
      icon: null,
      set: { seat: { row: 'B', place: 7 } },
      policy: { past: 'hidden' },
    },
    outcome: { successfulClientIds: [tom], failures: [] },
  })
  expect(judge(headOf(), ann, { unset: ['seat'] })).toMatchObject({ change: { unset: ['seat'] } })
})

test('[DO88] two people who set different paths of one key both prevail', () => {
  const first = judge(headOf(), ann, { set: { 'seat.row': 'C' } })
  if (!first.accepted || first.change === null) throw new Error('refused')
  expect(judge(headOf(first.change), bob, { set: { 'seat.place': 7 } })).toMatchObject({
    change: { set: { seat: { row: 'C', place: 7 } } },
  })
})

test('[DO88] an update that says what is so already changes nothing', () => {
  const update = {
    name: 'Lunch',
    icon: 'x',
    set: { 'seat.row': 'B' },
    unset: ['none'],
    policy: { past: 'shown' },
  } as const
  expect(judge(headOf(), tom, update)).toEqual({
    accepted: true,
    change: null,
    outcome: { successfulClientIds: [tom], failures: [] },
  })
})

test('[DO78] an update after which the attributes would be too large is refused', () => {
  expect(codeOf(judge(headOf(), ann, { set: { more: 'x'.repeat(maxAttributesBytes - 10) } }))).toBe(
    'too-large',
  )
  expect(codeOf(judge(headOf(), ann, { set: { more: 'x'.repeat(maxAttributesBytes - 100) } }))).toBe(
    'accepted',
  )
})
