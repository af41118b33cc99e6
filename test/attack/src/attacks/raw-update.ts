/** Updates in Yjs's V1 format, byte by byte, with anything in them. */
import type { ItemId } from '@parley/document'
import * as encoding from 'lib0/encoding'

export interface RawStruct {
  /** Which content: 0 collected, 1 deleted, 2 JSON, 3 bytes, 4 text, 5 embed, 6 format, 7 type, 8 any, 9 document, 10 skip. */
  readonly content: number
  readonly origin?: ItemId | undefined
  readonly right?: ItemId
  /** A root by its name, or an item; left out where there is an origin. */
  readonly parent?: string | ItemId
  readonly key?: string
  readonly write: (encoder: encoding.Encoder) => void
}

export interface RawClient {
  readonly client: number
  readonly clock: number
  readonly structs: readonly RawStruct[]
}

export interface RawRange {
  readonly client: number
  readonly clock: number
  readonly length: number
}

export function rawUpdate(clients: readonly RawClient[], deletions: readonly RawRange[] = []): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, clients.length)
    for (const { client, clock, structs } of clients) {
      encoding.writeVarUint(encoder, structs.length)
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, clock)
      for (const struct of structs) writeStruct(encoder, struct)
    }
    encoding.writeVarUint(encoder, deletions.length)
    for (const { client, clock, length } of deletions) {
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, 1)
      encoding.writeVarUint(encoder, clock)
      encoding.writeVarUint(encoder, length)
    }
  })
}

function writeStruct(encoder: encoding.Encoder, struct: RawStruct): void {
  const { content, origin, right, parent, key, write } = struct
  const info =
    content |
    (origin === undefined ? 0 : 0x80) |
    (right === undefined ? 0 : 0x40) |
    (key === undefined ? 0 : 0x20)
  encoding.writeUint8(encoder, info)
  if (content !== 0 && content !== 10) {
    for (const id of [origin, right]) {
      if (id === undefined) continue
      encoding.writeVarUint(encoder, id.client)
      encoding.writeVarUint(encoder, id.clock)
    }
    if (origin === undefined && right === undefined) writeParent(encoder, parent ?? 'entries', key)
  }
  write(encoder)
}

function writeParent(encoder: encoding.Encoder, parent: string | ItemId, key: string | undefined): void {
  encoding.writeVarUint(encoder, typeof parent === 'string' ? 1 : 0)
  if (typeof parent === 'string') encoding.writeVarString(encoder, parent)
  else {
    encoding.writeVarUint(encoder, parent.client)
    encoding.writeVarUint(encoder, parent.clock)
  }
  if (key !== undefined) encoding.writeVarString(encoder, key)
}

/** A length, and nothing else: collected, deleted and skipped ranges. */
export function ofLength(length: number): RawStruct['write'] {
  return (encoder) => encoding.writeVarUint(encoder, length)
}

/** Values as lib0 writes any. */
export function anyOf(...values: readonly unknown[]): RawStruct['write'] {
  return (encoder) => {
    encoding.writeVarUint(encoder, values.length)
    // lib0 takes what it can write; what it cannot, throws.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    for (const value of values) encoding.writeAny(encoder, value as string)
  }
}

/** The values' own bytes. */
export function bytesOf(...values: readonly Uint8Array[]): RawStruct['write'] {
  return (encoder) => {
    encoding.writeVarUint(encoder, values.length)
    for (const value of values) encoding.writeUint8Array(encoder, value)
  }
}
