/** A list row: one conversation that moved, as a sync frame carries it. */
import { malformed, type Reader, readFlag, readList, readVarUint } from '../bytes/bounded-reader.ts'
import { writeFlag, writeList, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { News } from '../list-row.ts'
import type { EntryRow, ErasedRow } from '../rows.ts'
import { maxTouchedPerNews } from '../limits.ts'
import { readMarkList, writeMarkList } from './marks.ts'
import { readRow, readRowList, writeRow, writeRowList } from './row.ts'
import { readTouchedPage, writeTouchedPage } from './touched-page.ts'
import {
  readDigest,
  readIcon,
  readId,
  readName,
  writeDigest,
  writeIcon,
  writeId,
  writeName,
} from './words.ts'

export function writeNews(writer: Writer, news: News): void {
  writeId(writer, news.conversation)
  writeId(writer, news.kind)
  writeName(writer, news.name)
  writeIcon(writer, news.icon)
  writeId(writer, news.creator)
  writeVarUint(writer, news.createdAt)
  writeFlag(writer, news.unique)
  writeId(writer, news.role)
  writeVarUint(writer, news.members)
  writeVarUint(writer, news.joinedSeq)
  writeId(writer, news.invitedBy)
  writeVarUint(writer, news.since)
  writeVarUint(writer, news.mutedUntil)
  writeId(writer, news.removedBy)
  writeVarUint(writer, news.seq)
  writeVarUint(writer, news.time)
  writeVarUint(writer, news.pages)
  writeVarUint(writer, news.headVersion)
  writeDigest(writer, news.headDigest)
  writeVarUint(writer, news.headTime)
  writeVarUint(writer, news.total)
  writeVarUint(writer, news.mine)
  writeVarUint(writer, news.joinedTotal)
  writeVarUint(writer, news.joinedMine)
  writeLast(writer, news.last)
  writeLast(writer, news.lastEdit)
  writeList(writer, news.touched, maxTouchedPerNews, writeTouchedPage)
  writeList(writer, news.recalled, maxTouchedPerNews, writeVarUint)
  writeList(writer, news.mentioned, maxTouchedPerNews, writeVarUint)
  writeMarkList(writer, news.marks)
  writeFlag(writer, news.allMarks)
  writeFlag(writer, news.whole)
  writeRowList(writer, news.rows)
}

export function readNews(reader: Reader): News {
  return {
    conversation: readId(reader),
    kind: readId(reader),
    name: readName(reader),
    icon: readIcon(reader),
    creator: readId(reader),
    createdAt: readVarUint(reader),
    unique: readFlag(reader),
    role: readId(reader),
    members: readVarUint(reader),
    joinedSeq: readVarUint(reader),
    invitedBy: readId(reader),
    since: readVarUint(reader),
    mutedUntil: readVarUint(reader),
    removedBy: readId(reader),
    seq: readVarUint(reader),
    time: readVarUint(reader),
    pages: readVarUint(reader),
    headVersion: readVarUint(reader),
    headDigest: readDigest(reader),
    headTime: readVarUint(reader),
    total: readVarUint(reader),
    mine: readVarUint(reader),
    joinedTotal: readVarUint(reader),
    joinedMine: readVarUint(reader),
    last: readLast(reader),
    lastEdit: readLastEdit(reader),
    touched: readList(reader, maxTouchedPerNews, readTouchedPage),
    recalled: readList(reader, maxTouchedPerNews, readVarUint),
    mentioned: readList(reader, maxTouchedPerNews, readVarUint),
    marks: readMarkList(reader),
    allMarks: readFlag(reader),
    whole: readFlag(reader),
    rows: readRowList(reader),
  }
}

function writeLast(writer: Writer, last: EntryRow | ErasedRow | null): void {
  writeFlag(writer, last !== null)
  if (last !== null) writeRow(writer, last)
}

function readLast(reader: Reader): EntryRow | ErasedRow | null {
  if (!readFlag(reader)) return null
  const row = readRow(reader)
  if (row.kind === 'head' || row.kind === 'hidden') {
    malformed(reader, `a row of kind ${row.kind}, where a message belongs`)
  }
  return row
}

/** The edit that stands there is one that no other has replaced: its content is there. */
function readLastEdit(reader: Reader): EntryRow | null {
  const row = readLast(reader)
  if (row?.kind === 'erased') malformed(reader, 'an erased entry, where an edit belongs')
  return row
}
