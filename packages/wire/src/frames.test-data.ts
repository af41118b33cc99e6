/** Frames of every kind, as fast-check makes them. */
import * as fc from 'fast-check'
import type {
  CommandVerdict,
  DeflatedRows,
  DeviceFrame,
  Fetched,
  FetchedRows,
  RelayFrame,
  Verdict,
} from './frames.ts'
import type { News, TouchedPage } from './list-row.ts'
import type { Answered } from './queries.ts'
import type { Any, EntryRow, ErasedRow, HeadRow, HiddenRow, Row } from './rows.ts'

const uint = fc.oneof(fc.nat(300), fc.maxSafeNat())
const small = fc.oneof(fc.nat(300), fc.nat(2 ** 40))
const page = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }))
const bytes = fc.uint8Array({ maxLength: 40 })
/** Well-formed, with characters of one to four bytes, and a byte order mark now and then. */
const text = (maxLength: number): fc.Arbitrary<string> =>
  fc
    .string({
      unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), fc.constant('\ufeff')),
    })
    .map((value) => value.slice(0, maxLength).replaceAll(/\p{Surrogate}/gu, '?'))
const id = text(64)
const flag = fc.boolean()
const name = fc.option(text(200))
const detail = text(500)
const digest = fc.uint8Array({ maxLength: 32 }).map((digits) => Buffer.from(digits).toString('hex'))
const list = <Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<readonly Item[]> =>
  fc.array(item, { maxLength: 5 })

