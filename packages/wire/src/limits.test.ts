/** Both sides of every limit: what is at it comes back, what is one over is too large to read and is not written. */
import * as encoding from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import { decodeDeviceFrame, decodeRelayFrame, encodeDeviceFrame, encodeRelayFrame } from './codec.ts'
import type { DeviceFrame, RelayFrame } from './frames.ts'
import type { News } from './list-row.ts'
import { emptyNews } from './limits.test-data.ts'
import type { EntryRow, Row } from './rows.ts'
import {
  maxAnswersPerFrame,
  maxDetailLength,
  maxDigestLength,
  maxErasesPerRow,
  maxHelloBytes,
  maxIconLength,
  maxIdLength,
  maxMarksPerFrame,
  maxNameLength,
  maxNewsPerFrame,
  maxOwnRowsPerFrame,
  maxPagesPerRequest,
  maxPeoplePerRequest,
  maxRowsPerFrame,
  maxTokenBytes,
  maxTouchedPerNews,
  maxSignalBytes,
  maxUpdatesPerPush,
  maxUsersPerRequest,
} from './limits.ts'

const many = <Item>(count: number, item: (index: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, index) => item(index))
const none = new Uint8Array()
const entry = (seq: number): EntryRow => ({ kind: 'entry', seq, time: 1, page: 1, update: none, erases: [] })
const noMark = { user: '', delivered: 0, read: 0, time: 0 }
const hello = (token: string): DeviceFrame => ({
  frame: 'hello',
  version: 1,
  token,
  device: '',
  epoch: '',
  cursor: 0,
  tag: '',
  login: false,
  inflates: false,
})
const fetchOf = (conversation: string): DeviceFrame => ({
  frame: 'fetch',
  request: 0,
  conversation,
  page: 0,
  after: 0,
})
const sync = (news: readonly News[]): RelayFrame => ({
  frame: 'sync',
  frames: 0,
  cursor: 0,
  full: false,
  more: false,
  news,
})
const rowsOf = (rows: readonly Row[]): RelayFrame => ({ frame: 'rows', conversation: '', rows })
const touched = (digest: string): RelayFrame => ({
  frame: 'digests-answer',
  request: 0,
  conversation: '',
  pages: [{ page: 1, version: 1, digest, erased: false }],
})

