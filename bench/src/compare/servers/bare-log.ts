/** The least a log can be: a row for each message, in the order they came, on the disk when `append` returns. */
import { DatabaseSync } from 'node:sqlite'
import type { Answered, Cursor } from './bare-frames.ts'

export interface BareLog {
  /** One transaction. */
  readonly append: (
    turn: readonly { readonly conversation: string; readonly updates: readonly Uint8Array[] }[],
  ) => void
  /** In pieces of so many rows that they fit a frame. */
  readonly after: (cursors: readonly Cursor[]) => Iterable<Answered>
  readonly newest: (conversations: readonly string[], count: number) => Iterable<Answered>
  readonly close: () => void
}

const rowsAtOnce = 1000

export function openBareLog(path: string): BareLog {
  const database = new DatabaseSync(path)
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 4000;
    CREATE TABLE IF NOT EXISTS conversation (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE IF NOT EXISTS message (
      conversation INTEGER NOT NULL, seq INTEGER NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (conversation, seq)
    ) WITHOUT ROWID;
  `)
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const insert = database.prepare('INSERT INTO message VALUES (?, ?, ?)')
  const name = database.prepare('INSERT INTO conversation (name) VALUES (?)')
  const find = database.prepare(
    'SELECT number, (SELECT max(seq) FROM message WHERE conversation = number) AS last FROM conversation WHERE name = ?',
  )
  const above = database.prepare(
    'SELECT seq, bytes FROM message WHERE conversation = ? AND seq > ? ORDER BY seq LIMIT ?',
  )
  const known = new Map<string, { readonly number: number; last: number }>()

  const lookUp = (conversation: string): { readonly number: number; last: number } | undefined => {
    const entry = known.get(conversation)
    if (entry !== undefined) return entry
    const row = find.get(conversation)
    if (row === undefined) return undefined
    const found = { number: Number(row['number']), last: Number(row['last'] ?? 0) }
    known.set(conversation, found)
    return found
  }
  const rowsAbove = function* (cursor: Cursor): Generator<Answered> {
    const entry = lookUp(cursor.conversation)
    if (entry === undefined) return
    const { number, last } = entry
    for (let { seq } = cursor; seq < last;) {
      const rows = above.all(number, seq, rowsAtOnce)
      const updates = rows.map((row) => {
        const bytes = row['bytes']
        if (!(bytes instanceof Uint8Array)) throw new Error('a message is a blob')
        return bytes
      })
      yield { conversation: cursor.conversation, firstSeq: seq + 1, updates }
      seq += updates.length
    }
  }
  return {
    append(turn) {
      begin.run()
      for (const { conversation, updates } of turn) {
        const entry = lookUp(conversation) ?? {
          number: Number(name.run(conversation).lastInsertRowid),
          last: 0,
        }
        known.set(conversation, entry)
        for (const update of updates) {
          entry.last += 1
          insert.run(entry.number, entry.last, update)
        }
      }
      commit.run()
    },
    *after(cursors) {
      for (const cursor of cursors) yield* rowsAbove(cursor)
    },
    *newest(conversations, count) {
      for (const conversation of conversations) {
        const last = lookUp(conversation)?.last ?? 0
        yield* rowsAbove({ conversation, seq: Math.max(0, last - count) })
      }
    },
    close: () => database.close(),
  }
}
