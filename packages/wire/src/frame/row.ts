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
import type { ErasedItem, Row } from '../rows.ts'
import { maxErasesPerRow, maxRelayFrameBytes, maxRowsPerFrame } from '../limits.ts'
import { readBack, readId, readPage, writeBack, writeId, writePage } from './words.ts'

interface Place {
  readonly seq: number
  readonly time: number
}

const start: Place = { seq: 0, time: 0 }

export function writeRowList(writer: Writer, rows: readonly Row[]): void {
  let previous = start
  writeList(writer, rows, maxRowsPerFrame, (inner, row) => {
    writeRow(inner, row, previous)
    previous = row
  })
}

export function readRowList(reader: Reader): readonly Row[] {
  let previous = start
  return readList(reader, maxRowsPerFrame, (inner) => {
    const row = readRow(inner, previous)
    previous = row
    return row
  })
}

const kinds = ['entry', 'entry that erases', 'erased', 'head', 'hidden'] as const

export function writeRow(writer: Writer, row: Row, previous: Place = start): void {
  writeKind(writer, row)
  if (row.seq <= previous.seq) assert(false, `rows are in sequence: ${row.seq} after ${previous.seq}`)
  writeStep(writer, previous.seq + 1, row.seq)
  writeStep(writer, previous.time, row.time)
  writeParts(writer, row)
}

/** A row by itself, at or shortly before a place that is known. */
export function writeRowAt(writer: Writer, row: Row, { seq, time }: Place): void {
  writeKind(writer, row)
  if (row.seq === 0) assert(false, 'sequences begin with 1')
  writeBack(writer, seq, row.seq)
  writeBack(writer, time, row.time)
  writeParts(writer, row)
}

export function readRowAt(reader: Reader, { seq, time }: Place): Row {
  const kind = readChoice(reader, kinds)
  const own = readBack(reader, seq)
  if (own === 0) malformed(reader, 'sequence 0, where they begin with 1')
  return readParts(reader, kind, own, readBack(reader, time))
}

function writeKind(writer: Writer, row: Row): void {
  writeChoice(writer, kinds, row.kind === 'entry' && row.erases.length > 0 ? 'entry that erases' : row.kind)
}

function writeParts(writer: Writer, row: Row): void {
  switch (row.kind) {
    case 'entry':
      writePage(writer, row.page)
      writeBytes(writer, row.update, maxRelayFrameBytes)
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

export function readRow(reader: Reader, previous: Place = start): Row {
  const kind = readChoice(reader, kinds)
  const seq = readStep(reader, previous.seq + 1)
  return readParts(reader, kind, seq, readStep(reader, previous.time))
}

function readParts(reader: Reader, kind: (typeof kinds)[number], seq: number, time: number): Row {
  switch (kind) {
    case 'entry':
    case 'entry that erases':
      return {
        kind: 'entry',
        seq,
        time,
        page: readPage(reader),
        update: readBytes(reader, maxRelayFrameBytes),
        erases: kind === 'entry' ? [] : readErases(reader),
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
