/** Catch-up: the list rows of what moved. */
import { type Reader, readFlag, readList, readVarUint } from '../bytes/bounded-reader.ts'
import { writeFlag, writeList, writeRaw, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Sync } from '../frames.ts'
import { maxNewsPerFrame } from '../limits.ts'
import { readNews, writeNews } from './news.ts'

export function writeSync(writer: Writer, sync: Sync): void {
  writeBegin(writer, sync)
  writeList(writer, sync.news, maxNewsPerFrame, writeNews)
}

/** Of list rows that have been written before. */
export function writeSyncOf(writer: Writer, sync: Omit<Sync, 'news'>, news: readonly Uint8Array[]): void {
  writeBegin(writer, sync)
  writeList(writer, news, maxNewsPerFrame, writeRaw)
}

function writeBegin(writer: Writer, sync: Omit<Sync, 'news'>): void {
  writeVarUint(writer, sync.cursor)
  writeVarUint(writer, sync.frames)
  writeFlag(writer, sync.full)
  writeFlag(writer, sync.more)
}

export function readSync(reader: Reader): Sync {
  return {
    frame: 'sync',
    cursor: readVarUint(reader),
    frames: readVarUint(reader),
    full: readFlag(reader),
    more: readFlag(reader),
    news: readList(reader, maxNewsPerFrame, readNews),
  }
}
