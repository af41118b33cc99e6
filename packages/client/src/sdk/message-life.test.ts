import { expect, test } from 'vitest'
import { inConversation, stage } from '../testing/client.test-kit.ts'
import type { Stage } from '../testing/client.test-kit.ts'
import { codeOf, conversationId, pushed, settle } from '../testing/values.test-kit.ts'
import { RecalledMessage, TextMessage } from './built-in-messages.ts'
import { Event } from './event.ts'
import { type Message, MessageStatus } from './message.ts'

const id = conversationId(1)

async function refuse({ sent, say }: Stage): Promise<void> {
  await settle()
  const [update] = pushed(sent())
  if (update === undefined) throw new Error('nothing left')
  const { page, client, clock } = update
  const verdict = { class: 'refused', code: 'bad-content', detail: 'no' } as const
  await say({ frame: 'answer', conversation: id, answers: [{ page, client, clock, verdict }] })
}

async function opened(staged: Stage) {
  const conversation = await staged.client.getConversation(id)
  if (conversation === null) throw new Error('it is known')
  return conversation
}

test('[CL101] the object that was sent is the one that events and queries give', async () => {
  const staged = await inConversation()
  const conversation = await opened(staged)
  const message = await conversation.send('one')
  const [found] = await conversation.queryMessages()
  expect(found).toBe(message)
  expect(conversation.lastMessage).toBe(message)
  const heard: Message[] = []
  conversation.on(Event.MESSAGE_STATUS, (one) => heard.push(one))
  await refuse(staged)
  expect(heard[0]).toBe(message)
  expect((await conversation.queryMessages())[0]).toBe(message)
})

test('[CL101] one that failed follows its next try, by whichever door it is tried', async () => {
  for (const again of ['unsent', 'send'] as const) {
    const staged = await inConversation()
    const conversation = await opened(staged)
    const message = await conversation.send('one')
    const first = message.sent
    await refuse(staged)
    expect(await codeOf(first)).toBe('bad-content')
    expect([message.status, message.error?.code]).toEqual([MessageStatus.FAILED, 'bad-content'])
    if (again === 'send') await conversation.send(message)
    else await staged.client.unsent()[0]?.retry()
    await settle()
    expect([message.status, message.error]).toEqual([MessageStatus.SENDING, undefined])
    const updates = pushed(staged.sent())
    const rows = updates.map((update) => staged.script.accept(update))
    await staged.say(staged.script.accepted(updates, rows), staged.script.frame(...rows))
    expect(await message.sent).toEqual({ seq: rows[0]?.seq, time: rows[0]?.time })
    expect(message.status).toBe(MessageStatus.SENT)
    expect(await conversation.queryMessages()).toHaveLength(1)
  }
})

test('[CL101] a message is sent once, however quickly one clicks', async () => {
  const staged = await inConversation()
  const conversation = await opened(staged)
  const message = new TextMessage('one')
  const sending = conversation.send(message)
  expect(await codeOf(conversation.send(message))).toBe('bad-argument')
  await sending
  expect(await codeOf(conversation.send(message))).toBe('bad-argument')
  expect(staged.client.unsent()).toHaveLength(1)
  const tooLong = new TextMessage('x'.repeat(20_000))
  expect(await codeOf(conversation.send(tooLong))).toBe('too-large')
  expect(tooLong.status).toBe(MessageStatus.NONE)
  expect(await conversation.send(tooLong.setText('short'))).toBe(tooLong)
})

test('[CL101] one taken back before it was sent has failed as withdrawn, and is another one when it is sent again', async () => {
  const staged = await inConversation()
  await staged.cut()
  const conversation = await opened(staged)
  const message = await conversation.send('one')
  const { id: first, sent } = message
  await conversation.recall(message)
  expect([message.status, message.error?.code]).toEqual([MessageStatus.FAILED, 'withdrawn'])
  expect(await codeOf(sent)).toBe('withdrawn')
  await conversation.send(message)
  expect(message.id).not.toBe(first)
  expect([...(await conversation.queryMessages())]).toEqual([message])
})

test('[CL101] what is found waiting after a restart has a promise too, and follows', async () => {
  const before = await inConversation()
  await (await opened(before)).send('one')
  await before.client.close()
  const staged = await stage(before.store)
  const conversation = await opened(staged)
  const [message] = await conversation.queryMessages()
  expect(message?.status).toBe(MessageStatus.SENDING)
  await staged.connect({ news: [before.script.news({ rows: [] })] })
  const updates = pushed(staged.sent())
  const rows = updates.map((update) => before.script.accept(update))
  await staged.say(before.script.accepted(updates, rows))
  expect(await message?.sent).toMatchObject({ seq: rows[0]?.seq })
  expect(message?.status).toBe(MessageStatus.SENT)
})

test('[CL101] what others sent, and what failed in another life, are settled from the start', async () => {
  const before = await inConversation()
  await (await opened(before)).send('no')
  await refuse(before)
  await before.say(before.script.frame(before.script.text('Jerry' as never, 'hello')))
  await before.client.close()
  const conversation = await opened(await stage(before.store))
  const [theirs, mine] = await conversation.queryMessages()
  expect(await theirs?.sent).toMatchObject({ seq: 2 })
  expect([mine?.status, mine === undefined ? '' : await codeOf(mine.sent)]).toEqual([
    MessageStatus.FAILED,
    'bad-content',
  ])
  expect(mine?.text).toBe('no')
})

test('[CL101] [CL102] one whose recall waits is shown as recalled, and keeps its object', async () => {
  const staged = await inConversation()
  const conversation = await opened(staged)
  const message = await conversation.send('oops')
  await settle()
  await conversation.recall(message)
  const [shown] = await conversation.queryMessages()
  expect(shown).toBeInstanceOf(RecalledMessage)
  expect(message.text).toBe('oops')
  expect(message).toBeInstanceOf(TextMessage)
})

test('[CL101] a conversation found waiting after a restart has the promise of its creation', async () => {
  const before = await stage()
  const made = await before.client.createConversation({ members: ['Jerry'], unique: false })
  await before.client.close()
  expect(await codeOf(made.confirmed)).toBe('closed')
  const { client, connect, sent, say } = await stage(before.store)
  const conversation = client.conversations().items[0]
  expect([conversation?.id, conversation?.syncState]).toEqual([made.id, 'local'])
  await connect()
  const [command] = sent().filter(({ frame }) => frame === 'command')
  if (command?.frame !== 'command') throw new Error('nothing left')
  const outcome = { successfulClientIds: ['Jerry'], failures: [] }
  const verdict = { class: 'accepted', seq: 1, time: 1, outcome } as const
  await say({ frame: 'command-answer', conversation: made.id, id: command.id, verdict })
  expect(await conversation?.confirmed).toEqual(outcome)
})
