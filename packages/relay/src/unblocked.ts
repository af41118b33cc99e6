/**
 * Who is unblocked is no member, and has no rows of the conversation: he is told in a row of his own, written in the same
 * commit. Rules RE185 to RE188.
 */
import { type Change, maxUnblocked, type Unblocking, type UserId } from '@parley/document'
import { parsePersonRow } from '@parley/document/person'
import type { ConversationDraft, TurnDraft } from './draft.ts'
import { putPerson, readPerson } from './people-draft.ts'

/** The newest of each conversation stands; it falls away when he is blocked again, and when he is a member again. */
export function tellUnblocked(
  draft: TurnDraft,
  { id }: ConversationDraft,
  change: Change,
  time: number,
): void {
  for (const user of concerned(change)) {
    const before = unblockingsOf(draft, user)
    const others = before.filter((one) => one.id !== id)
    const isOver = change.op === 'unblocked'
    if (!isOver && others.length === before.length) continue
    const after = isOver ? [...others, { id, by: change.by, time }].slice(-maxUnblocked) : others
    const value = after.length === 0 ? null : { conversations: after }
    draft.position += 1
    putPerson(draft.people, { owner: user, kind: 'unblocked', key: '', value }, draft.now, draft.position)
  }
}

function concerned(change: Change): readonly UserId[] {
  switch (change.op) {
    case 'unblocked':
    case 'blocked':
    case 'added':
      return change.members
    case 'joined':
      return [change.by]
    case 'created':
    case 'page':
    case 'updated':
    case 'removed':
    case 'quit':
    case 'role':
    case 'muted':
    case 'unmuted':
      return []
  }
}

function unblockingsOf({ people }: TurnDraft, user: UserId): readonly Unblocking[] {
  const value = readPerson(people, user, 'unblocked', '')
  if (value === undefined) return []
  const parsed = parsePersonRow('unblocked', '', value)
  if (!parsed.ok || parsed.row.kind !== 'unblocked')
    throw new Error(`the log holds unblockings that are none, of ${user}`)
  return parsed.row.value?.conversations ?? []
}
