/**
 * Commands of a person as they come over the wire: read once, field by field, nothing unknown kept. Rules DO113 and DO114.
 */
import {
  bad,
  orFault,
  type ParseFault,
  readChoice,
  readConversation,
  readDistinct,
  readFlag,
  readIcon,
  readName,
  readRecord,
  readTagged,
  readText,
  readUser,
  readWhole,
  type Shape,
  type Shapes,
} from '../fields.ts'
import type { ConversationId, UserId } from '../ids.ts'
import { maxNamedAtOnce, maxRemarkLength, maxRequestLength } from '../limits.ts'
import { readOwnFields, readReadMark } from './parse-values.ts'
import type { PersonCommand } from './person.ts'

export type ParsedPersonCommand = { readonly ok: true; readonly command: PersonCommand } | ParseFault

type ProfileSet = Extract<PersonCommand, { readonly op: 'profile' }>['set']

const profile: Shape<ProfileSet> = { 'name?': readName, 'icon?': readIcon, 'fields?': readOwnFields }
const ofUsers = { users: readUsers }
const ofConversations = { conversations: readConversations }
const commands: Shapes<PersonCommand, 'op'> = {
  profile: { set: readProfileSet },
  contact: {
    user: readUser,
    act: (value, name) => readChoice(value, name, ['request', 'accept', 'decline', 'remove', 'remark']),
    'text?': (value, name) => readText(value, name, maxRequestLength),
  },
  setting: {
    conversation: readConversation,
    'pinned?': readFlag,
    'muted?': readFlag,
    'hidden?': (value, name) => (value === null ? null : readWhole(value, name)),
    'cleared?': readWhole,
    'read?': readReadMark,
  },
  block: ofUsers,
  unblock: ofUsers,
  refuse: ofConversations,
  admit: ofConversations,
}

export function parsePersonCommand(value: unknown): ParsedPersonCommand {
  return orFault(() => ({
    ok: true,
    command: checked(readTagged<PersonCommand, 'op'>(value, 'op', commands)),
  }))
}

function checked(command: PersonCommand): PersonCommand {
  if (command.op === 'setting' && Object.keys(command).length === 2) bad('nothing of the conversation is set')
  if (command.op === 'contact' && command.text !== undefined) {
    if (command.act !== 'request' && command.act !== 'remark') bad('nothing is said with it')
    if (command.act === 'remark') readText(command.text, 'text', maxRemarkLength)
  }
  return command
}

function readProfileSet(value: unknown): ProfileSet {
  const set = readRecord<ProfileSet>(value, profile)
  return Object.keys(set).length === 0 ? bad('nothing of the profile is set') : set
}

function readUsers(value: unknown, name: string): readonly UserId[] {
  return someOf(readDistinct(value, name, maxNamedAtOnce, readUser))
}

function readConversations(value: unknown, name: string): readonly ConversationId[] {
  return someOf(readDistinct(value, name, maxNamedAtOnce, readConversation))
}

function someOf<T>(ids: readonly T[]): readonly T[] {
  return ids.length === 0 ? bad('nobody and nothing is named') : ids
}
