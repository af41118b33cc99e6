import { expect, test } from 'vitest'
import { inConversation } from '../testing/client.test-kit.ts'
import { codeOf, conversationId, entryId, jerry, settle, tom } from '../testing/values.test-kit.ts'
import { LocationMessage, RecalledMessage, TextMessage } from './built-in-messages.ts'
import { Event } from './event.ts'
import { fakeEngine, lunch, messageView } from './fake-engine.test-kit.ts'
import { ImageMessage } from './file-messages.ts'
import { Message, MessageStatus } from './message.ts'

const other = conversationId(2)
const url = 'https://files.example/1.png'

test('[CL169] what is passed on is a new message of the same content, here, and rings nobody', async () => {
  const { conversation, classes, calls } = await fakeEngine()
  const content = { type: -2, text: 'look', attrs: { mood: 'good' }, body: { file: { url } } }
  const there = { conversation: other, mentions: [tom], replyTo: entryId(9) }
  const theirs = classes.from(messageView({ ...content, ...there }), { user: tom })
  const mine = await conversation.forward(theirs)
  expect(mine).toBeInstanceOf(ImageMessage)
  expect(mine).not.toBe(theirs)
  expect([mine.cid, mine.from, mine.status]).toEqual([lunch, 'Tom', MessageStatus.SENDING])
  expect(calls()).toEqual([['send', lunch, content]])
})

test('[CL169] a type nobody knows is passed on whole, and what was taken back is not', async () => {
  const { conversation, classes, calls } = await fakeEngine()
  const unknown = { type: 99, text: 'six', body: { eyes: 6 } }
  const mine = await conversation.forward(classes.from(messageView(unknown), { user: tom }))
  expect([mine.constructor, mine.type]).toEqual([Message, 99])
  expect(calls()).toEqual([['send', lunch, unknown]])
  const gone = classes.from(messageView({ type: -127, recalled: true }), { user: tom })
  expect(await codeOf(conversation.forward(gone))).toBe('bad-argument')
  expect(await codeOf(conversation.send(new RecalledMessage()))).toBe('bad-argument')
  expect(calls()).toEqual([])
})

test('[CL170] a new message takes the place of one’s own, by the message or its id, and may be of another type', async () => {
  const { conversation, classes, calls } = await fakeEngine()
  const old = classes.from(messageView({ from: tom, text: 'here' }), { user: tom })
  for (const given of [old, old.id, { id: old.id }]) {
    const place = new LocationMessage({ latitude: 1, longitude: 2 }).setText('here').setReplyTo(entryId(5))
    const updated = await conversation.update(given, place)
    expect(updated).toBe(place)
    expect([updated.id, updated.seq, updated.updatedAt]).toEqual([old.id, 3, new Date(2000)])
    expect(updated.getLocation()).toEqual({ latitude: 1, longitude: 2 })
    expect(await updated.confirmed).toEqual({ seq: 3, time: 1000 })
    expect(await updated.sent).toEqual({ seq: 3, time: 1000 })
    // What a message answers stays as it was sent: an edit does not carry it.
    const content = { type: -5, text: 'here', body: { latitude: 1, longitude: 2 } }
    expect(calls()).toEqual([['edit', lunch, old.id, content]])
    expect(updated.replyTo).toBeNull()
  }
})

test('[CL170] only a new message takes the place of one, and only of one that was sent here', async () => {
  const { conversation, classes, calls } = await fakeEngine()
  const old = classes.from(messageView({ from: tom }), { user: tom })
  const elsewhere = classes.from(messageView({ conversation: other }), { user: tom })
  const fresh = new TextMessage('new')
  expect(await codeOf(conversation.update(old, old))).toBe('bad-argument')
  expect(await codeOf(conversation.update(old, 'new' as never))).toBe('bad-argument')
  expect(await codeOf(conversation.update(new TextMessage('not sent'), fresh))).toBe('bad-argument')
  expect(await codeOf(conversation.update('x', fresh))).toBe('bad-argument')
  expect(await codeOf(conversation.update(elsewhere, fresh))).toBe('bad-argument')
  expect(fresh.status).toBe(MessageStatus.NONE)
  expect(calls()).toEqual([])
})

test('[CL170] an edit that is refused at once leaves the new message as it was, to be tried again', async () => {
  const fake = await fakeEngine()
  const fresh = new TextMessage('new')
  fake.refuse = Object.assign(new Error('no'), { code: 'target-recalled' })
  expect(await codeOf(fake.conversation.update(entryId(1), fresh))).toBe('target-recalled')
  expect([fresh.status, fresh.id]).toEqual([MessageStatus.NONE, ''])
  fake.refuse = undefined
  const twice = [fake.conversation.update(entryId(1), fresh), fake.conversation.update(entryId(1), fresh)]
  const [first, second] = await Promise.allSettled(twice)
  expect([first?.status, second?.status]).toEqual(['fulfilled', 'rejected'])
})

