/** What relays sent in version 1. A line here is never changed: relays in the field send these. */
import type { CommandVerdict, DeflatedRows, Fetched, RelayFrame, Verdict } from './frames.ts'
import type { Row } from './rows.ts'

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)

const time = 1_800_000_000_000
const rows: readonly Row[] = [
  { kind: 'head', seq: 1, time, update: bytes(0, 0), command: 'cmd', change: { op: 'joined', by: 'Tom' } },
  { kind: 'entry', seq: 2, time, page: 1, update: bytes(1, 2, 3), erases: [] },
  {
    kind: 'entry',
    seq: 300,
    time: time + 500,
    page: 2,
    update: bytes(4),
    erases: [{ seq: 2, client: 2 ** 53 - 1, clock: 200 }],
  },
  {
    kind: 'erased',
    seq: 301,
    time: time + 500,
    page: 2,
    update: bytes(5),
    author: 'Tom',
    id: 'msg',
    operation: false,
  },
  {
    kind: 'erased',
    seq: 302,
    time: time + 500,
    page: 2,
    update: bytes(5),
    author: 'Tom',
    id: 'edit',
    operation: true,
  },
  { kind: 'hidden', seq: 304, time: time + 501 },
]
const answer = (verdict: Verdict): RelayFrame => ({
  frame: 'answer',
  conversation: 'c',
  answers: [{ page: 1, client: 77, clock: 5, verdict }],
})
const commandAnswer = (verdict: CommandVerdict): RelayFrame => ({
  frame: 'command-answer',
  conversation: 'c',
  id: 'cmd',
  verdict,
})
const fetchAnswer = (fetched: Fetched | DeflatedRows): RelayFrame => ({
  frame: 'fetch-answer',
  request: 9,
  conversation: 'c',
  fetched,
})

