import { expect, test } from 'vitest'
import { stage } from '../testing/client.test-kit.ts'
import { Conversation } from './conversation.ts'
import { fakeEngine, headOf } from './fake-engine.test-kit.ts'
import { PortableRealtime } from './realtime.ts'

test('[CL182] an attribute gets a name of its own, for every conversation', async () => {
  PortableRealtime.defineConversationProperty('testTopic')
  const fake = await fakeEngine()
  fake.head = headOf({ attributes: new Map([['testTopic', 'food']]) })
  const { conversation } = fake
  expect(Reflect.get(conversation, 'testTopic')).toBe('food')
  expect(Reflect.set(conversation, 'testTopic', 'drinks')).toBe(true)
  expect([Reflect.get(conversation, 'testTopic'), conversation.get('attr.testTopic')]).toEqual([
    'drinks',
    'drinks',
  ])
  await conversation.save()
  expect(fake.commands()).toEqual([{ op: 'update', set: { testTopic: 'drinks' } }])
})

test('[CL182] a descriptor says what the name stands for', async () => {
  PortableRealtime.defineConversationProperty('testTitle', {
    get() {
      return this.name ?? this.members.join()
    },
  })
  const { conversation } = await fakeEngine()
  expect(Reflect.get(conversation, 'testTitle')).toBe('Lunch')
})

test.each(['name', 'members', 'send', 'on', 'id', 'confirmed', 'constructor', '__proto__', '', 5])(
  '[CL182] %j is not free',
  async (name) => {
    const before = Object.getOwnPropertyNames(Conversation.prototype)
    expect(() => PortableRealtime.defineConversationProperty(name as string)).toThrow(/^bad-argument: /)
    expect(Object.getOwnPropertyNames(Conversation.prototype)).toEqual(before)
  },
)

test('[CL182] what is defined once is not defined again', async () => {
  PortableRealtime.defineConversationProperty('testOnce')
  expect(() => PortableRealtime.defineConversationProperty('testOnce')).toThrow(/has “testOnce” already/)
  expect(
    Reflect.get(await (await stage()).client.createConversation({ members: ['Jerry'] }), 'testOnce'),
  ).toBeUndefined()
})
