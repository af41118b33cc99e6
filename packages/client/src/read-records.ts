/**
 * Stored values, read back. Each field is checked once, here; what does not fit is a `corrupt` store, never a guess.
 */
import { parseCommand, parseConversationId, parseDeviceId, parseEntryId, parseUserId } from '@parley/document'
import type { ConversationId, EntryId, UserId } from '@parley/document'
import { StorageError } from '@parley/storage'
import type { Value } from '@parley/storage'
import type {
  ConversationRecord,
  DeviceRecord,
  DraftRecord,
  LastMessage,
  Made,
  Mark,
  OutboxItem,
  PageRecord,
  Place,
  Reason,
  UpdateRecord,
} from './records.ts'

type Fields = { readonly [key: string]: Value | undefined }

export function readDevice(value: Value): DeviceRecord {
  const fields = object(value)
  const device = parseDeviceId(text(fields, 'device'))
  if (device === undefined) throw corrupt('device')
  return { device, epoch: text(fields, 'epoch'), log: text(fields, 'log'), cursor: whole(fields, 'cursor') }
}

export function readConversation(value: Value): ConversationRecord {
  const fields = object(value)
  const creator = text(fields, 'creator')
  return {
    id: conversationId(fields, 'id'),
    kind: text(fields, 'kind'),
    name: fields['name'] === null ? null : text(fields, 'name'),
    creator: creator === '' ? '' : userId(fields, 'creator'),
    createdAt: number(fields, 'createdAt'),
    unique: flag(fields, 'unique'),
    role: text(fields, 'role'),
    members: whole(fields, 'members'),
    seq: whole(fields, 'seq'),
    time: number(fields, 'time'),
    pages: whole(fields, 'pages'),
    headHeld: whole(fields, 'headHeld'),
    headKnown: whole(fields, 'headKnown'),
    headDigest: text(fields, 'headDigest'),
    total: whole(fields, 'total'),
    mine: whole(fields, 'mine'),
    mark: readMark(fields['mark']),
    last: fields['last'] === null ? null : readLast(fields['last']),
    tail: fields['tail'] === null ? null : readItemId(fields['tail']),
    local: flag(fields, 'local'),
    verify: flag(fields, 'verify'),
    erasing: wholes(fields, 'erasing'),
    absentSince: number(fields, 'absentSince'),
  }
}

export function readPage(value: Value): PageRecord {
  const fields = object(value)
  return { held: whole(fields, 'held'), known: whole(fields, 'known'), digest: text(fields, 'digest') }
}

export function readUpdate(value: Value): UpdateRecord {
  const fields = object(value)
  const erased = fields['erased']
  return {
    time: number(fields, 'time'),
    update: bytes(fields, 'update'),
    erased:
      erased === null
        ? null
        : { author: userId(object(erased), 'author'), id: entryId(object(erased), 'id') },
  }
}

export function readOutboxItem(value: Value): OutboxItem {
  const fields = object(value)
  const state = text(fields, 'state')
  if (state !== 'waiting' && state !== 'refused') throw corrupt('state')
  const common = {
    n: whole(fields, 'n'),
    id: entryId(fields, 'id'),
    conversation: conversationId(fields, 'conversation'),
    at: number(fields, 'at'),
    state,
    reason: fields['reason'] === null ? null : readReason(fields['reason']),
    answered: fields['answered'] === null ? null : readAnswered(fields['answered']),
    tried: flag(fields, 'tried'),
    offered: flag(fields, 'offered'),
  } as const
  if (text(fields, 'kind') === 'command') {
    const command = parseCommand(fields['command'])
    if (!command.ok) throw corrupt('command')
    return { ...common, kind: 'command', command: command.command }
  }
  return {
    ...common,
    kind: 'entry',
    content: bytes(fields, 'content'),
    made: fields['made'] === null ? null : readMade(fields['made']),
    target: fields['target'] === null ? null : readTarget(fields['target']),
  }
}

export function readDraft(value: Value): DraftRecord {
  const fields = object(value)
  return { text: text(fields, 'text'), editedAt: number(fields, 'editedAt') }
}

function readMark(value: Value | undefined): Mark {
  const fields = object(value)
  return {
    seq: whole(fields, 'seq'),
    total: whole(fields, 'total'),
    mine: whole(fields, 'mine'),
    recalled: wholes(fields, 'recalled'),
  }
}

function readLast(value: Value | undefined): LastMessage {
  const fields = object(value)
  return {
    seq: whole(fields, 'seq'),
    time: number(fields, 'time'),
    sentAt: number(fields, 'sentAt'),
    id: entryId(fields, 'id'),
    from: userId(fields, 'from'),
    type: number(fields, 'type'),
    text: fields['text'] === null ? null : text(fields, 'text'),
    recalled: flag(fields, 'recalled'),
  }
}

function readItemId(value: Value | undefined): { readonly client: number; readonly clock: number } {
  const fields = object(value)
  return { client: whole(fields, 'client'), clock: whole(fields, 'clock') }
}

function readPlace(value: Value | undefined): Place {
  return { page: whole(object(value), 'page'), ...readItemId(value) }
}

function readMade(value: Value | undefined): Made {
  return { ...readPlace(value), update: bytes(object(value), 'update') }
}

function readTarget(value: Value | undefined): { readonly id: EntryId; readonly place: Place | null } {
  const fields = object(value)
  return { id: entryId(fields, 'id'), place: fields['place'] === null ? null : readPlace(fields['place']) }
}

function readReason(value: Value | undefined): Reason {
  const fields = object(value)
  return { code: text(fields, 'code'), detail: text(fields, 'detail') }
}

function readAnswered(value: Value | undefined): { readonly seq: number; readonly time: number } {
  const fields = object(value)
  return { seq: whole(fields, 'seq'), time: number(fields, 'time') }
}

function corrupt(field: string): StorageError {
  return new StorageError(
    'corrupt',
    `A stored record of this device cannot be read (${field}). Export what can be read, then remove the data and sign in again.`,
  )
}

function isFields(value: Value | undefined): value is Fields {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}

function object(value: Value | undefined): Fields {
  if (!isFields(value)) throw corrupt('record')
  return value
}

function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw corrupt(name)
  return value
}

function number(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw corrupt(name)
  return value
}

function whole(fields: Fields, name: string): number {
  const value = number(fields, name)
  if (!Number.isSafeInteger(value) || value < 0) throw corrupt(name)
  return value
}

function wholes(fields: Fields, name: string): readonly number[] {
  const values = fields[name]
  if (!Array.isArray(values)) throw corrupt(name)
  return values.map((value: Value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw corrupt(name)
    return value
  })
}

function flag(fields: Fields, name: string): boolean {
  const value = fields[name]
  if (typeof value !== 'boolean') throw corrupt(name)
  return value
}

function bytes(fields: Fields, name: string): Uint8Array {
  const value = fields[name]
  if (!(value instanceof Uint8Array)) throw corrupt(name)
  return value
}

function userId(fields: Fields, name: string): UserId {
  const id = parseUserId(text(fields, name))
  if (id === undefined) throw corrupt(name)
  return id
}

function conversationId(fields: Fields, name: string): ConversationId {
  const id = parseConversationId(text(fields, name))
  if (id === undefined) throw corrupt(name)
  return id
}

function entryId(fields: Fields, name: string): EntryId {
  const id = parseEntryId(text(fields, name))
  if (id === undefined) throw corrupt(name)
  return id
}
