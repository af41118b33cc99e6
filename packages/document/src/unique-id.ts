/**
 * The ids that members make. In a file of its own, since SHA-256 is loaded with it. Rule DO3.
 */
import { digest } from 'lib0/hash/sha256'
import {
  byCodeUnit,
  type ConversationId,
  type ConversationKind,
  made,
  ordered,
  parseConversationId,
  type UserId,
} from './ids.ts'
import { utf8 } from './utf8.ts'

/** The id of the one conversation of these members (the creator among them) of this kind: the same on every device. */
export function uniqueConversationId(kind: ConversationKind, members: readonly UserId[]): ConversationId {
  // No id contains a line break, so different members never make the same text.
  const sorted = [...new Set(members)].toSorted(byCodeUnit)
  const hash = digest(utf8(['parley unique 1', kind, ...sorted].join('\n')))
  return made(parseConversationId(`u${ordered(hash.subarray(0, 16))}`))
}
