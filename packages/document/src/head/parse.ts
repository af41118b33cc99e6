/**
 * Commands and changes as they come over the wire: parsed once, field by field, nothing unknown kept.
 * Rules DO63 to DO65 and DO76.
 */
import { type Fields, isFields } from '../entry/json.ts'
import type { Change, Command } from './head.ts'
import { parseUserId, type UserId } from '../ids.ts'
import {
  bad,
  hasOnly,
  optional,
  parseCount,
  parseCreation,
  parseDetails,
  type Parsed,
  type ParseFault,
  parseMembers,
  parseRole,
  parseUsers,
  unknownKey,
} from './parse-fields.ts'

export type ParsedCommand = { readonly ok: true; readonly command: Command } | ParseFault
export type ParsedChange = { readonly ok: true; readonly change: Change } | ParseFault

export function parseCommand(value: unknown): ParsedCommand {
  const fields = value
  if (!isFields(fields)) return bad('a command is an object')
  const { op } = fields
  switch (op) {
    case 'create':
      return asCommand(parseCreation(fields, []), (creation) => ({ op, ...creation }))
    case 'add':
    case 'remove':
    case 'unmute':
    case 'block':
    case 'unblock':
      return asCommand(parseSome(fields, ['op', 'members']), (members) => ({ op, members }))
    case 'join':
    case 'quit':
      return hasOnly(fields, ['op']) ? { ok: true, command: { op } } : unknownKey
    case 'update':
      return asCommand(parseDetails(fields, [], true), (details) => ({ op, ...details }))
    case 'role':
      return parseRoleCommand(fields)
    case 'mute':
      return parseMute(fields)
    default:
      return bad('op is none that is known')
  }
}

export function parseChange(value: unknown): ParsedChange {
  const fields = value
  if (!isFields(fields)) return bad('a change is an object')
  if (fields['op'] === 'page') return parsePageChange(fields)
  const by = parseUserId(fields['by'])
  return by === undefined ? bad('by is not a user id') : parseChangeBy(fields, by)
}

function parseChangeBy(fields: Fields, by: UserId): ParsedChange {
  const { op } = fields
  switch (op) {
    case 'created':
      return asChange(parseCreation(fields, ['by']), (creation) => ({ op, by, ...creation }))
    case 'added':
    case 'joined':
      return parseEntering(fields, by, op)
    case 'removed':
    case 'unmuted':
    case 'unblocked':
      return asChange(parseMembers(fields, ['op', 'by', 'members']), (members) => ({ op, by, members }))
    case 'quit':
      return parseLeaving(fields, by)
    case 'updated':
      return asChange(parseDetails(fields, ['by'], false), (details) => ({ op, by, ...details }))
    case 'role':
      return parseRoleChange(fields, by)
    case 'muted':
      return parseMuted(fields, by)
    case 'blocked':
      return parseBlocked(fields, by)
    default:
      return bad('op is none that is known')
  }
}

function parseRoleCommand(fields: Fields): ParsedCommand {
  const role = parseRole(fields['role'])
  if (!role.ok) return role
  const members = parseSome(fields, ['op', 'members', 'role'])
  return asCommand(members, (users) => ({ op: 'role', members: users, role: role.value }))
}

function parseMute(fields: Fields): ParsedCommand {
  const given = fields['forMs']
  if (given === undefined) return bad('forMs is missing: null is for good')
  const forMs = given === null ? null : parseCount('forMs', given)
  if (forMs !== null && !forMs.ok) return forMs
  const members = parseSome(fields, ['op', 'members', 'forMs'])
  return asCommand(members, (users) => ({ op: 'mute', members: users, forMs: forMs?.value ?? null }))
}

function parsePageChange(fields: Fields): ParsedChange {
  if (!hasOnly(fields, ['op', 'pages'])) return unknownKey
  return asChange(parseCount('pages', fields['pages']), (pages) => ({ op: 'page', pages }))
}

function parseEntering(fields: Fields, by: UserId, op: 'added' | 'joined'): ParsedChange {
  const since = optional(fields['since'], (value) => parseCount('since', value))
  if (!since.ok) return since
  const from = since.value === undefined ? undefined : { since: since.value }
  if (op === 'joined')
    return hasOnly(fields, ['op', 'by', 'since']) ? { ok: true, change: { op, by, ...from } } : unknownKey
  const members = parseMembers(fields, ['op', 'by', 'members', 'since'])
  return asChange(members, (users) => ({ op, by, members: users, ...from }))
}

function parseLeaving(fields: Fields, by: UserId): ParsedChange {
  if (!hasOnly(fields, ['op', 'by', 'heir'])) return unknownKey
  if (fields['heir'] === undefined) return { ok: true, change: { op: 'quit', by } }
  const heir = parseUserId(fields['heir'])
  if (heir === undefined || heir === by) return bad('heir is nobody who could follow him')
  return { ok: true, change: { op: 'quit', by, heir } }
}

function parseRoleChange(fields: Fields, by: UserId): ParsedChange {
  const role = parseRole(fields['role'])
  if (!role.ok) return role
  const members = parseMembers(fields, ['op', 'by', 'members', 'role'])
  return asChange(members, (users) => ({ op: 'role', by, members: users, role: role.value }))
}

function parseMuted(fields: Fields, by: UserId): ParsedChange {
  const until = parseCount('until', fields['until'])
  if (!until.ok) return until
  const members = parseMembers(fields, ['op', 'by', 'members', 'until'])
  return asChange(members, (users) => ({ op: 'muted', by, members: users, until: until.value }))
}

function parseBlocked(fields: Fields, by: UserId): ParsedChange {
  const left = parseUsers(fields['left'])
  if (!left.ok) return left
  const members = parseMembers(fields, ['op', 'by', 'members', 'left'])
  const blocked = new Set(members.ok ? members.value : left.value)
  if (!left.value.every((user) => blocked.has(user))) return bad('somebody left who was not blocked')
  return asChange(members, (users) => ({ op: 'blocked', by, members: users, left: left.value }))
}

/** A command about nobody is one by mistake. */
function parseSome(fields: Fields, keys: readonly string[]): Parsed<readonly UserId[]> {
  const members = parseMembers(fields, keys)
  return members.ok && members.value.length === 0 ? bad('members is empty') : members
}

function asCommand<T>(parsed: Parsed<T>, command: (value: T) => Command): ParsedCommand {
  return parsed.ok ? { ok: true, command: command(parsed.value) } : parsed
}

function asChange<T>(parsed: Parsed<T>, change: (value: T) => Change): ParsedChange {
  return parsed.ok ? { ok: true, change: change(parsed.value) } : parsed
}
