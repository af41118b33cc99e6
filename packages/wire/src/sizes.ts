/** How much of a frame its larger parts take, for those who must split what does not fit into one. */
import * as encoding from 'lib0/encoding'
import { writeNews } from './frame/news.ts'
import { writeOwnRow } from './frame/own.ts'
import { writeRow } from './frame/row.ts'
import type { OwnRow } from './frames.ts'
import type { News } from './list-row.ts'
import type { Row } from './rows.ts'

/** Bytes the row takes as the first of a list; further down it takes no more. */
export function rowSize(row: Row): number {
  return encoding.encode((writer) => writeRow(writer, row)).length
}

export function newsSize(news: News): number {
  return encoding.encode((writer) => writeNews(writer, news)).length
}

export function ownRowSize(row: OwnRow): number {
  return encoding.encode((writer) => writeOwnRow(writer, row)).length
}
