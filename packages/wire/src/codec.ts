/**
 * Frames to bytes and back: one byte for the kind of frame, then the frame, and nothing after it.
 *
 * Encoding throws on what its reader would refuse: that is a bug of the caller. Decoding never throws, whatever the
 * bytes. Each frame has exactly one encoding. (SPEC: WI1 to WI4, WI8)
 */
import { expectSize, refuse, readAll, type Reader, readByte, type WireFault } from './bytes/bounded-reader.ts'
import { writeAll, writeByte, type Writer } from './bytes/bounded-writer.ts'
import { readCommand, readCommandAnswer, writeCommand, writeCommandAnswer } from './frame/command.ts'
import {
  readDigestsAnswer,
  readDigestsRequest,
  writeDigestsAnswer,
  writeDigestsRequest,
} from './frame/digests.ts'
import { readFailure, writeFailure } from './frame/failure.ts'
import { readFetch, readFetchAnswer, writeFetch, writeFetchAnswer } from './frame/fetch.ts'
import { readHello, readWelcome, writeHello, writeWelcome } from './frame/hello.ts'
import { readMarks, readToldMarks, writeMarks, writeToldMarks } from './frame/marks.ts'
import {
  readOwn,
  readPeople,
  readPeopleAnswer,
  writeOwn,
  writePeople,
  writePeopleAnswer,
} from './frame/own.ts'
import { readPing, readPong, writePing, writePong } from './frame/ping.ts'
import {
  readPresence,
  readPresenceAnswer,
  readPresenceRequest,
  writePresence,
  writePresenceAnswer,
  writePresenceRequest,
} from './frame/presence.ts'
import { readAnswer, readPush, writeAnswer, writePush } from './frame/push.ts'
import { readCursor, readRows, writeCursor, writeRows } from './frame/rows.ts'
import { readRelayedSignal, readSignal, writeRelayedSignal, writeSignal } from './frame/signal.ts'
import { readSync, writeSync } from './frame/sync.ts'
import { readTokenRenewal, readTokenTaken, writeTokenRenewal, writeTokenTaken } from './frame/token.ts'
import type { DeviceFrame, RelayFrame } from './frames.ts'
import { maxDeviceFrameBytes, maxRelayFrameBytes } from './limits.ts'

export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly failure: WireFault }

/** The two directions share no byte: a frame that is sent back is `unknown-frame`. */
const deviceByte = {
  hello: 1,
  push: 2,
  command: 3,
  fetch: 4,
  digests: 5,
  ping: 6,
  people: 7,
  signal: 8,
  presence: 9,
  marks: 10,
  token: 11,
} as const
const relayByte = {
  welcome: 65,
  sync: 66,
  rows: 67,
  cursor: 68,
  answer: 69,
  'command-answer': 70,
  'fetch-answer': 71,
  'digests-answer': 72,
  pong: 73,
  failure: 74,
  own: 75,
  'people-answer': 76,
  signal: 77,
  'presence-answer': 78,
  presence: 79,
  marks: 80,
  'token-taken': 81,
} as const

/** In memory of its own: a page may hand it to another one, which would get all that it shares. */
export function encodeDeviceFrame(frame: DeviceFrame): Uint8Array<ArrayBuffer> {
  return writeAll(maxDeviceFrameBytes, (writer) => {
    writeByte(writer, deviceByte[frame.frame])
    writeDeviceFrame(writer, frame)
  }).slice()
}

export function decodeDeviceFrame(bytes: Uint8Array): Decoded<DeviceFrame> {
  return decode(bytes, readDeviceFrame)
}

export function encodeRelayFrame(frame: RelayFrame): Uint8Array<ArrayBuffer> {
  return writeAll(maxRelayFrameBytes, (writer) => {
    writeByte(writer, relayByte[frame.frame])
    writeRelayFrame(writer, frame)
  })
}

export function decodeRelayFrame(bytes: Uint8Array): Decoded<RelayFrame> {
  return decode(bytes, readRelayFrame)
}

function decode<Frame>(bytes: Uint8Array, read: (reader: Reader) => Frame): Decoded<Frame> {
  const result = readAll(bytes, read)
  return result.ok ? { ok: true, frame: result.value } : { ok: false, failure: result.fault }
}

