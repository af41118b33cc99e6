/**
 * Verifies a data directory without changing it, by what the rows say alone. Rules RE72.
 *
 * Written from SPEC.md and not from the code that writes: it shares the codecs and hashes of @parley/document with the
 * relay, and nothing of the relay's own but the form of the tables. A running relay may go on meanwhile.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from '../store.ts'
import { checkConversation } from './check-conversation.ts'
import { layJournalOver } from './check-journal.ts'
import { checkPeople } from './check-people.ts'
import { checkUsage } from './check-usage.ts'
import { type Columns, number, text } from './sqlite-columns.ts'
import { dataFile, expectOurs } from './sqlite-directory.ts'

export interface DataReport {
  readonly epoch: string
  readonly conversations: number
  readonly rows: number
  /** Sentences, each naming where; empty when everything holds. At most `maxProblems`. */
  readonly problems: readonly string[]
}

/** Whoever reads a report of more has understood. */
export const maxProblems = 1000

export function checkRelayData(directory: string): DataReport {
  const path = join(directory, dataFile)
  if (!existsSync(path)) throw new StoreError('foreign', `there is no log of a relay in ${directory}`)
  expectOurs(path)
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    // The journal is laid over the tables in memory: no text of anybody is to lie in another file.
    database.exec('PRAGMA temp_store = MEMORY')
    // One transaction: what a running relay commits meanwhile is not seen.
    database.exec('BEGIN')
    return report(database)
  } finally {
    database.close()
  }
}

function report(database: DatabaseSync): DataReport {
  const problems: string[] = []
  const tell = (problem: string): void => {
    if (problems.length < maxProblems) problems.push(problem)
  }
  for (const line of database.prepare('PRAGMA integrity_check').all()) {
    const said = text(line, 'integrity_check')
    if (said !== 'ok') tell(`the file is damaged: ${said}`)
  }
  layJournalOver(database, tell)
  const conversations = database.prepare('SELECT * FROM conversations ORDER BY number').all()
  for (const conversation of conversations) checkConversation(database, conversation, tell)
  checkPeople(database, tell)
  checkUsage(database, tell)
  for (const table of ['rows', 'runs', 'heads', 'members', 'pages', 'writers', 'mentions', 'marks']) {
    const orphans = countOf(
      database,
      `SELECT count(*) AS count FROM ${table} WHERE conversation NOT IN (SELECT number FROM conversations)`,
    )
    if (orphans > 0) tell(`${orphans} of ${table} belong to no conversation`)
  }
  const inRuns = countOf(database, 'SELECT coalesce(sum(last_seq - first_seq + 1), 0) AS count FROM runs')
  const rows = countOf(database, 'SELECT count(*) AS count FROM rows')
  if (inRuns !== rows) tell(`there are ${rows} rows, and runs of ${inRuns}`)
  return {
    epoch: text(first(database, `SELECT value FROM meta WHERE key = 'epoch'`), 'value'),
    conversations: conversations.length,
    rows,
    problems,
  }
}

function countOf(database: DatabaseSync, query: string): number {
  return number(first(database, query), 'count')
}

function first(database: DatabaseSync, query: string): Columns {
  return database.prepare(query).get() ?? {}
}
