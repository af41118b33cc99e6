/** The bytes of version 1, as they were when it was new. A line here is never changed: devices in the field send these. */
import { expect, test } from 'vitest'
import { decodeDeviceFrame, decodeRelayFrame, encodeDeviceFrame, encodeRelayFrame } from './codec.ts'
import type { DeviceFrame } from './frames.ts'
import { fromRelays } from './golden-v1-relays.test-data.ts'

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values)
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'))
const toHex = (encoded: Uint8Array): string => Buffer.from(encoded).toString('hex')

const fromDevices: readonly (readonly [string, DeviceFrame])[] = [
  [
    '010105612e622e63026431026531e807000000',
    {
      frame: 'hello',
      version: 1,
      token: 'a.b.c',
      device: 'd1',
      epoch: 'e1',
      cursor: 1000,
      tag: '',
      login: false,
      inflates: false,
    },
  ],
  [
    '0101000264310000037765620101',
    {
      frame: 'hello',
      version: 1,
      token: '',
      device: 'd1',
      epoch: '',
      cursor: 0,
      tag: 'web',
      login: true,
      inflates: true,
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
  ['0b05612e622e63', { frame: 'token', token: 'a.b.c' }],
  ['0c09010a7601056c696d69747d05', { frame: 'query', request: 9, count: true, query: { limit: 5 } }],
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
    '01 02 03 04 05 06 07 08 09 0a 0b 0c 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50 51 52',
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
