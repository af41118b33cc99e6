/**
 * What the five maps of a head say, whoever has read them. Rules DO41 to DO44.
 */
import type { JsonValue } from '../entry/entry.ts'
import { isFields, isJson } from '../entry/json.ts'
import { parseUserId, type UserId } from '../ids.ts'
import { maxDepth } from '../limits.ts'
import type { Head, HeadInfo, Member } from './head.ts'
import { readPolicy, wholePolicy } from './policy.ts'

export const mapNames = ['info', 'members', 'attributes', 'muted', 'blocked'] as const
export type MapName = (typeof mapNames)[number]

export interface Values {
  get(key: string): unknown
  entries(): Iterable<readonly [string, unknown]>
}

/** undefined where there is no head, or none of a form known here. */
export function headOf(map: (name: MapName) => Values | undefined): Head | undefined {
  const info = readInfo(map('info'))
  const members = readUsers(map('members'), readMember)
  const attributes = readAttributes(map('attributes'))
  const muted = readUsers(map('muted'), readTime)
  const blocked = readUsers(map('blocked'), readTime)
  if (info === undefined || members === undefined || attributes === undefined) return undefined
  if (muted === undefined || blocked === undefined) return undefined
  return { info, members, attributes, muted, blocked }
}

function readInfo(map: Values | undefined): HeadInfo | undefined {
  if (map === undefined) return undefined
  const kind = map.get('kind')
  const name = map.get('name')
  const icon = map.get('icon')
  const creator = parseUserId(map.get('creator'))
  const createdAt = map.get('createdAt')
  const unique = map.get('unique')
  const pages = map.get('pages')
  const policy = readPolicy(map.get('policy'))
  if (kind !== 'group' && kind !== 'direct') return undefined
  if (!isTextOrNull(name) || !isTextOrNull(icon) || creator === undefined) return undefined
  if (typeof createdAt !== 'number' || typeof unique !== 'boolean' || typeof pages !== 'number')
    return undefined
  if (policy === undefined) return undefined
  return { kind, name, icon, creator, createdAt, unique, pages, policy: wholePolicy(policy) }
}

function readUsers<T>(
  map: Values | undefined,
  read: (value: unknown) => T | undefined,
): ReadonlyMap<UserId, T> | undefined {
  if (map === undefined) return undefined
  const users = new Map<UserId, T>()
  for (const [key, value] of map.entries()) {
    const user = parseUserId(key)
    const known = read(value)
    if (user === undefined || known === undefined) return undefined
    users.set(user, known)
  }
  return users
}

function readAttributes(map: Values | undefined): ReadonlyMap<string, JsonValue> | undefined {
  if (map === undefined) return undefined
  const values = new Map<string, JsonValue>()
  for (const [key, value] of map.entries()) {
    if (!isJson(value, maxDepth)) return undefined
    values.set(key, value)
  }
  return values
}

function readMember(value: unknown): Member | undefined {
  if (!isFields(value)) return undefined
  const { role, joinedAt, invitedBy, since } = value
  if (role !== 'owner' && role !== 'manager' && role !== 'member') return undefined
  if (typeof joinedAt !== 'number') return undefined
  if (since !== undefined && typeof since !== 'number') return undefined
  const inviter = invitedBy === null ? null : parseUserId(invitedBy)
  if (inviter === undefined) return undefined
  return { role, joinedAt, invitedBy: inviter, ...(since === undefined ? undefined : { since }) }
}

function readTime(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}
