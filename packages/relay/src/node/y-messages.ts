/**
 * The messages of the stock y-websocket protocol, as far as the relay speaks it: a reader that trusts nothing, and writers.
 *
 *   0 sync: 0 step 1 (a state vector), 1 step 2, 2 update       1 awareness       2 auth: 0 permission denied
 *   3 query for awareness
 *
 * What a reader would write is only recognised here, and read in `y-writer.ts`: not a byte of it reaches Yjs. A state
 * vector is walked and counted before Yjs sees it. Rules RE110 and RE111.
 */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { writePermissionDenied as writeDenial } from 'y-protocols/auth'
import {
  messageYjsSyncStep1,
  messageYjsSyncStep2,
  messageYjsUpdate,
  writeUpdate as writeUpdateOf,
} from 'y-protocols/sync'
import { maxAwarenessEntries, maxAwarenessStateBytes, maxStateVectorClients } from './y-limits.ts'

const sync = 0
const awareness = 1
const auth = 2
const query = 3

/** One client's state, as y-protocols keeps it. `state` is JSON text; `null` (the word) means gone. */
export interface AwarenessEntry {
  readonly client: number
  readonly clock: number
  readonly state: string
}

/** The answer to a step 1, which is everything that the vector in it lacked; or one change. */
export type WriteStep = 'step2' | 'update'

export type YMessage =
  | { readonly kind: 'step1'; readonly vector: Uint8Array }
  /** Something it wants to write. */
  | { readonly kind: 'write'; readonly step: WriteStep; readonly update: Uint8Array }
  | { readonly kind: 'awareness'; readonly entries: readonly AwarenessEntry[] }
  | { readonly kind: 'query' }
  | { readonly kind: 'malformed' }

export function readYMessage(bytes: Uint8Array): YMessage {
  try {
    const decoder = decoding.createDecoder(bytes)
    const message = readMessage(decoder)
    return decoding.hasContent(decoder) ? { kind: 'malformed' } : message
  } catch {
    // lib0 throws on what ends too early or is no number, and the parsers on what is no text or no JSON.
    return { kind: 'malformed' }
  }
}

/** Asks for whatever a document with this state vector lacks. */
export function writeStep1(vector: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, sync)
    encoding.writeVarUint(encoder, messageYjsSyncStep1)
    encoding.writeVarUint8Array(encoder, vector)
  })
}

export function writeStep2(state: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, sync)
    encoding.writeVarUint(encoder, messageYjsSyncStep2)
    encoding.writeVarUint8Array(encoder, state)
  })
}

export function writeUpdate(update: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, sync)
    writeUpdateOf(encoder, update)
  })
}

export function writeAwareness(entries: readonly AwarenessEntry[]): Uint8Array {
  const inner = encoding.createEncoder()
  encoding.writeVarUint(inner, entries.length)
  for (const entry of entries) {
    encoding.writeVarUint(inner, entry.client)
    encoding.writeVarUint(inner, entry.clock)
    encoding.writeVarString(inner, entry.state)
  }
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, awareness)
    encoding.writeVarUint8Array(encoder, encoding.toUint8Array(inner))
  })
}

export function writePermissionDenied(reason: string): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, auth)
    writeDenial(encoder, reason)
  })
}

function readMessage(decoder: decoding.Decoder): YMessage {
  switch (decoding.readVarUint(decoder)) {
    case sync:
      return readSync(decoder)
    case awareness:
      return readAwareness(decoding.createDecoder(decoding.readVarUint8Array(decoder)))
    case query:
      return { kind: 'query' }
    default:
      return { kind: 'malformed' }
  }
}

function readSync(decoder: decoding.Decoder): YMessage {
  const step = decoding.readVarUint(decoder)
  const payload = decoding.readVarUint8Array(decoder)
  switch (step) {
    case messageYjsSyncStep1:
      return isStateVector(payload) ? { kind: 'step1', vector: payload } : { kind: 'malformed' }
    case messageYjsSyncStep2:
      return { kind: 'write', step: 'step2', update: payload }
    case messageYjsUpdate:
      return { kind: 'write', step: 'update', update: payload }
    default:
      return { kind: 'malformed' }
  }
}

/** Tells a change by its first bytes: it may be too long to be read. */
export function isSingleUpdate(bytes: Uint8Array): boolean {
  return bytes[0] === sync && bytes[1] === messageYjsUpdate
}

function isStateVector(payload: Uint8Array): boolean {
  const decoder = decoding.createDecoder(payload)
  const clients = decoding.readVarUint(decoder)
  if (clients > maxStateVectorClients) return false
  for (let index = 0; index < clients * 2; index += 1) readWhole(decoder)
  return !decoding.hasContent(decoder)
}

/** lib0 lets the last byte of a number carry it beyond 53 bits, where clocks do not count any more. */
function readWhole(decoder: decoding.Decoder): number {
  const number = decoding.readVarUint(decoder)
  if (!Number.isSafeInteger(number)) throw new RangeError('a number has more than 53 bits')
  return number
}

function readAwareness(decoder: decoding.Decoder): YMessage {
  const entries: AwarenessEntry[] = []
  const count = decoding.readVarUint(decoder)
  if (count > maxAwarenessEntries) return { kind: 'malformed' }
  for (let index = 0; index < count; index += 1) {
    const client = readWhole(decoder)
    const clock = readWhole(decoder)
    const state = decoding.readVarUint8Array(decoder)
    // Every reader parses it, and throws at what is none; written anew, so that one value has one text.
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(state))
    // Too large is dropped alone: an honest client may echo what others are allowed elsewhere.
    if (state.length <= maxAwarenessStateBytes) entries.push({ client, clock, state: JSON.stringify(value) })
  }
  return decoding.hasContent(decoder) ? { kind: 'malformed' } : { kind: 'awareness', entries }
}
