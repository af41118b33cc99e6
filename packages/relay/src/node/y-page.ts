/**
 * A whole page as one update for Yjs. Rule RE268.
 *
 * Row by row, Yjs walks past everything that stands behind the same place: whoever writes many entries behind an old one, under
 * rising client ids, makes that the square of the page. In one update Yjs takes the highest client first, and mostly walks nowhere;
 * and there is one transaction instead of many.
 */
import { type ItemId, writeErasure } from '@parley/document'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'

export interface PageRow {
  readonly update: Uint8Array
  readonly erases: readonly ItemId[]
}

/** Rows in sequence, from the first on: what they say, and then what they have taken back. */
export function writePage(rows: readonly PageRow[]): readonly Uint8Array[] {
  const updates = rows.length === 0 ? [] : [joinAppends(rows.map(({ update }) => update))]
  const erases = rows.flatMap((row) => row.erases)
  return erases.length === 0 ? updates : [...updates, writeErasure(erases)]
}

interface Author {
  /** Of the first one. */
  readonly clock: number
  readonly structs: Uint8Array[]
}

/** Stored rows: appends, or what is left of them, each author's without a gap. */
function joinAppends(updates: readonly Uint8Array[]): Uint8Array {
  const authors = new Map<number, Author>()
  for (const update of updates) {
    const { client, clock, struct } = readStruct(update)
    const author = authors.get(client)
    if (author === undefined) authors.set(client, { clock, structs: [struct] })
    else if (author.clock + author.structs.length === clock) author.structs.push(struct)
    else throw new Error('the rows of a page lack one of their author')
  }
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, authors.size)
    for (const [client, { clock, structs }] of [...authors].toSorted(([a], [b]) => b - a)) {
      encoding.writeVarUint(encoder, structs.length)
      encoding.writeVarUint(encoder, client)
      encoding.writeVarUint(encoder, clock)
      for (const struct of structs) encoding.writeUint8Array(encoder, struct)
    }
    encoding.writeVarUint(encoder, 0)
  })
}

/** Between the place and the deletions, of which a row has none. */
function readStruct(update: Uint8Array): ItemId & { readonly struct: Uint8Array } {
  const decoder = decoding.createDecoder(update)
  const single = decoding.readVarUint(decoder) === 1 && decoding.readVarUint(decoder) === 1
  if (!single || update.at(-1) !== 0) throw new Error('a row of a page is no append')
  const client = decoding.readVarUint(decoder)
  const clock = decoding.readVarUint(decoder)
  return { client, clock, struct: update.subarray(decoder.pos, -1) }
}
