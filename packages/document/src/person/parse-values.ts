/**
 * The values of a person's rows as they come over the wire and from the disk. Rules DO110 to DO112.
 */
import { readAny, writeAny } from '../entry/any.ts'
import type { JsonObject } from '../entry/entry.ts'
import { type Fields, isFields, isJson, isObject } from '../entry/json.ts'
import {
  bad,
  done,
  hasOnly,
  optional,
  type Parsed,
  type ParseFault,
  parseIcon,
  parseLine,
  parseName,
  tooLarge,
  unknownKey,
} from '../head/parse-fields.ts'
import { type ConversationId, parseConversationId, parseUserId } from '../ids.ts'
import { maxDepth, maxProfileBytes, maxRemarkLength, maxRequestLength, maxUnblocked } from '../limits.ts'
import type {
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

/** A command holds them two objects further in than an attribute. */
const maxFieldsDepth = maxDepth - 2

/** `unknown`: rows come from a relay, which may know kinds that this device does not. */
export function parsePersonRow(kind: unknown, key: unknown, value: unknown): ParsedPersonRow {
  const conversation = parseConversationId(key)
  const user = parseUserId(key)
  switch (kind) {
    case 'profile':
      return key === ''
        ? asRow(parseIfAny(value, parseProfile), (known) => ({ kind, key, value: known }))
        : noKey
    case 'contact':
      return user === undefined
        ? noKey
        : asRow(parseIfAny(value, parseContact), (known) => ({ kind, key: user, value: known }))
    case 'setting':
      return conversation === undefined
        ? noKey
        : asRow(parseIfAny(value, parseSetting), (known) => ({ kind, key: conversation, value: known }))
    case 'block':
      return user === undefined
        ? noKey
        : asRow(parseIfAny(value, parseSince), (known) => ({ kind, key: user, value: known }))
    case 'refuse':
      return conversation === undefined
        ? noKey
        : asRow(parseIfAny(value, parseSince), (known) => ({ kind, key: conversation, value: known }))
    case 'unblocked':
      return key === ''
        ? asRow(parseIfAny(value, parseUnblocked), (known) => ({ kind, key, value: known }))
        : noKey
    default:
      return bad('the kind of a row is none that is known')
  }
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

export function parseProfile(value: unknown): Parsed<Profile> {
  const fields = value
  if (!isFields(fields)) return notAnObject
  if (!hasOnly(fields, ['name', 'icon', 'fields'])) return unknownKey
  const name = parseName(fields['name'])
  if (!name.ok) return name
  const icon = parseIcon(fields['icon'])
  if (!icon.ok) return icon
  const own = parseOwnFields(fields['fields'])
  if (!own.ok) return own
  const profile = { name: name.value, icon: icon.value, fields: own.value }
  return fitsProfile(profile) ? done(profile) : profileTooLarge
}

/** Encoded, the whole of it: what is asked for comes a hundred at a time. */
export function fitsProfile(profile: Profile): boolean {
  return writeAny(profile).length <= maxProfileBytes
}

const profileTooLarge: ParseFault = tooLarge(`a profile takes at most ${maxProfileBytes} bytes`)

/** Encoded and read again: what comes out is plain, bounded JSON, and nothing of the object that was given. */
export function parseOwnFields(value: unknown): Parsed<JsonObject> {
  if (!isJson(value, maxFieldsDepth)) return bad('fields is not plain JSON, or nested too deep')
  const read = readAny(writeAny(value), { maxBytes: maxProfileBytes, maxDepth })
  if (!read.ok) return read.code === 'too-large' ? profileTooLarge : bad(read.detail)
  return isObject(read.value) ? done(read.value) : bad('fields is not an object')
}

export function parseContact(value: unknown): Parsed<Contact> {
  const fields = value
  if (!isFields(fields)) return notAnObject
  if (!hasOnly(fields, ['state', 'text', 'remark', 'since'])) return unknownKey
  const { state } = fields
  if (state !== 'outgoing' && state !== 'incoming' && state !== 'contact')
    return bad('state is none that is known')
  const text = parseLine('text', fields['text'], maxRequestLength)
  if (!text.ok) return text
  const remark = parseLine('remark', fields['remark'], maxRemarkLength)
  if (!remark.ok) return remark
  const since = parseWhole('since', fields['since'])
  return since.ok ? done({ state, text: text.value, remark: remark.value, since: since.value }) : since
}

export function parseSetting(value: unknown): Parsed<Setting> {
  const fields = value
  if (!isFields(fields)) return notAnObject
  if (!hasOnly(fields, ['pinned', 'muted', 'hidden', 'cleared', 'read'])) return unknownKey
  const pinned = optionalWhole(fields, 'pinned')
  if (!pinned.ok) return pinned
  const { muted } = fields
  if (muted !== undefined && muted !== true) return bad('muted is not true')
  const hidden = optionalWhole(fields, 'hidden')
  if (!hidden.ok) return hidden
  const cleared = optionalWhole(fields, 'cleared')
  if (!cleared.ok) return cleared
  const read = optional(fields['read'], parseReadMark)
  if (!read.ok) return read
  const setting: Setting = {
    ...(pinned.value === undefined ? undefined : { pinned: pinned.value }),
    ...(muted === undefined ? undefined : { muted }),
    ...(hidden.value === undefined ? undefined : { hidden: hidden.value }),
    ...(cleared.value === undefined ? undefined : { cleared: cleared.value }),
    ...(read.value === undefined ? undefined : { read: read.value }),
  }
  return Object.keys(setting).length === 0 ? bad('a setting says nothing') : done(setting)
}

export function parseReadMark(value: unknown): Parsed<ReadMark> {
  const fields = value
  if (!isFields(fields)) return notAnObject
  if (!hasOnly(fields, ['seq', 'total', 'mine', 'stamp'])) return unknownKey
  const seq = parseWhole('seq', fields['seq'])
  if (!seq.ok) return seq
  const total = parseWhole('total', fields['total'])
  if (!total.ok) return total
  const mine = parseWhole('mine', fields['mine'])
  if (!mine.ok) return mine
  const stamp = parseWhole('stamp', fields['stamp'])
  return stamp.ok ? done({ seq: seq.value, total: total.value, mine: mine.value, stamp: stamp.value }) : stamp
}

function parseWhole(name: string, value: unknown): Parsed<number> {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0)
    ? done(value)
    : bad(`${name} is not a whole number from 0`)
}

export function optionalWhole(fields: Fields, name: string): Parsed<number | undefined> {
  return optional(fields[name], (value) => parseWhole(name, value))
}

function parseSince(value: unknown): Parsed<{ readonly since: number }> {
  const fields = value
  if (!isFields(fields)) return notAnObject
  if (!hasOnly(fields, ['since'])) return unknownKey
  const since = parseWhole('since', fields['since'])
  return since.ok ? done({ since: since.value }) : since
}

function parseUnblocked(value: unknown): Parsed<Unblocked> {
  const fields = value
  if (!isFields(fields)) return notAnObject
  if (!hasOnly(fields, ['conversations'])) return unknownKey
  const list: unknown = fields['conversations']
  if (!Array.isArray(list) || list.length === 0) return bad('conversations is not a list of some')
  if (list.length > maxUnblocked) return tooLarge(`more than ${maxUnblocked} conversations are named`)
  const conversations = new Map<ConversationId, Unblocking>()
  for (const one of list as readonly unknown[]) {
    const parsed = parseUnblocking(one)
    if (!parsed.ok) return parsed
    if (conversations.has(parsed.value.id)) return bad('a conversation stands twice')
    conversations.set(parsed.value.id, parsed.value)
  }
  return done({ conversations: [...conversations.values()] })
}

function parseUnblocking(value: unknown): Parsed<Unblocking> {
  const fields = value
  if (!isFields(fields)) return notAnObject
  if (!hasOnly(fields, ['id', 'by', 'time'])) return unknownKey
  const id = parseConversationId(fields['id'])
  const by = parseUserId(fields['by'])
  if (id === undefined || by === undefined) return bad('an id is malformed')
  const time = parseWhole('time', fields['time'])
  return time.ok ? done({ id, by, time: time.value }) : time
}

function parseIfAny<T>(value: unknown, parse: (value: unknown) => Parsed<T>): Parsed<T | null> {
  return value === null ? done(null) : parse(value)
}

function asRow<T>(parsed: Parsed<T>, row: (value: T) => KnownPersonRow): ParsedPersonRow {
  return parsed.ok ? { ok: true, row: row(parsed.value) } : parsed
}

export const notAnObject: ParseFault = bad('it is not an object')
const noKey: ParseFault = bad('the key is none that a row of this kind has')