function writeDeviceFrame(writer: Writer, frame: DeviceFrame): void {
  switch (frame.frame) {
    case 'hello':
      return writeHello(writer, frame)
    case 'push':
      return writePush(writer, frame)
    case 'command':
      return writeCommand(writer, frame)
    case 'fetch':
      return writeFetch(writer, frame)
    case 'digests':
      return writeDigestsRequest(writer, frame)
    case 'ping':
      return writePing(writer, frame)
    case 'people':
      return writePeople(writer, frame)
    case 'signal':
      return writeSignal(writer, frame)
    case 'presence':
      return writePresenceRequest(writer, frame)
    case 'marks':
      return writeMarks(writer, frame)
    case 'token':
      return writeTokenRenewal(writer, frame)
  }
}

function readDeviceFrame(reader: Reader): DeviceFrame {
  const byte = readByte(reader)
  // The size comes after the version here: `readHello` looks at both.
  if (byte === deviceByte.hello) return readHello(reader)
  expectSize(reader, maxDeviceFrameBytes)
  switch (byte) {
    case deviceByte.push:
      return readPush(reader)
    case deviceByte.command:
      return readCommand(reader)
    case deviceByte.fetch:
      return readFetch(reader)
    case deviceByte.digests:
      return readDigestsRequest(reader)
    case deviceByte.ping:
      return readPing(reader)
    case deviceByte.people:
      return readPeople(reader)
    case deviceByte.signal:
      return readSignal(reader)
    case deviceByte.presence:
      return readPresenceRequest(reader)
    case deviceByte.marks:
      return readMarks(reader)
    case deviceByte.token:
      return readTokenRenewal(reader)
    default:
      return refuse('unknown-frame', `a device sends no frame of kind ${byte}`)
  }
}

function writeRelayFrame(writer: Writer, frame: RelayFrame): void {
  switch (frame.frame) {
    case 'welcome':
      return writeWelcome(writer, frame)
    case 'sync':
      return writeSync(writer, frame)
    case 'rows':
      return writeRows(writer, frame)
    case 'cursor':
      return writeCursor(writer, frame)
    case 'answer':
      return writeAnswer(writer, frame)
    case 'command-answer':
      return writeCommandAnswer(writer, frame)
    case 'fetch-answer':
      return writeFetchAnswer(writer, frame)
    case 'digests-answer':
      return writeDigestsAnswer(writer, frame)
    case 'pong':
      return writePong(writer, frame)
    case 'failure':
      return writeFailure(writer, frame)
    case 'own':
      return writeOwn(writer, frame)
    case 'people-answer':
      return writePeopleAnswer(writer, frame)
    case 'signal':
      return writeRelayedSignal(writer, frame)
    case 'presence-answer':
      return writePresenceAnswer(writer, frame)
    case 'presence':
      return writePresence(writer, frame)
    case 'marks':
      return writeToldMarks(writer, frame)
    case 'token-taken':
      return writeTokenTaken(writer, frame)
  }
}

function readRelayFrame(reader: Reader): RelayFrame {
  const byte = readByte(reader)
  expectSize(reader, maxRelayFrameBytes)
  switch (byte) {
    case relayByte.welcome:
      return readWelcome(reader)
    case relayByte.sync:
      return readSync(reader)
    case relayByte.rows:
      return readRows(reader)
    case relayByte.cursor:
      return readCursor(reader)
    case relayByte.answer:
      return readAnswer(reader)
    case relayByte['command-answer']:
      return readCommandAnswer(reader)
    case relayByte['fetch-answer']:
      return readFetchAnswer(reader)
    case relayByte['digests-answer']:
      return readDigestsAnswer(reader)
    case relayByte.pong:
      return readPong(reader)
    case relayByte.failure:
      return readFailure(reader)
    case relayByte.own:
      return readOwn(reader)
    case relayByte['people-answer']:
      return readPeopleAnswer(reader)
    case relayByte.signal:
      return readRelayedSignal(reader)
    case relayByte['presence-answer']:
      return readPresenceAnswer(reader)
    case relayByte.presence:
      return readPresence(reader)
    case relayByte.marks:
      return readToldMarks(reader)
    case relayByte['token-taken']:
      return readTokenTaken(reader)
    default:
      return refuse('unknown-frame', `a relay sends no frame of kind ${byte}`)
  }
}
