/** Reads the journal again: after a crash, and for `parley check`. What cannot be read is a damaged file. */
import {
  type ConversationId,
  type EntryId,
  everybody,
  parseConversationId,
  parseDeviceId,
  parseEntryId,
  parseUserId,
  type UserId,
} from '@parley/document'
import { createDecoder, hasContent, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding'
import type { MarkRecord } from '../marks-store.ts'
import {
  type ConversationRecord,
  type EditPlace,
  type HeadRecord,
  type LogRow,
  type MemberRecord,
  type MentionRecord,
  type MessageRecord,
  type PageRecord,
  type RelayCommit,
  StoreError,
  type WriterRecord,
} from '../store.ts'
import type { UsageRecord } from '../usage-store.ts'
import { journalVersion, operations, rowKinds } from './sqlite-journal.ts'

export function decodeJournal(bytes: Uint8Array): RelayCommit {
  try {
    return readCommit(createReader(bytes))
  } catch (error) {
    throw new StoreError('broken', 'the journal of the log cannot be read', { cause: error })
  }
}

interface Reader {
  readonly uint: () => number
  readonly int: () => number
  readonly text: () => string
  readonly textOrNone: () => string | null
  readonly name: () => string
  readonly blob: () => Uint8Array
  readonly end: () => void
}

function createReader(bytes: Uint8Array): Reader {
  const decoder = createDecoder(bytes)
  const names: string[] = []
  const uint = (): number => readVarUint(decoder)
  const text = (): string => readVarString(decoder)
  return {
    uint,
    int() {
      const value = uint()
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    },
    text,
    textOrNone: () => (uint() === 0 ? null : text()),
    name() {
      const place = uint()
      if (place > 0) return names[place - 1] ?? wrong('name')
      const name = text()
      names.push(name)
      return name
    },
    blob: () => readVarUint8Array(decoder),
    end() {
      if (hasContent(decoder)) wrong('end')
    },
  }
}

function wrong(what: string): never {
  throw new RangeError(`there is no such ${what}`)
}

function readCommit(read: Reader): RelayCommit {
  const version = read.uint()
  if (version !== journalVersion) wrong('version')
  const position = read.uint()
  const conversations = many(read, readConversation)
  const conversation = (): ConversationId => conversations[read.uint()]?.id ?? wrong('conversation')
  const members = many(read, (from) => readMember(from, conversation()))
  const pages = many(read, (from) => readPage(from, conversation()))
  const rows = many(read, (from) => readRow(from, conversation()))
  const messages = many(read, (from) => readMessage(from, conversation, rows))
  const writers = many(read, (from) => readWriter(from, conversation()))
  const mentions = many(read, (from) => readMention(from, conversation()))
  const marks = many(read, (from) => readMark(from, conversation()))
  const heads = many(read, ({ uint, blob }): HeadRecord => {
    return { conversation: conversation(), version: uint(), state: blob() }
  })
  const usage = many(read, readUsage)
  read.end()
  const records = { conversations, members, pages, rows, messages, writers, mentions, marks, heads, usage }
  return { position, ...records, rewrites: [], commands: [], people: [], tags: [] }
}

function many<Value>(read: Reader, one: (read: Reader) => Value): readonly Value[] {
  const values: Value[] = []
  for (let left = read.uint(); left > 0; left -= 1) values.push(one(read))
  return values
}

const user = (text: string): UserId => parseUserId(text) ?? wrong('user')
const userOrNone = (text: string): UserId | '' => (text === '' ? '' : user(text))
const entryId = (text: string): EntryId => parseEntryId(text) ?? wrong('entry')

// What stands in an object is read from top to bottom.

function readConversation({ uint, text, textOrNone, name }: Reader): ConversationRecord {
  return {
    id: parseConversationId(text()) ?? wrong('conversation'),
    kind: name(),
    name: textOrNone(),
    icon: textOrNone(),
    creator: user(name()),
    createdAt: uint(),
    unique: uint() !== 0,
    members: uint(),
    seq: uint(),
    time: uint(),
    pages: uint(),
    headVersion: uint(),
    headDigest: text(),
    headTime: uint(),
    total: uint(),
    lastSeq: uint(),
    bytes: uint(),
    position: uint(),
  }
}

function readMember({ uint, name }: Reader, conversation: ConversationId): MemberRecord {
  return {
    conversation,
    user: user(name()),
    role: name(),
    joinedSeq: uint(),
    joinedTotal: uint(),
    joinedMine: uint(),
    invitedBy: userOrNone(name()),
    since: uint(),
    mutedUntil: uint(),
    leftSeq: uint(),
    leftTime: uint(),
    leftPages: uint(),
    leftMembers: uint(),
    leftTotal: uint(),
    leftLastSeq: uint(),
    leftHeadDigest: name(),
    removedBy: userOrNone(name()),
    mine: uint(),
    position: uint(),
  }
}

function readPage({ uint, text }: Reader, conversation: ConversationId): PageRecord {
  return {
    conversation,
    page: uint(),
    entries: uint(),
    bytes: uint(),
    writers: uint(),
    closed: uint() !== 0,
    version: uint(),
    digest: text(),
    firstSeq: uint(),
    lastSeq: uint(),
    position: uint(),
    erasedPosition: uint(),
  }
}

function readRow({ uint, name, text, blob }: Reader, conversation: ConversationId): LogRow {
  const row = {
    conversation,
    seq: uint(),
    time: uint(),
    position: uint(),
    page: uint(),
    kind: rowKinds[uint()] ?? wrong('kind'),
    operation: operationOf(uint()),
    author: userOrNone(name()),
    client: uint(),
    clock: uint(),
    id: idOrNone(text()),
    change: uint() === 0 ? null : blob(),
  }
  return { ...row, update: blob(), erases: [] }
}

function operationOf(place: number): LogRow['operation'] {
  const operation = operations[place]
  return operation === undefined ? wrong('operation') : operation
}

function idOrNone(text: string): EntryId | '' {
  return text === '' ? '' : entryId(text)
}

function readMessage(
  read: Reader,
  conversation: () => ConversationId,
  rows: readonly LogRow[],
): MessageRecord {
  const { uint, int } = read
  const place = uint()
  const entry = place === 0 ? readPlace(read, conversation()) : placeOf(rows[place - 1] ?? wrong('row'))
  const type = int()
  const said = uint()
  const isOperation = said % 2 === 1
  const edit = said < 2 ? null : readEdit(read)
  return { ...entry, type: isOperation ? null : type, erased: false, edit }
}

type Place = Omit<MessageRecord, 'type' | 'erased' | 'edit'>

function readPlace({ uint, text, name }: Reader, conversation: ConversationId): Place {
  return {
    conversation,
    id: entryId(text()),
    author: user(name()),
    seq: uint(),
    page: uint(),
    client: uint(),
    clock: uint(),
  }
}

function placeOf({ conversation, id, author, seq, page, client, clock }: LogRow): Place {
  return { conversation, id: entryId(id), author: user(author), seq, page, client, clock }
}

function readEdit({ uint, text }: Reader): EditPlace {
  return { id: entryId(text()), seq: uint(), client: uint(), clock: uint() }
}

function readWriter({ uint, name }: Reader, conversation: ConversationId): WriterRecord {
  const [page, client] = [uint(), uint()]
  return {
    conversation,
    page,
    client,
    user: user(name()),
    device: deviceOrNone(name()),
    clock: uint(),
  }
}

function deviceOrNone(text: string): WriterRecord['device'] {
  return text === '' ? '' : (parseDeviceId(text) ?? wrong('device'))
}

function readMention({ uint, name }: Reader, conversation: ConversationId): MentionRecord {
  const mentioned = name()
  return {
    conversation,
    user: mentioned === everybody ? everybody : user(mentioned),
    seq: uint(),
    author: user(name()),
  }
}

function readMark({ uint, name }: Reader, conversation: ConversationId): MarkRecord {
  return {
    conversation,
    user: user(name()),
    delivered: uint(),
    read: uint(),
    time: uint(),
    position: uint(),
  }
}

function readUsage({ int, name }: Reader): UsageRecord {
  return { user: user(name()), created: int(), joined: int(), bytes: int() }
}