/** `at(n)` is a frame with n of what is limited; `over` is the beginning of its bytes, up to where n stands. */
const device: readonly (readonly [string, number, (count: number) => DeviceFrame, readonly number[]])[] = [
  ['maxIdLength', maxIdLength, (count) => fetchOf('x'.repeat(count)), [4, 0]],
  ['maxTokenBytes', maxTokenBytes, (count) => hello('x'.repeat(count)), [1, 1]],
  [
    'maxUpdatesPerPush',
    maxUpdatesPerPush,
    (count) => ({ frame: 'push', conversation: '', page: 1, updates: many(count, () => none) }),
    [2, 0, 1],
  ],
  [
    'maxPagesPerRequest',
    maxPagesPerRequest,
    (count) => ({ frame: 'digests', request: 0, conversation: '', pages: many(count, () => 0) }),
    [5, 0, 0],
  ],
  [
    'maxPeoplePerRequest',
    maxPeoplePerRequest,
    (count) => ({ frame: 'people', request: 0, users: many(count, () => '') }),
    [7, 0],
  ],
  [
    'maxUsersPerRequest',
    maxUsersPerRequest,
    (count) => ({ frame: 'presence', request: 0, users: many(count, () => ''), watch: 'no' }),
    [9, 0],
  ],
]
/** A frame with one list row, up to the only part of it that is there but for `whole`. */
const newsWith = (part: number): readonly number[] => {
  const bits = part + 64
  const varUint = bits < 128 ? [bits] : [(bits % 128) + 128, Math.floor(bits / 128)]
  return [66, 0, 0, 0, 0, 1, ...varUint, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0]
}
const relay: readonly (readonly [string, number, (count: number) => RelayFrame, readonly number[]])[] = [
  ['maxNameLength', maxNameLength, (count) => sync([{ ...emptyNews, name: 'x'.repeat(count) }]), newsWith(1)],
  [
    'maxIconLength',
    maxIconLength,
    (count) => sync([{ ...emptyNews, icon: 'x'.repeat(count) }]),
    newsWith(2 ** 8),
  ],
  ['maxNewsPerFrame', maxNewsPerFrame, (count) => sync(many(count, () => emptyNews)), [66, 0, 0, 0, 0]],
  ['maxRowsPerFrame', maxRowsPerFrame, (count) => rowsOf(many(count, (index) => entry(index + 1))), [67, 0]],
  [
    'maxErasesPerRow',
    maxErasesPerRow,
    (count) => rowsOf([{ ...entry(1), erases: many(count, () => ({ seq: 0, client: 0, clock: 0 })) }]),
    [67, 0, 1, 1, 0, 1, 1, 0],
  ],
  [
    'maxTouchedPerNews',
    maxTouchedPerNews,
    (count) =>
      sync([
        { ...emptyNews, touched: many(count, () => ({ page: 0, version: 0, digest: '', erased: false })) },
      ]),
    newsWith(2 ** 5),
  ],
  [
    'maxTouchedPerNews (recalled)',
    maxTouchedPerNews,
    (count) => sync([{ ...emptyNews, recalled: many(count, () => 0) }]),
    newsWith(2 ** 13),
  ],
  [
    'maxTouchedPerNews (mentioned)',
    maxTouchedPerNews,
    (count) => sync([{ ...emptyNews, mentioned: many(count, () => 0) }]),
    newsWith(2 ** 12),
  ],
  [
    'maxMarksPerFrame (in a list row)',
    maxMarksPerFrame,
    (count) => sync([{ ...emptyNews, marks: many(count, () => noMark) }]),
    newsWith(2 ** 11),
  ],
  [
    'maxMarksPerFrame',
    maxMarksPerFrame,
    (count) => ({ frame: 'marks', conversation: '', marks: many(count, () => noMark) }),
    [80, 0],
  ],
  [
    'maxAnswersPerFrame',
    maxAnswersPerFrame,
    (count) => ({
      frame: 'answer',
      conversation: '',
      answers: many(count, () => ({
        page: 1,
        client: 0,
        clock: 0,
        verdict: { class: 'accepted', seq: 0, time: 0 },
      })),
    }),
    [69, 0],
  ],
  [
    'maxPagesPerRequest (answered)',
    maxPagesPerRequest,
    (count) => ({
      frame: 'digests-answer',
      request: 0,
      conversation: '',
      pages: many(count, () => ({ page: 0, version: 0, digest: '', erased: false })),
    }),
    [72, 0, 0],
  ],
  [
    'maxOwnRowsPerFrame',
    maxOwnRowsPerFrame,
    (count) => ({
      frame: 'own',
      rows: many(count, () => ({ kind: '', key: '', value: null, time: 0 })),
    }),
    [75],
  ],
  [
    'maxPeoplePerRequest (answered)',
    maxPeoplePerRequest,
    (count) => ({
      frame: 'people-answer',
      request: 0,
      people: many(count, () => ({ user: '', time: 0, profile: null })),
    }),
    [76, 0],
  ],
  [
    'maxUsersPerRequest (answered)',
    maxUsersPerRequest,
    (count) => ({ frame: 'presence-answer', request: 0, online: many(count, () => '') }),
    [78, 0],
  ],
]

/** A frame that begins as told, claims `count`, and has bytes enough for it. */
function claiming(start: readonly number[], count: number): Uint8Array {
  return encoding.encode((writer) => {
    encoding.writeUint8Array(writer, Uint8Array.from(start))
    encoding.writeVarUint(writer, count)
    encoding.writeUint8Array(writer, new Uint8Array(count))
  })
}

describe.each(device)('%s, from a device', (_, limit, at, start) => {
  test('[WI9] at the limit it is read, one over it is too large', () => {
    const bytes = encodeDeviceFrame(at(limit))
    expect(decodeDeviceFrame(bytes)).toEqual({ ok: true, frame: at(limit) })
    // The place where the count stands is the place that is lied about.
    expect([...bytes.subarray(0, start.length)]).toEqual(start)
    expect(decodeDeviceFrame(claiming(start, limit + 1))).toMatchObject({ failure: { code: 'too-large' } })
  })

  test('[WI14] one over the limit it is not written', () => {
    expect(() => encodeDeviceFrame(at(limit + 1))).toThrow(`${limit} are allowed`)
  })
})

describe.each(relay)('%s, from a relay', (_, limit, at, start) => {
  test('[WI9] at the limit it is read, one over it is too large', () => {
    const bytes = encodeRelayFrame(at(limit))
    expect(decodeRelayFrame(bytes)).toEqual({ ok: true, frame: at(limit) })
    expect([...bytes.subarray(0, start.length)]).toEqual(start)
    expect(decodeRelayFrame(claiming(start, limit + 1))).toMatchObject({ failure: { code: 'too-large' } })
  })

  test('[WI14] one over the limit it is not written', () => {
    expect(() => encodeRelayFrame(at(limit + 1))).toThrow(`${limit} are allowed`)
  })
})

