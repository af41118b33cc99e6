import { createMemoryStore } from '@parley/storage/memory'
import { type Any, type DeviceFrame, failureFrame, type Hello, type Signal } from '@parley/wire'
import { expect, test } from 'vitest'
import { deviceLayout } from '../records.ts'
import { inConversation, stage, type Stage } from '../testing/client.test-kit.ts'
import { codeOf, conversationId, entryId, settle } from '../testing/values.test-kit.ts'
import { TextMessage } from './built-in-messages.ts'
import type { Conversation } from './conversation.ts'
import { Event } from './event.ts'
import { MessageStatus } from './message.ts'
import type { ClientOptions } from './realtime.ts'

const lunch = conversationId(1)

async function lunchOf({ client }: Stage): Promise<Conversation> {
  const conversation = await client.getConversation(lunch)
  if (conversation === null) throw new Error('it is there')
  return conversation
}

function sent<Kind extends DeviceFrame['frame']>(
  stood: Stage,
  kind: Kind,
): readonly Extract<DeviceFrame, { frame: Kind }>[] {
  return stood.sent().filter((frame): frame is Extract<DeviceFrame, { frame: Kind }> => frame.frame === kind)
}

async function hear(stood: Stage, content: Any, from = 'Jerry'): Promise<void> {
  await stood.say({ frame: 'signal', conversation: lunch, from, time: 5000, content })
}

test('[CL244] a transient message is sent at once, and not in the history', async () => {
  const stood = await inConversation()
  const conversation = await lunchOf(stood)
  const message = new TextMessage('psst').setAttributes({ seat: 3 })
  const answered = await conversation.send(message, { transient: true })
  expect(answered).toBe(message)
  expect(message).toMatchObject({ status: MessageStatus.SENT, seq: 0, cid: lunch, from: 'Tom' })
  expect(await message.sent).toMatchObject({ seq: 0 })
  expect(sent(stood, 'signal').map(({ content }: Signal) => content)).toMatchObject([
    { op: 'message', message: { id: message.id, text: 'psst', attrs: { seat: 3 } } },
  ])
  await conversation.send('and a text', { transient: true })
  expect(await conversation.queryMessages()).toHaveLength(0)
  expect(stood.client.unsent()).toEqual([])
})

test('[CL244] what was refused may be sent anew, and what was sent may not', async () => {
  const stood = await inConversation()
  const conversation = await lunchOf(stood)
  const message = new TextMessage('psst')
  await stood.cut()
  expect(await codeOf(conversation.send(message, { transient: true }))).toBe('OFFLINE')
  expect(message.status).toBe(MessageStatus.NONE)
  await stood.pass(2000)
  await stood.connect()
  const sending = conversation.send(message, { transient: true })
  expect(await codeOf(conversation.send(message, { transient: true }))).toBe('bad-argument')
  await sending
  expect(await codeOf(conversation.send(message))).toBe('bad-argument')
})

test('[CL244] the others are told of it as a MESSAGE, and nothing becomes unread', async () => {
  const stood = await inConversation()
  const conversation = await lunchOf(stood)
  const told: unknown[] = []
  conversation.on(Event.MESSAGE, (message, how) => told.push([message, how]))
  stood.client.on(Event.MESSAGE, (message, where, how) => told.push([message.text, where, how]))
  stood.client.on(Event.UNREAD_MESSAGES_COUNT_UPDATE, () => told.push('unread'))
  stood.client.on(Event.CONVERSATION_UPDATED, () => told.push('updated'))
  const message = { id: entryId(3), from: 'Jerry', sentAt: 7, type: -1, text: 'psst', mentions: ['Tom'] }
  await hear(stood, { op: 'message', message })
  expect(told).toEqual([
    [expect.any(TextMessage), {}],
    ['psst', conversation, {}],
  ])
  const [[first]] = told as [[TextMessage]]
  expect(first).toMatchObject({
    id: message.id,
    cid: lunch,
    from: 'Jerry',
    seq: 0,
    status: MessageStatus.SENT,
    timestamp: new Date(5000),
    mentioned: true,
  })
  expect(conversation.unreadMessagesCount).toBe(0)
  expect(conversation.lastMessage).toBeNull()
})

test('[CL245] typing is told to the others, and theirs is here', async () => {
  const stood = await inConversation()
  const conversation = await lunchOf(stood)
  stood.sent()
  conversation.typing()
  conversation.typing(false)
  expect(sent(stood, 'signal').map(({ content }) => content)).toEqual([
    { op: 'typing', on: true },
    { op: 'typing', on: false },
  ])
  const told: unknown[] = []
  conversation.on(Event.TYPING, (typing) => told.push(typing))
  stood.client.on(Event.TYPING, (typing, where) => told.push([typing, where.id]))
  await hear(stood, { op: 'typing', on: true })
  expect(conversation.typingMembers).toEqual(['Jerry'])
  await stood.pass(6000)
  expect(conversation.typingMembers).toEqual([])
  expect(told).toEqual([
    { from: 'Jerry', typing: true },
    [{ from: 'Jerry', typing: true }, lunch],
    { from: 'Jerry', typing: false },
    [{ from: 'Jerry', typing: false }, lunch],
  ])
})

