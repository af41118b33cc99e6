import { createMemoryStore } from '@parley/storage/memory'
import { expect, test } from 'vitest'
import { deviceLayout } from '../records.ts'
import { stage } from '../testing/client.test-kit.ts'
import { lateParts } from '../testing/late-parts.test-kit.ts'
import { createScript } from '../testing/script.test-kit.ts'
import { codeOf, conversationId, jerry, settle, tom } from '../testing/values.test-kit.ts'
import { TextMessage } from './built-in-messages.ts'

async function onStage() {
  const chunks = lateParts()
  const stood = await stage(createMemoryStore(deviceLayout), {}, chunks.sources)
  const script = createScript(conversationId(1), { by: jerry, members: [tom], name: 'Lunch' })
  const row = script.text(jerry, 'soup?')
  await stood.connect({ news: [script.news()], full: true })
  const [conversation] = stood.client.conversations().items
  if (conversation === undefined) throw new Error('nobody made it')
  await chunks.fail()
  return { chunks, stood, script, row, conversation }
}

test('[CL417] what is called before it is loaded takes effect in the order of the calls', async () => {
  const { chunks, stood, conversation } = await onStage()
  const sent = await conversation.send('first')
  const changed = conversation.update(sent, new TextMessage('first, changed'))
  const said = conversation.send('second')
  const added = conversation.add(['Mary'])
  const profile = stood.client.updateProfile({ name: 'Tom' })
  const last = conversation.send('third')
  await settle()
  expect(stood.client.unsent().map(({ kind }) => kind)).toEqual(['message'])
  await chunks.arrive()
  await Promise.all([changed, said, added, profile, last])
  const kinds = stood.client.unsent().map(({ kind }) => kind)
  // The edit has left already, with what it changes.
  expect(kinds.filter((kind) => kind !== 'operation')).toEqual([
    'message',
    'message',
    'command',
    'person',
    'message',
  ])
})

test('[CL417] an iterator that is asked before it can be made answers as soon as it is', async () => {
  const { chunks, conversation } = await onStage()
  const iterator = conversation.createMessagesIterator({ limit: 5 })
  const [one, two] = [iterator.next(), iterator.next()]
  const all: string[] = []
  const walk = (async () => {
    for await (const batch of conversation.createMessagesIterator())
      all.push(...batch.map(({ text }) => text))
  })()
  await chunks.arrive()
  expect((await one).value.map(({ text }) => text)).toEqual(['soup?'])
  expect((await two).done).toBe(true)
  await walk
  expect(all).toEqual(['soup?'])
})

test('[CL417] one that cannot be made says why, and is made by the next try', async () => {
  const { chunks, conversation } = await onStage()
  const iterator = conversation.createMessagesIterator()
  const code = codeOf(iterator.next())
  await chunks.fail()
  expect(await code).toBe('part-missing')
  const again = iterator.next()
  await chunks.arrive()
  expect((await again).value).toHaveLength(1)
})

test('[CL417] what is wrong in a call is said once it is known to be wrong', async () => {
  const { chunks, stood, conversation, row } = await onStage()
  const wrong = [
    codeOf(conversation.queryMessages({ limit: 0 })),
    codeOf(conversation.createMessagesIterator({ limit: 0 }).next()),
    codeOf(conversation.muteMembers([jerry], { forMs: -1 })),
    codeOf(conversation.react(row.update.join(), '')),
    codeOf(stood.client.parseMessage('nothing')),
    codeOf(stood.client.blocked.add([])),
  ]
  await chunks.arrive()
  expect(await Promise.all(wrong)).toEqual(wrong.map(() => 'bad-argument'))
  const pages = await conversation.queryMessages()
  expect(pages.map(({ text }) => text)).toEqual(['soup?'])
})

test('[CL418] parts are loaded in idle time; what fails then is loaded when it is needed, and all of it when asked for', async () => {
  const { chunks, stood, conversation } = await onStage()
  expect(chunks.wanted()).toEqual([])
  stood.idle()
  expect(chunks.wanted()).toHaveLength(6)
  await chunks.fail()
  expect(stood.client.state).toBe('connected')
  const code = codeOf(stood.client.preload())
  await chunks.fail()
  expect(await code).toBe('part-missing')
  const all = stood.client.preload()
  await chunks.arrive()
  await all
  await conversation.react((await conversation.send('soup')).id, 'x')
  expect(chunks.wanted()).toEqual([])
})

test('[CL424] nothing is loaded ahead before a device has caught up, nor once it is offline again', async () => {
  const chunks = lateParts()
  const stood = await stage(createMemoryStore(deviceLayout), {}, chunks.sources)
  stood.idle()
  expect(chunks.wanted()).toEqual([])
  await stood.connect()
  await chunks.fail()
  await stood.cut()
  stood.idle()
  expect(chunks.wanted()).toEqual([])
  await stood.pass(3000)
  await stood.connect()
  await chunks.fail()
  stood.idle()
  expect(chunks.wanted()).toHaveLength(6)
  await chunks.arrive()
  expect(stood.client.state).toBe('connected')
})