test('[WI9] a length counts UTF-16 units, whatever they take in bytes', () => {
  for (const unit of ['x', 'é', '漢']) {
    const frame = fetchOf(unit.repeat(maxIdLength))
    expect(decodeDeviceFrame(encodeDeviceFrame(frame))).toEqual({ ok: true, frame })
  }
  const emoji = fetchOf('👍'.repeat(maxIdLength / 2))
  expect(decodeDeviceFrame(encodeDeviceFrame(emoji))).toEqual({ ok: true, frame: emoji })
  expect(() => encodeDeviceFrame(fetchOf('👍'.repeat(maxIdLength / 2 + 1)))).toThrow('allowed')
})

test('[WI9] a detail of maxDetailLength is read, one over it is too large', () => {
  const failure = {
    frame: 'failure',
    code: '',
    again: 'retry',
    waitMs: 0,
    detail: 'x'.repeat(maxDetailLength),
  } as const
  expect(decodeRelayFrame(encodeRelayFrame(failure))).toEqual({ ok: true, frame: failure })
  expect(decodeRelayFrame(claiming([74, 0, 0, 0], maxDetailLength + 1))).toMatchObject({
    failure: { code: 'too-large' },
  })
})

test('[WI9] [WI14] a digest has maxDigestLength digits at most', () => {
  const frame = touched('ab'.repeat(maxDigestLength / 2))
  expect(decodeRelayFrame(encodeRelayFrame(frame))).toEqual({ ok: true, frame })
  expect(() => encodeRelayFrame(touched('ab'.repeat(maxDigestLength / 2 + 1)))).toThrow('allowed')
  const over = claiming([72, 0, 0, 1, 1, 1], maxDigestLength / 2 + 1)
  expect(decodeRelayFrame(over)).toMatchObject({ failure: { code: 'too-large' } })
})

test('[WI9] [WI14] a token counts bytes, and the longest hello stays under maxHelloBytes', () => {
  const id = '漢'.repeat(maxIdLength)
  const largest = {
    ...hello('é'.repeat(maxTokenBytes / 2)),
    device: id,
    epoch: id,
    tag: id,
    cursor: Number.MAX_SAFE_INTEGER,
  }
  const bytes = encodeDeviceFrame(largest)
  expect(decodeDeviceFrame(bytes)).toEqual({ ok: true, frame: largest })
  expect(bytes.length).toBeLessThan(maxHelloBytes)
  expect(() => encodeDeviceFrame(hello('é'.repeat(maxTokenBytes / 2 + 1)))).toThrow('allowed')
})

test('[WI9] a command that names 5,000 members is read', () => {
  const members = many(5000, (index) => index.toString(16).padStart(36, '0'))
  const command: DeviceFrame = {
    frame: 'command',
    conversation: 'c',
    id: 'i',
    command: { op: 'add', members },
  }
  expect(decodeDeviceFrame(encodeDeviceFrame(command))).toEqual({ ok: true, frame: command })
})

test('[WI9] [WI14] the content of a signal has maxSignalBytes at most, in both directions', () => {
  // Around the text: its type, and two bytes for the length.
  const content = 'x'.repeat(maxSignalBytes - 3)
  const sent: DeviceFrame = { frame: 'signal', conversation: 'c', content }
  const told: RelayFrame = { frame: 'signal', conversation: 'c', from: 'Tom', time: 1, content }
  expect(decodeDeviceFrame(encodeDeviceFrame(sent))).toEqual({ ok: true, frame: sent })
  expect(decodeRelayFrame(encodeRelayFrame(told))).toEqual({ ok: true, frame: told })
  expect(() => encodeDeviceFrame({ ...sent, content: `${content}x` })).toThrow('allowed')
  expect(() => encodeRelayFrame({ ...told, content: `${content}x` })).toThrow('allowed')
  const tooLarge = { failure: { code: 'too-large' } }
  expect(decodeDeviceFrame(claiming([8, 0], maxSignalBytes + 1))).toMatchObject(tooLarge)
  expect(decodeRelayFrame(claiming([77, 0, 0, 0], maxSignalBytes + 1))).toMatchObject(tooLarge)
})
