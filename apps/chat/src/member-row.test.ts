import { expect, test } from 'vitest'
import { mayActOn, standing } from './member-row.ts'
import { aConversation } from './values.test-kit.ts'

const conversation = aConversation({
  members: ['Tom', 'Jerry', 'Mary', 'Ned'],
  roles: { Tom: 'owner', Jerry: 'manager', Mary: 'member', Ned: 'manager' },
  muted: ['Mary'],
})

test('[AC30] the owner acts on everybody else, a manager on plain members, nobody on himself', () => {
  const actsOn = (self: string) => conversation.members.filter((name) => mayActOn(name, conversation, self))
  expect(actsOn('Tom')).toEqual(['Jerry', 'Mary', 'Ned'])
  expect(actsOn('Jerry')).toEqual(['Mary'])
  expect(mayActOn('Jerry', { ...conversation, roles: {} }, 'Tom')).toBe(false)
})

test('[AC15] [AC30] a member says what he is here', () => {
  expect(standing('Tom', conversation, 'Tom')).toBe('you, owner')
  expect(standing('Jerry', conversation, 'Tom')).toBe('manager')
  expect(standing('Mary', conversation, 'Tom')).toBe('muted')
  expect(standing('Mary', { ...conversation, muted: [] }, 'Tom')).toBe('')
})

test('[AC38] whoever calls himself otherwise is told by his id as well', () => {
  const named = { ...conversation, names: { Jerry: 'Jerry Mouse', Mary: 'Mary' } }
  expect(standing('Jerry', named, 'Tom')).toBe('Jerry, manager')
  expect(standing('Mary', named, 'Tom')).toBe('muted')
})
