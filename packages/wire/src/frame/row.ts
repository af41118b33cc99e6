/**
 * Rows of the log, in sequence.
 *
 * Sequence and time are steps from the row before (from 0 for the first), so that an intact entry costs its kind, two
 * short steps, its page and its update. Sequences grow, times never shrink. (SPEC: WI19, WI20)
 */
import { assert } from '../assert.ts'
import { readAny, writeAny } from '../bytes/any.ts'
import {
  malformed,
  type Reader,
  readBytes,
  readChoice,
  readFlag,
  readList,
  readStep,
  readVarUint,
  readView,
} from '../bytes/bounded-reader.ts'
import {
  writeBytes,
  writeChoice,
  writeFlag,
  writeList,
  writeStep,
  writeVarUint,
  type Writer,
} from '../bytes/bounded-writer.ts'
import type { EntryRow, ErasedItem, Row } from '../rows.ts'
import { maxErasesPerRow, maxRelayFrameBytes, maxRowsPerFrame } from '../limits.ts'
import { type Item, itemOf, type OwnUpdate, ownUpdate, updateOf } from './entry-update.ts'
import { readBack, readId, readPage, writeBack, writeId, writePage } from './words.ts'

interface Place {
  readonly seq: number
  readonly time: number
}

const start: Place = { seq: 0, time: 0 }

export function writeRowList(writer: Writer, rows: readonly Row[]): void {
  let previous: Row | undefined
  writeList(writer, rows, maxRowsPerFrame, (inner, row) => {
    writeRow(inner, row, previous)
    previous = row
  })
}

export function readRowList(reader: Reader): readonly Row[] {
  let previous: Row | undefined
  return readList(reader, maxRowsPerFrame, (inner) => {
    const row = readRow(inner, previous)
    previous = row
    return row
  })
}

/**
 * The last two are entries that erase nothing, behind one of the same client: in a list the one of the row before, elsewhere
 * any. Most lists are of one row, and look at none.
 */
const kinds = [
  'entry',
  'entry that erases',
  'erased',
  'head',
  'hidden',
  'next entry',
  'entry behind its own',
] as const

type Kind = (typeof kinds)[number]

/** `previous`: the row before it in its list. */
export function writeRow(writer: Writer, row: Row, previous?: Row): void {
  const { seq, time } = previous ?? start
  const own = nextOwn(row, previous)
  const kind = own === undefined ? kindOf(row) : 'next entry'
  writeChoice(writer, kinds, kind)
  if (row.seq <= seq) assert(false, `rows are in sequence: ${row.seq} after ${seq}`)
  writeStep(writer, seq + 1, row.seq)
  writeStep(writer, time, row.time)
  writeParts(writer, row, kind, own)
}

/** A row by itself, at or shortly before a place that is known. */
export function writeRowAt(writer: Writer, row: Row, { seq, time }: Place): void {
  const own = isPlain(row) ? ownUpdate(row.update) : undefined
  const kind = own === undefined ? kindOf(row) : 'entry behind its own'
  writeChoice(writer, kinds, kind)
  if (row.seq === 0) assert(false, 'sequences begin with 1')
  writeBack(writer, seq, row.seq)
  writeBack(writer, time, row.time)
  writeParts(writer, row, kind, own)
}

export function readRowAt(reader: Reader, { seq, time }: Place): Row {
  const kind = readChoice(reader, kinds)
  if (kind === 'next entry') malformed(reader, 'a next entry that is not in a list')
  const own = readBack(reader, seq)
  if (own === 0) malformed(reader, 'sequence 0, where they begin with 1')
  const row = readParts(reader, kind, { seq: own, time: readBack(reader, time) }, undefined)
  if (kind === 'entry' && isPlain(row) && ownUpdate(row.update) !== undefined) tooLong(reader)
  return row
}

function isPlain(row: Row): row is EntryRow {
  return row.kind === 'entry' && row.erases.length === 0
}

function kindOf(row: Row): Kind {
  return row.kind === 'entry' && row.erases.length > 0 ? 'entry that erases' : row.kind
}

/** What is left of the update of a row that is the next one of its client on the row before. */
function nextOwn(row: Row, previous: Row | undefined): OwnUpdate | undefined {
  if (previous?.kind !== 'entry' || !isPlain(row)) return undefined
  const own = ownUpdate(row.update)
  const before = own === undefined ? undefined : itemOf(previous.update)
  return own?.client === before?.client && own?.clock === (before?.clock ?? 0) + 1 ? own : undefined
}