test('[CL246] ping answers who of at most twenty is there', async () => {
  const stood = await inConversation()
  const { client } = stood
  const asking = client.ping(['Jerry', 'Mary', 'Jerry'])
  const [question] = sent(stood, 'presence')
  expect(question).toMatchObject({ users: ['Jerry', 'Mary'], watch: 'no' })
  await stood.say({ frame: 'presence-answer', request: question?.request ?? 0, online: ['Mary'] })
  expect(await asking).toEqual(['Mary'])
  const crowd = Array.from({ length: 21 }, (_, number) => `User${number}`)
  expect(await codeOf(client.ping(crowd))).toBe('bad-argument')
  expect(await codeOf(client.ping(['no id']))).toBe('bad-id')
  expect(await codeOf(client.ping('Jerry' as unknown as string[]))).toBe('bad-argument')
  await stood.cut()
  expect(await codeOf(client.ping(['Jerry']))).toBe('OFFLINE')
})

test('[CL246] a subscription tells its listener and the client, until it is ended', async () => {
  const stood = await inConversation()
  const { client } = stood
  const told: unknown[] = []
  client.on(Event.PRESENCE, (presence) => told.push(presence))
  const stop = client.subscribePresence(['Mary'], ({ user, online }) => told.push(`${user} ${online}`))
  const [question] = sent(stood, 'presence')
  await stood.say({ frame: 'presence-answer', request: question?.request ?? 0, online: [] })
  await stood.say({ frame: 'presence', user: 'Mary', online: true })
  stop()
  await stood.say({ frame: 'presence', user: 'Mary', online: false })
  expect(told).toEqual([
    'Mary false',
    { user: 'Mary', online: false },
    'Mary true',
    { user: 'Mary', online: true },
  ])
  expect(() => client.subscribePresence(['no id'])).toThrow('bad-id')
})

test('[CL247] a conflict is CONFLICT, then CLOSE, and the data stays', async () => {
  const stood = await inConversation()
  const { client } = stood
  const told: unknown[] = []
  client.on(Event.CONFLICT, (conflict) => told.push(['conflict', conflict]))
  client.on(Event.CLOSE, (close) => told.push(['close', close]))
  await stood.say(failureFrame('conflict', 'Signed in elsewhere.'))
  expect(told).toEqual([
    ['conflict', { reason: 'Signed in elsewhere.' }],
    ['close', { code: 'conflict', detail: 'Signed in elsewhere.' }],
  ])
  expect(client.state).toBe('stopped')
  expect(client.conversations().items.map(({ name }) => name)).toEqual(['Lunch'])
  expect((await (await lunchOf(stood)).send('later')).status).toBe(MessageStatus.SENDING)
})

test('[CL247] what else ends a connection is no conflict', async () => {
  const stood = await inConversation()
  const told: unknown[] = []
  stood.client.on(Event.CONFLICT, (conflict) => told.push(conflict))
  stood.client.on(Event.CLOSE, ({ code }) => told.push(code))
  await stood.say(failureFrame('malformed'))
  expect(told).toEqual(['malformed'])
})

async function hello(stood: Stage): Promise<Pick<Hello, 'tag' | 'login'>> {
  await settle()
  await stood.opens()
  const [frame] = sent(stood, 'hello')
  if (frame === undefined) throw new Error('nobody said hello')
  return { tag: frame.tag, login: frame.login }
}

test('[CL232] a page that is loaded again comes back, a client made again on it signs in', async () => {
  const store = createMemoryStore(deviceLayout)
  const first = await stage(store, { tag: 'web' })
  expect(await hello(first)).toEqual({ tag: 'web', login: true })
  await first.say({ frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 1, expires: 0 })
  await first.client.close()
  const reloaded = await stage(store, { tag: 'web' })
  expect(await hello(reloaded)).toEqual({ tag: 'web', login: false })
  await reloaded.say(failureFrame('conflict'))
  await reloaded.realtime.createIMClient('Tom', { tag: 'web' })
  expect(await hello(reloaded)).toEqual({ tag: 'web', login: true })
})

test('[CL232] the app says what it wants', async () => {
  const store = createMemoryStore(deviceLayout)
  const first = await stage(store, { tag: 'web', isReconnect: true })
  expect(await hello(first)).toEqual({ tag: 'web', login: false })
  const again = async (options: ClientOptions): Promise<Pick<Hello, 'tag' | 'login'>> => {
    await first.realtime.createIMClient('Tom', options)
    return hello(first)
  }
  expect(await again({ tag: 'web', isReconnect: true })).toEqual({ tag: 'web', login: false })
  expect(await again({ tag: 'web', isReconnect: false })).toEqual({ tag: 'web', login: true })
  expect(await again({})).toEqual({ tag: '', login: false })
})

test('[CL232] a tag that is none is refused', async () => {
  const stood = await stage()
  for (const tag of ['x'.repeat(65), '\ud800', 7 as unknown as string, null as unknown as string])
    expect(await codeOf(stood.realtime.createIMClient('Mary', { tag }))).toBe('bad-argument')
})
