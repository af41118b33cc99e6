import { expect, test } from 'vitest'
import {
  decodeDeviceFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  encodeNews,
  encodeRelayFrame,
} from '../codec.ts'
import type { Answered, Found } from '../queries.ts'
import { maxFoundPerFrame, maxQueryFrameBytes } from '../limits.ts'
import { emptyNews } from '../limits.test-data.ts'
import { foundSize } from '../sizes.ts'

const answer = (answered: Answered): Uint8Array =>
  encodeRelayFrame({ frame: 'query-answer', request: 1, answered })
const found = (all: readonly Found[]): Answered => ({
  result: 'found',
  found: all,
  more: false,
  beyond: false,
})
const member: Found = { is: 'member', news: { ...emptyNews, conversation: 'c', name: 'Lunch' } }
const joinable: Found = {
  is: 'joinable',
  conversation: 'c',
  kind: 'group',
  name: 'Lunch',
  creator: 'Tom',
  createdAt: 300,
  members: 2,
}

test('[WI50] a query of maxQueryFrameBytes is read, and one over it is too large and not written', () => {
  const query = (length: number) => ({
    frame: 'query' as const,
    request: 1,
    count: false,
    // Before the text stand its type, and three bytes of its length.
    query: 'x'.repeat(length - 4),
  })
  const full = encodeDeviceFrame(query(maxQueryFrameBytes))
  expect(decodeDeviceFrame(full)).toEqual({ ok: true, frame: query(maxQueryFrameBytes) })
  expect(() => encodeDeviceFrame(query(maxQueryFrameBytes + 1))).toThrow('allowed')
  const over = new Uint8Array(maxQueryFrameBytes + 10)
  // 20,481 in three bytes of seven bits.
  over.set([12, 1, 0, 0x81, 0xa0, 0x01])
  expect(decodeDeviceFrame(over)).toMatchObject({ failure: { code: 'too-large' } })
})

test('[WI51] found conversations come in the order they were given, whatever they are', () => {
  const answered = { ...found([joinable, member, joinable]), more: true, beyond: true }
  expect(decodeRelayFrame(answer(answered))).toEqual({
    ok: true,
    frame: { frame: 'query-answer', request: 1, answered },
  })
})

test('[WI52] the list row of a found conversation has the bytes of any list row', () => {
  const bytes = Buffer.from(answer(found([member])))
  const news = member.is === 'member' ? encodeNews(member.news) : new Uint8Array()
  expect(bytes.includes(Buffer.from(news))).toBe(true)
  expect(bytes).toHaveLength(1 + 1 + 1 + 1 + 1 + news.length + 2)
})

test('[WI53] each takes its size in the list', () => {
  const none = answer(found([])).length
  for (const one of [member, joinable]) {
    expect(answer(found([one]))).toHaveLength(none + foundSize(one))
    expect(answer(found([one, one, one]))).toHaveLength(none + 3 * foundSize(one))
  }
})

test('[WI54] a count, a wait and a refusal are one frame each', () => {
  for (const answered of [
    { result: 'count', count: 3 },
    { result: 'later', code: 'rate-limited', waitMs: 500 },
    { result: 'failed', code: 'bad-query', detail: 'no such field' },
  ] as const)
    expect(decodeRelayFrame(answer(answered))).toMatchObject({ ok: true, frame: { answered } })
})

test('[WI9] [WI14] at maxFoundPerFrame an answer is read, one over it is too large, and not written', () => {
  const many = (count: number): Answered => found(Array.from({ length: count }, () => member))
  expect(decodeRelayFrame(answer(many(maxFoundPerFrame)))).toMatchObject({ ok: true })
  expect(() => answer(many(maxFoundPerFrame + 1))).toThrow('allowed')
  const over = new Uint8Array(maxFoundPerFrame + 10)
  over.set([82, 1, 0, maxFoundPerFrame + 1])
  expect(decodeRelayFrame(over)).toMatchObject({ failure: { code: 'too-large' } })
})
