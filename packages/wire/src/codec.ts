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
import {
  type FetchAnswerHead,
  readFetch,
  readFetchAnswer,
  readFetchedRows,
  writeFetch,
  writeFetchAnswer,
  writeFetchedRows,
  writeRowsAnswer,
} from './frame/fetch.ts'
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
import { readQuery, readQueryAnswer, writeQuery, writeQueryAnswer } from './frame/query.ts'
import { readAnswer, readPush, writeAnswer, writePush } from './frame/push.ts'
import { readCursor, readRows, writeCursor, writeRows } from './frame/rows.ts'
import { readRelayedSignal, readSignal, writeRelayedSignal, writeSignal } from './frame/signal.ts'
import { writeNews } from './frame/news.ts'
import { readSync, writeSync, writeSyncOf } from './frame/sync.ts'
import { readTokenRenewal, readTokenTaken, writeTokenRenewal, writeTokenTaken } from './frame/token.ts'
import type { DeviceFrame, FetchedRows, RelayFrame, Sync } from './frames.ts'
import type { News } from './list-row.ts'
import { maxDeviceFrameBytes, maxRelayFrameBytes } from './limits.ts'

export type Decoded<Frame> =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly failure: WireFault }

type Named<Frame extends { readonly frame: string }> = { readonly [F in Frame as F['frame']]: F }
type DeviceFrames = Named<DeviceFrame>
type RelayFrames = Named<RelayFrame>

/** By frame its byte and how it is written. The two directions share no byte: a frame that is sent back is `unknown-frame`. */
type Writers<Frames> = {
  readonly [Name in keyof Frames]: readonly [number, (writer: Writer, frame: Frames[Name]) => void]
}
const helloByte = 1

type Readers<Frame> = Readonly<Record<number, (reader: Reader) => Frame>>

const deviceWriters: Writers<DeviceFrames> = {
  hello: [helloByte, writeHello],
  push: [2, writePush],
  command: [3, writeCommand],
  fetch: [4, writeFetch],
  digests: [5, writeDigestsRequest],
  ping: [6, writePing],
  people: [7, writePeople],
  signal: [8, writeSignal],
  presence: [9, writePresenceRequest],
  marks: [10, writeMarks],
  token: [11, writeTokenRenewal],
  query: [12, writeQuery],
}

const deviceReaders: Readers<DeviceFrame> = {
  [helloByte]: readHello,
  2: readPush,
  3: readCommand,
  4: readFetch,
  5: readDigestsRequest,
  6: readPing,
  7: readPeople,
  8: readSignal,
  9: readPresenceRequest,
  10: readMarks,
  11: readTokenRenewal,
  12: readQuery,
}

const relayWriters: Writers<RelayFrames> = {
  welcome: [65, writeWelcome],
  sync: [66, writeSync],
  rows: [67, writeRows],
  cursor: [68, writeCursor],
  answer: [69, writeAnswer],
  'command-answer': [70, writeCommandAnswer],
  'fetch-answer': [71, writeFetchAnswer],
  'digests-answer': [72, writeDigestsAnswer],
  pong: [73, writePong],
  failure: [74, writeFailure],
  own: [75, writeOwn],
  'people-answer': [76, writePeopleAnswer],
  signal: [77, writeRelayedSignal],
  'presence-answer': [78, writePresenceAnswer],
  presence: [79, writePresence],
  marks: [80, writeToldMarks],
  'token-taken': [81, writeTokenTaken],
  'query-answer': [82, writeQueryAnswer],
}

const relayReaders: Readers<RelayFrame> = {
  65: readWelcome,
  66: readSync,
  67: readRows,
  68: readCursor,
  69: readAnswer,
  70: readCommandAnswer,
  71: readFetchAnswer,
  72: readDigestsAnswer,
  73: readPong,
  74: readFailure,
  75: readOwn,
  76: readPeopleAnswer,
  77: readRelayedSignal,
  78: readPresenceAnswer,
  79: readPresence,
  80: readToldMarks,
  81: readTokenTaken,
  82: readQueryAnswer,
}

export function encodeDeviceFrame(frame: DeviceFrame): Uint8Array<ArrayBuffer> {
  return encode<DeviceFrames>(deviceWriters, frame.frame, frame, maxDeviceFrameBytes).slice()
}

export function decodeDeviceFrame(bytes: Uint8Array): Decoded<DeviceFrame> {
  return decode(bytes, deviceReaders, maxDeviceFrameBytes, 'device')
}

export function encodeRelayFrame(frame: RelayFrame): Uint8Array<ArrayBuffer> {
  return encode<RelayFrames>(relayWriters, frame.frame, frame, maxRelayFrameBytes)
}

/** A list row, written once, however it is to be told: `encodeSync` takes it as it is. */
export function encodeNews(news: News): Uint8Array<ArrayBuffer> {
  return writeAll(maxRelayFrameBytes, (writer) => writeNews(writer, news))
}

/** The bytes of the frame that has these list rows. */
export function encodeSync(sync: Omit<Sync, 'news'>, news: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return writeAll(maxRelayFrameBytes, (writer) => {
    writeByte(writer, relayWriters.sync[0])
    writeSyncOf(writer, sync, news)
  })
}

/** What may be deflated of an answer: all but whom it answers, so that it is the same to everybody. */
export function encodeFetchedRows(fetched: FetchedRows): Uint8Array<ArrayBuffer> {
  return writeAll(maxRelayFrameBytes, (writer) => writeFetchedRows(writer, fetched))
}

/** undefined for what is none: whoever made it has been trusted with a frame, and is told as for any other. */
export function decodeFetchedRows(bytes: Uint8Array): FetchedRows | undefined {
  const result = readAll(bytes, readFetchedRows)
  return result.ok ? result.value : undefined
}

/** The bytes of the answer that has these rows, as `encodeFetchedRows` gave them. */
export function encodeRowsAnswer(head: FetchAnswerHead, rows: Uint8Array): Uint8Array<ArrayBuffer> {
  return writeAll(maxRelayFrameBytes, (writer) => {
    writeByte(writer, relayWriters['fetch-answer'][0])
    writeRowsAnswer(writer, head, rows)
  })
}

export function decodeRelayFrame(bytes: Uint8Array): Decoded<RelayFrame> {
  return decode(bytes, relayReaders, maxRelayFrameBytes, 'relay')
}

function encode<Frames>(
  writers: Writers<Frames>,
  name: keyof Frames,
  frame: Frames[keyof Frames],
  maxBytes: number,
): Uint8Array<ArrayBuffer> {
  const [byte, write] = writers[name]
  return writeAll(maxBytes, (writer) => {
    writeByte(writer, byte)
    write(writer, frame)
  })
}

function decode<Frame>(
  bytes: Uint8Array,
  readers: Readers<Frame>,
  maxBytes: number,
  who: string,
): Decoded<Frame> {
  const result = readAll(bytes, (reader) => {
    const byte = readByte(reader)
    const read = readers[byte]
    // The size of a hello comes after its version: `readHello` looks at both.
    if (byte !== helloByte) expectSize(reader, maxBytes)
    return read === undefined
      ? refuse('unknown-frame', `a ${who} sends no frame of kind ${byte}`)
      : read(reader)
  })
  return result.ok ? { ok: true, frame: result.value } : { ok: false, failure: result.fault }
}
