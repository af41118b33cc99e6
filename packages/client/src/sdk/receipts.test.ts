import type { MemberMark } from '@parley/wire'
import { expect, test } from 'vitest'
import { inConversation, stage, type Stage } from '../testing/client.test-kit.ts'
import { createScript, type Script } from '../testing/script.test-kit.ts'
import { conversationId, jerry, mary, pushed, tom } from '../testing/values.test-kit.ts'
import { TextMessage } from './built-in-messages.ts'
import type { Conversation } from './conversation.ts'
import { Event } from './event.ts'
import { type Message, MessageStatus } from './message.ts'

type Scene = Stage & { readonly script: Script; readonly conversation: Conversation }

const lunch = conversationId(1)

/** Tom's device, in a conversation of Jerry's with nobody else. */
async function scene(): Promise<Scene> {
  const stood = await inConversation()
  const [conversation] = stood.client.conversations().items
  if (conversation === undefined) throw new Error('there is a conversation')
  stood.sent()
  return Object.assign(stood, { conversation })
}

/** What the conversation has told, by name, as it comes. */
function listened(conversation: Conversation): readonly string[] {
  const told: string[] = []
  conversation.on(Event.LAST_DELIVERED_AT_UPDATE, (...args) => told.push(`delivered ${args.length}`))
  conversation.on(Event.LAST_READ_AT_UPDATE, (...args) => told.push(`read ${args.length}`))
  conversation.on(Event.MESSAGE_STATUS, ({ status }) => told.push(status))
  return told
}

async function accept({ script, sent, say }: Scene): Promise<void> {
  const updates = pushed(sent())
  const rows = updates.map((update) => script.accept(update))
  await say(script.accepted(updates, rows), script.frame(...rows))
}

async function hear({ say }: Stage, ...marks: readonly MemberMark[]): Promise<void> {
  await say({ frame: 'marks', conversation: lunch, marks })
}

const mark = (user: string, delivered: number, read: number, time = 7000): MemberMark => ({
  user,
  delivered,
  read,
  time,
})

test('[CL310] a receipt is asked for where it is wanted, by the message or by its class, and not by a transient one', async () => {
  class Alarm extends TextMessage {
    static override sendOptions = { receipt: true }
  }
  const scenery = await scene()
  const { conversation, sent } = scenery
  await conversation.send('no')
  await conversation.send('yes', { receipt: true })
  await conversation.send(new Alarm('yes'))
  await conversation.send(new Alarm('no'), { receipt: false })
  const asked = pushed(sent()).map(({ entry }) => [
    'text' in entry ? entry.text : '',
    'receipt' in entry ? 'yes' : 'no',
  ])
  expect(asked).toHaveLength(4)
  for (const [text, receipt] of asked) expect(receipt).toBe(text)
  await conversation.send(new Alarm('now'), { transient: true })
  const signals = sent().filter(({ frame }) => frame === 'signal')
  expect(signals).toHaveLength(1)
  expect(JSON.stringify(signals)).not.toContain('receipt')
  expect(new Alarm('x').getSendOptions()).toEqual({ receipt: true })
  expect(new TextMessage('x').getSendOptions()).toEqual({})
})

test('[CL311] [CL312] the object that was sent becomes SENT, DELIVERED and READ, and each is told', async () => {
  const scenery = await scene()
  const { conversation, client } = scenery
  const told = listened(conversation)
  const byClient: Conversation[] = []
  client.on(Event.LAST_DELIVERED_AT_UPDATE, (one) => byClient.push(one))
  client.on(Event.LAST_READ_AT_UPDATE, (one) => byClient.push(one))
  const message = await conversation.send('hello', { receipt: true })
  expect([conversation.lastDeliveredAt, conversation.lastReadAt]).toEqual([null, null])
  await accept(scenery)
  expect([message.status, message.deliveredAt, message.readAt]).toEqual(['sent', null, null])
  const changed: Message[] = []
  conversation.on(Event.MESSAGE_STATUS, (one) => changed.push(one))
  await hear(scenery, mark('Jerry', message.seq, 0, 7000))
  expect(message).toMatchObject({
    status: MessageStatus.DELIVERED,
    deliveredAt: new Date(7000),
    readAt: null,
  })
  expect(conversation.lastDeliveredAt).toEqual(message.timestamp)
  expect(conversation.lastReadAt).toBeNull()
  await hear(scenery, mark('Jerry', message.seq, message.seq, 8000))
  expect(message).toMatchObject({
    status: MessageStatus.READ,
    deliveredAt: new Date(7000),
    readAt: new Date(8000),
  })
  expect(conversation.lastReadAt).toEqual(message.timestamp)
  expect(changed).toEqual([message, message])
  expect(changed[0]).toBe(message)
  expect(told).toEqual(['sent', 'delivered', 'delivered 0', 'read', 'read 0'])
  expect(byClient).toEqual([conversation, conversation])
})

