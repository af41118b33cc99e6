/** Records for the store's contract: as small as they can be, each field of its own. */
import { type ConversationId, type EntryId, makeEntryId, type UserId } from '@parley/document'
import type {
  ConversationRecord,
  HeadRecord,
  LogRow,
  MemberRecord,
  MessageRecord,
  PageRecord,
  RelayCommit,
  ToldRow,
  WriterRecord,
} from '../store.ts'
import { testConversationId, testDeviceId, testUser } from './test-device.ts'

export const tom: UserId = testUser('Tom')
export const mary: UserId = testUser('Mary')
export const lunch: ConversationId = testConversationId(1)
export const work: ConversationId = testConversationId(2)

export function entryId(number: number): EntryId {
  return makeEntryId(number, new Uint8Array(10))
}

export function conversationRecord(
  id: ConversationId,
  seq: number,
  position: number,
  more: Partial<ConversationRecord> = {},
): ConversationRecord {
  return {
    id,
    kind: 'group',
    name: 'Lunch',
    icon: 'lunch.png',
    creator: tom,
    createdAt: 1000,
    unique: false,
    members: 2,
    seq,
    time: 1000 + seq,
    pages: 1,
    headVersion: 1,
    headTime: 1,
    headDigest: '00000000000000aa',
    total: seq,
    lastSeq: seq,
    bytes: 10 * seq,
    position,
    ...more,
  }
}

export function headRecord(conversation: ConversationId, version: number): HeadRecord {
  return { conversation, version, state: Uint8Array.of(1, 2, version) }
}

export function memberRecord(
  conversation: ConversationId,
  user: UserId,
  position: number,
  more: Partial<MemberRecord> = {},
): MemberRecord {
  return {
    conversation,
    user,
    role: 'member',
    joinedSeq: 1,
    joinedTotal: 3,
    joinedMine: 2,
    invitedBy: user === tom ? '' : tom,
    since: 0,
    mutedUntil: 0,
    leftSeq: 0,
    leftTime: 0,
    leftPages: 0,
    leftMembers: 0,
    leftTotal: 0,
    leftLastSeq: 0,
    leftHeadDigest: '',
    removedBy: '',
    mine: 7,
    position,
    ...more,
  }
}

export function pageRecord(
  conversation: ConversationId,
  page: number,
  position: number,
  more: Partial<PageRecord> = {},
): PageRecord {
  return {
    conversation,
    page,
    entries: 5,
    bytes: 99,
    writers: 2,
    closed: false,
    version: 4,
    digest: '00000000000000bb',
    firstSeq: 2,
    lastSeq: 4,
    position,
    erasedPosition: 0,
    ...more,
  }
}

export function entryRow(
  conversation: ConversationId,
  seq: number,
  position: number,
  more: Partial<LogRow> = {},
): LogRow {
  return {
    conversation,
    seq,
    time: 1000 + seq,
    position,
    page: 1,
    kind: 'entry',
    operation: null,
    author: tom,
    client: 2 ** 52 + 1,
    clock: seq,
    id: entryId(seq),
    update: Uint8Array.of(seq, position),
    erases: [],
    change: null,
    ...more,
  }
}

/** As `rowsSince` gives it. */
export function toldOf(row: LogRow): ToldRow {
  const { kind, seq, time, page, update, erases } = row
  return kind === 'entry' ? { kind, seq, time, page, update, erases } : { ...row, kind }
}

export function headRow(conversation: ConversationId, seq: number, position: number): LogRow {
  return entryRow(conversation, seq, position, {
    page: 0,
    kind: 'head',
    clock: 0,
    change: Uint8Array.of(9, seq),
  })
}

export function writerRecord(conversation: ConversationId, client: number, clock: number): WriterRecord {
  return { conversation, page: 1, client, user: tom, device: testDeviceId(1), clock }
}

/** Of the row of that sequence, as `entryRow` makes it. */
export function messageRecord(conversation: ConversationId, id: EntryId, seq: number): MessageRecord {
  return {
    conversation,
    id,
    author: tom,
    seq,
    page: 1,
    client: 2 ** 52 + 1,
    clock: seq,
    type: -1,
    erased: false,
    edit: null,
  }
}

/** A commit of these parts and nothing else. */
export function commitOf(position: number, parts: Partial<RelayCommit>): RelayCommit {
  return {
    position,
    conversations: [],
    members: [],
    pages: [],
    rows: [],
    rewrites: [],
    writers: [],
    messages: [],
    mentions: [],
    commands: [],
    heads: [],
    people: [],
    tags: [],
    marks: [],
    usage: [],
    ...parts,
  }
}

/** A conversation of two with nothing in it: one row, at this position. */
export function creation(id: ConversationId, position: number): RelayCommit {
  return commitOf(position, {
    conversations: [conversationRecord(id, 1, position, { total: 0, lastSeq: 0 })],
    members: [memberRecord(id, tom, position, { role: 'owner' }), memberRecord(id, mary, position)],
    pages: [pageRecord(id, 1, 0, { entries: 0, bytes: 0, writers: 0, version: 0, firstSeq: 0, lastSeq: 0 })],
    rows: [headRow(id, 1, position)],
    heads: [headRecord(id, 1)],
  })
}
