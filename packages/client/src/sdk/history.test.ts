import { expect, test } from 'vitest'
import { inConversation } from '../testing/client.test-kit.ts'
import { wordsOf } from '../testing/history.test-kit.ts'
import { codeOf, conversationId, jerry, settle } from '../testing/values.test-kit.ts'
import type { Conversation } from './conversation.ts'
import { MessageQueryDirection } from './history.ts'
import type { QueryMessagesOptions } from './history.ts'

async function filled(
  count: number,
): Promise<Awaited<ReturnType<typeof inConversation>> & { readonly conversation: Conversation }> {
  const staged = await inConversation()
  const rows = Array.from({ length: count }, (_, at) => staged.script.text(jerry, `${at + 1}`))
  await staged.say(staged.script.frame(...rows))
  const conversation = await staged.client.getConversation(conversationId(1))
  if (conversation === null) throw new Error('it is known')
  return Object.assign(staged, { conversation })
}

test('[CL200] queryMessages answers twenty, as many as asked for up to a hundred, and refuses another number', async () => {
  const { conversation } = await filled(130)
  expect(wordsOf(await conversation.queryMessages())[0]).toBe('111')
  expect(await conversation.queryMessages()).toHaveLength(20)
  expect(await conversation.queryMessages({ limit: 1 })).toHaveLength(1)
  expect(await conversation.queryMessages({ limit: 100 })).toHaveLength(100)
  for (const limit of [0, 101, -1, 1.5, Number.NaN])
    expect(await codeOf(conversation.queryMessages({ limit }))).toBe('bad-argument')
})

test('[CL200] what else queryMessages is given wrongly is refused, and not taken for something else', async () => {
  const { conversation } = await filled(3)
  const wrong: readonly object[] = [
    { direction: 'up' },
    { type: 'text' },
    { type: 1.5 },
    { startTime: new Date('no') },
    { startTime: 5 },
    { endTime: '2026' },
    { startMessageId: 'x' },
    { endMessageId: 7 },
    { startClosed: 'yes' },
    { endTime: new Date(), endClosed: 1 },
  ]
  for (const options of wrong) {
    // What an app without types may give.
    expect(await codeOf(conversation.queryMessages(options as QueryMessagesOptions))).toBe('bad-argument')
  }
})

test('[CL200] bounds are open unless they are closed, and each answer is ascending, in either direction', async () => {
  const { conversation } = await filled(9)
  const all = await conversation.queryMessages()
  const [, , three, four, , , seven] = all
  if (three === undefined || four === undefined || seven === undefined) throw new Error('nine were said')
  const ask = async (options: QueryMessagesOptions): Promise<string> =>
    wordsOf(await conversation.queryMessages(options)).join('')
  const between = {
    endTime: three.timestamp,
    endMessageId: three.id,
    startTime: seven.timestamp,
    startMessageId: seven.id,
  }
  expect(await ask(between)).toBe('456')
  expect(await ask({ ...between, startClosed: true, endClosed: true })).toBe('34567')
  expect(await ask({ ...between, limit: 2 })).toBe('56')
  const { OLD_TO_NEW, NEW_TO_OLD } = MessageQueryDirection
  expect(await ask({ startMessageId: four.id, direction: OLD_TO_NEW, limit: 2 })).toBe('56')
  expect(await ask({ startMessageId: four.id, direction: NEW_TO_OLD, limit: 2 })).toBe('23')
  expect(await ask({ startTime: four.timestamp, startClosed: true, direction: OLD_TO_NEW, limit: 2 })).toBe(
    '45',
  )
  expect(await ask({ type: 7 })).toBe('')
  expect(await ask({ type: -1, limit: 2 })).toBe('89')
})

test('[CL200] what waits here stands at the newest end of an answer, as the object that was sent', async () => {
  const staged = await filled(2)
  await staged.cut()
  const sent = await staged.conversation.send('mine')
  const found = await staged.conversation.queryMessages({ limit: 2 })
  expect(wordsOf(found)).toEqual(['2', 'mine'])
  expect([found[1], found.missing]).toEqual([sent, false])
  expect(found[1]).toBe(sent)
})

test('[CL215] a conversation gives iterators and timelines of its own messages', async () => {
  const staged = await filled(5)
  const batch = await staged.conversation.createMessagesIterator({ limit: 2 }).next()
  expect([wordsOf(batch.value), batch.done]).toEqual([['4', '5'], false])
  const timeline = staged.conversation.timeline({ limit: 3 })
  expect(timeline.messages).toEqual([])
  await timeline.ready
  expect(wordsOf(timeline.messages)).toEqual(['3', '4', '5'])
  const sent = await staged.conversation.send('mine')
  await settle()
  expect(timeline.messages.at(-1)).toMatchObject({ id: sent.id, status: 'sending' })
  // The one that was sent follows what becomes of it; what a timeline shows does not change.
  expect(timeline.messages.at(-1)).not.toBe(sent)
  await staged.conversation.recall(sent)
  await settle()
  timeline.close()
})
