import type { ConversationId, Head, JsonValue } from '@parley/document'
import { expect, test } from 'vitest'
import type { ConversationView } from '../engine-types.ts'
import { stage } from '../testing/client.test-kit.ts'
import { codeOf, conversationId, jerry, mary, tom } from '../testing/values.test-kit.ts'
import { Conversation } from './conversation.ts'
import { fakeEngine, headOf, messageView } from './fake-engine.test-kit.ts'
import { createOutgoing } from './outgoing.ts'
import { ConversationQuery, type FoundConversations } from './query.ts'

interface Held {
  readonly view?: Partial<ConversationView>
  /** Left out, this device does not hold the head. */
  readonly attributes?: Readonly<Record<string, JsonValue>>
  readonly members?: readonly string[]
}

/** A device that holds these conversations, numbered from 1. */
async function holding(held: readonly Held[]) {
  const fake = await fakeEngine()
  const base = fake.engine.conversation(conversationId(1))
  if (base === undefined) throw new Error('the engine knows every id')
  const views = held.map(({ view }, at): ConversationView => {
    const id = conversationId(at + 1)
    const made = {
      ...base,
      id,
      role: 'member',
      syncState: 'synced',
      lastMessage: null,
      createdAt: 100 - at,
    } as const
    return { ...made, ...view }
  })
  const heads = new Map<ConversationId, Head>()
  const looked: ConversationId[] = []
  for (const [at, { attributes, members = [tom, jerry] }] of held.entries()) {
    if (attributes === undefined) continue
    const joined = { role: 'member', joinedAt: 1, invitedBy: null } as const
    const all = [tom, jerry, mary].filter((user) => members.includes(user))
    heads.set(
      conversationId(at + 1),
      headOf({
        attributes: new Map(Object.entries(attributes)),
        members: new Map(all.map((user) => [user, joined])),
      }),
    )
  }
  const engine = Object.assign(fake.engine, {
    conversations: ({ hidden = false } = {}) => views.filter((view) => hidden || !view.hidden),
    conversation: (id: ConversationId) => views.find((view) => view.id === id),
    head: async (id: ConversationId) => {
      looked.push(id)
      return heads.get(id)
    },
  })
  const host = {
    engine,
    classes: fake.classes,
    outgoing: createOutgoing(engine, fake.classes),
    now: () => 0,
    fault: () => undefined,
  }
  const made = new Map<ConversationId, Conversation>()
  const query = (): ConversationQuery =>
    new ConversationQuery({
      engine,
      conversation(id) {
        const one = made.get(id) ?? new Conversation(id, host)
        made.set(id, one)
        return one
      },
    })
  return { query, looked }
}

const numbers = (found: FoundConversations): readonly number[] =>
  found.map(({ id }) => [1, 2, 3, 4, 5].find((number) => conversationId(number) === id) ?? 0)

const four: readonly Held[] = [
  { view: { name: 'Lunch' }, attributes: { age: 5, tags: ['a', 'b'] } },
  { view: { name: 'Dinner', muted: true }, attributes: { age: 9 }, members: [tom, jerry, mary] },
  { view: { name: 'Garden', hidden: true, lastMessage: messageView(), lastMessageAt: 5000 }, attributes: {} },
  { view: { name: 'Past', role: '', syncState: 'left' }, attributes: { age: 5 } },
]

test('[CL490] what is said is found among one’s own on this device, in its order', async () => {
  const { query } = await holding(four)
  expect(numbers(await query().find())).toEqual([3, 1, 2])
  expect(numbers(await query().equalTo('attr.age', 5).find())).toEqual([1])
  expect(numbers(await query().notEqualTo('attr.age', 5).find())).toEqual([3, 2])
  expect(numbers(await query().greaterThan('attr.age', 5).find())).toEqual([2])
  expect(numbers(await query().greaterThanOrEqualTo('attr.age', 5).lessThan('attr.age', 9).find())).toEqual([
    1,
  ])
  expect(numbers(await query().lessThanOrEqualTo('lm', new Date(5000)).find())).toEqual([3])
  expect(numbers(await query().contains('name', 'n').endsWith('name', 'r').find())).toEqual([2])
  expect(numbers(await query().startsWith('name', 'Lun').find())).toEqual([1])
  expect(numbers(await query().containsAll('attr.tags', ['b', 'a']).find())).toEqual([1])
  expect(numbers(await query().containedIn('m', [mary]).find())).toEqual([2])
  expect(numbers(await query().notContainedIn('m', [mary]).find())).toEqual([3, 1])
  expect(numbers(await query().containsMembers([jerry, mary]).find())).toEqual([2])
  expect(numbers(await query().sizeEqualTo('m', 3).find())).toEqual([2])
  expect(numbers(await query().exists('lm').find())).toEqual([3])
  expect(numbers(await query().doesNotExist('attr.age').find())).toEqual([3])
  expect(numbers(await query().equalTo('mu', true).find())).toEqual([2])
  expect(numbers(await query().addDescending('attr.age').addAscending('name').find())).toEqual([2, 1, 3])
  expect(numbers(await query().addAscending('name').limit(1).skip(1).find())).toEqual([3])
})