test('[CL311] messages that are read later show it too: the last one, a list of them, and a window', async () => {
  const scenery = await scene()
  const { conversation, script, say } = scenery
  const row = script.text(tom, 'from my phone')
  await say(script.frame(row))
  const window = conversation.timeline()
  await scenery.pass(0)
  const before = window.messages
  expect(before.map(({ status }) => status)).toEqual(['sent'])
  await hear(scenery, mark('Jerry', 0, row.seq))
  await scenery.pass(0)
  expect(conversation.lastMessage?.status).toBe('read')
  expect(window.messages.map(({ status }) => status)).toEqual(['read'])
  expect(window.messages[0]).not.toBe(before[0])
  window.close()
})

test('[CL311] what is read earlier than it was told delivered is READ at once', async () => {
  const scenery = await scene()
  const { conversation } = scenery
  const told = listened(conversation)
  const message = await conversation.send('hello')
  await accept(scenery)
  await hear(scenery, mark('Jerry', 0, message.seq, 9000))
  expect(message).toMatchObject({ status: 'read', deliveredAt: new Date(9000), readAt: new Date(9000) })
  expect(told).toEqual(['sent', 'read', 'delivered 0', 'read 0'])
})

test('[CL313] readStatus tells of the others who has got a message and who has read it', async () => {
  const stood = await stage()
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
  await stood.connect({ news: [script.news()], full: true })
  const conversation = await stood.client.getConversation(lunch)
  if (conversation === null) throw new Error('there is a conversation')
  stood.sent()
  const message = await conversation.send('hello', { receipt: true })
  expect(conversation.readStatus(message)).toEqual({ delivered: [], read: [] })
  await accept(Object.assign(stood, { script, conversation }))
  await hear(stood, mark('Mary', message.seq, 0), mark('Jerry', 0, message.seq), mark('Tom', 99, 99))
  expect(conversation.readStatus(message)).toEqual({ delivered: ['Jerry', 'Mary'], read: ['Jerry'] })
  expect(message.status).toBe('delivered')
  await stood.say(script.frame(script.change({ op: 'quit', by: mary })))
  expect(conversation.readStatus(message)).toEqual({ delivered: ['Jerry'], read: ['Jerry'] })
  expect(message.status).toBe('read')
})

test('[CL313] readStatus is about a message of this conversation, and of nothing else', async () => {
  const { conversation } = await scene()
  for (const other of [new TextMessage('never sent'), 'an id', null])
    expect(() => conversation.readStatus(other as Message)).toThrow('of this conversation')
})

test('[CL314] what others have said of a message survives toFullJSON and parseMessage', async () => {
  const scenery = await scene()
  const { conversation, client } = scenery
  const message = await conversation.send('hello', { receipt: true })
  await accept(scenery)
  await hear(scenery, mark('Jerry', message.seq, message.seq, 9000))
  const json = message.toFullJSON()
  expect(json).toMatchObject({ status: 'read', deliveredAt: 9000, readAt: 9000 })
  const again = await client.parseMessage(JSON.parse(JSON.stringify(json)))
  expect(again).toMatchObject({ status: 'read', deliveredAt: new Date(9000), readAt: new Date(9000) })
  await expect(client.parseMessage({ ...json, readAt: 'now' })).rejects.toThrow('readAt')
})

test('[CL315] with readReceipts reading is told, and without it nothing of it leaves', async () => {
  for (const readReceipts of [true, false]) {
    const stood = await stage(undefined, { readReceipts })
    const script = createScript(lunch, { by: jerry, members: [tom] })
    const row = script.text(jerry, 'hello')
    await stood.connect({ news: [script.news()], full: true })
    const [conversation] = stood.client.conversations().items
    await conversation?.read()
    await stood.pass(1000)
    const marks = stood.sent().filter(({ frame }) => frame === 'marks')
    expect(marks).toEqual(
      readReceipts ? [{ frame: 'marks', conversation: lunch, delivered: 0, read: row.seq }] : [],
    )
  }
})
