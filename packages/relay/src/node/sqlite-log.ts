/**
 * How the log is written: a plain commit as one row of the journal, everything else into the tables; and how it is read
 * while the journal holds something. Rules RE300 to RE306.
 *
 * What is pending in memory is what the journal holds on the disk. *Settling* writes it into the tables, many turns at once
 * and in the order of their keys, and empties the journal, in one transaction.
 */
import type { ConversationId } from '@parley/document'
import type { DatabaseSync } from 'node:sqlite'
import { type RelayCommit, StoreError } from '../store.ts'
import { createArena } from './sqlite-arena.ts'
import { number, text } from './sqlite-columns.ts'
import { expectSequence, writePending, writeRest } from './sqlite-commit.ts'
import { busyTimeoutMs } from './sqlite-directory.ts'
import { storeErrorOf } from './sqlite-errors.ts'
import { decodeJournal } from './sqlite-journal-read.ts'
import { encodeJournal } from './sqlite-journal.ts'
import type { Numbers } from './sqlite-numbers.ts'
import { createPending, type Pending, weightOf } from './sqlite-pending.ts'
import type { Statements } from './sqlite-statements.ts'

export interface Log {
  readonly position: number
  readonly pending: Pending
  /** Of what is pending, and of the tables for the rest: `query` looks at both. */
  readonly reading: <Value>(query: () => Value) => Promise<Value>
  /** Of the tables alone: what is pending is settled before. `about`: only if it is pending of this conversation. */
  readonly readingSettled: <Value>(query: () => Value, about?: ConversationId) => Promise<Value>
  /** Many reads under one lock: taking it costs more than most of them. */
  readonly underOneLock: <Value>(query: () => Value) => Value
  readonly commit: (commit: RelayCommit) => Promise<void>
  /** What stands in tables that the journal has nothing to do with. */
  readonly write: (run: () => void) => Promise<void>
  readonly close: () => void
}

/** Beyond them a plain commit settles: so many that a table's pages are shared, so few that nobody waits long. */
const maxPendingRows = 8192
const maxPendingBytes = 4 * 1024 * 1024

/** More pages than a file can have. */
const noLimit = 4294967294

