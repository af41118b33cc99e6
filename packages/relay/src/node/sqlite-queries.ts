/** What queries for conversations ask of the tables. Rule RE395. */
import { type ConversationId, parseConversationId, type UserId } from '@parley/document'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { StoreError } from '../store.ts'

export type QueryStatements = Readonly<Record<'conversationsOf', StatementSync>>

export function prepareQueries(database: DatabaseSync): QueryStatements {
  return {
    // From the user's own memberships on, by their index; whether somebody else is there is a look by key.
    conversationsOf: database.prepare(`
    SELECT id FROM members m CROSS JOIN conversations c ON c.number = m.conversation
    WHERE m.user = ?1 AND m.role > '' AND NOT EXISTS (
      SELECT 1 FROM json_each(?2) other WHERE NOT EXISTS (
        SELECT 1 FROM members o
        WHERE o.conversation = m.conversation AND o.user = other.value AND o.role > ''))
    LIMIT ?3`),
  }
}

export function readSqliteConversationsOf(
  { conversationsOf }: QueryStatements,
  user: UserId,
  others: readonly UserId[],
  limit: number,
): readonly ConversationId[] {
  return conversationsOf.all(user, JSON.stringify(others), limit).map(({ id }) => {
    const conversation = parseConversationId(id)
    if (conversation === undefined) throw new StoreError('broken', 'the log holds no such id')
    return conversation
  })
}
