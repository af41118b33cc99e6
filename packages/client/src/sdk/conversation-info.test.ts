import type { Command, JsonObject, JsonValue } from '@parley/document'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeOf } from '../testing/values.test-kit.ts'
import { fakeEngine, headOf, lunch } from './fake-engine.test-kit.ts'

test('[CL173] what is set is shown at once, and leaves as one change', async () => {
  const fake = await fakeEngine()
  fake.head = headOf({ attributes: new Map<string, JsonValue>([['seat', { row: 1, place: 2 }]]) })
  const { conversation, commands } = fake
  conversation.name = 'Dinner'
  conversation.icon = 'https://files.example/d.png'
  expect(conversation.set('attr.topic', ['food']).set('attr.seat.row', 3).unset('attr.seat.place')).toBe(
    conversation,
  )
  expect([conversation.name, conversation.get('name')]).toEqual(['Dinner', 'Dinner'])
  expect([conversation.icon, conversation.get('attr.topic')]).toEqual([
    'https://files.example/d.png',
    ['food'],
  ])
  expect([conversation.get('attr.seat'), conversation.get('attr.seat.place')]).toEqual([
    { row: 3 },
    undefined,
  ])
  expect(conversation.attributes.get('seat')).toEqual({ row: 1, place: 2 })
  const { confirmed } = await conversation.save()
  await confirmed
  expect(commands()).toEqual([
    {
      op: 'update',
      name: 'Dinner',
      icon: 'https://files.example/d.png',
      set: { topic: ['food'], 'seat.row': 3 },
      unset: ['seat.place'],
    },
  ])
  // From here on the engine says what there is.
  expect([conversation.name, conversation.get('attr.seat.row')]).toEqual(['Lunch', 1])
})

test('[CL173] with nothing set nothing leaves', async () => {
  const { conversation, commands } = await fakeEngine()
  await (
    await conversation.save()
  ).confirmed
  conversation.set('name', 'Dinner')
  await conversation.save()
  await conversation.save()
  expect(commands()).toEqual([{ op: 'update', name: 'Dinner' }])
})

test('[CL173] a name and an icon are taken away by null and by unset', async () => {
  const fake = await fakeEngine()
  fake.view = { icon: 'x' }
  const { conversation, commands } = fake
  conversation.name = null
  conversation.unset('icon')
  expect([conversation.name, conversation.icon]).toEqual([null, null])
  await conversation.save()
  expect(commands()).toEqual([{ op: 'update', name: null, icon: null }])
})

test('[CL173] what is refused at once is shown no more, and what was set meanwhile stays', async () => {
  const fake = await fakeEngine()
  const { conversation } = fake
  conversation.set('attr.a', 1).set('name', 'Dinner')
  fake.refuse = Object.assign(new Error('no'), { code: 'not-allowed' })
  const saving = conversation.save()
  conversation.set('attr.b', 2)
  expect([conversation.get('attr.a'), conversation.name]).toEqual([1, 'Dinner'])
  expect(await codeOf(saving)).toBe('not-allowed')
  expect([conversation.get('attr.a'), conversation.get('attr.b')]).toEqual([undefined, 2])
  expect(conversation.name).toBe('Lunch')
  fake.refuse = undefined
  fake.commands()
  await conversation.save()
  expect(fake.commands()).toEqual([{ op: 'update', set: { b: 2 } }])
})

test('[CL173] a value is taken as it is when it is set', async () => {
  const { conversation, commands } = await fakeEngine()
  const seats = [1]
  conversation.set('attr.seats', seats)
  seats.push(2)
  await conversation.save()
  expect(commands()).toEqual([{ op: 'update', set: { seats: [1] } }])
})

test.each([
  'attr.constructor',
  'attr.a.__proto__.b',
  'topic',
  'attr',
  'attr.',
  'attr..a',
  'attr.a.',
  'attr.a..b',
  '',
  'members',
])('[CL173] %j names nothing', async (key) => {
  const { conversation, commands } = await fakeEngine()
  expect(() => conversation.get(key)).toThrow(/^bad-argument: .* is neither name nor icon/)
  expect(() => conversation.set(key, 1)).toThrow(/^bad-argument: /)
  expect(() => conversation.unset(key)).toThrow(/^bad-argument: /)
  await conversation.save()
  expect(commands()).toEqual([])
})

