/**
 * Commands of a person as they come over the wire: parsed once, field by field, nothing unknown kept. Rules DO113 and DO114.
 */
import { type Fields, isFields } from '../entry/json.ts'
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
import { type ConversationId, parseConversationId, parseUserId, type UserId } from '../ids.ts'
import { maxNamedAtOnce, maxRemarkLength, maxRequestLength } from '../limits.ts'
import { notAnObject, optionalWhole, parseOwnFields, parseReadMark } from './parse-values.ts'
import type { PersonCommand } from './person.ts'

export type ParsedPersonCommand = { readonly ok: true; readonly command: PersonCommand } | ParseFault

type ProfileSet = Extract<PersonCommand, { readonly op: 'profile' }>['set']

export function parsePersonCommand(value: unknown): ParsedPersonCommand {
  const fields = value
  if (!isFields(fields)) return bad('a command is an object')
  const { op } = fields
  switch (op) {
    case 'profile':
      if (!hasOnly(fields, ['op', 'set'])) return unknownKey
      return asCommand(parseProfileSet(fields['set']), (set) => ({ op, set }))
    case 'contact':
      return parseContactCommand(fields)
    case 'setting':
      return parseSettingCommand(fields)
    case 'block':
    case 'unblock':
      if (!hasOnly(fields, ['op', 'users'])) return unknownKey
      return asCommand(parseNamed<UserId>(fields['users'], parseUserId), (users) => ({ op, users }))
    case 'refuse':
    case 'admit':
      if (!hasOnly(fields, ['op', 'conversations'])) return unknownKey
      return asCommand(
        parseNamed<ConversationId>(fields['conversations'], parseConversationId),
        (conversations) => ({ op, conversations }),
      )
    default:
      return bad('op is none that is known')
  }
}

function parseProfileSet(value: unknown): Parsed<ProfileSet> {
  const fields = value
  if (!isFields(fields)) return notAnObject
  if (!hasOnly(fields, ['name', 'icon', 'fields'])) return unknownKey
  const name = optional(fields['name'], parseName)
  if (!name.ok) return name
  const icon = optional(fields['icon'], parseIcon)
  if (!icon.ok) return icon
  const own = optional(fields['fields'], parseOwnFields)
  if (!own.ok) return own
  const set: ProfileSet = {
    ...(name.value === undefined ? undefined : { name: name.value }),
    ...(icon.value === undefined ? undefined : { icon: icon.value }),
    ...(own.value === undefined ? undefined : { fields: own.value }),
  }
  return Object.keys(set).length === 0 ? bad('nothing of the profile is set') : done(set)
}

function parseContactCommand(fields: Fields): ParsedPersonCommand {
  if (!hasOnly(fields, ['op', 'user', 'act', 'text'])) return unknownKey
  const user = parseUserId(fields['user'])
  if (user === undefined) return bad('user is not a user id')
  const { act } = fields
  switch (act) {
    case 'accept':
    case 'decline':
    case 'remove':
      if (fields['text'] !== undefined) return bad('nothing is said with it')
      return { ok: true, command: { op: 'contact', user, act } }
    case 'request':
    case 'remark': {
      const max = act === 'request' ? maxRequestLength : maxRemarkLength
      const text = optional(fields['text'], (value) => parseLine('text', value, max))
      if (!text.ok) return text
      if (text.value === null) return bad('text is not a text')
      const said = text.value === undefined ? undefined : { text: text.value }
      return { ok: true, command: { op: 'contact', user, act, ...said } }
    }
    default:
      return bad('act is none that is known')
  }
}

const settingKeys = ['op', 'conversation', 'pinned', 'muted', 'hidden', 'cleared', 'read']

function parseSettingCommand(fields: Fields): ParsedPersonCommand {
  if (!hasOnly(fields, settingKeys)) return unknownKey
  const conversation = parseConversationId(fields['conversation'])
  if (conversation === undefined) return bad('conversation is not a conversation id')
  const { pinned, muted } = fields
  if (pinned !== undefined && typeof pinned !== 'boolean') return bad('pinned is neither true nor false')
  if (muted !== undefined && typeof muted !== 'boolean') return bad('muted is neither true nor false')
  const hidden = fields['hidden'] === null ? done(null) : optionalWhole(fields, 'hidden')
  if (!hidden.ok) return hidden
  const cleared = optionalWhole(fields, 'cleared')
  if (!cleared.ok) return cleared
  const read = optional(fields['read'], parseReadMark)
  if (!read.ok) return read
  const changes = {
    ...(pinned === undefined ? undefined : { pinned }),
    ...(muted === undefined ? undefined : { muted }),
    ...(hidden.value === undefined ? undefined : { hidden: hidden.value }),
    ...(cleared.value === undefined ? undefined : { cleared: cleared.value }),
    ...(read.value === undefined ? undefined : { read: read.value }),
  }
  if (Object.keys(changes).length === 0) return bad('nothing of the conversation is set')
  return { ok: true, command: { op: 'setting', conversation, ...changes } }
}

/** At least one, and none twice. */
function parseNamed<Id>(value: unknown, parse: (text: unknown) => Id | undefined): Parsed<readonly Id[]> {
  if (!Array.isArray(value)) return bad('ids are given as a list')
  if (value.length > maxNamedAtOnce) return tooLarge(`more than ${maxNamedAtOnce} are named`)
  const ids = new Set<Id>()
  for (const text of value as readonly unknown[]) {
    const id = parse(text)
    if (id === undefined || ids.has(id)) return bad('an id is malformed or stands twice')
    ids.add(id)
  }
  return ids.size === 0 ? bad('nobody and nothing is named') : done([...ids])
}

function asCommand<T>(parsed: Parsed<T>, command: (value: T) => PersonCommand): ParsedPersonCommand {
  return parsed.ok ? { ok: true, command: command(parsed.value) } : parsed
}
