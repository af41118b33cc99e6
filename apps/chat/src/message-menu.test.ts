import { expect, test } from 'vitest'
import { hasMenu, hasReacted, isEditable } from './message-menu.ts'
import { aMessage } from './values.test-kit.ts'

test('[AC25] a text of one’s own can be edited, as long as it is there', () => {
  expect(isEditable(aMessage(), 'Tom')).toBe(true)
  expect(isEditable(aMessage({ state: 'sending' }), 'Tom')).toBe(true)
  expect(isEditable(aMessage(), 'Jerry')).toBe(false)
  expect(isEditable(aMessage({ plain: false }), 'Tom')).toBe(false)
  expect(isEditable(aMessage({ recalled: true }), 'Tom')).toBe(false)
  expect(isEditable(aMessage({ state: 'failed' }), 'Tom')).toBe(false)
})

test('[AC29] what was taken back or refused has no menu', () => {
  expect(hasMenu(aMessage())).toBe(true)
  expect(hasMenu(aMessage({ recalled: true }))).toBe(false)
  expect(hasMenu(aMessage({ state: 'failed' }))).toBe(false)
})

test('[AC26] a sign is one’s own only when oneself has set it', () => {
  const message = aMessage({ reactions: [{ sign: '👍', users: ['Jerry'] }] })
  expect(hasReacted(message, '👍', 'Jerry')).toBe(true)
  expect(hasReacted(message, '👍', 'Tom')).toBe(false)
  expect(hasReacted(message, '🎉', 'Jerry')).toBe(false)
})