test('[CL490] withMembers is with oneself, unless that is said otherwise', async () => {
  const { query } = await holding(four)
  expect(numbers(await query().withMembers([jerry]).find())).toEqual([3, 1])
  expect(numbers(await query().withMembers([jerry], false).find())).toEqual([])
  expect(numbers(await query().withMembers([tom, jerry, mary], false).find())).toEqual([2])
})

test('[CL490] first is the first of the order, count is of all', async () => {
  const { query } = await holding(four)
  expect((await query().addAscending('name').first())?.id).toBe(conversationId(2))
  expect(await query().equalTo('name', 'x').first()).toBeNull()
  expect(await query().limit(1).skip(2).count()).toBe(3)
})

test('[CL491] queries are joined by and, and by or, to any depth', async () => {
  const { query } = await holding(four)
  const [old, muted, named] = [
    query().equalTo('attr.age', 9),
    query().equalTo('muted', true),
    query().equalTo('name', 'Garden').limit(1),
  ]
  expect(numbers(await ConversationQuery.and(old, muted).find())).toEqual([2])
  expect(numbers(await ConversationQuery.or(ConversationQuery.and(old, muted), named).find())).toEqual([3, 2])
  expect(numbers(await ConversationQuery.or(old, named).doesNotExist('lm').find())).toEqual([2])
  expect(() => ConversationQuery.or()).toThrow('or joins queries')
})

test('[CL491] an expression is the app’s own, and says the same each time', async () => {
  const { query } = await holding(four)
  const global = /^(?!Din).*n/gi
  expect(numbers(await query().matches('name', global).find())).toEqual([3, 1])
  expect(numbers(await query().matches('name', global).find())).toEqual([3, 1])
  expect(global.lastIndex).toBe(0)
})

test('[CL492] what is no query rejects with the reason when it is asked', async () => {
  const { query } = await holding(four)
  expect(await codeOf(query().equalTo('age', 5).find())).toBe('bad-query')
  expect(
    await codeOf(
      query()
        .limit(101)
        .first()
        .then(() => query().limit(101).find()),
    ),
  ).toBe('bad-query')
  expect(await codeOf(query().limit(0).count())).toBe('bad-query')
  expect(
    await codeOf(
      query()
        .matches('name', 'Lunch' as unknown as RegExp)
        .find(),
    ),
  ).toBe('bad-query')
})

test('[CL493] where a head that is needed is not held the answer is partial, and otherwise it is not', async () => {
  const { query, looked } = await holding([...four.slice(0, 2), { view: { name: 'Far' } }])
  const found = await query().equalTo('attr.age', 5).find()
  expect([numbers(found), found.partial]).toEqual([[1], true])
  const named = await query().equalTo('attr.age', 5).equalTo('name', 'Lunch').find()
  expect([numbers(named), named.partial]).toEqual([[1], false])
  const ordered = await query().addAscending('attr.age').find()
  expect([numbers(ordered), ordered.partial]).toEqual([[3, 1, 2], true])
  looked.length = 0
  const listed = await query().exists('name').find()
  expect([numbers(listed), listed.partial, looked]).toEqual([[1, 2, 3], false, []])
})

test('[CL494] conversations named by their ids are looked up, and no other is looked at', async () => {
  const { query, looked } = await holding(four)
  const ids = [conversationId(2), conversationId(4), 'no such id', 5]
  expect(numbers(await query().containedIn('objectId', ids).exists('attr.age').find())).toEqual([2])
  expect(looked).toEqual([conversationId(2)])
})

test('[CL490] [CL493] conversations made without a network are found by what was said of them', async () => {
  const { client } = await stage()
  const lunch = await client.createConversation({ members: ['Jerry', 'Mary'], name: 'Lunch', topic: 'food' })
  await client.createConversation({ members: ['Jerry'], name: 'Talk', topic: 'work' })
  const found = await client.getQuery().equalTo('attr.topic', 'food').withMembers(['Jerry', 'Mary']).find()
  expect(found.map((one) => one === lunch)).toEqual([true])
  expect(found.partial).toBe(false)
  expect(await client.getQuery().count()).toBe(2)
})
