/**
 * Commands, changes and outcomes as they come over the wire: parsed once, field by field, nothing unknown kept.
 * Rules DO63 to DO65.
 */
import { readAny, writeAny } from '../entry/any.ts'
import type { JsonObject } from '../entry/entry.ts'
import {
  type Change,
  type Command,
  type Failure,
  type Outcome,
  type RefusalCode,
  refusalCodes,
} from './head.ts'
import { type ConversationKind, parseUserId, type UserId } from '../ids.ts'
import { type Fields, isFields, isJson, isObject, wellFormed } from '../entry/json.ts'
import { maxAttributesBytes, maxDepth, maxMembers, maxNameLength } from '../limits.ts'

export interface ParseFault {
  readonly ok: false
  readonly code: 'bad-content' | 'too-large'
  readonly detail: string
}

export type ParsedCommand = { readonly ok: true; readonly command: Command } | ParseFault
export type ParsedChange = { readonly ok: true; readonly change: Change } | ParseFault
export type ParsedOutcome = { readonly ok: true; readonly outcome: Outcome } | ParseFault

type Parsed<T> = { readonly ok: true; readonly value: T } | ParseFault

export function parseCommand(value: unknown): ParsedCommand {
  const fields = value
  if (!isFields(fields)) return bad('a command is an object')
  switch (fields['op']) {
    case 'create': {
      const creation = parseCreation(fields, [])
      return creation.ok ? { ok: true, command: { op: 'create', ...creation.value } } : creation
    }
    case 'add':
    case 'remove': {
      const op = fields['op']
      const members = parseMembers(fields, ['op', 'members'])
      if (!members.ok) return members
      return members.value.length === 0
        ? bad('members is empty')
        : { ok: true, command: { op, members: members.value } }
    }
    case 'join':
    case 'quit':
      return hasOnly(fields, ['op']) ? { ok: true, command: { op: fields['op'] } } : bad('a key is unknown')
    default:
      return bad('op is none that is known')
  }
}

export function parseChange(value: unknown): ParsedChange {
  const fields = value
  if (!isFields(fields)) return bad('a change is an object')
  if (fields['op'] === 'page') return parsePageChange(fields)
  const by = parseUserId(fields['by'])
  if (by === undefined) return bad('by is not a user id')
  switch (fields['op']) {
    case 'created': {
      const creation = parseCreation(fields, ['by'])
      return creation.ok ? { ok: true, change: { op: 'created', by, ...creation.value } } : creation
    }
    case 'added':
    case 'removed': {
      const op = fields['op']
      const members = parseMembers(fields, ['op', 'by', 'members'])
      return members.ok ? { ok: true, change: { op, by, members: members.value } } : members
    }
    case 'joined':
    case 'quit':
      return hasOnly(fields, ['op', 'by'])
        ? { ok: true, change: { op: fields['op'], by } }
        : bad('a key is unknown')
    default:
      return bad('op is none that is known')
  }
}

export function parseOutcome(value: unknown): ParsedOutcome {
  const fields = value
  if (!isFields(fields) || !hasOnly(fields, ['successfulClientIds', 'failures'])) {
    return bad('an outcome is an object of successfulClientIds and failures')
  }
  const successful = parseUsers(fields['successfulClientIds'])
  if (!successful.ok) return successful
  const given = fields['failures']
  if (!Array.isArray(given) || given.length > refusalCodes.length)
    return bad('failures is not a list of one per code')
  const failures: Failure[] = []
  for (const one of given as readonly unknown[]) {
    const failure = parseFailure(one)
    if (!failure.ok) return failure
    failures.push(failure.value)
  }
  return { ok: true, outcome: { successfulClientIds: successful.value, failures } }
}

function parsePageChange(fields: Fields): ParsedChange {
  const pages = fields['pages']
  if (!hasOnly(fields, ['op', 'pages'])) return bad('a key is unknown')
  if (typeof pages !== 'number' || !Number.isSafeInteger(pages) || pages < 1)
    return bad('pages is not a number of pages')
  return { ok: true, change: { op: 'page', pages } }
}

function parseFailure(value: unknown): Parsed<Failure> {
  const fields = value
  if (!isFields(fields) || !hasOnly(fields, ['clientIds', 'code', 'detail'])) {
    return bad('a failure is an object of clientIds, code and detail')
  }
  const clientIds = parseUsers(fields['clientIds'])
  const code = fields['code']
  const detail = fields['detail']
  if (!clientIds.ok) return clientIds
  if (!isRefusalCode(code)) return bad('code is none that is known')
  return typeof detail === 'string'
    ? done({ clientIds: clientIds.value, code, detail })
    : bad('detail is not a text')
}

interface Creation {
  readonly kind: ConversationKind
  readonly unique: boolean
  readonly members: readonly UserId[]
  readonly name: string | null
  readonly attributes: JsonObject
}

function parseCreation(fields: Fields, more: readonly string[]): Parsed<Creation> {
  const { kind, unique, name } = fields
  if (kind !== 'group' && kind !== 'direct') return bad('kind is neither group nor direct')
  if (typeof unique !== 'boolean') return bad('unique is neither true nor false')
  if (name !== null && typeof name !== 'string') return bad('name is neither a text nor null')
  if (name !== null && name.length > maxNameLength)
    return tooLarge(`the name is longer than ${maxNameLength}`)
  if (name !== null && wellFormed(name) !== name) return bad('name is not well-formed')
  const members = parseMembers(fields, ['op', 'kind', 'unique', 'members', 'name', 'attributes', ...more])
  if (!members.ok) return members
  const attributes = parseAttributes(fields['attributes'])
  if (!attributes.ok) return attributes
  return done({ kind, unique, members: members.value, name, attributes: attributes.value })
}

/** Encoded and read again: what comes out is plain, bounded JSON, and nothing of the object that was given. */
function parseAttributes(value: unknown): Parsed<JsonObject> {
  if (!isJson(value, maxDepth)) return bad('attributes are not plain JSON, or nested too deep')
  if (!isObject(value)) return bad('attributes is not an object')
  const read = readAny(writeAny(value), { maxBytes: maxAttributesBytes, maxDepth })
  if (!read.ok) return read.code === 'too-large' ? tooLarge(read.detail) : bad(read.detail)
  return isObject(read.value) ? done(read.value) : bad('attributes is not an object')
}

function parseMembers(fields: Fields, keys: readonly string[]): Parsed<readonly UserId[]> {
  return hasOnly(fields, keys) ? parseUsers(fields['members']) : bad('a key is unknown')
}

/** Nobody twice. */
function parseUsers(value: unknown): Parsed<readonly UserId[]> {
  if (!Array.isArray(value)) return bad('users are given as a list')
  if (value.length > maxMembers) return tooLarge(`more than ${maxMembers} users are named`)
  const users = new Set<UserId>()
  for (const text of value as readonly unknown[]) {
    const user = parseUserId(text)
    if (user === undefined || users.has(user)) return bad('a user id is malformed or stands twice')
    users.add(user)
  }
  return done([...users])
}

function hasOnly(fields: Fields, keys: readonly string[]): boolean {
  return Object.keys(fields).every((key) => keys.includes(key))
}

function isRefusalCode(code: unknown): code is RefusalCode {
  return refusalCodes.some((known) => known === code)
}

function done<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

function bad(detail: string): ParseFault {
  return { ok: false, code: 'bad-content', detail }
}

function tooLarge(detail: string): ParseFault {
  return { ok: false, code: 'too-large', detail }
}
