import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChatMessage } from './chat.ts'
import {
  emptyTimeline,
  oldest,
  withHeard,
  withMessages,
  withNewest,
  withOlder,
  withoutMessage,
} from './timeline-model.ts'
import { aMessage } from './values.test-kit.ts'

function message(id: string, seq: number, more: Partial<ChatMessage> = {}): ChatMessage {
  const state = seq > 0 ? 'sent' : 'sending'
  return aMessage({ id, text: id, seq, state, ...more })
}

function texts(messages: readonly ChatMessage[]): string {
  return messages.map(({ id }) => id).join(' ')
}

const someMessages = fc
  .uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 40 }), answered: fc.boolean() }), {
    selector: ({ id }) => id,
    minLength: 1,
  })
  .map((all) =>
    all.map(({ id, answered }) => message(`m${String(id).padStart(3, '0')}`, answered ? 1000 - id : 0)),
  )

test('[AC5] the order is the same whatever order they came in', () => {
  fc.assert(
    fc.property(someMessages, fc.infiniteStream(fc.nat()), (messages, chance) => {
      const shuffled = messages
        .map((each) => ({ each, at: Number(chance.next().value) }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ each }) => each)
      const atOnce = withMessages(emptyTimeline, messages).messages
      const oneByOne = shuffled.reduce(
        (timeline, each) => withMessages(timeline, [each]),
        emptyTimeline,
      ).messages
      expect(oneByOne).toEqual(atOnce)
    }),
  )
})

test('[AC5] answered ones by number, then the others by when they were written', () => {
  const timeline = withMessages(emptyTimeline, [
    message('b', 0),
    message('z', 2),
    message('a', 0),
    message('y', 1),
  ])
  expect(texts(timeline.messages)).toBe('y z a b')
})

test('[AC5] a message moves once: from the tail to its place', () => {
  const waiting = withMessages(emptyTimeline, [message('a', 0), message('b', 0), message('x', 5)])
  expect(texts(waiting.messages)).toBe('x a b')
  const answered = withMessages(waiting, [message('a', 6), message('y', 7)])
  expect(texts(answered.messages)).toBe('x a y b')
})

test('[AC6] a message stands there once, and stays answered', () => {
  const answered = withMessages(emptyTimeline, [message('a', 3)])
  const late = withMessages(answered, [message('a', 0), message('a', 3)])
  expect(late.messages).toEqual([message('a', 3)])
  expect(withMessages(late, [message('a', 3, { recalled: true })]).messages[0]?.recalled).toBe(true)
})

test('[AC6] one that is discarded is gone', () => {
  const timeline = withMessages(emptyTimeline, [message('a', 0), message('b', 0)])
  expect(texts(withoutMessage(timeline, 'a').messages)).toBe('b')
})

test('[AC9] older ones come before, and say whether they are the beginning', () => {
  const newest = withMessages(emptyTimeline, [message('c', 30), message('d', 40), message('e', 0)])
  expect(oldest(newest)?.id).toBe('c')
  const older = withOlder(newest, {
    messages: [message('a', 10), message('b', 20)],
    complete: true,
    missing: false,
  })
  expect(texts(older.messages)).toBe('a b c d e')
  expect(older.complete).toBe(true)
})

test('[AC5] what was read again joins what is shown when they meet', () => {
  const shown = withMessages(emptyTimeline, [message('a', 1), message('b', 2), message('gone', 0)])
  const joined = withNewest(shown, {
    messages: [message('b', 2), message('c', 3)],
    complete: false,
    missing: false,
  })
  expect(texts(joined.messages)).toBe('a b c')
})

test('[AC5] what was read again stands alone when there may be something between', () => {
  const shown = { ...withMessages(emptyTimeline, [message('a', 1), message('b', 2)]), complete: true }
  const alone = withNewest(shown, {
    messages: [message('x', 90), message('y', 91)],
    complete: false,
    missing: true,
  })
  expect(alone).toMatchObject({ complete: false, missing: true })
  expect(texts(alone.messages)).toBe('x y')
})

test('[AC5] what is heard of a message further back than what is shown makes no gap', () => {
  const shown = withMessages(emptyTimeline, [message('c', 30), message('d', 40)])
  expect(withHeard(shown, message('a', 10, { edited: true }))).toBe(shown)
  expect(texts(withHeard(shown, message('e', 50)).messages)).toBe('c d e')
  expect(texts(withHeard(shown, message('w', 0)).messages)).toBe('c d w')
  expect(withHeard(shown, message('c', 30, { edited: true })).messages[0]?.edited).toBe(true)
  expect(texts(withHeard(emptyTimeline, message('a', 10)).messages)).toBe('a')
})
