/**
 * How operations on messages are made of what an app gives. Rule DO74.
 */
import { bad, type ContentFields, plainContent, reread, type WrittenFields } from './build.ts'
import type { ContentFault } from './content.ts'
import type { Edit, Reaction } from './entry.ts'
import type { EntryId } from '../ids.ts'
import { wellFormed } from './json.ts'

export interface EditFields extends WrittenFields, ContentFields {
  readonly target: EntryId
}

export interface ReactionFields extends WrittenFields {
  readonly target: EntryId
  readonly sign: string
  readonly on: boolean
}

export type BuiltEdit = { readonly ok: true; readonly edit: Edit } | ContentFault
export type BuiltReaction = { readonly ok: true; readonly reaction: Reaction } | ContentFault

export function buildEdit(fields: EditFields): BuiltEdit {
  const { id, from, sentAt, target } = fields
  const content = plainContent(fields)
  if ('ok' in content) return content
  const read = reread({ id, from, sentAt, op: 'edit', target, ...content })
  if ('ok' in read) return read
  return 'op' in read && read.op === 'edit' ? { ok: true, edit: read } : bad('it is no edit')
}

export function buildReaction(fields: ReactionFields): BuiltReaction {
  const { id, from, sentAt, target, on } = fields
  const sign = typeof fields.sign === 'string' ? wellFormed(fields.sign) : fields.sign
  const read = reread({ id, from, sentAt, op: 'react', target, sign, on })
  if ('ok' in read) return read
  return 'op' in read && read.op === 'react' ? { ok: true, reaction: read } : bad('it is no reaction')
}
