import { forever } from '@parley/document'
import { expect, test } from 'vitest'
import { inConversation, stage } from '../testing/client.test-kit.ts'
import { createScript } from '../testing/script.test-kit.ts'
import { watchStore } from '../testing/store.test-kit.ts'
import { codeOf, conversationId, entryId, jerry, settle, tom } from '../testing/values.test-kit.ts'
import { Event } from './event.ts'

const id = conversationId(1)

test('[CL103] a listener that throws stops nobody else, and is reported', async () => {
  const { client, script, say, errors } = await inConversation()
  const conversation = await client.getConversation(id)
  const heard: string[] = []
  conversation?.on(Event.MESSAGE, () => {
    throw new Error('mine')
  })
  conversation?.on(Event.MESSAGE, () => heard.push('conversation'))
  client.on(Event.MESSAGE, () => {
    throw new Error('mine too')
  })
  client.on(Event.MESSAGE, () => heard.push('client'))
  await say(script.frame(script.text(jerry, 'one')))
  expect(heard).toEqual(['conversation', 'client'])
  expect(errors).toEqual(['a listener threw', 'a listener threw'])
})

test('[CL103] `off` takes back what `once` gave, and who begins to listen meanwhile hears the next one', async () => {
  const { client, script, say } = await inConversation()
  const heard: string[] = []
  const never = (): unknown => heard.push('never')
  client.once(Event.MESSAGE, never).off(Event.MESSAGE, never)
  client.once(Event.MESSAGE, () => {
    heard.push('first')
    client.on(Event.MESSAGE, () => heard.push('later'))
  })
  await say(script.frame(script.text(jerry, 'one')))
  expect(heard).toEqual(['first'])
  await say(script.frame(script.text(jerry, 'two')))
  expect(heard).toEqual(['first', 'later'])
})

test('[CL60] [CL103] [CL343] what moved while away without coming row by row is told once, with the difference', async () => {
  const { client, script, cut, pass, connect } = await inConversation()
  await cut()
  script.change({ op: 'updated', by: jerry, name: 'Dinner' })
  script.change({ op: 'role', by: jerry, members: [tom], role: 'manager' })
  script.change({ op: 'muted', by: jerry, members: [tom], until: forever })
  script.text(jerry, 'one')
  const told: unknown[] = []
  const others: string[] = []
  for (const name of [Event.CONVERSATION_INFO_UPDATED, Event.MEMBER_INFO_UPDATED, Event.MUTED] as const)
    client.on(name, () => others.push(name))
  client.on(Event.CONVERSATION_UPDATED, (conversation, how) => told.push([conversation.id, how]))
  const conversation = await client.getConversation(id)
  conversation?.on(Event.CONVERSATION_UPDATED, (how) => told.push(how))
  await pass(1000)
  await connect({ news: [script.news({ whole: false, rows: [], touched: [script.touched(1)] })] })
  const changes = {
    name: { from: 'Lunch', to: 'Dinner' },
    role: { from: 'member', to: 'manager' },
    mute: { from: null, to: { until: null } },
    updatedAt: { from: new Date(1001), to: new Date(1004) },
    lastMessageAt: { from: new Date(1001), to: new Date(1005) },
  }
  const how = { replayed: true, partial: true, changes }
  expect(told).toEqual([how, [id, how]])
  expect(others).toEqual([])
})

test('[CL343] a mute is told with its end, and what changes here and now without a difference', async () => {
  const { client, script, cut, pass, connect, say } = await inConversation()
  await cut()
  script.change({ op: 'muted', by: jerry, members: [tom], until: 9_000_000 })
  await pass(1000)
  const told: unknown[] = []
  client.on(Event.CONVERSATION_UPDATED, (_, how) => told.push(how))
  await connect({ news: [script.news({ whole: false, rows: [] })] })
  await say(script.frame(script.text(jerry, 'one')))
  expect(told).toMatchObject([
    { partial: true, changes: { mute: { from: null, to: { until: new Date(9_000_000) } } } },
    {},
  ])
  expect(told.at(1)).toEqual({})
})

test('[CL45] [CL103] a change the relay refuses is told with its code', async () => {
  const { client, sent, say } = await inConversation()
  const conversation = await client.getConversation(id)
  const refused: unknown[] = []
  client.on(Event.CHANGE_REFUSED, ({ item, error }, where) =>
    refused.push([item.command?.op, error.code, where.id]),
  )
  await conversation?.add(['Mary'])
  expect(conversation?.members).toContain('Mary')
  await settle()
  const [command] = sent().filter(({ frame }) => frame === 'command')
  const verdict = { class: 'refused', code: 'conversation-full', detail: 'no' } as const
  const name = command?.frame === 'command' ? command.id : entryId(1)
  await say({ frame: 'command-answer', conversation: id, id: name, verdict })
  expect(refused).toEqual([['add', 'conversation-full', id]])
  expect(conversation?.members).not.toContain('Mary')
  expect(client.unsent().map(({ state }) => state)).toEqual(['refused'])
})

test('[CL8] the connection tells of itself through Realtime, attempts counted from 0', async () => {
  const { realtime, cut, pass, connect } = await stage()
  const heard: string[] = []
  realtime.on(Event.DISCONNECT, () => heard.push('DISCONNECT'))
  realtime.on(Event.SCHEDULE, (attempt, delay) =>
    heard.push(`SCHEDULE ${attempt} ${delay >= 250 && delay <= 500}`),
  )
  realtime.on(Event.RETRY, (attempt) => heard.push(`RETRY ${attempt}`))
  realtime.on(Event.RECONNECT, () => heard.push('RECONNECT'))
  await connect()
  await cut()
  await pass(1000)
  await connect()
  expect(heard).toEqual(['RECONNECT', 'DISCONNECT', 'SCHEDULE 0 true', 'RETRY 0', 'RECONNECT'])
  expect(realtime.state).toBe('connected')
})

test('[CL27] a client that was closed, or taken over, says so last, and can still be looked at', async () => {
  const { client, realtime, store, watched, script, say } = await inConversation()
  await say(script.frame(script.text(jerry, 'one')))
  const conversation = await client.getConversation(id)
  const heard: string[] = []
  client.on(Event.CLOSE, ({ code }) => heard.push(code)).on(Event.STATE, (state) => heard.push(state))
  expect(watched()).toBe(1)
  await stage(store)
  expect(conversation === null ? '' : await codeOf(conversation.send('late'))).toBe('superseded')
  expect(heard.at(-1)).toBe('superseded')
  expect(watched()).toBe(0)
  expect(conversation).toMatchObject({ name: 'Lunch', unreadMessagesCount: 1, memberCount: 2 })
  expect(client.conversations().items).toEqual([conversation])
  expect(client.totalUnreadCount).toBe(1)
  expect(client.unsent()).toEqual([])
  await client.close()
  expect(realtime.state).toBe('paused')
})

test('[CL20] a store that refuses, and takes again, is told', async () => {
  const store = watchStore()
  const { client, connect, say, pass } = await stage(store)
  const script = createScript(id, { by: jerry, members: [tom] })
  await connect({ news: [script.news()] })
  const heard: unknown[] = []
  client
    .on(Event.STORAGE_DEGRADED, (how) => heard.push(how))
    .on(Event.STORAGE_RECOVERED, () => heard.push('well'))
  store.refuse('quota')
  await say(script.frame(script.text(jerry, 'one')))
  store.refuse(undefined)
  await pass(1000)
  expect(heard).toEqual([{ kind: 'quota' }, 'well'])
})
