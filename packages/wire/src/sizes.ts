/** How much of a frame its larger parts take, for those who must split what does not fit into one. */
import * as encoding from 'lib0/encoding'
import { writeOwnRow } from './frame/own.ts'
import { writeFound } from './frame/query.ts'
import { writeRow } from './frame/row.ts'
import type { OwnRow } from './frames.ts'
import type { Found } from './queries.ts'
import type { Row } from './rows.ts'

/** Bytes the row takes as the first of a list; further down it takes no more. Nearly all are plain entries: those are counted. */
export function rowSize(row: Row): number {
  if (row.kind === 'entry' && row.erases.length === 0) {
    const { seq, time, page, update } = row
    return 1 + sizeOf(seq - 1) + sizeOf(time) + sizeOf(page) + sizeOf(update.length) + update.length
  }
  return encoding.encode((writer) => writeRow(writer, row)).length
}

export function ownRowSize(row: OwnRow): number {
  return encoding.encode((writer) => writeOwnRow(writer, row)).length
}

/** Bytes one takes in the list of an answer. */
export function foundSize(found: Found): number {
  return encoding.encode((writer) => writeFound(writer, found)).length
}

/** Of a number, in bytes of seven bits. */
function sizeOf(number: number): number {
  let size = 1
  for (let rest = number; rest >= 128; rest /= 128) size += 1
  return size
}
