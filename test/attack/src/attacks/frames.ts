/** Frames that are none: of the WebSocket, of our own protocol, and of that of stock tools. */
import { type Any, encodeDeviceFrame, encodeRelayFrame } from '@parley/wire'
import * as encoding from 'lib0/encoding'
import type { Attack } from '../attack.ts'
import { frameOf, sendRaw, upgradeRequest } from '../raw-socket.ts'
import type { Scene } from '../scene.ts'
import { nextEntryId } from '../session.ts'
import { awarenessMessage, syncMessage } from '../stock-line.ts'

const nothing = new Uint8Array()

function times(count: number, bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: count }, () => bytes)
}

/** On the bare connection behind the upgrade, at both doors. */
function wire(
  name: string,
  says: string,
  answer: string,
  make: () => readonly Uint8Array[],
  more: { readonly parley?: string; readonly breaks?: readonly string[] } = {},
): Attack {
  const { parley = answer, breaks = ['RE97'] } = more
  return {
    name,
    says,
    breaks,
    scene: 'member',
    expects: { parley: { answers: [parley] }, stock: { answers: [answer] } },
    async run(attacker, { ground, mallory, conversation, page }) {
      const isStock = attacker.door === 'stock'
      const headers: Record<string, string> = isStock
        ? { 'Sec-WebSocket-Protocol': `parley.y1, token.${await ground.token(mallory)}` }
        : {}
      const path = isStock ? `/y/c/${conversation}/${page}` : '/'
      return [(await sendRaw(attacker.network(), [upgradeRequest(path, headers), ...make()])).how]
    },
  }
}

const websocket: readonly Attack[] = [
  wire('unmasked', 'a frame without a mask', 'closed 1002', () => [Uint8Array.of(0x82, 1, 7)]),
  wire('reserved-bits', 'a frame with reserved bits', 'closed 1002', () => [frameOf(0xf2, Uint8Array.of(7))]),
  wire('unknown-opcode', 'a frame of a kind that WebSocket does not have', 'closed 1002', () => [
    frameOf(0x83, Uint8Array.of(7)),
  ]),
  wire('split-ping', 'a ping in two parts', 'closed 1002', () => [frameOf(0x09, Uint8Array.of(7))]),
  wire('long-ping', 'a ping of more than it may hold', 'closed 1002', () => [
    frameOf(0x89, new Uint8Array(200)),
  ]),
  wire('nothing-to-go-on', 'the second part of what has no first', 'closed 1002', () => [
    frameOf(0x80, Uint8Array.of(7)),
  ]),
  wire('close-of-one-byte', 'a close with half a code', 'closed 1002', () => [
    frameOf(0x88, Uint8Array.of(3)),
  ]),
  wire('close-code-of-nobody', 'a close with a code that nobody may send', 'closed 1002', () => [
    frameOf(0x88, Uint8Array.of(3, 0xed)),
  ]),
  wire('text-that-is-none', 'a text that is no UTF-8', 'closed 1007', () => [
    frameOf(0x81, Uint8Array.of(0xff, 0xfe)),
  ]),
  wire('length-of-gigabytes', 'a frame that says it is 2 GB long', 'closed 1009', () => [
    Uint8Array.of(0x82, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0),
  ]),
  wire('length-of-everything', 'a frame that says it is longer than all that there is', 'closed 1009', () => [
    Uint8Array.of(0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0),
  ]),
  wire(
    'fragments',
    'a frame in a hundred thousand parts of one byte',
    'closed 1008',
    () => [frameOf(0x02, Uint8Array.of(7)), Buffer.concat(times(100_000, frameOf(0x00, Uint8Array.of(7))))],
    // Nobody is known there yet: sooner.
    { parley: 'closed 4406' },
  ),
  wire(
    'flood-of-pings',
    'a hundred pings at once: each would be answered',
    'cut off',
    () => [Buffer.concat(times(100, frameOf(0x89, Uint8Array.of(7))))],
    { breaks: ['RE265', 'RE102'] },
  ),
]

function frame(
  name: string,
  says: string,
  answer: string,
  breaks: readonly string[],
  make: (scene: Scene) => Uint8Array,
): Attack {
  return {
    name,
    says,
    breaks,
    scene: 'member',
    expects: { parley: { answers: [answer] } },
    async run(attacker, scene) {
      const { line } = await attacker.session()
      line.sendBytes(make(scene))
      return [await line.end()]
    },
  }
}

/** A command whose attributes have this key, whatever the writer says to it: put in place of one as long. */
function commandWithKey({ conversation }: Scene, key: string): Uint8Array {
  const stand = 'k'.repeat(key.length)
  const command: Any = { op: 'update', set: { [stand]: 1 } }
  const bytes = Buffer.from(encodeDeviceFrame({ frame: 'command', conversation, id: nextEntryId(), command }))
  bytes.write(key, bytes.indexOf(stand))
  return new Uint8Array(bytes)
}

