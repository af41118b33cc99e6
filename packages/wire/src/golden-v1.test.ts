/** The bytes of version 1, as they were when it was new. A line here is never changed: devices in the field send these. */
import { expect, test } from 'vitest'
import { decodeDeviceFrame, decodeRelayFrame, encodeDeviceFrame, encodeRelayFrame } from './codec.ts'
import type { CommandVerdict, DeviceFrame, Fetched, RelayFrame, Row, Verdict } from './frames.ts'

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const toHex = (encoded: Uint8Array): string => Buffer.from(encoded).toString('hex')

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
const fetchAnswer = (fetched: Fetched): RelayFrame => ({
  frame: 'fetch-answer',
  request: 9,
  conversation: 'c',
  fetched,
})

const fromDevices: readonly (readonly [string, DeviceFrame])[] = [
  [
    '010105612e622e63026431026531e8070000',
    {
      frame: 'hello',
      version: 1,
      token: 'a.b.c',
      device: 'd1',
      epoch: 'e1',
      cursor: 1000,
      tag: '',
      login: false,
    },
  ],
  [
    '01010002643100000377656201',
    {
      frame: 'hello',
      version: 1,
      token: '',
      device: 'd1',
      epoch: '',
      cursor: 0,
      tag: 'web',
      login: true,
    },
  ],
  ['020163070202010200', { frame: 'push', conversation: 'c', page: 7, updates: [bytes(1, 2), bytes()] }],
  [
    '03016303636d64527605026f70770663726561746506756e6971756578046e616d657e076d656d6265727375027703546f6d7703e6bca20a617474726962757465737603016e7d4501667c3f00000001647b3fb999999999999a',
    {
      frame: 'command',
      conversation: 'c',
      id: 'cmd',
      command: {
        op: 'create',
        unique: true,
        name: null,
        members: ['Tom', '漢'],
        attributes: { n: -5, f: 0.5, d: 0.1 },
      },
    },
  ],
  ['040901630000', { frame: 'fetch', request: 9, conversation: 'c', page: 0, after: 0 }],
  ['05090163030102ac02', { frame: 'digests', request: 9, conversation: 'c', pages: [1, 2, 300] }],
  ['06018001', { frame: 'ping', nonce: 1, frames: 128 }],
  ['0709020003546f6d', { frame: 'people', request: 9, users: ['', 'Tom'] }],
  ['0801630a760106747970696e6778', { frame: 'signal', conversation: 'c', content: { typing: true } }],
  ['09090203546f6d044d61727900', { frame: 'presence', request: 9, users: ['Tom', 'Mary'], watch: 'no' }],
  ['09090103546f6d01', { frame: 'presence', request: 9, users: ['Tom'], watch: 'on' }],
  ['09090103546f6d02', { frame: 'presence', request: 9, users: ['Tom'], watch: 'off' }],
  ['0a0163ac0202', { frame: 'marks', conversation: 'c', delivered: 300, read: 2 }],
  [
    '0300036f776e1b7602026f707707756e626c6f636b05757365727375017703546f6d',
    { frame: 'command', conversation: '', id: 'own', command: { op: 'unblock', users: ['Tom'] } },
  ],
]

const fromRelays: readonly (readonly [string, RelayFrame])[] = [
  ['410103546f6d02653180a0f1c2b134', { frame: 'welcome', version: 1, user: 'Tom', epoch: 'e1', time }],
  ['42e80701010000', { frame: 'sync', cursor: 1000, frames: 1, full: true, more: false, news: [] }],
  [
    '42e8070200010101630567726f7570010647617264656e0105672e706e6703546f6d80a0f1c2b13400066d656d626572030103546f6d0300ad02f4a3f1c2b13402010800112233445566ff0c04020101000180a0f1c2b13401030102030101ab02f4a3f1c2b134010104010305060101ac0208ffeeddccbbaa99880101020202ac020103546f6dac020205010106030080a0f1c2b13402000003636d64157602026f7077066a6f696e65640262797703546f6d000000010301020301a902f4030201040102ffffffffffffff0fc80102000002010503546f6d036d73670002000002010503546f6d046564697401040101',
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
          removedBy: '',
          seq: 301,
          time: time + 500,
          pages: 2,
          headVersion: 1,
          headDigest: '00112233445566ff',
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
]

test('[WI7] the bytes devices sent in version 1 are read for ever, and still written', () => {
  for (const [hex, frame] of fromDevices) {
    expect(decodeDeviceFrame(fromHex(hex))).toEqual({ ok: true, frame })
    expect(toHex(encodeDeviceFrame(frame))).toBe(hex)
  }
})

test('[WI7] the bytes relays sent in version 1 are read for ever, and still written', () => {
  for (const [hex, frame] of fromRelays) {
    expect(decodeRelayFrame(fromHex(hex))).toEqual({ ok: true, frame })
    expect(toHex(encodeRelayFrame(frame))).toBe(hex)
  }
})

test('[WI7] every kind of frame has its golden bytes', () => {
  const kinds = [...fromDevices, ...fromRelays].map(([hex]) => hex.slice(0, 2))
  expect([...new Set(kinds)].join(' ')).toBe(
    '01 02 03 04 05 06 07 08 09 0a 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50',
  )
})

test('[WI6] a failure is laid out as it has always been, whatever the version', () => {
  const code = Buffer.from('wrong-version')
  const laidOut = bytes(74, code.length, ...code, 2, 0x88, 0x27, 2, 0x6e, 0x6f)
  expect(decodeRelayFrame(laidOut)).toEqual({
    ok: true,
    frame: { frame: 'failure', code: 'wrong-version', again: 'stop', waitMs: 5000, detail: 'no' },
  })
})
