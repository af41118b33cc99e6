/**
 * What a running relay, or one that was killed, has in its journal, laid over the tables for a check that changes nothing:
 * written as the relay would write it, into a database in memory, and shown by views that have the tables' names. Rule
 * RE307.
 */
import { DatabaseSync } from 'node:sqlite'
import type { RelayCommit } from '../store.ts'
import type { Tell } from './check-rows.ts'
import { bytes, type Columns, number, text } from './sqlite-columns.ts'
import { writePending } from './sqlite-commit.ts'
import { decodeJournal } from './sqlite-journal-read.ts'
import { unsettled } from './sqlite-journal-rest.ts'
import { createNumbers } from './sqlite-numbers.ts'
import { createPending, type Pending } from './sqlite-pending.ts'
import { schema } from './sqlite-schema.ts'
import { prepareStatements } from './sqlite-statements.ts'

/** Tables of records that stand under a key: what the journal has of it hides what stands there. */
const keyed: Readonly<Record<string, readonly string[]>> = {
  conversations: ['number'],
  heads: ['conversation'],
  members: ['user', 'conversation'],
  pages: ['conversation', 'page'],
  writers: ['conversation', 'page', 'client'],
  marks: ['conversation', 'user'],
  // A message that has been edited since is there as well.
  rows: ['number'],
}

/** Tables the journal only adds to. */
const added = ['runs', 'mentions']

/** Rows of the journal, and those it changes: in `temp.pending_rows`, which is there in any case. */
export function layJournalOver(database: DatabaseSync, tell: Tell): void {
  const pending = readJournal(database, tell)
  checkPosition(database, pending, tell)
  const memory = new DatabaseSync(':memory:')
  try {
    memory.exec(schema)
    tryTo(tell, 'the journal does not fit the tables', () => writeInto(memory, database, pending))
    for (const table of [...Object.keys(keyed), ...added, 'usage']) copyTable(memory, database, table)
  } finally {
    memory.close()
  }
  if (pending.conversations.size + pending.usage.size > 0) layViews(database)
}

function readJournal(database: DatabaseSync, tell: Tell): Pending {
  const pending = createPending()
  tryTo(tell, 'the journal cannot be read', () => {
    for (const columns of database.prepare('SELECT position, bytes FROM journal ORDER BY position').all()) {
      const commit = decodeJournal(bytes(columns, 'bytes'))
      const own = number(columns, 'position')
      if (commit.position !== own) tell(`the journal holds position ${commit.position} under ${own}`)
      pending.add(restOf(database, commit, tell))
    }
  })
  return pending
}

/** A part of it may be in the tables already. */
function restOf(database: DatabaseSync, commit: RelayCommit, tell: Tell): RelayCommit {
  const settledUpTo = (query: string, of: string): number => {
    const columns = database.prepare(query).get(of)
    return columns === undefined ? -1 : number(columns, 'settled')
  }
  const ofConversation = (id: string): boolean =>
    settledUpTo('SELECT settled FROM conversations WHERE id = ?', id) >= commit.position
  for (const { id, seq } of commit.conversations.filter((record) => ofConversation(record.id))) {
    const stored = number(first(database, 'SELECT seq FROM conversations WHERE id = ?', id), 'seq')
    if (stored < seq)
      tell(`${id} ends at row ${stored}, and the journal up to row ${seq} is said to be in the tables`)
  }
  return unsettled(
    commit,
    ofConversation,
    (user) => settledUpTo('SELECT settled FROM usage WHERE user = ?', user) >= commit.position,
  )
}

