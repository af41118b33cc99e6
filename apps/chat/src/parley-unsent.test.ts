import type { Unsent as SdkUnsent } from '@parley/client'
import { expect, test } from 'vitest'
import { unsentOf, whatItIs } from './parley-unsent.ts'

type Entry = NonNullable<SdkUnsent['entry']>
type Own = NonNullable<SdkUnsent['person']>
type Command = NonNullable<SdkUnsent['command']>

/** Ids have types of their own in the SDK, made where they are read; here plain texts stand for them. */
function entry(fields: object): Entry {
  return { id: 'e1', from: 'Tom', sentAt: 1, ...fields } as unknown as Entry
}

function command(fields: object): Command {
  return fields as Command
}

test('[AC12] each thing done to a message has its sentence', () => {
  const words = (fields: object) => whatItIs({ entry: entry(fields) })
  expect(words({ type: -1, text: 'Hello' })).toBe('Hello')
  expect(words({ type: -2, text: '' })).toBe('A message')
  expect(words({ op: 'recall', target: 'm' })).toBe('Taking back a message')
  expect(words({ op: 'edit', target: 'm', type: -1, text: 'At one' })).toBe('Editing a message to “At one”')
  expect(words({ op: 'edit', target: 'm', type: -2 })).toBe('Editing a message')
  expect(words({ op: 'react', target: 'm', sign: '👍', on: true })).toBe('Reacting with 👍')
  expect(words({ op: 'react', target: 'm', sign: '👍', on: false })).toBe('Taking back the reaction 👍')
})

test('[AC12] each command has its sentence', () => {
  const members = ['Jerry', 'Mary']
  const words = (fields: object) => whatItIs({ command: command(fields) })
  expect(words({ op: 'create', name: null, members })).toBe('New conversation with Jerry, Mary')
  expect(words({ op: 'create', name: 'Lunch', members })).toBe('New conversation “Lunch”')
  expect(words({ op: 'add', members })).toBe('Adding Jerry, Mary')
  expect(words({ op: 'remove', members })).toBe('Removing Jerry, Mary')
  expect([words({ op: 'join' }), words({ op: 'quit' })]).toEqual(['Joining', 'Leaving'])
  expect(words({ op: 'role', members: ['Jerry'], role: 'manager' })).toBe('Making Jerry manager')
  expect(words({ op: 'role', members: ['Jerry'], role: 'member' })).toBe('Making Jerry plain member')
  expect(words({ op: 'mute', members, forMs: null })).toBe('Muting Jerry, Mary')
  expect(words({ op: 'unmute', members })).toBe('Unmuting Jerry, Mary')
  expect(words({ op: 'block', members })).toBe('Blocking Jerry, Mary')
  expect(words({ op: 'unblock', members })).toBe('Unblocking Jerry, Mary')
  expect(words({ op: 'update', name: 'Dinner' })).toBe('Renaming the conversation to “Dinner”')
  expect(words({ op: 'update', name: null })).toBe('Taking away the name of the conversation')
  expect(words({ op: 'update', icon: 'x' })).toBe('Changing the picture')
  expect(words({ op: 'update', policy: { speak: 'owner' } })).toBe('Changing who may do what')
  expect(words({ op: 'update', set: { topic: 'food' } })).toBe('Changing what is kept about the conversation')
})

test('[AC37] each change of what is one’s own has its sentence', () => {
  const words = (fields: object) => whatItIs({ person: fields as Own })
  expect(words({ op: 'profile', set: { name: 'Tom Cat' } })).toBe('Calling yourself “Tom Cat”')
  expect(words({ op: 'profile', set: { name: null } })).toBe('Taking away your name')
  expect(words({ op: 'profile', set: { icon: 'x' } })).toBe('Changing your picture')
  expect(words({ op: 'profile', set: { fields: {} } })).toBe('Changing what you say of yourself')
  const contact = (act: string, text?: string) => words({ op: 'contact', user: 'Jerry', act, text })
  expect(contact('request', 'Hello')).toBe('Asking Jerry to be a contact')
  expect(contact('accept')).toBe('Accepting Jerry as a contact')
  expect(contact('decline')).toBe('Declining the request of Jerry')
  expect(contact('remove')).toBe('Removing Jerry from your contacts')
  expect(contact('remark', 'the mouse')).toBe('Noting “the mouse” about Jerry')
  expect(contact('remark')).toBe('Taking away your note about Jerry')
  const setting = (fields: object) => words({ op: 'setting', conversation: 'c', ...fields })
  expect(setting({ pinned: true })).toBe('Pinning the conversation')
  expect(setting({ pinned: false })).toBe('Unpinning the conversation')
  expect(setting({ muted: true })).toBe('Muting the conversation')
  expect(setting({ muted: false })).toBe('Unmuting the conversation')
  expect(setting({ hidden: 7 })).toBe('Hiding the conversation')
  expect(setting({ hidden: null })).toBe('Showing the conversation again')
  expect(setting({ cleared: 7, read: {} })).toBe('Clearing the history for you')
  expect(setting({ read: {} })).toBe('Marking the conversation as read')
  expect(words({ op: 'block', users: ['Jerry', 'Mary'] })).toBe('Blocking Jerry, Mary')
  expect(words({ op: 'unblock', users: ['Jerry'] })).toBe('Unblocking Jerry')
  expect(words({ op: 'refuse', conversations: ['c'] })).toBe('Refusing invitations')
  expect(words({ op: 'admit', conversations: ['c'] })).toBe('Letting others invite you again')
})

test('[AC37] how one keeps a conversation stands there with its conversation, anything else with none', () => {
  const item = { id: 'u', conversation: '', kind: 'person', state: 'waiting' } as const
  const unsent = (person: object) => unsentOf({ ...item, person } as unknown as SdkUnsent)
  expect(unsent({ op: 'setting', conversation: 'c', pinned: true })).toMatchObject({ conversation: 'c' })
  expect(unsent({ op: 'block', users: ['Jerry'] })).toMatchObject({ conversation: '' })
})

test('[AC32] what waits names the message it is about', () => {
  const item = { id: 'u', conversation: 'c', kind: 'operation', state: 'waiting' } as const
  const unsent = (fields: object): SdkUnsent => ({ ...item, entry: entry(fields) }) as unknown as SdkUnsent
  expect(unsentOf(unsent({ op: 'react', target: 'm7', sign: '👍', on: true })).about).toBe('m7')
  expect(unsentOf(unsent({ type: -1, text: 'Hello' }))).not.toHaveProperty('about')
})
