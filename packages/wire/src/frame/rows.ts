/** What the relay has accepted, as it goes on: rows of one conversation, and the cursor behind them. */
import { type Reader, readVarUint } from '../bytes/bounded-reader.ts'
import { writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Cursor, Rows } from '../frames.ts'
import { readRowList, writeRowList } from './row.ts'
import { readId, writeId } from './words.ts'

export function writeRows(writer: Writer, rows: Rows): void {
  writeId(writer, rows.conversation)
  writeRowList(writer, rows.rows)
}

export function readRows(reader: Reader): Rows {
  return { frame: 'rows', conversation: readId(reader), rows: readRowList(reader) }
}

export function writeCursor(writer: Writer, cursor: Cursor): void {
  writeVarUint(writer, cursor.cursor)
  writeVarUint(writer, cursor.frames)
}

export function readCursor(reader: Reader): Cursor {
  return { frame: 'cursor', cursor: readVarUint(reader), frames: readVarUint(reader) }
}
