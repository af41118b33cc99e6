/** Reads records out of rows of SQLite. What does not have the type of its column is a damaged file. */
import {
  type ConversationId,
  type DeviceId,
  type EntryId,
  parseConversationId,
  parseDeviceId,
  parseEntryId,
  parseUserId,
  type UserId,
} from '@parley/document'
import type { SQLOutputValue } from 'node:sqlite'
import {
  type CommandRecord,
  type ConversationRecord,
  type EditPlace,
  type HeadRecord,
  type LogRow,
  type MemberRecord,
  type MessageRecord,
  type PageRecord,
  StoreError,
  toldOf,
  type ToldRow,
  type WriterRecord,
} from '../store.ts'

export type Columns = Readonly<Record<string, SQLOutputValue>>

export function number(columns: Columns, name: string): number {
  const value = columns[name]
  return typeof value === 'number' ? value : damaged(name)
}

export function text(columns: Columns, name: string): string {
  const value = columns[name]
  return typeof value === 'string' ? value : damaged(name)
}

export function bytes(columns: Columns, name: string): Uint8Array {
  const value = columns[name]
  return value instanceof Uint8Array ? value : damaged(name)
}

function flag(columns: Columns, name: string): boolean {
  return number(columns, name) !== 0
}

function nullable<Value>(
  columns: Columns,
  name: string,
  read: (columns: Columns, name: string) => Value,
): Value | null {
  return columns[name] === null ? null : read(columns, name)
}

function parsed<Id>(columns: Columns, name: string, parse: (value: unknown) => Id | undefined): Id {
  return parse(columns[name]) ?? damaged(name)
}

function parsedOrNone<Id>(
  columns: Columns,
  name: string,
  parse: (value: unknown) => Id | undefined,
): Id | '' {
  return columns[name] === '' ? '' : parsed(columns, name, parse)
}

function damaged(name: string): never {
  throw new StoreError('broken', `the log holds no such ${name}`)
}

/** The conversation's id, which every query that makes a record brings along as `conversation_id`. */
function conversationOf(columns: Columns): ConversationId {
  return parsed(columns, 'conversation_id', parseConversationId)
}

export function conversationRecord(columns: Columns): ConversationRecord {
  return {
    id: conversationOf(columns),
    kind: text(columns, 'kind'),
    name: nullable(columns, 'name', text),
    icon: nullable(columns, 'icon', text),
    creator: parsed(columns, 'creator', parseUserId),
    createdAt: number(columns, 'created_at'),
    unique: flag(columns, 'is_unique'),
    members: number(columns, 'members'),
    seq: number(columns, 'seq'),
    time: number(columns, 'time'),
    pages: number(columns, 'pages'),
    headVersion: number(columns, 'head_version'),
    headDigest: text(columns, 'head_digest'),
    headTime: number(columns, 'head_time'),
    total: number(columns, 'total'),
    lastSeq: number(columns, 'last_seq'),
    bytes: number(columns, 'bytes'),
    position: number(columns, 'position'),
  }
}

export function headRecord(columns: Columns): HeadRecord {
  return {
    conversation: conversationOf(columns),
    version: number(columns, 'version'),
    state: bytes(columns, 'state'),
  }
}

/** `position`: what its column is called, where a conversation's stands beside it. */
export function memberRecord(columns: Columns, position = 'position'): MemberRecord {
  return {
    conversation: conversationOf(columns),
    user: user(columns, 'user'),
    role: text(columns, 'role'),
    joinedSeq: number(columns, 'joined_seq'),
    joinedTotal: number(columns, 'joined_total'),
    joinedMine: number(columns, 'joined_mine'),
    invitedBy: parsedOrNone(columns, 'invited_by', parseUserId),
    since: number(columns, 'since'),
    mutedUntil: number(columns, 'muted_until'),
    leftSeq: number(columns, 'left_seq'),
    leftTime: number(columns, 'left_time'),
    leftPages: number(columns, 'left_pages'),
    leftMembers: number(columns, 'left_members'),
    leftTotal: number(columns, 'left_total'),
    leftLastSeq: number(columns, 'left_last_seq'),
    leftHeadDigest: text(columns, 'left_head_digest'),
    removedBy: parsedOrNone(columns, 'removed_by', parseUserId),
    mine: number(columns, 'mine'),
    position: number(columns, position),
  }
}

