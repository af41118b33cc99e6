import * as fc from 'fast-check'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import { readAuthMessage } from 'y-protocols/auth'
import { readSyncMessage, writeSyncStep1, writeSyncStep2, writeUpdate as stockUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import { expect, test } from 'vitest'
import { maxStateVectorClients } from './y-limits.ts'
import {
  isSingleUpdate,
  readYMessage,
  writeAwareness,
  writePermissionDenied,
  writeStep1,
  writeStep2,
  writeUpdate,
} from './y-messages.ts'

/** As the stock provider would send it. */
function stock(type: number, write: (encoder: encoding.Encoder) => void): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, type)
    write(encoder)
  })
}

function docWith(text: string): Y.Doc {
  const doc = new Y.Doc()
  doc.getArray('entries').push([text])
  return doc
}

test('[RE110] what a stock provider sends is understood', () => {
  const doc = docWith('a')
  const awareness = new Awareness(doc)
  awareness.setLocalState({ name: 'Tom' })
  expect(readYMessage(stock(0, (encoder) => writeSyncStep1(encoder, doc)))).toEqual({
    kind: 'step1',
    vector: Y.encodeStateVector(doc),
  })
  const update = Y.encodeStateAsUpdate(doc)
  expect(readYMessage(stock(0, (encoder) => writeSyncStep2(encoder, doc)))).toEqual({
    kind: 'write',
    step: 'step2',
    update,
  })
  const single = stock(0, (encoder) => stockUpdate(encoder, update))
  expect(readYMessage(single)).toEqual({ kind: 'write', step: 'update', update })
  expect([isSingleUpdate(single), isSingleUpdate(stock(0, (e) => writeSyncStep2(e, doc)))]).toEqual([
    true,
    false,
  ])
  const states = encodeAwarenessUpdate(awareness, [doc.clientID])
  expect(readYMessage(stock(1, (encoder) => encoding.writeVarUint8Array(encoder, states)))).toEqual({
    kind: 'awareness',
    entries: [{ client: doc.clientID, clock: 1, state: '{"name":"Tom"}' }],
  })
  expect(readYMessage(stock(3, () => undefined))).toEqual({ kind: 'query' })
  awareness.destroy()
})

test('[RE110] what is written is what a stock provider understands', () => {
  const doc = docWith('a')
  for (const write of [writeStep2, writeUpdate]) {
    const copy = new Y.Doc()
    const decoder = decoding.createDecoder(write(Y.encodeStateAsUpdate(doc)))
    expect(decoding.readVarUint(decoder)).toBe(0)
    readSyncMessage(decoder, encoding.createEncoder(), copy, 'relay')
    expect(copy.getArray('entries').toArray()).toEqual(['a'])
  }
})

test('[RE212] a question is one that a stock provider answers with what is lacking', () => {
  const doc = docWith('a')
  const asked = decoding.createDecoder(writeStep1(Y.encodeStateVector(new Y.Doc())))
  expect(decoding.readVarUint(asked)).toBe(0)
  const answer = encoding.createEncoder()
  encoding.writeVarUint(answer, 0)
  readSyncMessage(asked, answer, doc, 'relay')
  expect(readYMessage(encoding.toUint8Array(answer))).toEqual({
    kind: 'write',
    step: 'step2',
    update: Y.encodeStateAsUpdate(doc),
  })
})

test('[RE118] a refusal is one that a stock provider understands', () => {
  const decoder = decoding.createDecoder(writePermissionDenied('no'))
  expect(decoding.readVarUint(decoder)).toBe(2)
  let heard = ''
  readAuthMessage(decoder, new Y.Doc(), (_doc, reason) => {
    heard = reason
  })
  expect(heard).toBe('no')
})

test('[RE111] a state vector with as many clients as there may be is read, and not one more', () => {
  const vector = (clients: number): Uint8Array =>
    stock(0, (encoder) => {
      encoding.writeVarUint(encoder, 0)
      const inner = encoding.createEncoder()
      encoding.writeVarUint(inner, clients)
      for (let client = 0; client < clients; client += 1) {
        encoding.writeVarUint(inner, client)
        encoding.writeVarUint(inner, 1)
      }
      encoding.writeVarUint8Array(encoder, encoding.toUint8Array(inner))
    })
  expect(readYMessage(vector(maxStateVectorClients))).toMatchObject({ kind: 'step1' })
  expect(readYMessage(vector(maxStateVectorClients + 1))).toEqual({ kind: 'malformed' })
})

test('[RE111] any bytes are read without a throw, and every state vector that passes is one for Yjs', () => {
  const doc = docWith('a')
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 64 }),
    fc.uint8Array({ maxLength: 64 }).map((tail) => Uint8Array.of(0, 0, tail.length, ...tail)),
    fc.uint8Array({ maxLength: 64 }).map((tail) => Uint8Array.of(1, tail.length, ...tail)),
  )
  fc.assert(
    fc.property(anything, (bytes) => {
      const message = readYMessage(bytes)
      expect(['step1', 'write', 'awareness', 'query', 'malformed']).toContain(message.kind)
      if (message.kind === 'step1') Y.encodeStateAsUpdate(doc, message.vector)
      if (message.kind === 'awareness') for (const { state } of message.entries) JSON.parse(state)
    }),
    { numRuns: 2000 },
  )
})

test('[RE111] a state that is not JSON, or not text, is no message', () => {
  const entries = [{ client: 1, clock: 1, state: '{"a":' }]
  expect(readYMessage(writeAwareness(entries))).toEqual({ kind: 'malformed' })
  const spaced = writeAwareness([{ client: 1, clock: 1, state: ' null ' }])
  expect(readYMessage(spaced)).toMatchObject({ entries: [{ state: 'null' }] })
  const bytes = writeAwareness([{ client: 1, clock: 1, state: '"a"' }])
  expect(readYMessage(bytes)).toMatchObject({ kind: 'awareness' })
  expect(readYMessage(bytes.with(bytes.length - 2, 0xff))).toEqual({ kind: 'malformed' })
  expect(readYMessage(Uint8Array.of(...bytes, 0))).toEqual({ kind: 'malformed' })
})

test('[RE111] a client or a clock of more than 53 bits is no message', () => {
  const largest = [255, 255, 255, 255, 255, 255, 255, 15]
  const beyond = [128, 128, 128, 128, 128, 128, 128, 16]
  const message = (...numbers: readonly (readonly number[])[]): Uint8Array => {
    const entry = [1, ...numbers.flat(), 4, ...Buffer.from('null')]
    return Uint8Array.of(1, entry.length, ...entry)
  }
  expect(readYMessage(message(largest, largest))).toMatchObject({
    entries: [{ client: Number.MAX_SAFE_INTEGER, clock: Number.MAX_SAFE_INTEGER }],
  })
  expect(readYMessage(message(beyond, [1]))).toEqual({ kind: 'malformed' })
  expect(readYMessage(message([1], beyond))).toEqual({ kind: 'malformed' })
  const vector = (clock: readonly number[]): Uint8Array =>
    Uint8Array.of(0, 0, clock.length + 2, 1, 1, ...clock)
  expect(readYMessage(vector(largest))).toMatchObject({ kind: 'step1' })
  expect(readYMessage(vector(beyond))).toEqual({ kind: 'malformed' })
})