export function openLog(database: DatabaseSync, statements: Statements, numbers: Numbers): Log {
  const { read, write: writes } = statements
  const pending = createPending()
  const arena = createArena()
  let journalBytes = 0
  const begin = database.prepare('BEGIN IMMEDIATE')
  const look = database.prepare('BEGIN')
  const end = database.prepare('COMMIT')
  let position = Number(text(read.position.get() ?? {}, 'value'))
  let broken: StoreError | undefined
  /** Erased text still lies in the write-ahead log, or may: a relay that was killed had no time to empty it. */
  let unclean = true

  /** What writing failed with decides whether there will be more of it. */
  const writing = <Value>(run: () => Value): Value => {
    if (broken !== undefined) throw broken
    try {
      return run()
    } catch (error) {
      const failure = storeErrorOf(error)
      if (failure instanceof StoreError && failure.kind === 'broken') broken = failure
      throw failure
    }
  }

  /** One transaction. */
  const transact = (run: () => void): void => {
    writing(() => {
      begin.run()
      try {
        run()
        end.run()
      } catch (error) {
        takeBack()
        throw error
      }
    })
  }

  const takeBack = (): void => {
    rollBack(database)
    numbers.forget()
  }

  /** Inside a transaction; what is pending is cleared when that has been committed. */
  const settle = (): void => {
    if (pending.rows === 0) return
    // First: its pages are free for the rows.
    writes.emptyJournal.run()
    writePending(statements, numbers, pending)
    writes.position.run(String(position))
  }

  const forget = (): void => {
    pending.clear()
    arena.clear()
    journalBytes = 0
  }

  const commitToTables = (commit: RelayCommit): void => {
    const own = createPending()
    own.add(commit)
    transact(() => {
      expectSequence(statements, numbers, pending, commit)
      if (touchesJournal(commit)) settle()
      writePending(statements, numbers, own)
      writeRest(statements, numbers, commit)
      if (commit.position !== position) writes.position.run(String(commit.position))
    })
    if (touchesJournal(commit)) forget()
  }

  const commitToJournal = (commit: RelayCommit): boolean => {
    if (commit.position <= position || pending.rows + weightOf(commit) > maxPendingRows) return false
    if (journalBytes > maxPendingBytes) return false
    const encoded = writing(() => encodeJournal(commit, arena.take, (id) => numbers.of(id) > 0))
    if (encoded === undefined) return false
    transact(() => {
      expectSequence(statements, numbers, pending, commit)
      writes.journal.run(commit.position, encoded.bytes)
    })
    arena.keep(encoded.bytes)
    pending.add(commit, encoded.updates)
    journalBytes += encoded.bytes.length
    return true
  }

  /** False when there is no room for it, or when nothing may be written any more. */
  const settled = (): boolean => {
    try {
      transact(settle)
      forget()
      return true
    } catch (error) {
      if (error instanceof StoreError && (error.kind === 'full' || error.kind === 'broken')) return false
      throw error
    }
  }

  /** Looks at the tables as settling would leave them, and takes it back. Nothing of it reaches the disk. */
  const peek = <Value>(query: () => Value): Value => {
    const limit = number(database.prepare('PRAGMA max_page_count').get() ?? {}, 'max_page_count')
    try {
      database.exec(`PRAGMA max_page_count = ${noLimit}`)
      begin.run()
      settle()
      return query()
    } finally {
      takeBack()
      database.exec(`PRAGMA max_page_count = ${limit}`)
    }
  }

  /** What SQLite says of the log being full or busy is no fault: it stays unclean, and the next commit tries again. */
  const clean = (): void => {
    try {
      unclean = !emptyLog(database)
    } catch (error) {
      // What has been committed is on the disk. Whether a later commit would be is what this error puts in doubt.
      const failure = storeErrorOf(error)
      if (failure instanceof StoreError && failure.kind !== 'full') broken = failure
    }
  }

  const underOneLock = <Value>(query: () => Value): Value => {
    look.run()
    try {
      return query()
    } finally {
      end.run()
    }
  }

  const reading = async <Value>(query: () => Value): Promise<Value> => {
    try {
      return query()
    } catch (error) {
      throw storeErrorOf(error)
    }
  }

  for (const row of read.journal.all()) {
    const bytes = bytesOf(row)
    const commit = decodeJournal(bytes)
    pending.add(commit)
    journalBytes += bytes.length
    position = Math.max(position, commit.position)
  }
  // Without room for it the relay reads on, and settles later.
  if (pending.rows > 0) settled()
  clean()
  if (broken !== undefined) throw broken
  return {
    get position() {
      return position
    },
    pending,
    reading,
    underOneLock,
    readingSettled: async (query, about) =>
      reading(() => {
        const isPending = about === undefined ? pending.rows > 0 : pending.conversations.has(about)
        return !isPending || settled() ? underOneLock(query) : peek(query)
      }),
    async commit(commit) {
      if (!commitToJournal(commit)) commitToTables(commit)
      position = commit.position
      unclean ||= commit.rewrites.length > 0
      if (unclean) clean()
    },
    async write(run) {
      transact(run)
    },
    close() {
      // What could not be settled is settled by whoever opens it next.
      try {
        if (pending.rows > 0 && broken === undefined) settled()
      } finally {
        database.close()
      }
    },
  }
}

function bytesOf({ bytes }: Readonly<Record<string, unknown>>): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes
  throw new StoreError('broken', 'the log holds no such journal')
}

/** Whether a commit changes anything that the journal may have changed as well. */
function touchesJournal(commit: RelayCommit): boolean {
  const { conversations, members, pages, rows, rewrites, writers, messages, mentions, heads, marks } = commit
  return [conversations, members, pages, rows, rewrites, writers, messages, mentions, heads, marks].some(
    ({ length }) => length > 0,
  )
}

/**
 * What was overwritten stays readable in the write-ahead log until that is emptied. False while a reader holds it (`parley
 * check`, a backup): that may take minutes, and nobody waits for it.
 */
function emptyLog(database: DatabaseSync): boolean {
  database.exec('PRAGMA busy_timeout = 0')
  try {
    return number(database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() ?? {}, 'busy') === 0
  } finally {
    database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  }
}

function rollBack(database: DatabaseSync): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // Some errors end the transaction by themselves; then there is nothing to roll back, and that is all this can say.
  }
}