function writeParts(writer: Writer, row: Row, kind: Kind, own: OwnUpdate | undefined): void {
  switch (row.kind) {
    case 'entry':
      writePage(writer, row.page)
      if (own === undefined) writeBytes(writer, row.update, maxRelayFrameBytes)
      else {
        if (kind !== 'next entry') {
          writeVarUint(writer, own.client)
          writeVarUint(writer, own.clock)
        }
        writeBytes(writer, own.rest, maxRelayFrameBytes)
      }
      if (row.erases.length > 0) writeList(writer, row.erases, maxErasesPerRow, writeErasedItem)
      return
    case 'erased':
      writePage(writer, row.page)
      writeBytes(writer, row.update, maxRelayFrameBytes)
      writeId(writer, row.author)
      writeId(writer, row.id)
      writeFlag(writer, row.operation)
      return
    case 'head':
      writeBytes(writer, row.update, maxRelayFrameBytes)
      writeId(writer, row.command)
      writeAny(writer, row.change)
      return
    case 'hidden':
  }
}

function readRow(reader: Reader, previous?: Row): Row {
  const kind = readChoice(reader, kinds)
  if (kind === 'entry behind its own') malformed(reader, 'an entry behind its own in a list')
  const { seq, time } = previous ?? start
  const own = readStep(reader, seq + 1)
  const row = readParts(reader, kind, { seq: own, time: readStep(reader, time) }, previous)
  if (kind === 'entry' && nextOwn(row, previous) !== undefined) tooLong(reader)
  return row
}

function readParts(reader: Reader, kind: Kind, { seq, time }: Place, previous: Row | undefined): Row {
  switch (kind) {
    case 'entry':
    case 'entry that erases':
    case 'entry behind its own':
    case 'next entry':
      return {
        kind: 'entry',
        seq,
        time,
        page: readPage(reader),
        update: readUpdate(reader, kind, previous),
        erases: kind === 'entry that erases' ? readErases(reader) : [],
      }
    case 'erased':
      return {
        kind,
        seq,
        time,
        page: readPage(reader),
        update: readBytes(reader, maxRelayFrameBytes),
        author: readId(reader),
        id: readId(reader),
        operation: readFlag(reader),
      }
    case 'head':
      return {
        kind,
        seq,
        time,
        update: readBytes(reader, maxRelayFrameBytes),
        command: readId(reader),
        change: readAny(reader),
      }
    case 'hidden':
      return { kind, seq, time }
  }
}

function readUpdate(reader: Reader, kind: Kind, previous: Row | undefined): Uint8Array {
  if (kind === 'next entry') {
    const item = nextItem(reader, previous)
    return updateOf({ ...item, rest: readView(reader, maxRelayFrameBytes) })
  }
  if (kind !== 'entry behind its own') return readBytes(reader, maxRelayFrameBytes)
  const item = { client: readVarUint(reader), clock: readVarUint(reader) }
  if (item.clock === 0) malformed(reader, 'an entry behind its own at clock 0')
  return updateOf({ ...item, rest: readView(reader, maxRelayFrameBytes) })
}

function nextItem(reader: Reader, previous: Row | undefined): Item {
  const before = previous?.kind === 'entry' ? itemOf(previous.update) : undefined
  if (before === undefined || before.clock === Number.MAX_SAFE_INTEGER)
    malformed(reader, 'a next entry behind none')
  return { client: before.client, clock: before.clock + 1 }
}

/** It would be a second encoding of the same. */
function tooLong(reader: Reader): never {
  malformed(reader, 'an entry that is longer than it must be')
}

function readErases(reader: Reader): readonly ErasedItem[] {
  const erases = readList(reader, maxErasesPerRow, readErasedItem)
  if (erases.length === 0) malformed(reader, 'an entry that erases nothing')
  return erases
}

function writeErasedItem(writer: Writer, item: ErasedItem): void {
  writeVarUint(writer, item.seq)
  writeVarUint(writer, item.client)
  writeVarUint(writer, item.clock)
}

function readErasedItem(reader: Reader): ErasedItem {
  return { seq: readVarUint(reader), client: readVarUint(reader), clock: readVarUint(reader) }
}
