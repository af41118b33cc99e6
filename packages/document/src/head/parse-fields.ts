/**
 * The fields that commands and changes are made of, parsed one by one. Rules DO63 to DO65 and DO76.
 */
import { parsePath } from './attributes.ts'
import { readAny, writeAny } from '../entry/any.ts'
import type { JsonObject, JsonValue } from '../entry/entry.ts'
import type { Policy } from './head.ts'
import { type ConversationKind, parseUserId, type UserId } from '../ids.ts'
import { type Fields, isJson, isObject, wellFormed } from '../entry/json.ts'
import { maxAttributesBytes, maxDepth, maxIconLength, maxMembers, maxNameLength } from '../limits.ts'
import { readPolicy } from './policy.ts'

export interface ParseFault {
  readonly ok: false
  readonly code: 'bad-content' | 'too-large'
  readonly detail: string
}

export type Parsed<T> = { readonly ok: true; readonly value: T } | ParseFault

export interface Creation {
  readonly kind: ConversationKind
  readonly unique: boolean
  readonly members: readonly UserId[]
  readonly name: string | null
  readonly attributes: JsonObject
  readonly icon?: string
  readonly policy?: Partial<Policy>
}

/** What an update says, at least one of it. */
export interface Details {
  readonly name?: string | null
  readonly icon?: string | null
  readonly set?: JsonObject
  readonly unset?: readonly string[]
  readonly policy?: Partial<Policy>
}

const creationKeys = ['op', 'kind', 'unique', 'members', 'name', 'attributes', 'icon', 'policy']
const detailKeys = ['op', 'name', 'icon', 'set', 'unset', 'policy']

export function parseCreation(fields: Fields, more: readonly string[]): Parsed<Creation> {
  const { kind, unique } = fields
  if (kind !== 'group' && kind !== 'direct') return bad('kind is neither group nor direct')
  if (typeof unique !== 'boolean') return bad('unique is neither true nor false')
  const name = parseName(fields['name'])
  if (!name.ok) return name
  const members = parseMembers(fields, [...creationKeys, ...more])
  if (!members.ok) return members
  const attributes = parseAttributes(fields['attributes'])
  if (!attributes.ok) return attributes
  const icon = optional(fields['icon'], parseIcon)
  if (!icon.ok) return icon
  if (icon.value === null) return bad('icon is not a text')
  const policy = optional(fields['policy'], parsePolicy)
  if (!policy.ok) return policy
  return done({
    kind,
    unique,
    members: members.value,
    name: name.value,
    attributes: attributes.value,
    ...(icon.value === undefined ? undefined : { icon: icon.value }),
    ...(policy.value === undefined ? undefined : { policy: policy.value }),
  })
}

/** `paths`: attributes are named by path, as in a command; otherwise by top key. */
export function parseDetails(fields: Fields, more: readonly string[], paths: boolean): Parsed<Details> {
  if (!hasOnly(fields, [...detailKeys, ...more])) return unknownKey
  const name = optional(fields['name'], parseName)
  if (!name.ok) return name
  const icon = optional(fields['icon'], parseIcon)
  if (!icon.ok) return icon
  const set = optional(fields['set'], paths ? parseValuesByPath : parseAttributes)
  if (!set.ok) return set
  const unset = optional(fields['unset'], (value) => parseKeys(value, paths))
  if (!unset.ok) return unset
  const policy = optional(fields['policy'], parsePolicy)
  if (!policy.ok) return policy
  const details: Details = {
    ...(name.value === undefined ? undefined : { name: name.value }),
    ...(icon.value === undefined ? undefined : { icon: icon.value }),
    ...(set.value === undefined ? undefined : { set: set.value }),
    ...(unset.value === undefined ? undefined : { unset: unset.value }),
    ...(policy.value === undefined ? undefined : { policy: policy.value }),
  }
  return Object.keys(details).length === 0 ? bad('an update says nothing') : done(details)
}

