/**
 * A list row: one conversation that moved, as a sync frame carries it. Most of what it may say is mostly not there to be said:
 * a bit for each part that is. Times and sequences are steps back from those of the conversation. (SPEC: WI35)
 */
import { malformed, type Reader, readList, readText, readVarUint } from '../bytes/bounded-reader.ts'
import { writeList, writeText, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { News } from '../list-row.ts'
import type { EntryRow, ErasedRow } from '../rows.ts'
import { maxIconLength, maxNameLength, maxTouchedPerNews } from '../limits.ts'
import { readMarkList, writeMarkList } from './marks.ts'
import { readRowAt, readRowList, writeRowAt, writeRowList } from './row.ts'
import { readTouchedPage, writeTouchedPage } from './touched-page.ts'
import {
  readBack,
  readDigest,
  readId,
  readWord,
  writeBack,
  writeDigest,
  writeId,
  writeWord,
} from './words.ts'

const kinds = ['group', 'direct'] as const
const roles = ['', 'owner', 'manager', 'member'] as const

/** What is there, by the bits from the lowest: those that are there most often come first, so that the number stays short. */
const parts: readonly ((news: News) => boolean)[] = [
  ({ name }) => name !== null,
  ({ invitedBy }) => invitedBy !== '',
  ({ invitedBy, creator }) => invitedBy !== '' && invitedBy !== creator,
  ({ last }) => last !== null,
  ({ allMarks }) => allMarks,
  ({ touched }) => touched.length > 0,
  ({ whole }) => whole,
  ({ rows }) => rows.length > 0,
  ({ icon }) => icon !== null,
  ({ unique }) => unique,
  ({ joinedTotal, joinedMine }) => joinedTotal > 0 || joinedMine > 0,
  ({ marks }) => marks.length > 0,
  ({ mentioned }) => mentioned.length > 0,
  ({ recalled }) => recalled.length > 0,
  ({ lastEdit }) => lastEdit !== null,
  ({ since }) => since > 0,
  ({ mutedUntil }) => mutedUntil > 0,
  ({ removedBy }) => removedBy !== '',
]

function partsOf(news: News): number {
  return parts.reduce((bits, isThere, at) => (isThere(news) ? bits + 2 ** at : bits), 0)
}

export function writeNews(writer: Writer, news: News): void {
  const { seq, time, creator, invitedBy, rows } = news
  writeVarUint(writer, partsOf(news))
  writeId(writer, news.conversation)
  writeWord(writer, kinds, news.kind)
  writeWord(writer, roles, news.role)
  writeId(writer, creator)
  if (invitedBy !== '' && invitedBy !== creator) writeId(writer, invitedBy)
  writeVarUint(writer, seq)
  writeVarUint(writer, time)
  writeVarUint(writer, news.members)
  writeVarUint(writer, news.joinedSeq)
  writeVarUint(writer, news.pages)
  writeBack(writer, time, news.headTime)
  writeBack(writer, news.headTime, news.createdAt)
  writeVarUint(writer, news.headVersion)
  writeDigest(writer, news.headDigest)
  writeVarUint(writer, news.total)
  writeVarUint(writer, news.mine)
  if (news.name !== null) writeText(writer, news.name, maxNameLength)
  if (news.icon !== null) writeText(writer, news.icon, maxIconLength)
  if (news.since > 0) writeVarUint(writer, news.since)
  if (news.mutedUntil > 0) writeVarUint(writer, news.mutedUntil)
  if (news.removedBy !== '') writeId(writer, news.removedBy)
  if (news.joinedTotal > 0 || news.joinedMine > 0) {
    writeVarUint(writer, news.joinedTotal)
    writeVarUint(writer, news.joinedMine)
  }
  if (news.last !== null) writeRowAt(writer, news.last, news)
  if (news.lastEdit !== null) writeRowAt(writer, news.lastEdit, news)
  if (news.touched.length > 0) writeList(writer, news.touched, maxTouchedPerNews, writeTouchedPage)
  if (news.recalled.length > 0) writeList(writer, news.recalled, maxTouchedPerNews, writeVarUint)
  if (news.mentioned.length > 0) writeList(writer, news.mentioned, maxTouchedPerNews, writeVarUint)
  if (news.marks.length > 0) writeMarkList(writer, news.marks)
  if (rows.length > 0) writeRowList(writer, rows)
}

export function readNews(reader: Reader): News {
  const bits = readVarUint(reader)
  // Lists of parts are short: their places are looked up by number.
  const has = (at: number): boolean => Math.floor(bits / 2 ** at) % 2 === 1
  const conversation = readId(reader)
  const kind = readWord(reader, kinds)
  const role = readWord(reader, roles)
  const creator = readId(reader)
  const invitedBy = has(2) ? readId(reader) : has(1) ? creator : ''
  const place = { seq: readVarUint(reader), time: readVarUint(reader) }
  const [members, joinedSeq, pages] = [readVarUint(reader), readVarUint(reader), readVarUint(reader)]
  const headTime = readBack(reader, place.time)
  const news: News = {
    conversation,
    kind,
    role,
    creator,
    invitedBy,
    ...place,
    members,
    joinedSeq,
    pages,
    headTime,
    createdAt: readBack(reader, headTime),
    headVersion: readVarUint(reader),
    headDigest: readDigest(reader),
    total: readVarUint(reader),
    mine: readVarUint(reader),
    name: has(0) ? readText(reader, maxNameLength) : null,
    icon: has(8) ? readText(reader, maxIconLength) : null,
    since: has(15) ? readVarUint(reader) : 0,
    mutedUntil: has(16) ? readVarUint(reader) : 0,
    removedBy: has(17) ? readId(reader) : '',
    joinedTotal: has(10) ? readVarUint(reader) : 0,
    joinedMine: has(10) ? readVarUint(reader) : 0,
    last: has(3) ? readLast(reader, place) : null,
    lastEdit: has(14) ? readLastEdit(reader, place) : null,
    touched: has(5) ? readList(reader, maxTouchedPerNews, readTouchedPage) : [],
    recalled: has(13) ? readList(reader, maxTouchedPerNews, readVarUint) : [],
    mentioned: has(12) ? readList(reader, maxTouchedPerNews, readVarUint) : [],
    marks: has(11) ? readMarkList(reader) : [],
    rows: has(7) ? readRowList(reader) : [],
    unique: has(9),
    allMarks: has(4),
    whole: has(6),
  }
  // Whatever says that it is there, and is not, would be a second encoding of the same.
  if (partsOf(news) !== bits) malformed(reader, 'a list row with other parts than it says')
  return news
}

type Place = Pick<News, 'seq' | 'time'>

function readLast(reader: Reader, place: Place): EntryRow | ErasedRow {
  const row = readRowAt(reader, place)
  if (row.kind === 'head' || row.kind === 'hidden') {
    malformed(reader, `a row of kind ${row.kind}, where a message belongs`)
  }
  return row
}

/** The edit that stands there is one that no other has replaced: its content is there. */
function readLastEdit(reader: Reader, place: Place): EntryRow {
  const row = readLast(reader, place)
  if (row.kind === 'erased') malformed(reader, 'an erased entry, where an edit belongs')
  return row
}
