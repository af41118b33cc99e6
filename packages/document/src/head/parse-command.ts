/**
 * Commands as they come over the wire: read once, field by field, nothing unknown kept. Rules DO63 to DO65 and DO76.
 */
import type { JsonObject } from '../entry/entry.ts'
import { isJson } from '../entry/json.ts'
import {
  bad,
  orFault,
  type ParseFault,
  readCount,
  readIcon,
  readName,
  readTagged,
  type Shapes,
} from '../fields.ts'
import type { UserId } from '../ids.ts'
import { maxDepth } from '../limits.ts'
import { parsePath } from './attributes.ts'
import type { Command } from './head.ts'
import { policyOf } from './policy.ts'
import { creation, readAttributes, readKeys, readRole, readUsers, someOf } from './shapes.ts'

export type ParsedCommand = { readonly ok: true; readonly command: Command } | ParseFault

const ofMembers = { members: readSome }
const commands: Shapes<Command, 'op'> = {
  create: creation,
  add: ofMembers,
  remove: ofMembers,
  join: {},
  quit: {},
  update: {
    'name?': readName,
    'icon?': readIcon,
    'set?': readValuesByPath,
    'unset?': readPaths,
    'policy?': policyOf,
  },
  role: { members: readSome, role: readRole },
  // For good is said, too: it is no oversight.
  mute: { members: readSome, forMs: (value, name) => (value === null ? null : readCount(value, name)) },
  unmute: ofMembers,
  block: ofMembers,
  unblock: ofMembers,
}

export function parseCommand(value: unknown): ParsedCommand {
  return orFault(() => {
    const command = readTagged<Command, 'op'>(value, 'op', commands)
    return { ok: true, command: command.op === 'update' ? someOf(command, 1) : command }
  })
}

/** A command about nobody is one by mistake. */
function readSome(value: unknown, name: string): readonly UserId[] {
  const users = readUsers(value, name)
  return users.length === 0 ? bad(`${name} is empty`) : users
}

function readValuesByPath(value: unknown, name: string): JsonObject {
  const attributes = readAttributes(value, name)
  for (const [path, inner] of Object.entries(attributes)) {
    if (!isJson(inner, maxDepth - keysOf(path).length)) bad('attributes are nested too deep')
  }
  return attributes
}

function readPaths(value: unknown, name: string): readonly string[] {
  const paths = readKeys(value, name)
  paths.forEach(keysOf)
  return paths
}

function keysOf(path: string): readonly string[] {
  return parsePath(path) ?? bad('a path is keys joined by dots, none of them empty or one of a prototype')
}