test('[CL170] both objects of what still waits follow what becomes of it, and the newer one is shown', async () => {
  const fake = await fakeEngine()
  const { conversation, emit } = fake
  const first = await conversation.send('one')
  const waiting = { id: first.id as never, from: tom, seq: 0, state: 'sending' } as const
  fake.edited = waiting
  const second = await conversation.update(first, new TextMessage('two'))
  const third = await conversation.update(second, new LocationMessage({ latitude: 1, longitude: 2 }))
  const shown: Message[] = []
  conversation.on(Event.MESSAGE_STATUS, (message) => shown.push(message))
  const content = { type: -5, body: { latitude: 1, longitude: 2 } }
  const sent = messageView({ ...content, id: waiting.id, from: tom, seq: 8, state: 'sent' })
  emit({ type: 'message-status', message: sent })
  expect(shown).toEqual([third])
  expect(shown[0]).toBe(third)
  for (const message of [first, second, third])
    expect([message.seq, message.status]).toEqual([8, MessageStatus.SENT])
  expect([first.text, second.text, third.getLocation().latitude]).toEqual(['two', 'two', 1])
  emit({ type: 'edited', message: sent })
  expect(shown).toHaveLength(1)
})

test('[CL171] recalling answers what stands there from now on: id, sender and time, without content', async () => {
  const { conversation, classes, calls } = await fakeEngine()
  const old = classes.from(messageView({ from: tom, text: 'oops' }), { user: tom })
  const recalled = await conversation.recall(old)
  expect(recalled).toBeInstanceOf(RecalledMessage)
  expect(recalled).toMatchObject({ type: -127, id: old.id, cid: lunch, from: 'Tom', seq: 3, text: '' })
  expect([recalled.timestamp, recalled.sentAt]).toEqual([new Date(1000), new Date(900)])
  expect(await recalled.confirmed).toEqual({ seq: 3, time: 1000 })
  const byId = await conversation.recall(old.id)
  expect([byId.type, byId.id, byId.cid]).toEqual([-127, old.id, lunch])
  expect(calls()).toEqual([
    ['recall', lunch, old.id],
    ['recall', lunch, old.id],
  ])
  const elsewhere = classes.from(messageView({ conversation: other }), { user: tom })
  expect(await codeOf(conversation.recall(elsewhere))).toBe('bad-argument')
  expect(await codeOf(conversation.recall(new TextMessage('not sent')))).toBe('bad-argument')
})

test('[CL172] a sign is set and taken back, and told with who did it', async () => {
  const { conversation, client, classes, calls, emit } = await fakeEngine()
  const theirs = classes.from(messageView(), { user: tom })
  await (
    await conversation.react(theirs, '👍')
  ).confirmed
  await (
    await conversation.unreact(theirs.id, '👍')
  ).confirmed
  expect(calls()).toEqual([
    ['react', lunch, theirs.id, '👍', true],
    ['react', lunch, theirs.id, '👍', false],
  ])
  const told: unknown[] = []
  conversation.on(Event.REACTION, (news) => told.push(news))
  client.on(Event.REACTION, ({ sign }, where) => told.push([sign, where === conversation]))
  const reactions = [{ sign: '👍', users: [jerry] }]
  const message = messageView({ reactions })
  emit({ type: 'reaction', message, by: jerry, sign: '👍', on: true, replayed: true })
  expect(told).toMatchObject([
    { message: { id: message.id, reactions }, sign: '👍', by: 'Jerry', on: true, replayed: true },
    ['👍', true],
  ])
})

test.each(['', 'x'.repeat(65), 5, undefined])('[CL172] %j is no sign', async (sign) => {
  const { conversation, calls } = await fakeEngine()
  expect(await codeOf(conversation.react(entryId(1), sign as string))).toBe('bad-argument')
  expect(calls()).toEqual([])
})

test('[CL179] an edit is told with the message as it is now', async () => {
  const { conversation, client, emit } = await fakeEngine()
  const told: unknown[] = []
  conversation.on(Event.MESSAGE_UPDATE, (message, reason, how) => told.push([message.text, reason, how]))
  client.on(Event.MESSAGE_UPDATE, (message, where, reason, how) =>
    told.push([message.text, where === conversation, reason, how]),
  )
  emit({ type: 'edited', message: messageView({ text: 'two', editedAt: 5 }), replayed: true })
  expect(told).toEqual([
    ['two', undefined, { replayed: true }],
    ['two', true, undefined, { replayed: true }],
  ])
})

test('[CL169] [CL101] through the engine itself, a picture leaves and comes back as one', async () => {
  const staged = await inConversation()
  const conversation = await staged.client.getConversation(lunch)
  const message = await conversation?.send(ImageMessage.fromURL(url, { width: 2 }).setText('look'))
  await settle()
  const [found] = (await conversation?.queryMessages()) ?? []
  expect(found).toBe(message)
  const copy = await conversation?.forward(found ?? new Message())
  expect(copy).toBeInstanceOf(ImageMessage)
  expect((copy as ImageMessage).getFile().metaData('width')).toBe(2)
})
