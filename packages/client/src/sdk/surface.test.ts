import { expect, test } from 'vitest'
import { inConversation, stage } from '../testing/client.test-kit.ts'
import { codeOf, conversationId, entryId, jerry, mary, pushed, settle } from '../testing/values.test-kit.ts'
import { RecalledMessage, TextMessage } from './built-in-messages.ts'
import { Event } from './event.ts'
import { type Message, MessageStatus } from './message.ts'
import { messageType, TypedMessage } from './typed-message.ts'

const id = conversationId(1)

test.each(['', 'a b', 'ä', 'x'.repeat(65), 'a/b'])('[CL100] %j is no id', async (text) => {
  const { client, realtime } = await stage()
  expect(await codeOf(realtime.createIMClient(text))).toBe('bad-id')
  expect(await codeOf(client.createConversation({ members: [text] }))).toBe('bad-id')
  expect(await codeOf(client.getConversation(text))).toBe('bad-id')
})

test('[CL100] the longest ids, and every character that may be in one, are taken', async () => {
  const { client } = await stage()
  const members = ['x'.repeat(64), 'AZaz09_-.@:']
  const conversation = await client.createConversation({ members })
  expect(conversation.members.toSorted()).toEqual([...members, 'Tom'].toSorted())
})

test('[CL101] the message that was sent follows what becomes of it, and `sent` resolves with its place', async () => {
  const { client, script, sent, say } = await inConversation()
  const conversation = await client.getConversation(id)
  const message = new TextMessage('At noon?').setAttributes({ table: 4 })
  expect(message.status).toBe(MessageStatus.NONE)
  expect(await conversation?.send(message)).toBe(message)
  expect(message).toMatchObject({ cid: id, from: 'Tom', status: MessageStatus.SENDING, seq: 0 })
  await settle()
  const [update] = pushed(sent())
  if (update === undefined) throw new Error('nothing left')
  const row = script.accept(update)
  const followed: Message[] = []
  client.on(Event.MESSAGE_STATUS, (one) => followed.push(one))
  await say(script.accepted([update], [row]), script.frame(row))
  expect(await message.sent).toMatchObject({ seq: row.seq })
  expect(message).toMatchObject({ status: MessageStatus.SENT, seq: row.seq, timestamp: new Date(row.time) })
  expect(message.getAttributes()).toEqual({ table: 4 })
  expect(followed).toEqual([message])
  expect(followed[0]).toBe(message)
})

test('[CL101] `sent` rejects with the reason, and nobody has to look', async () => {
  const { client, sent, say } = await inConversation()
  const conversation = await client.getConversation(id)
  const looked = await conversation?.send('one')
  await conversation?.send('nobody looks at this one')
  await settle()
  const [first, second] = pushed(sent())
  if (first === undefined || second === undefined) throw new Error('nothing left')
  const refused = { class: 'refused', code: 'not-a-member', detail: 'only members write' } as const
  await say({
    frame: 'answer',
    conversation: id,
    answers: [first, second].map(({ page, client: by, clock }) => ({
      page,
      client: by,
      clock,
      verdict: refused,
    })),
  })
  await expect(looked?.sent).rejects.toMatchObject({ code: 'not-a-member' })
  expect(looked).toMatchObject({ status: MessageStatus.FAILED, error: { code: 'not-a-member' } })
  expect(client.unsent().map(({ state, error }) => [state, error?.code])).toContainEqual([
    'refused',
    'not-a-member',
  ])
})

test('[CL102] an unknown type arrives whole, and a registered class is used for its own', async () => {
  class Dice extends TypedMessage {}
  messageType(7)(Dice)
  const { client, realtime, script, say } = await inConversation()
  const arrived: Message[] = []
  client.on(Event.MESSAGE, (message) => arrived.push(message))
  const write = (n: number, type: number): ReturnType<typeof script.write> =>
    script.write({ id: entryId(n), from: jerry, sentAt: 1, type, text: 'six', attrs: { eyes: 6 } })
  await say(script.frame(write(900, 7)))
  realtime.register(Dice)
  await say(script.frame(write(901, 7)))
  expect(arrived.map((message) => [message instanceof Dice, message.type])).toEqual([
    [false, 7],
    [true, 7],
  ])
  for (const message of arrived)
    expect([message.getText(), message.getAttributes()]).toEqual(['six', { eyes: 6 }])
})

test('[CL102] what was recalled is a RecalledMessage without its content', async () => {
  const { client, script, say } = await inConversation()
  const recalled: Message[] = []
  client.on(Event.MESSAGE_RECALL, (message) => recalled.push(message))
  const row = script.text(jerry, 'never mind')
  await say(script.frame(row), script.frame(script.recall(row)))
  expect(recalled).toHaveLength(1)
  expect(recalled[0]).toBeInstanceOf(RecalledMessage)
  expect(recalled[0]?.getText()).toBe('')
})

test('[CL103] events reach the conversation and the client, which adds the conversation; once and off', async () => {
  const { client, script, say } = await inConversation()
  const conversation = await client.getConversation(id)
  if (conversation === null) throw new Error('it is known')
  const heard: string[] = []
  client.on(Event.MESSAGE, (message, from) =>
    heard.push(`client ${message.getText()} ${from === conversation}`),
  )
  conversation.once(Event.MESSAGE, (message) => heard.push(`once ${message.getText()}`))
  const every = (message: Message): unknown => heard.push(`every ${message.getText()}`)
  conversation.on(Event.MESSAGE, every)
  conversation.on(Event.MEMBERS_JOINED, ({ members, invitedBy }) =>
    heard.push(`${members.join()} by ${invitedBy}`),
  )
  await say(script.frame(script.text(jerry, '1')))
  await say(script.frame(script.text(jerry, '2')))
  conversation.off(Event.MESSAGE, every)
  await say(script.frame(script.text(jerry, '3')))
  await say(script.frame(script.change({ op: 'joined', by: mary })))
  expect(heard).toEqual([
    'once 1',
    'every 1',
    'client 1 true',
    'every 2',
    'client 2 true',
    'client 3 true',
    'Mary by Mary',
  ])
})

test('[CL104] an id this device does not know is looked up, and offline it can be joined', async () => {
  const { client, opens, say, sent } = await stage()
  const offline = await client.getConversation(conversationId(8))
  expect(offline).toMatchObject({ syncState: 'unknown', role: '' })
  expect(await offline?.join()).toMatchObject({ successfulClientIds: ['Tom'] })
  await opens()
  await say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'e', time: 1, expires: 0 },
    { frame: 'sync', cursor: 1, frames: 1, full: true, more: false, news: [] },
  )
  expect(sent()).toContainEqual(
    expect.objectContaining({ frame: 'command', conversation: conversationId(8), command: { op: 'join' } }),
  )
  const asking = client.getConversation(conversationId(9))
  await settle()
  const [fetch] = sent().filter((frame) => frame.frame === 'fetch')
  if (fetch?.frame !== 'fetch') throw new Error('it was not looked up')
  const failed = { result: 'failed', code: 'not-found', detail: 'there is no such conversation' } as const
  await say({
    frame: 'fetch-answer',
    request: fetch.request,
    conversation: conversationId(9),
    fetched: failed,
  })
  expect(await asking).toBeNull()
})
