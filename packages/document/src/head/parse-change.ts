/**
 * Changes as they come over the wire: read once, field by field, nothing unknown kept. Rules DO63 to DO65.
 */
import {
  bad,
  orFault,
  type ParseFault,
  readCount,
  readIcon,
  readName,
  readTagged,
  readUser,
  type Shapes,
} from '../fields.ts'
import type { Change } from './head.ts'
import { policyOf } from './policy.ts'
import { creation, readAttributes, readKeys, readRole, readUsers, someOf } from './shapes.ts'

export type ParsedChange = { readonly ok: true; readonly change: Change } | ParseFault

const ofMembers = { by: readUser, members: readUsers }
const changes: Shapes<Change, 'op'> = {
  created: { by: readUser, ...creation },
  added: { ...ofMembers, 'since?': readCount },
  removed: ofMembers,
  joined: { by: readUser, 'since?': readCount },
  quit: { by: readUser, 'heir?': readUser },
  page: { pages: readCount },
  updated: {
    by: readUser,
    'name?': readName,
    'icon?': readIcon,
    'set?': readAttributes,
    'unset?': readKeys,
    'policy?': policyOf,
  },
  role: { ...ofMembers, role: readRole },
  muted: { ...ofMembers, until: readCount },
  unmuted: ofMembers,
  blocked: { ...ofMembers, left: readUsers },
  unblocked: ofMembers,
}

export function parseChange(value: unknown): ParsedChange {
  return orFault(() => ({ ok: true, change: checked(readTagged<Change, 'op'>(value, 'op', changes)) }))
}

function checked(change: Change): Change {
  if (change.op === 'updated') return someOf(change, 2)
  if (change.op === 'quit' && change.heir === change.by) bad('heir is nobody who could follow him')
  if (change.op === 'blocked') {
    const blocked = new Set(change.members)
    if (!change.left.every((user) => blocked.has(user))) bad('somebody left who was not blocked')
  }
  return change
}
