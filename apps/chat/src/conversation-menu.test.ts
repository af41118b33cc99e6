import { expect, test } from 'vitest'
import type { ChatConversation } from './chat.ts'
import { rowLabel } from './conversation-list.ts'
import { keepItems } from './conversation-menu.ts'
import { loudUnread } from './names.ts'
import { aConversation, aMessage } from './values.test-kit.ts'

function offered(more: Partial<ChatConversation>): readonly string[] {
  return keepItems(aConversation(more), 'Lunch', () => undefined).map(({ label }) => label)
}

test('[AC35] the menu of a row offers what changes something', () => {
  const last = aMessage()
  expect(offered({ last })).toEqual([
    'Pin to the top',
    'Mute',
    'Hide until the next message',
    'Clear history for me',
  ])
  expect(offered({ last, pinned: true, quiet: true })).toEqual([
    'Unpin',
    'Unmute',
    'Hide until the next message',
    'Clear history for me',
  ])
  // Nothing has been said, and then: the relay knows nothing of it.
  expect(offered({})).toEqual(['Pin to the top', 'Mute', 'Hide until the next message'])
  expect(offered({ last, sync: 'local' })).toEqual(['Pin to the top', 'Mute'])
})

test('[AC35] each choice does what it says, to its conversation', () => {
  const kept: string[] = []
  const keep = (id: string, action: string) => kept.push(`${action} ${id}`)
  const choose = (more: Partial<ChatConversation>, at: number) =>
    keepItems(aConversation({ id: 'c7', ...more }), 'Lunch', keep)[at]?.act()
  choose({}, 0)
  choose({ pinned: true }, 0)
  choose({}, 1)
  choose({ quiet: true }, 1)
  choose({}, 2)
  expect(kept).toEqual(['pin c7', 'unpin c7', 'mute c7', 'unmute c7', 'hide c7'])
})

test('[AC35] [AC36] a row says that its conversation is pinned, and muted', () => {
  const label = (more: Partial<ChatConversation>) => rowLabel(aConversation(more), 'Lunch', '', 'Tom')
  expect(label({ unread: 2 })).toBe('Lunch, 2 unread')
  expect(label({ unread: 2, pinned: true, quiet: true })).toBe('Lunch, 2 unread, pinned, muted')
})

test('[AC36] what is muted does not count in the title', () => {
  const loud = aConversation({ unread: 2 })
  expect(loudUnread([])).toBe(0)
  expect(loudUnread([loud, aConversation({ unread: 5, quiet: true }), loud])).toBe(4)
})
