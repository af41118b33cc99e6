import type { Policy } from '@parley/client'
import { expect, test } from 'vitest'
import { actOn, failuresText, rightsOf } from './parley-members.ts'

const policy: Policy = {
  invite: 'members',
  update: 'members',
  speak: 'members',
  remove: 'managers',
  mute: 'managers',
  block: 'managers',
  roles: 'owner',
  join: 'anyone',
  past: 'shown',
}

test('[AC30] what one may do follows from the role and the rules of the conversation', () => {
  const may = (role: string, rules: Partial<Policy> = {}) =>
    rightsOf({ kind: 'group', role, policy: { ...policy, ...rules } })
  expect(may('owner')).toEqual(['invite', 'rename', 'speak', 'remove', 'mute', 'block', 'roles'])
  expect(may('manager')).toEqual(['invite', 'rename', 'speak', 'remove', 'mute', 'block'])
  expect(may('member')).toEqual(['invite', 'rename', 'speak'])
  expect(may('member', { speak: 'managers', invite: 'owner' })).toEqual(['rename'])
  expect(may('manager', { speak: 'owner' })).not.toContain('speak')
  expect(may('')).toEqual([])
})

test('[AC30] two people in a one-to-one conversation have no rights over one another', () => {
  expect(rightsOf({ kind: 'direct', role: 'owner', policy })).toEqual(['rename', 'speak'])
})

test('[AC11] a change that worked for all has nothing to say, another one says for whom it did not', () => {
  expect(failuresText([])).toBeUndefined()
  const failures = [
    { clientIds: ['Mary'], code: 'blocked', detail: '' },
    { clientIds: ['Ned'], code: 'conversation-full', detail: '' },
  ] as const
  expect(failuresText(failures)).toBe(
    'Mary: blocked here; unblock first. Ned: more than the conversation can hold.',
  )
})

test('[AC30] each action does what it says to that member, and to nobody else', async () => {
  const done: string[] = []
  const call =
    (name: string) =>
    async (...given: readonly unknown[]) => {
      done.push([name, ...given.map((one) => JSON.stringify(one))].join(' '))
      const nothing = { successfulClientIds: [], failures: [] }
      return { ...nothing, confirmed: Promise.resolve(nothing) }
    }
  const conversation = {
    remove: call('remove'),
    updateMemberRole: call('role'),
    muteMembers: call('mute'),
    unmuteMembers: call('unmute'),
    blockMembers: call('block'),
    unblockMembers: call('unblock'),
  }
  const actions = ['remove', 'promote', 'demote', 'mute', 'mute-hour', 'unmute', 'block', 'unblock'] as const
  for (const action of actions) await actOn(conversation, action, 'Mary')
  expect(done).toEqual([
    'remove ["Mary"]',
    'role "Mary" "manager"',
    'role "Mary" "member"',
    'mute ["Mary"]',
    'mute ["Mary"] {"forMs":3600000}',
    'unmute ["Mary"]',
    'block ["Mary"]',
    'unblock ["Mary"]',
  ])
})