function tryTo(tell: Tell, problem: string, run: () => void): void {
  try {
    run()
  } catch (error) {
    tell(`${problem}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkPosition(database: DatabaseSync, pending: Pending, tell: Tell): void {
  const last = Math.max(
    pending.position,
    Number(text(first(database, "SELECT value FROM meta WHERE key = 'position'"), 'value')),
  )
  const tables = ['rows', 'people', 'marks'].map((table) => `SELECT max(position) AS position FROM ${table}`)
  const found = first(
    database,
    `SELECT coalesce(max(position), 0) AS position FROM (${tables.join(' UNION ALL ')})`,
  )
  if (number(found, 'position') > last) {
    tell(`the log is said to end at ${last}, and something stands at ${number(found, 'position')}`)
  }
  const settled = first(
    database,
    `SELECT coalesce(max(settled), 0) AS settled
     FROM (SELECT settled FROM conversations UNION ALL SELECT settled FROM usage)`,
  )
  if (number(settled, 'settled') > last) {
    tell(`the log is said to end at ${last}, and to be settled up to ${number(settled, 'settled')}`)
  }
}

/** Beside the journal it takes what the journal builds on: its conversations, and messages it lays an edit on. */
function writeInto(memory: DatabaseSync, database: DatabaseSync, pending: Pending): void {
  const statements = prepareStatements(memory)
  const numbers = createNumbers(statements.read.number)
  const before = number(first(database, 'SELECT coalesce(max(number), 0) AS number FROM rows'), 'number')
  const edited: Columns[] = []
  const rowOf = database.prepare(`
    SELECT rows.* FROM main.runs CROSS JOIN main.rows ON rows.number = runs.number + ?2 - runs.first_seq
    WHERE runs.conversation = ?1 AND ?2 BETWEEN runs.first_seq AND runs.last_seq`)
  for (const [id, held] of pending.conversations) {
    copy(memory, 'conversations', database.prepare('SELECT * FROM conversations WHERE id = ?').get(id))
    const firstSeq = held.rows[0]?.seq ?? Number.POSITIVE_INFINITY
    for (const { seq } of held.messages.values()) {
      if (seq >= firstSeq) continue
      const row = rowOf.get(numbers.of(id), seq)
      if (row !== undefined) edited.push(row)
    }
  }
  const runs = memory.prepare('INSERT INTO runs VALUES (?, ?, ?, ?, ?)')
  for (const row of edited) {
    copy(memory, 'rows', row)
    runs.run(
      number(row, 'conversation'),
      number(row, 'seq'),
      number(row, 'seq'),
      number(row, 'page'),
      number(row, 'number'),
    )
  }
  // New rows are numbered behind this one, which is nobody's: none of them follows directly on a row of the tables.
  memory
    .prepare(
      `INSERT INTO rows (number, conversation, seq, time, position, page, kind, author, client, clock, id, bytes)
       VALUES (?, 0, 0, 0, 0, 0, '', '', 0, 0, '', x'')`,
    )
    .run(before + 1)
  writePending(statements, numbers, pending, pending.position)
  memory.prepare('DELETE FROM rows WHERE conversation = 0').run()
  memory.prepare('DELETE FROM runs WHERE number <= ?').run(before)
}

function copyTable(memory: DatabaseSync, database: DatabaseSync, table: string): void {
  database.exec(`CREATE TEMP TABLE pending_${table} AS SELECT * FROM main.${table} LIMIT 0`)
  for (const columns of memory.prepare(`SELECT * FROM ${table}`).iterate()) {
    copy(database, `temp.pending_${table}`, columns)
  }
}

function copy(database: DatabaseSync, table: string, columns: Columns | undefined): void {
  if (columns === undefined) return
  const names = Object.keys(columns)
  const places = names.map(() => '?').join(', ')
  database
    .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`)
    .run(...Object.values(columns))
}

function layViews(database: DatabaseSync): void {
  for (const [table, key] of Object.entries(keyed)) {
    const same = key.map((name) => `new.${name} = old.${name}`).join(' AND ')
    database.exec(`
      CREATE INDEX temp.pending_${table}_by_key ON pending_${table} (${key.join(', ')});
      CREATE TEMP VIEW ${table} AS
        SELECT * FROM main.${table} AS old
        WHERE NOT EXISTS (SELECT 1 FROM temp.pending_${table} AS new WHERE ${same})
        UNION ALL SELECT * FROM temp.pending_${table}`)
  }
  for (const table of added) {
    database.exec(`
      CREATE TEMP VIEW ${table} AS SELECT * FROM main.${table} UNION ALL SELECT * FROM temp.pending_${table}`)
  }
  database.exec(`
    CREATE TEMP VIEW usage AS
      SELECT user, sum(created) AS created, sum(joined) AS joined, sum(bytes) AS bytes
      FROM (SELECT * FROM main.usage UNION ALL SELECT * FROM temp.pending_usage) GROUP BY user`)
}

function first(database: DatabaseSync, query: string, ...values: readonly string[]): Columns {
  return database.prepare(query).get(...values) ?? {}
}