export function pageRecord(columns: Columns): PageRecord {
  return {
    conversation: conversationOf(columns),
    page: number(columns, 'page'),
    entries: number(columns, 'entries'),
    bytes: number(columns, 'bytes'),
    writers: number(columns, 'writers'),
    closed: flag(columns, 'closed'),
    version: number(columns, 'version'),
    digest: text(columns, 'digest'),
    firstSeq: number(columns, 'first_seq'),
    lastSeq: number(columns, 'last_seq'),
    position: number(columns, 'position'),
    erasedPosition: number(columns, 'erased_position'),
  }
}

export function logRow(columns: Columns): LogRow {
  return {
    conversation: conversationOf(columns),
    seq: number(columns, 'seq'),
    time: number(columns, 'time'),
    position: number(columns, 'position'),
    page: number(columns, 'page'),
    kind: rowKind(columns),
    operation: nullable(columns, 'operation', operation),
    author: parsedOrNone(columns, 'author', parseUserId),
    client: number(columns, 'client'),
    clock: number(columns, 'clock'),
    id: parsedOrNone(columns, 'id', parseEntryId),
    update: bytes(columns, 'bytes'),
    erases: nullable(columns, 'erases', erasedItems) ?? [],
    change: nullable(columns, 'change', bytes),
  }
}

/** `other`: of a row that is no entry, or erases something. Then `whole` reads it. */
export function toldRow(columns: Columns, whole: (seq: number) => LogRow | undefined): ToldRow {
  const seq = number(columns, 'seq')
  if (columns['other'] !== null) return toldOf(whole(seq) ?? damaged('row'))
  return {
    kind: 'entry',
    seq,
    time: number(columns, 'time'),
    page: number(columns, 'page'),
    update: bytes(columns, 'bytes'),
    erases: noItems,
  }
}

const noItems: LogRow['erases'] = []

export function writerRecord(columns: Columns): WriterRecord {
  return {
    conversation: conversationOf(columns),
    page: number(columns, 'page'),
    client: number(columns, 'client'),
    user: user(columns, 'user'),
    device: parsedOrNone<DeviceId>(columns, 'device', parseDeviceId),
    clock: number(columns, 'clock'),
  }
}

/** `edit`: the row of the edit that its own row names. */
export function messageRecord(columns: Columns, edit: LogRow | undefined): MessageRecord {
  return {
    conversation: conversationOf(columns),
    id: entryId(columns, 'id'),
    author: user(columns, 'author'),
    seq: number(columns, 'seq'),
    page: number(columns, 'page'),
    client: number(columns, 'client'),
    clock: number(columns, 'clock'),
    type: nullable(columns, 'type', number),
    erased: rowKind(columns) === 'erased',
    edit: edit === undefined ? null : editPlace(edit),
  }
}

export function commandRecord(columns: Columns): CommandRecord {
  return {
    user: user(columns, 'user'),
    id: entryId(columns, 'id'),
    conversation: parsedOrNone(columns, 'conversation_id', parseConversationId),
    seq: number(columns, 'seq'),
    time: number(columns, 'time'),
    outcome: bytes(columns, 'outcome'),
  }
}

export function tagDevice(columns: Columns): DeviceId {
  return parsed(columns, 'device', parseDeviceId)
}

function user(columns: Columns, name: string): UserId {
  return parsed(columns, name, parseUserId)
}

function entryId(columns: Columns, name: string): EntryId {
  return parsed(columns, name, parseEntryId)
}

function rowKind(columns: Columns): LogRow['kind'] {
  const kind = text(columns, 'kind')
  return kind === 'entry' || kind === 'erased' || kind === 'head' ? kind : damaged('kind')
}

function operation(columns: Columns, name: string): NonNullable<LogRow['operation']> {
  const op = text(columns, name)
  return op === 'recall' || op === 'edit' || op === 'react' ? op : damaged(name)
}

function editPlace({ id, seq, client, clock }: LogRow): EditPlace {
  return id === '' ? damaged('edit') : { id, seq, client, clock }
}

/** Kept as `seq/client/clock`, separated by spaces: for people who look into the file. */
export function writeErases(items: LogRow['erases']): string | null {
  return items.length === 0
    ? null
    : items.map(({ seq, client, clock }) => `${seq}/${client}/${clock}`).join(' ')
}

function erasedItems(columns: Columns, name: string): LogRow['erases'] {
  return text(columns, name)
    .split(' ')
    .map((item) => {
      const [seq = Number.NaN, client = Number.NaN, clock = Number.NaN] = item.split('/').map(Number)
      if (![seq, client, clock].every(Number.isSafeInteger)) damaged(name)
      return { seq, client, clock }
    })
}