const key = text(8).filter((word) => !['__proto__', 'constructor', 'prototype'].includes(word))
const { any } = fc.letrec<{ any: Any }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    fc.float({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    text(40),
    fc.array(tie('any'), { maxLength: 4 }),
    fc.dictionary(key, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

const erases = list(fc.record({ seq: uint, client: uint, clock: uint }))
const entryRow: fc.Arbitrary<EntryRow> = fc.record({
  kind: fc.constant('entry'),
  seq: page,
  time: uint,
  page,
  update: bytes,
  erases,
})
const erasedRow: fc.Arbitrary<ErasedRow> = fc.record({
  kind: fc.constant('erased'),
  seq: page,
  time: uint,
  page,
  update: bytes,
  author: id,
  id,
  operation: flag,
})
const headRow: fc.Arbitrary<HeadRow> = fc.record({
  kind: fc.constant('head'),
  seq: page,
  time: uint,
  update: bytes,
  command: id,
  change: any,
})
const hiddenRow: fc.Arbitrary<HiddenRow> = fc.record({ kind: fc.constant('hidden'), seq: page, time: uint })
/** In sequence, with steps of every size. */
const rows: fc.Arbitrary<readonly Row[]> = list(
  fc.record({ row: fc.oneof(entryRow, erasedRow, headRow, hiddenRow), seq: small, time: small }),
).map((steps) => {
  let seq = 0
  let time = 0
  return steps.map((step): Row => {
    seq += 1 + step.seq
    time += step.time
    return { ...step.row, seq, time }
  })
})

const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.record({ class: fc.constant('accepted'), seq: uint, time: uint }),
  fc.record({ class: fc.constant('duplicate'), seq: uint, time: uint, page, client: uint, clock: uint }),
  fc.record({ class: fc.constant('rewrite'), code: id, page: uint }),
  fc.record({ class: fc.constant('later'), code: id, waitMs: uint }),
  fc.record({ class: fc.constant('refused'), code: id, detail }),
)
const commandVerdict: fc.Arbitrary<CommandVerdict> = fc.oneof(
  fc.record({ class: fc.constantFrom('accepted', 'duplicate'), seq: uint, time: uint, outcome: any }),
  fc.record({ class: fc.constant('later'), code: id, waitMs: uint }),
  fc.record({ class: fc.constant('refused'), code: id, detail }),
)
const touchedPage: fc.Arbitrary<TouchedPage> = fc.record({
  page: uint,
  version: uint,
  digest,
  erased: flag,
})
const listed = { kind: id, name, creator: id, createdAt: uint, members: uint }
const mark = fc.record({ user: id, delivered: uint, read: uint, time: uint })
const news: fc.Arbitrary<News> = fc.record({
  ...listed,
  icon: fc.option(text(2000)),
  conversation: id,
  unique: flag,
  role: id,
  joinedSeq: uint,
  invitedBy: id,
  since: uint,
  mutedUntil: uint,
  removedBy: id,
  seq: uint,
  time: uint,
  pages: uint,
  headVersion: uint,
  headDigest: digest,
  headTime: uint,
  total: uint,
  mine: uint,
  joinedTotal: uint,
  joinedMine: uint,
  last: fc.option(fc.oneof(entryRow, erasedRow)),
  lastEdit: fc.option(entryRow),
  touched: list(touchedPage),
  recalled: list(uint),
  mentioned: list(uint),
  marks: list(mark),
  allMarks: flag,
  whole: flag,
  rows,
})
export const fetchedRows: fc.Arbitrary<FetchedRows> = fc.record({
  result: fc.constant('rows'),
  page,
  version: uint,
  digest,
  after: uint,
  more: flag,
  rows,
})
const deflated: fc.Arbitrary<DeflatedRows> = fc
  .record({ bytes, more: fc.nat(5000) })
  .map(({ bytes: smaller, more }) => ({
    result: 'deflated',
    size: smaller.length + 1 + more,
    bytes: smaller,
  }))
const fetched: fc.Arbitrary<Fetched | DeflatedRows> = fc.oneof(
  fetchedRows,
  deflated,
  fc.record({ result: fc.constant('head'), version: uint, digest, state: bytes }),
  fc.record({ result: fc.constant('joinable'), ...listed }),
  fc.record({ result: fc.constant('failed'), code: id, detail }),
)

const answered: fc.Arbitrary<Answered> = fc.oneof(
  fc.record({
    result: fc.constant('found'),
    found: list(
      fc.oneof(
        fc.record({ is: fc.constant('member'), news }),
        fc.record({ is: fc.constant('joinable'), conversation: id, ...listed }),
      ),
    ),
    more: flag,
    beyond: flag,
  }),
  fc.record({ result: fc.constant('count'), count: uint }),
  fc.record({ result: fc.constant('later'), code: id, waitMs: uint }),
  fc.record({ result: fc.constant('failed'), code: id, detail }),
)

type Named<Frame extends { readonly frame: string }> = {
  readonly [Kind in Frame['frame']]: fc.Arbitrary<Extract<Frame, { readonly frame: Kind }>>
}

export const deviceFrames: Named<DeviceFrame> = {
  hello: fc.record({
    frame: fc.constant('hello'),
    version: fc.constant(1),
    token: text(2000),
    device: id,
    epoch: id,
    cursor: uint,
    tag: id,
    login: flag,
    inflates: flag,
  }),
  push: fc.record({ frame: fc.constant('push'), conversation: id, page, updates: list(bytes) }),
  command: fc.record({ frame: fc.constant('command'), conversation: id, id, command: any }),
  fetch: fc.record({ frame: fc.constant('fetch'), request: uint, conversation: id, page: uint, after: uint }),
  digests: fc.record({ frame: fc.constant('digests'), request: uint, conversation: id, pages: list(uint) }),
  ping: fc.record({ frame: fc.constant('ping'), nonce: uint, frames: uint }),
  people: fc.record({ frame: fc.constant('people'), request: uint, users: list(id) }),
  signal: fc.record({ frame: fc.constant('signal'), conversation: id, content: any }),
  presence: fc.record({
    frame: fc.constant('presence'),
    request: uint,
    users: list(id),
    watch: fc.constantFrom('no', 'on', 'off'),
  }),
  marks: fc.record({ frame: fc.constant('marks'), conversation: id, delivered: uint, read: uint }),
  token: fc.record({ frame: fc.constant('token'), token: fc.string({ maxLength: 60 }) }),
  query: fc.record({ frame: fc.constant('query'), request: uint, count: flag, query: any }),
}

export const relayFrames: Named<RelayFrame> = {
  welcome: fc.record({
    frame: fc.constant('welcome'),
    version: fc.constant(1),
    user: id,
    epoch: id,
    time: uint,
    expires: uint,
  }),
  sync: fc.record({
    frame: fc.constant('sync'),
    cursor: uint,
    frames: uint,
    full: flag,
    more: flag,
    news: list(news),
  }),
  rows: fc.record({ frame: fc.constant('rows'), conversation: id, rows }),
  cursor: fc.record({ frame: fc.constant('cursor'), cursor: uint, frames: uint }),
  answer: fc.record({
    frame: fc.constant('answer'),
    conversation: id,
    answers: list(fc.record({ page, client: uint, clock: uint, verdict })),
  }),
  'command-answer': fc.record({
    frame: fc.constant('command-answer'),
    conversation: id,
    id,
    verdict: commandVerdict,
  }),
  'fetch-answer': fc.record({
    frame: fc.constant('fetch-answer'),
    request: uint,
    conversation: id,
    fetched,
  }),
  'digests-answer': fc.record({
    frame: fc.constant('digests-answer'),
    request: uint,
    conversation: id,
    pages: list(touchedPage),
  }),
  pong: fc.record({ frame: fc.constant('pong'), nonce: uint, frames: uint, time: uint }),
  failure: fc.record({
    frame: fc.constant('failure'),
    code: id,
    again: fc.constantFrom('retry', 'token', 'stop'),
    waitMs: uint,
    detail,
  }),
  own: fc.record({
    frame: fc.constant('own'),
    rows: list(fc.record({ kind: id, key: id, value: any, time: uint })),
  }),
  'people-answer': fc.record({
    frame: fc.constant('people-answer'),
    request: uint,
    people: list(fc.record({ user: id, time: uint, profile: any })),
  }),
  signal: fc.record({ frame: fc.constant('signal'), conversation: id, from: id, time: uint, content: any }),
  'presence-answer': fc.record({
    frame: fc.constant('presence-answer'),
    request: uint,
    online: list(id),
  }),
  presence: fc.record({ frame: fc.constant('presence'), user: id, online: flag }),
  marks: fc.record({ frame: fc.constant('marks'), conversation: id, marks: list(mark) }),
  'token-taken': fc.record({ frame: fc.constant('token-taken'), expires: uint }),
  'query-answer': fc.record({ frame: fc.constant('query-answer'), request: uint, answered }),
}
