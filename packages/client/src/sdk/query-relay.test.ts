import type { Answered, QueryFrame } from '@parley/wire'
import { expect, test } from 'vitest'
import { inConversation, type Stage } from '../testing/client.test-kit.ts'
import { codeOf, conversationId, settle } from '../testing/values.test-kit.ts'
import { ConversationQuery } from './query.ts'

const queries = (stood: Stage): readonly QueryFrame[] =>
  stood.sent().filter((frame): frame is QueryFrame => frame.frame === 'query')

async function answer(stood: Stage, answered: Answered): Promise<QueryFrame> {
  await settle()
  const question = queries(stood).at(-1)
  if (question === undefined) throw new Error('nobody has asked')
  await stood.say({ frame: 'query-answer', request: question.request, answered })
  return question
}

const lunch = {
  is: 'joinable',
  conversation: conversationId(1),
  kind: 'group',
  name: 'Lunch',
  creator: 'Jerry',
  createdAt: 1,
  members: 2,
} as const

test('[CL495] a remote query is asked of the relay, in the one form it has, and answered in its order', async () => {
  const stood = await inConversation()
  const { client } = stood
  const asking = client
    .getQuery()
    .matches('name', /^l/gi)
    .equalTo('m', 'Jerry')
    .addDescending('lm')
    .limit(5)
    .remote()
    .find()
  const { request, query, count } = await answer(stood, {
    result: 'found',
    found: [lunch],
    more: true,
    beyond: false,
  })
  const last = { result: 'found', found: [], more: false, beyond: false } as const
  await stood.say({ frame: 'query-answer', request, answered: last })
  expect([query, count]).toEqual([
    {
      where: {
        op: 'and',
        of: [
          { op: 'equalTo', field: 'members', value: 'Jerry' },
          { op: 'matches', field: 'name', pattern: '^l', flags: 'i' },
        ],
      },
      order: [{ field: 'lastMessageAt', descending: true }],
      limit: 5,
      skip: 0,
    },
    false,
  ])
  const found = await asking
  expect(found.map((one) => one.name)).toEqual(['Lunch'])
  expect(found.partial).toBe(false)
})

test('[CL495] count asks for a number, first for one', async () => {
  const stood = await inConversation()
  const counting = stood.client.getQuery().remote().count()
  expect(await answer(stood, { result: 'count', count: 3 })).toMatchObject({ count: true })
  expect(await counting).toBe(3)
  const first = stood.client.getQuery().remote().first()
  const { query } = await answer(stood, { result: 'found', found: [lunch], more: false, beyond: true })
  expect(query).toMatchObject({ limit: 1 })
  expect((await first)?.id).toBe(conversationId(1))
})

test('[CL496] without a connection, or when it is lost meanwhile, a remote query is OFFLINE', async () => {
  const stood = await inConversation()
  const { client } = stood
  const asking = codeOf(client.getQuery().remote().find())
  await settle()
  await stood.cut()
  expect(await asking).toBe('OFFLINE')
  expect(await codeOf(client.getQuery().remote().count())).toBe('OFFLINE')
  expect(await client.getQuery().count()).toBe(1)
})

test('[CL496] one that comes too fast comes again when it was told to; nobody has to ask twice', async () => {
  const stood = await inConversation()
  const counting = stood.client.getQuery().remote().count()
  await answer(stood, { result: 'later', code: 'rate-limited', waitMs: 500 })
  expect(queries(stood)).toHaveLength(0)
  await stood.pass(500)
  await answer(stood, { result: 'count', count: 1 })
  expect(await counting).toBe(1)
  const lost = codeOf(stood.client.getQuery().remote().count())
  await answer(stood, { result: 'later', code: 'rate-limited', waitMs: 500 })
  await stood.cut()
  expect(await lost).toBe('OFFLINE')
})

test('[CL497] what the relay refuses rejects with its code and reason, and what is no query is not sent', async () => {
  const stood = await inConversation()
  const { client } = stood
  for (const code of ['query-too-broad', 'bad-query'] as const) {
    const asking = codeOf(client.getQuery().exists('attr.a').remote().find())
    await answer(stood, { result: 'failed', code, detail: 'because' })
    expect(await asking).toBe(code)
  }
  const other = codeOf(client.getQuery().remote().find())
  await answer(stood, { result: 'failed', code: 'a-newer-code', detail: '' })
  expect(await other).toBe('refused')
  expect(await codeOf(client.getQuery().exists('age').remote().find())).toBe('bad-query')
  expect(queries(stood)).toHaveLength(0)
})

test('[CL497] an answer to nothing that was asked is passed over', async () => {
  const stood = await inConversation()
  const counting = ConversationQuery.and(stood.client.getQuery()).remote().count()
  await settle()
  await stood.say({ frame: 'query-answer', request: 999, answered: { result: 'count', count: 7 } })
  await answer(stood, { result: 'count', count: 1 })
  expect(await counting).toBe(1)
})