test('[CL173] values that are none are refused where they are set', async () => {
  const { conversation } = await fakeEngine()
  expect(() => conversation.set('name', 5)).toThrow(/^bad-argument: The name of a conversation/)
  expect(() => conversation.set('icon', undefined)).toThrow(/^bad-argument: The icon of a conversation/)
  expect(() => conversation.set('attr.a', undefined)).toThrow(/^bad-argument: The attribute “attr.a”/)
  expect(() => conversation.set('attr.a', new Date(0))).toThrow(/^bad-argument: The attribute “attr.a”/)
  expect(conversation.get('attr.a')).toBeUndefined()
})

test('[CL173] without the head nothing is known of attributes, and a path reaches into no prototype', async () => {
  const fake = await fakeEngine()
  fake.head = headOf({ attributes: new Map([['a', { b: 1 }]]) })
  expect(fake.conversation.get('attr.a.toString')).toBeUndefined()
  expect(fake.conversation.get('attr.a.b.c')).toBeUndefined()
  fake.head = undefined
  expect(fake.conversation.get('attr.a')).toBeUndefined()
})

type Step = { readonly path: readonly string[]; readonly value: JsonValue | undefined }

const path = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
const value: fc.Arbitrary<JsonValue | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.integer(),
  fc.constantFrom<JsonValue>({}, { a: 1 }, { b: { c: 2 } }, [1]),
)
const steps: fc.Arbitrary<readonly Step[]> = fc.array(fc.record({ path, value }), { maxLength: 8 })

function omit(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([other]) => other !== key))
}

/** Plainly: one path of an object set, or taken out when there is no value. */
function apply(object: JsonObject, { path: [key = '', ...rest], value: given }: Step): JsonObject {
  const inner = object[key]
  if (rest.length === 0) {
    return given === undefined ? omit(object, key) : { ...object, [key]: given }
  }
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner)
  if (!isObject && given === undefined) return object
  return { ...object, [key]: apply(isObject ? (inner as JsonObject) : {}, { path: rest, value: given }) }
}

test('[CL174] however attributes are set and unset, what was set last is shown, and the update makes the same of them', async () => {
  await fc.assert(
    fc.asyncProperty(steps, steps, async (before, then) => {
      const fake = await fakeEngine()
      const { conversation } = fake
      const start = before.reduce(apply, {})
      fake.head = headOf({ attributes: new Map(Object.entries(start)) })
      for (const { path: keys, value: given } of then) {
        const key = `attr.${keys.join('.')}`
        if (given === undefined) conversation.unset(key)
        else conversation.set(key, given)
        expect(conversation.get(key)).toEqual(given)
      }
      const shown = ['a', 'b', 'c'].map((key) => conversation.get(`attr.${key}`))
      await conversation.save()
      const [update = { op: 'update' }] = fake.commands() as readonly Extract<Command, { op: 'update' }>[]
      const { set = {}, unset = [] } = update
      const paths = [...Object.keys(set), ...unset]
      for (const one of paths) for (const two of paths) expect(two.startsWith(`${one}.`)).toBe(false)
      const changes: readonly Step[] = [
        ...Object.entries(set).map(([at, given]) => ({ path: at.split('.'), value: given })),
        ...unset.map((at) => ({ path: at.split('.'), value: undefined })),
      ]
      const made = changes.reduce(apply, start)
      expect(shown).toEqual(['a', 'b', 'c'].map((key) => made[key]))
    }),
  )
})

test('[CL173] fetching asks for what is missing and answers the conversation', async () => {
  const { conversation, calls } = await fakeEngine()
  expect(await conversation.fetch()).toBe(conversation)
  expect(calls()).toEqual([['open', lunch]])
})