export const fromRelays: readonly (readonly [string, RelayFrame])[] = [
  [
    '410103546f6d02653180a0f1c2b13400',
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'e1', time, expires: 0 },
  ],
  ['42e80701010000', { frame: 'sync', cursor: 1000, frames: 1, full: true, more: false, news: [] }],
  [
    '42e80702000101fbfb070163010403546f6dad02f4a3f1c2b134030102c9a1f1c2b1340080a0f1c2b134010800112233445566ff0c040647617264656e05672e706e6703ac02020100ac02f5030103010203010201010104010305060101ac0208ffeeddccbbaa99880101020202ac020103546f6dac02020506030080a0f1c2b13402000003636d64157602026f7077066a6f696e65640262797703546f6d000000010301020301a902f4030201040102ffffffffffffff0fc80102000002010503546f6d036d73670002000002010503546f6d046564697401040101',
    {
      frame: 'sync',
      cursor: 1000,
      frames: 2,
      full: false,
      more: true,
      news: [
        {
          conversation: 'c',
          kind: 'group',
          name: 'Garden',
          icon: 'g.png',
          creator: 'Tom',
          createdAt: time,
          unique: false,
          role: 'member',
          members: 3,
          joinedSeq: 1,
          invitedBy: 'Tom',
          since: 3,
          mutedUntil: 300,
          removedBy: '',
          seq: 301,
          time: time + 500,
          pages: 2,
          headVersion: 1,
          headDigest: '00112233445566ff',
          headTime: 300,
          total: 12,
          mine: 4,
          joinedTotal: 2,
          joinedMine: 1,
          last: { kind: 'entry', seq: 2, time, page: 1, update: bytes(1, 2, 3), erases: [] },
          lastEdit: {
            kind: 'entry',
            seq: 300,
            time: time + 500,
            page: 1,
            update: bytes(4),
            erases: [{ seq: 3, client: 5, clock: 6 }],
          },
          touched: [{ page: 1, version: 300, digest: 'ffeeddccbbaa9988', erased: true }],
          recalled: [2],
          mentioned: [2, 300],
          marks: [{ user: 'Tom', delivered: 300, read: 2, time: 5 }],
          allMarks: true,
          whole: true,
          rows,
        },
      ],
    },
  ],
  [
    '43016306030080a0f1c2b13402000003636d64157602026f7077066a6f696e65640262797703546f6d000000010301020301a902f4030201040102ffffffffffffff0fc80102000002010503546f6d036d73670002000002010503546f6d046564697401040101',
    { frame: 'rows', conversation: 'c', rows },
  ],
  ['44e90703', { frame: 'cursor', cursor: 1001, frames: 3 }],
  ['45016301014d0500ac0280a0f1c2b134', answer({ class: 'accepted', seq: 300, time })],
  [
    '45016301014d0501ac0280a0f1c2b134024e06',
    answer({ class: 'duplicate', seq: 300, time, page: 2, client: 78, clock: 6 }),
  ],
  ['45016301014d05020b706167652d636c6f73656403', answer({ class: 'rewrite', code: 'page-closed', page: 3 })],
  [
    '45016301014d05030a6f7665726c6f61646564d00f',
    answer({ class: 'later', code: 'overloaded', waitMs: 2000 }),
  ],
  [
    '45016301014d05040c6e6f742d612d6d656d626572034e6f2e',
    answer({ class: 'refused', code: 'not-a-member', detail: 'No.' }),
  ],
  [
    '46016303636d6400ac0280a0f1c2b1340d7601086661696c757265737500',
    commandAnswer({ class: 'accepted', seq: 300, time, outcome: { failures: [] } }),
  ],
  [
    '46016303636d6401ac0280a0f1c2b134017e',
    commandAnswer({ class: 'duplicate', seq: 300, time, outcome: null }),
  ],
  [
    '46016303636d6402096469736b2d66756c6cb0ea01',
    commandAnswer({ class: 'later', code: 'disk-full', waitMs: 30_000 }),
  ],
  [
    '46016303636d6403096e6f742d666f756e6400',
    commandAnswer({ class: 'refused', code: 'not-found', detail: '' }),
  ],
  [
    '470901630002ad020200ff000106030080a0f1c2b13402000003636d64157602026f7077066a6f696e65640262797703546f6d000000010301020301a902f4030201040102ffffffffffffff0fc80102000002010503546f6d036d73670002000002010503546f6d046564697401040101',
    fetchAnswer({ result: 'rows', page: 2, version: 301, digest: '00ff', after: 0, more: true, rows }),
  ],
  [
    '470901630002ad020200ffac020000',
    fetchAnswer({ result: 'rows', page: 2, version: 301, digest: '00ff', after: 300, more: false, rows: [] }),
  ],
  [
    '4709016301010200ff03090807',
    fetchAnswer({ result: 'head', version: 1, digest: '00ff', state: bytes(9, 8, 7) }),
  ],
  [
    '47090163020567726f75700003546f6d80a0f1c2b13402',
    fetchAnswer({
      result: 'joinable',
      kind: 'group',
      name: null,
      creator: 'Tom',
      createdAt: time,
      members: 2,
    }),
  ],
  ['4709016303096e6f742d666f756e6400', fetchAnswer({ result: 'failed', code: 'not-found', detail: '' })],
  ['4709016304ac0203090807', fetchAnswer({ result: 'deflated', size: 300, bytes: bytes(9, 8, 7) })],
  [
    '480901630101ac020200ff00',
    {
      frame: 'digests-answer',
      request: 9,
      conversation: 'c',
      pages: [{ page: 1, version: 300, digest: '00ff', erased: false }],
    },
  ],
  ['4901800180a0f1c2b134', { frame: 'pong', nonce: 1, frames: 128, time }],
  [
    '4a0d746f6b656e2d65787069726564010008457870697265642e',
    { frame: 'failure', code: 'token-expired', again: 'token', waitMs: 0, detail: 'Expired.' },
  ],
  [
    '4a0a6f7665726c6f6164656400882700',
    { frame: 'failure', code: 'overloaded', again: 'retry', waitMs: 5000, detail: '' },
  ],
  [
    '4a0d77726f6e672d76657273696f6e020000',
    { frame: 'failure', code: 'wrong-version', again: 'stop', waitMs: 0, detail: '' },
  ],
  [
    '4b0205626c6f636b03546f6d0b76010573696e63657dac0480a0f1c2b1340773657474696e670163017e01',
    {
      frame: 'own',
      rows: [
        { kind: 'block', key: 'Tom', value: { since: 300 }, time },
        { kind: 'setting', key: 'c', value: null, time: 1 },
      ],
    },
  ],
  [
    '4c090203546f6d80a0f1c2b1341b7603046e616d657703546f6d0469636f6e7e066669656c64737600017800017e',
    {
      frame: 'people-answer',
      request: 9,
      people: [
        { user: 'Tom', time, profile: { name: 'Tom', icon: null, fields: {} } },
        { user: 'x', time: 0, profile: null },
      ],
    },
  ],
  [
    '4d016303546f6d80a0f1c2b1340a760106747970696e6778',
    { frame: 'signal', conversation: 'c', from: 'Tom', time, content: { typing: true } },
  ],
  ['4e0901044d617279', { frame: 'presence-answer', request: 9, online: ['Mary'] }],
  ['4f044d61727901', { frame: 'presence', user: 'Mary', online: true }],
  ['4f044d61727900', { frame: 'presence', user: 'Mary', online: false }],
  [
    '5001630103546f6d00ac0205',
    { frame: 'marks', conversation: 'c', marks: [{ user: 'Tom', delivered: 0, read: 300, time: 5 }] },
  ],
  ['5180a0f1c2b134', { frame: 'token-taken', expires: time }],
  [
    '520900010101630567726f75700003546f6d80a0f1c2b134020001',
    {
      frame: 'query-answer',
      request: 9,
      answered: {
        result: 'found',
        found: [
          {
            is: 'joinable',
            conversation: 'c',
            kind: 'group',
            name: null,
            creator: 'Tom',
            createdAt: time,
            members: 2,
          },
        ],
        more: false,
        beyond: true,
      },
    },
  ],
  ['520901ac02', { frame: 'query-answer', request: 9, answered: { result: 'count', count: 300 } }],
  [
    '5209020c726174652d6c696d69746564d00f',
    { frame: 'query-answer', request: 9, answered: { result: 'later', code: 'rate-limited', waitMs: 2000 } },
  ],
  [
    '520903096261642d7175657279024e6f',
    { frame: 'query-answer', request: 9, answered: { result: 'failed', code: 'bad-query', detail: 'No' } },
  ],
]
