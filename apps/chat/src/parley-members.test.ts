import type { Policy } from '@parley/client'
import { expect, test } from 'vitest'
import { failuresText, rightsOf } from './parley-members.ts'

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
  expect(failuresText({ failures: [] })).toBeUndefined()
  const failures = [
    { clientIds: ['Mary'], code: 'blocked', detail: '' },
    { clientIds: ['Ned'], code: 'conversation-full', detail: '' },
  ] as const
  expect(failuresText({ failures })).toBe(
    'Mary: blocked here; unblock first. Ned: more than the conversation can hold.',
  )
})
