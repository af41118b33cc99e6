/** Holds marks of who has got how far against the conversation they are of. */
import type { DatabaseSync } from 'node:sqlite'
import { type Folded, ofConversation, type Tell } from './check-rows.ts'
import { type Columns, number, text } from './sqlite-columns.ts'

/** Answers the position of the one that moved last, 0 for none. */
export function checkMarks(
  database: DatabaseSync,
  conversation: Columns,
  { last }: Folded,
  say: Tell,
): number {
  const members = new Set(
    ofConversation(database, conversation, 'members', 'user').map((columns) => text(columns, 'user')),
  )
  let newest = 0
  for (const columns of ofConversation(database, conversation, 'marks', 'user')) {
    const user = text(columns, 'user')
    const [delivered, read] = [number(columns, 'delivered'), number(columns, 'read')]
    if (!members.has(user)) say(`${user} has a mark and was never a member`)
    for (const seq of [delivered, read])
      if (seq < 0 || seq > (last?.seq ?? 0)) say(`the mark of ${user} stands at ${seq}, where nothing is`)
    if (delivered === 0 && read === 0) say(`the mark of ${user} says nothing`)
    newest = Math.max(newest, number(columns, 'position'))
  }
  return newest
}
