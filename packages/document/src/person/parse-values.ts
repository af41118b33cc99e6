/**
 * The values of a person's rows as they come over the wire and from the disk. Rules DO110 to DO112.
 */
import { writeAny } from '../entry/any.ts'
import type { JsonObject } from '../entry/entry.ts'
import {
  bad,
  orFault,
  type ParseFault,
  type Read,
  readChoice,
  readConversation,
  readIcon,
  readJsonObject,
  readLine,
  readList,
  readName,
  readRecord,
  readTagged,
  readUser,
  readWhole,
  type Shape,
  type Shapes,
  tooLarge,
} from '../fields.ts'
import { maxDepth, maxProfileBytes, maxRemarkLength, maxRequestLength, maxUnblocked } from '../limits.ts'
import type {
  Block,
  Contact,
  KnownPersonRow,
  PersonGroup,
  PersonKind,
  Profile,
  ReadMark,
  Setting,
  Unblocked,
  Unblocking,
} from './person.ts'

export type ParsedPersonRow = { readonly ok: true; readonly row: KnownPersonRow } | ParseFault

const profile: Shape<Profile> = { name: readName, icon: readIcon, fields: readOwnFields }
const contact: Shape<Contact> = {
  state: (value, name) => readChoice(value, name, ['outgoing', 'incoming', 'contact']),
  text: (value, name) => readLine(value, name, maxRequestLength),
  remark: (value, name) => readLine(value, name, maxRemarkLength),
  since: readWhole,
}
const setting: Shape<Setting> = {
  'pinned?': readWhole,
  'muted?': (value, name) => readChoice(value, name, [true]),
  'hidden?': readWhole,
  'cleared?': readWhole,
  'read?': readReadMark,
}
const mark: Shape<ReadMark> = { seq: readWhole, total: readWhole, mine: readWhole, stamp: readWhole }
const since: Shape<Block> = { since: readWhole }
const unblocked: Shape<Unblocked> = { conversations: readUnblockings }
const unblocking: Shape<Unblocking> = { id: readConversation, by: readUser, time: readWhole }

const rows: Shapes<KnownPersonRow, 'kind'> = {
  profile: { key: readNoKey, value: (value) => orNull(value, readProfile) },
  contact: { key: readUser, value: (value) => orNull(value, readContact) },
  setting: { key: readConversation, value: (value) => orNull(value, readSetting) },
  block: { key: readUser, value: (value) => orNull(value, readSince) },
  refuse: { key: readConversation, value: (value) => orNull(value, readSince) },
  unblocked: {
    key: readNoKey,
    value: (value) => orNull(value, (given) => readRecord<Unblocked>(given, unblocked)),
  },
}

/** `unknown`: rows come from a relay, which may know kinds that this device does not. */
export function parsePersonRow(kind: unknown, key: unknown, value: unknown): ParsedPersonRow {
  return orFault(() => ({
    ok: true,
    row: readTagged<KnownPersonRow, 'kind'>({ kind, key, value }, 'kind', rows),
  }))
}

/** What a row counts as, under which limit. */
export function personGroup(kind: PersonKind, value: JsonObject | null): PersonGroup {
  if (value === null) return ''
  switch (kind) {
    case 'profile':
    case 'unblocked':
      return ''
    case 'contact':
      return value['state'] === 'incoming' ? 'incoming' : 'contact'
    case 'setting':
      return value['pinned'] === undefined ? 'setting' : 'pinned'
    case 'block':
    case 'refuse':
      return kind
  }
}

export function readProfile(value: unknown): Profile {
  const read = readRecord<Profile>(value, profile)
  return fitsProfile(read) ? read : tooLarge(`a profile takes at most ${maxProfileBytes} bytes`)
}

/** Encoded, the whole of it: what is asked for comes a hundred at a time. */
export function fitsProfile(value: Profile): boolean {
  return writeAny(value).length <= maxProfileBytes
}

/** A command holds them two objects further in than an attribute. */
export function readOwnFields(value: unknown, name: string): JsonObject {
  return readJsonObject(value, name, maxProfileBytes, maxDepth - 2)
}

export function readContact(value: unknown): Contact {
  return readRecord<Contact>(value, contact)
}

export function readSetting(value: unknown): Setting {
  const read = readRecord<Setting>(value, setting)
  return Object.keys(read).length === 0 ? bad('a setting says nothing') : read
}

export function readReadMark(value: unknown): ReadMark {
  return readRecord<ReadMark>(value, mark)
}

function readSince(value: unknown): Block {
  return readRecord<Block>(value, since)
}

function readUnblockings(value: unknown, name: string): readonly Unblocking[] {
  const all = readList(value, name, maxUnblocked).map((one) => readRecord<Unblocking>(one, unblocking))
  if (all.length === 0 || new Set(all.map(({ id }) => id)).size < all.length)
    bad('conversations are none, or one stands twice')
  return all
}

function readNoKey(value: unknown): '' {
  return value === '' ? value : bad('a row of this kind has no key')
}

function orNull<T>(value: unknown, read: Read<T>): T | null {
  return value === null ? null : read(value, 'value')
}
