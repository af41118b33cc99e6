import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hueOf, initials } from './avatar.ts'
import { called, isName, parseNames, plainTitleOf, titleOf } from './names.ts'
import { aConversation } from './values.test-kit.ts'

const conversation = aConversation()

test('[AC4] a conversation is called by its name, or else by the others in it', () => {
  expect(titleOf({ ...conversation, name: 'Bridge' }, 'Tom')).toBe('Bridge')
  expect(titleOf(conversation, 'Tom')).toBe('Jerry')
  const many = ['Tom', 'A', 'B', 'C', 'D', 'E', 'F']
  expect(titleOf({ ...conversation, members: many, memberCount: 7 }, 'Tom')).toBe('A, B, C, D and 2 more')
})

test('[AC4] as long as its members are not known it is called by their number', () => {
  expect(titleOf({ ...conversation, members: [], memberCount: 5 }, 'Tom')).toBe('5 people')
  expect(titleOf({ ...conversation, members: ['Tom'], memberCount: 1 }, 'Tom')).toBe('Only you')
  expect(titleOf({ ...conversation, members: [], memberCount: 0, sync: 'left' }, 'Tom')).toBe(
    'A conversation you left',
  )
})

test('[AC38] people are called as they call themselves, also when their ids are odd', () => {
  const names = { Jerry: 'Jerry Mouse' }
  expect([called('Jerry', names), called('Mary', names)]).toEqual(['Jerry Mouse', 'Mary'])
  for (const odd of ['constructor', '__proto__', 'toString']) {
    expect(called(odd, names)).toBe(odd)
    expect(called(odd, Object.fromEntries([[odd, 'Odd']]))).toBe('Odd')
  }
  expect(titleOf({ ...conversation, names }, 'Tom')).toBe('Jerry Mouse')
  expect(plainTitleOf({ ...conversation, names }, 'Tom')).toBe('Jerry')
})

test('[AC15] names to add are parted by spaces and commas, each once, without oneself', () => {
  expect(parseNames(' Jerry, Mary  Jerry，Tom ', 'Tom')).toEqual({ valid: true, names: ['Jerry', 'Mary'] })
  expect(parseNames('Tom', 'Tom').valid).toBe(false)
  expect(parseNames('Jerry Müller', 'Tom')).toEqual({
    valid: false,
    detail: '“Müller” is not a name: letters, digits and _ - . @ : only, 64 at most.',
  })
})

test('[AC1] a name is 1 to 64 of the allowed characters', () => {
  expect(['Tom', 'a'.repeat(64), 'a-b_c.d@e:f'].map(isName)).toEqual([true, true, true])
  expect(['', 'a'.repeat(65), 'To m', 'Tóm', 'Tom\n'].map(isName)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ])
})

test('[AC4] every name has one or two letters and a colour, always the same', () => {
  expect([initials('Tom'), initials('bridge over it'), initials('ned.w')]).toEqual(['T', 'BO', 'NW'])
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      expect(initials(name)).not.toBe('')
      expect(hueOf(name)).toBe(hueOf(name))
      expect(hueOf(name)).toBeLessThan(8)
    }),
  )
})