export function parseMembers(fields: Fields, keys: readonly string[]): Parsed<readonly UserId[]> {
  return hasOnly(fields, keys) ? parseUsers(fields['members']) : unknownKey
}

/** Nobody twice. */
export function parseUsers(value: unknown): Parsed<readonly UserId[]> {
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

export function parseRole(value: unknown): Parsed<'manager' | 'member'> {
  return value === 'manager' || value === 'member'
    ? done(value)
    : bad('role is neither manager nor member: nobody is made the owner')
}

/** Whole numbers from 1: pages, and milliseconds that last. */
export function parseCount(name: string, value: unknown): Parsed<number> {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1
    ? done(value)
    : bad(`${name} is not a whole number from 1`)
}

export function optional<T>(value: unknown, parse: (value: unknown) => Parsed<T>): Parsed<T | undefined> {
  return value === undefined ? done(undefined) : parse(value)
}

export function hasOnly(fields: Fields, keys: readonly string[]): boolean {
  return Object.keys(fields).every((key) => keys.includes(key))
}

export function done<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

export function bad(detail: string): ParseFault {
  return { ok: false, code: 'bad-content', detail }
}

export function tooLarge(detail: string): ParseFault {
  return { ok: false, code: 'too-large', detail }
}

export const unknownKey: ParseFault = bad('a key is unknown')

export function parseName(value: unknown): Parsed<string | null> {
  return parseLine('name', value, maxNameLength)
}

export function parseIcon(value: unknown): Parsed<string | null> {
  return parseLine('icon', value, maxIconLength)
}

export function parseLine(what: string, value: unknown, maxLength: number): Parsed<string | null> {
  if (value !== null && typeof value !== 'string') return bad(`${what} is neither a text nor null`)
  if (value !== null && value.length > maxLength) return tooLarge(`the ${what} is longer than ${maxLength}`)
  return value !== null && wellFormed(value) !== value ? bad(`${what} is not well-formed`) : done(value)
}

function parsePolicy(value: unknown): Parsed<Partial<Policy>> {
  const policy = readPolicy(value)
  return policy === undefined ? bad('policy says what no policy says') : done(policy)
}

/** Encoded and read again: what comes out is plain, bounded JSON, and nothing of the object that was given. */
function parseAttributes(value: unknown): Parsed<JsonObject> {
  const plain = parseBounded('attributes', value)
  if (!plain.ok) return plain
  return isObject(plain.value) ? done(plain.value) : bad('attributes is not an object')
}

function parseValuesByPath(value: unknown): Parsed<JsonObject> {
  const attributes = parseAttributes(value)
  if (!attributes.ok) return attributes
  for (const [path, inner] of Object.entries(attributes.value)) {
    const keys = parsePath(path)
    if (keys === undefined) return noPath
    if (!isJson(inner, maxDepth - keys.length)) return bad('attributes are nested too deep')
  }
  return attributes
}

function parseKeys(value: unknown, paths: boolean): Parsed<readonly string[]> {
  const plain = parseBounded('unset', value)
  if (!plain.ok) return plain
  if (!Array.isArray(plain.value)) return bad('unset is not a list')
  const keys: string[] = []
  for (const key of plain.value as readonly JsonValue[]) {
    if (typeof key !== 'string' || (paths && parsePath(key) === undefined)) return noPath
    keys.push(key)
  }
  return done(keys)
}

function parseBounded(what: string, value: unknown): Parsed<JsonValue> {
  if (!isJson(value, maxDepth)) return bad(`${what} is not plain JSON, or nested too deep`)
  const read = readAny(writeAny(value), { maxBytes: maxAttributesBytes, maxDepth })
  if (read.ok) return done(read.value)
  return read.code === 'too-large' ? tooLarge(read.detail) : bad(read.detail)
}

const noPath = bad('a path is keys joined by dots, none of them empty or one of a prototype')
