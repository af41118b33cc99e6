/** Catch-up: the list rows of what moved. */
import { type Reader, readFlag, readList, readVarUint } from '../bytes/bounded-reader.ts'
import { writeFlag, writeList, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Sync } from '../frames.ts'
import { maxNewsPerFrame } from '../limits.ts'
import { readNews, writeNews } from './news.ts'

export function writeSync(writer: Writer, sync: Sync): void {
  writeVarUint(writer, sync.cursor)
  writeVarUint(writer, sync.frames)
  writeFlag(writer, sync.full)
  writeFlag(writer, sync.more)
  writeList(writer, sync.news, maxNewsPerFrame, writeNews)
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