const parley: readonly Attack[] = [
  {
    name: 'text-frame',
    says: 'text instead of bytes',
    breaks: ['RE96', 'RE111'],
    scene: 'member',
    expects: { parley: { answers: ['failure malformed'] }, stock: { answers: ['closed 4404 malformed'] } },
    async run(attacker) {
      if (attacker.door === 'stock') return [await attacker.say(['{"hello":1}'])]
      const { line } = await attacker.session()
      line.sendText('{"hello":1}')
      return [await line.end()]
    },
  },
  frame('empty-frame', 'a frame of no bytes', 'failure malformed', ['RE64', 'WI3'], () => nothing),
  frame('unknown-frame', 'a frame of a kind that nobody knows', 'failure unknown-frame', ['WI4'], () =>
    Uint8Array.of(60, 1, 2),
  ),
  frame(
    'frame-of-a-relay',
    'a frame that only a relay sends: rows, as if it were one',
    'failure unknown-frame',
    ['WI4'],
    ({ conversation }) => encodeRelayFrame({ frame: 'rows', conversation, rows: [] }),
  ),
  frame('cut-frame', 'a frame cut short', 'failure malformed', ['WI3'], ({ conversation, page, last }) =>
    encodeDeviceFrame({ frame: 'push', conversation, page, updates: [last.update] }).subarray(0, 40),
  ),
  frame(
    'frame-with-more',
    'a frame with bytes behind its end',
    'failure malformed',
    ['WI1'],
    ({ conversation }) =>
      Uint8Array.of(...encodeDeviceFrame({ frame: 'fetch', request: 1, conversation, page: 1, after: 0 }), 0),
  ),
  frame('wasteful-frame', 'a number in more bytes than it needs', 'failure malformed', ['WI2', 'WI11'], () =>
    Uint8Array.of(6, 0x81, 0x00, 1),
  ),
  frame('page-minus', 'a page beyond all numbers', 'failure malformed', ['WI11'], ({ conversation }) =>
    Uint8Array.of(
      ...encodeDeviceFrame({ frame: 'fetch', request: 1, conversation, page: 1, after: 0 }).subarray(0, -2),
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      0xff,
      1,
      0,
    ),
  ),
  frame(
    'updates-count-lie',
    'a push that says it holds a billion updates',
    'failure malformed',
    ['WI10'],
    ({ conversation }) => {
      const empty = encodeDeviceFrame({ frame: 'push', conversation, page: 1, updates: [] })
      return Uint8Array.of(...empty.subarray(0, -1), 0xff, 0xff, 0xff, 0xff, 0x03)
    },
  ),
  frame(
    'prototype-in-a-command',
    'a command with the key __proto__',
    'failure malformed',
    ['WI17'],
    (scene) => commandWithKey(scene, '__proto__'),
  ),
  frame(
    'constructor-in-a-command',
    'a command with the key constructor',
    'failure malformed',
    ['WI17'],
    (scene) => commandWithKey(scene, 'constructor'),
  ),
]

function message(
  name: string,
  says: string,
  answer: string,
  breaks: readonly string[],
  make: (scene: Scene) => Uint8Array,
): Attack {
  return {
    name,
    says,
    breaks,
    scene: 'member',
    expects: { stock: { answers: [answer] } },
    run: async (attacker, scene) => [await attacker.say([make(scene)])],
  }
}

const malformed = 'closed 4404 malformed'

const stock: readonly Attack[] = [
  message('empty-message', 'a message of no bytes', malformed, ['RE111'], () => nothing),
  message('unknown-message', 'a message of a kind that nobody knows', malformed, ['RE111'], () =>
    Uint8Array.of(9, 1),
  ),
  message('unknown-step', 'a fourth step of the sync protocol', malformed, ['RE111'], () =>
    Uint8Array.of(0, 3, 0),
  ),
  message('permission-denied', 'the relay told that it may not write', malformed, ['RE111'], () =>
    Uint8Array.of(2, 0, 1, 65),
  ),
  message('message-with-more', 'a message with bytes behind its end', malformed, ['RE111'], () =>
    Uint8Array.of(...syncMessage(0, Uint8Array.of(0)), 7),
  ),
  message('message-length-lie', 'an update that says it is 2 GB long', malformed, ['RE111'], () =>
    Uint8Array.of(0, 2, 0xff, 0xff, 0xff, 0xff, 0x07, 1),
  ),
  message('presence-that-is-no-json', 'a presence that is no JSON', malformed, ['RE111'], () =>
    awarenessMessage([{ client: 7, clock: 1, state: '{no' }]),
  ),
  message('presence-count-lie', 'two billion presences, and none', malformed, ['RE111', 'RE114'], () =>
    encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, 1)
      encoding.writeVarUint8Array(encoder, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07))
    }),
  ),
]

const silence: Attack = {
  name: 'says-nothing',
  says: 'a connection, and then nothing: it is sent away before it has been anybody',
  breaks: ['RE98'],
  scene: 'member',
  expects: { parley: { answers: ['failure hello-timeout'] } },
  run: async (attacker) => [await (await attacker.open()).end()],
}

export const frames: readonly Attack[] = [...websocket, ...parley, silence, ...stock]
