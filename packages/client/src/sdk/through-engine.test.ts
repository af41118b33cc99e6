/** The surface over the engine itself: what the fake of the other tests stands for must hold with the real one. */
import { expect, test } from 'vitest'
import { inConversation } from '../testing/client.test-kit.ts'
import { codeOf, conversationId, jerry, pushed, settle, tom } from '../testing/values.test-kit.ts'
import { LocationMessage, RecalledMessage, TextMessage } from './built-in-messages.ts'
import { Event } from './event.ts'
import { ImageMessage } from './file-messages.ts'
import { type Message, MessageStatus } from './message.ts'

const id = conversationId(1)

async function opened() {
  const staged = await inConversation()
  const conversation = await staged.client.getConversation(id)
  if (conversation === null) throw new Error('it is known')
  return Object.assign(staged, { conversation })
}

test('[CL170] what waits is edited before it leaves, as another type too, and every object follows', async () => {
  const { cut, conversation } = await opened()
  await cut()
  const first = await conversation.send('one')
  const second = await conversation.update(first, new LocationMessage({ latitude: 1, longitude: 2 }))
  expect([second.id, second.status]).toEqual([first.id, MessageStatus.SENDING])
  const [found, ...more] = await conversation.queryMessages()
  expect([found, more]).toEqual([second, []])
  expect(found).toBe(second)
  const third = await conversation.update(second.id, new TextMessage('three'))
  expect((await conversation.queryMessages())[0]).toBe(third)
  expect(conversation.lastMessage).toBe(third)
  expect([first.text, third.text]).toEqual(['three', 'three'])
  const recalled = await conversation.recall(third)
  expect(recalled).toBeInstanceOf(RecalledMessage)
  expect(await conversation.queryMessages()).toHaveLength(0)
  expect([first.status, third.status]).toEqual([MessageStatus.FAILED, MessageStatus.FAILED])
})

test('[CL170] [CL179] an edit of what the relay has is shown at once, and others’ edits are told', async () => {
  const { script, say, sent, conversation } = await opened()
  const message = await conversation.send('one')
  await settle()
  const [update] = pushed(sent())
  if (update === undefined) throw new Error('nothing left')
  const row = script.accept(update)
  await say(script.accepted([update], [row]), script.frame(row))
  const picture = ImageMessage.fromURL('https://files.example/1.png')
  const edited = await conversation.update(message, picture)
  expect([edited.id, edited.seq, edited.status]).toEqual([message.id, row.seq, MessageStatus.SENT])
  expect(edited.updatedAt).not.toBeNull()
  const [found] = await conversation.queryMessages()
  expect(found).toBeInstanceOf(ImageMessage)
  expect(found?.updatedAt).toEqual(edited.updatedAt)
  expect(await codeOf(conversation.update(message, picture))).toBe('bad-argument')
})

test('[CL179] [CL172] what others edit and react to is told with the message as it is then', async () => {
  const { script, say, conversation, client } = await opened()
  const told: unknown[] = []
  client.on(Event.MESSAGE_UPDATE, (message, where, reason, how) => {
    told.push([message.text, message.updatedAt !== null, where === conversation, reason, how])
  })
  client.on(Event.REACTION, ({ message, sign, by, on }) =>
    told.push([message.text, sign, by, on, message.reactions]),
  )
  const row = script.text(jerry, 'one')
  await say(script.frame(row))
  await say(script.frame(script.edit(row, 'two')))
  await say(script.frame(script.react(jerry, row, '🎉')))
  await say(script.frame(script.react(jerry, row, '🎉', false)))
  expect(told).toEqual([
    ['two', true, true, undefined, {}],
    ['two', '🎉', 'Jerry', true, [{ sign: '🎉', users: ['Jerry'] }]],
    ['two', '🎉', 'Jerry', false, []],
  ])
})

test('[CL172] a reaction shows on the message, and taken back it is gone', async () => {
  const { script, say, conversation } = await opened()
  await say(script.frame(script.text(jerry, 'one')))
  const [theirs] = await conversation.queryMessages()
  if (theirs === undefined) throw new Error('it is here')
  await conversation.react(theirs, '👍')
  const shown = async (): Promise<Message | undefined> => (await conversation.queryMessages())[0]
  expect((await shown())?.reactions).toEqual([{ sign: '👍', users: [tom] }])
  await conversation.unreact(theirs, '👍')
  expect((await shown())?.reactions).toEqual([])
  expect(await codeOf(conversation.update(theirs, new TextMessage('mine now')))).toBe('not-allowed')
})

test('[CL173] what is saved is shown by the engine, and refused where one has no right', async () => {
  const { script, say, conversation, client } = await opened()
  const told: unknown[] = []
  client.on(Event.CONVERSATION_INFO_UPDATED, ({ attributes, updatedBy }) =>
    told.push([attributes, updatedBy]),
  )
  conversation.set('attr.seat.row', 2).set('name', 'Dinner')
  await conversation.save()
  expect([conversation.name, conversation.get('attr.seat.row')]).toEqual(['Dinner', 2])
  expect(conversation.attributes.get('seat')).toEqual({ row: 2 })
  await say(script.frame(script.change({ op: 'updated', by: jerry, set: { seat: { row: 9 } } })))
  expect(told).toEqual([[{ 'attr.seat': { row: 9 } }, 'Jerry']])
  expect(await codeOf(conversation.setPolicy({ speak: 'owner' }))).toBe('not-allowed')
  expect(conversation.policy?.speak).toBe('members')
})

test('[CL175] [CL180] roles, mutes and blocks of others come as events, and show', async () => {
  const { script, say, conversation } = await opened()
  const told: unknown[] = []
  conversation.on(Event.MEMBER_INFO_UPDATED, ({ memberInfo }) =>
    told.push([memberInfo.role, memberInfo.invitedBy]),
  )
  conversation.on(Event.MUTED, ({ mutedBy, until }) => told.push([mutedBy, until]))
  await say(script.frame(script.change({ op: 'role', by: jerry, members: [tom], role: 'manager' })))
  expect(conversation.role).toBe('manager')
  await say(script.frame(script.change({ op: 'muted', by: jerry, members: [tom], until: 9_000_000 })))
  expect(told).toEqual([
    ['manager', 'Jerry'],
    ['Jerry', new Date(9_000_000)],
  ])
  expect(conversation.mutedMembers).toEqual(['Tom'])
  expect(await codeOf(conversation.send('hello?'))).toBe('muted')
  expect((await conversation.getMemberInfo('Tom'))?.role).toBe('manager')
})
