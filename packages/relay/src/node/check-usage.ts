/** Holds what users and conversations are said to take up against what they do. */
import type { DatabaseSync } from 'node:sqlite'
import type { Tell } from './check-rows.ts'
import { number, text } from './sqlite-columns.ts'

const weight = 'length(bytes) + coalesce(length(change), 0)'

/** Each of user, created, joined, bytes. */
const counted = `
  SELECT user, sum(created) AS created, sum(joined) AS joined, sum(bytes) AS bytes FROM (
    SELECT author AS user, 0 AS created, 0 AS joined, sum(${weight}) AS bytes
      FROM rows WHERE author <> '' GROUP BY author
    UNION ALL SELECT user, 0, 0, sum(length(outcome)) FROM commands GROUP BY user
    UNION ALL SELECT owner, 0, 0, length(value) FROM people WHERE kind = 'profile' AND value IS NOT NULL
    UNION ALL SELECT creator, count(*), 0, 0 FROM conversations GROUP BY creator
    UNION ALL SELECT user, 0, count(*), 0 FROM members WHERE role <> '' GROUP BY user
    UNION ALL SELECT user, -created, -joined, -bytes FROM usage
  ) GROUP BY user`

export function checkUsage(database: DatabaseSync, tell: Tell): void {
  const wrong = database.prepare(
    `SELECT * FROM (${counted}) WHERE created <> 0 OR joined <> 0 OR bytes <> 0 ORDER BY user`,
  )
  for (const columns of wrong.all()) {
    const user = text(columns, 'user')
    for (const what of ['created', 'joined', 'bytes']) {
      const off = number(columns, what)
      if (off !== 0) tell(`the usage of ${user} is wrong: ${what} is off by ${-off}`)
    }
  }
  const conversations = database.prepare(`
    SELECT id, conversations.bytes AS said, coalesce(found, 0) AS counted FROM conversations
    LEFT JOIN (SELECT conversation AS number, sum(${weight}) AS found FROM rows GROUP BY conversation) USING (number)
    WHERE said <> counted`)
  for (const columns of conversations.all()) {
    const [said, found] = [number(columns, 'said'), number(columns, 'counted')]
    tell(`${text(columns, 'id')}: its rows take ${found} bytes, not ${said}`)
  }
}
