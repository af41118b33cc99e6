/** Ids as apps give them, refused where they enter when they are none. Rule CL100. */
import { type EntryId, parseEntryId, parseUserId, type UserId } from '@parley/document'
import { ParleyError } from '../errors.ts'
import { badArgument, quoted } from './json.ts'

/** A message that was sent: itself, or its id, or whatever carries that. */
export type MessageRef = string | { readonly id: string }

export function userId(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) {
    throw new ParleyError(
      'bad-id',
      `${quoted(text)} is not a user id: 1 to 64 characters of A-Z a-z 0-9 _ - . @ :`,
    )
  }
  return id
}

export function userIds(texts: readonly string[]): readonly UserId[] {
  if (!Array.isArray(texts) || texts.length === 0) throw badArgument('Name at least one user, in a list.')
  return [...new Set(texts.map(userId))]
}

export function messageId(message: MessageRef): EntryId {
  const given: MessageRef | null | undefined = message
  const id = parseEntryId(typeof given === 'string' ? given : given?.id)
  if (id === undefined) throw badArgument('This is not the id of a message that was sent.')
  return id
}
