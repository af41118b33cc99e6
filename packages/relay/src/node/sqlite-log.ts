/**
 * How the log is written: a plain commit as one row of the journal, everything else into the tables; and how it is read
 * while the journal holds something. Rules RE300 to RE306 and RE370 to RE375.
 *
 * What is pending in memory is what the journal holds on the disk and the tables do not. *Settling* writes it into the tables,
 * the rows of many turns at once and in the order of their keys. With each conversation stands how far it is settled; so
 * transactions settle some of them, and what the journal still holds of them then counts for nothing.
 */
import type { ConversationId } from '@parley/document'
import type { DatabaseSync } from 'node:sqlite'
import { type RelayCommit, StoreError } from '../store.ts'
import { createArena } from './sqlite-arena.ts'
import { type Columns, number, text } from './sqlite-columns.ts'
import { expectSequence, writePending, writeRest } from './sqlite-commit.ts'
import { busyTimeoutMs } from './sqlite-directory.ts'
import { storeErrorOf } from './sqlite-errors.ts'
import { decodeJournal } from './sqlite-journal-read.ts'
import { unsettled } from './sqlite-journal-rest.ts'
import { encodeJournal } from './sqlite-journal.ts'
import type { Numbers } from './sqlite-numbers.ts'
import { createPending, type Pending, weightOf } from './sqlite-pending.ts'
import { createSettling, type SettlingPace, type SettlingStep } from './sqlite-settling.ts'
import type { Statements } from './sqlite-statements.ts'

export interface Log {
  readonly position: number
  readonly pending: Pending
  /** Of what is pending, and of the tables for the rest: `query` looks at both. */
  readonly reading: <Value>(query: () => Value) => Promise<Value>
  /** Of the tables alone: what is pending of these conversations is settled before. */
  readonly readingSettled: <Value>(
    query: () => Value,
    about: () => Iterable<ConversationId>,
  ) => Promise<Value>
  /** Many reads under one lock: taking it costs more than most of them. It is held until whoever reads now is done, or writes. */
  readonly underOneLock: <Value>(query: () => Value) => Value
  readonly commit: (commit: RelayCommit) => Promise<void>
  /** What stands in tables that the journal has nothing to do with. */
  readonly write: (run: () => void) => Promise<void>
  readonly close: () => void
}

/** In rows: with more, nothing goes into the journal any more. That is so many only where there is no room to settle. */
const maxPending = 16_384

/** More pages than a file can have. */
const noLimit = 4294967294

export function openLog(
  database: DatabaseSync,
  statements: Statements,
  numbers: Numbers,
  pace: SettlingPace,
): Log {
  const { read, write: writes } = statements
  const pending = createPending()
  const settling = createSettling(pending, numbers, pace)
  const arena = createArena()
  const begin = database.prepare('BEGIN IMMEDIATE')
  const look = database.prepare('BEGIN')
  const end = database.prepare('COMMIT')
  let position = Number(text(read.position.get() ?? {}, 'value'))
  let broken: StoreError | undefined
  /** There was no room for settling, and nothing has been written since. */
  let full = false
  /** Erased text still lies in the write-ahead log, or may: a relay that was killed had no time to empty it. */
  let unclean = true
  /** Reads stand under one lock. */
  let looking = false

  /** Before anything is written, and before the log is emptied. */
  const lookAway = (): void => {
    if (!looking) return
    looking = false
    try {
      end.run()
    } catch {
      // It has ended, or this ends it.
      rollBack(database)
    }
  }

  /** What writing failed with decides whether there will be more of it. */
  const writing = <Value>(run: () => Value): Value => {
    if (broken !== undefined) throw broken
    try {
      return run()
    } catch (error) {
      const failure = storeErrorOf(error)
      if (failure instanceof StoreError && failure.kind === 'broken') broken = failure
      full ||= failure instanceof StoreError && failure.kind === 'full'
      throw failure
    }
  }

  /** One transaction. */
  const transact = (run: () => void): void => {
    writing(() => {
      lookAway()
      begin.run()
      try {
        run()
        end.run()
        full = false
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

  /** Inside a transaction. First what is removed: its pages are free for the rows. */
  const write = ({ part, removed }: SettlingStep): void => {
    if (removed > 0) writes.shortenJournal.run(removed)
    writePending(statements, numbers, part, position)
    writes.position.run(String(position))
  }

  const done = (step: SettlingStep): void => {
    settling.done(step)
    arena.release(settling.settled)
  }

  const commitToTables = (commit: RelayCommit): void => {
    const own = createPending()
    own.add(commit)
    // What is erased must not stand in the journal, wherever else it has been written.
    const step =
      commit.rewrites.length > 0
        ? settling.all()
        : settling.of(
            touched(commit),
            commit.usage.map(({ user }) => user),
          )
    transact(() => {
      expectSequence(statements, numbers, pending, commit)
      if (step !== undefined) write(step)
      writePending(statements, numbers, own, commit.position)
      writeRest(statements, numbers, commit)
      if (commit.position !== position) writes.position.run(String(commit.position))
    })
    if (step !== undefined) done(step)
  }

  const commitToJournal = (commit: RelayCommit): boolean => {
    const weight = weightOf(commit)
    if (commit.position <= position || weight > maxPending) return false
    const encoded = writing(() => encodeJournal(commit, arena.take, (id) => numbers.of(id) > 0))
    if (encoded === undefined) return false
    const put = (step?: SettlingStep): void => {
      transact(() => {
        expectSequence(statements, numbers, pending, commit)
        if (step !== undefined) write(step)
        writes.journal.run(commit.position, encoded.bytes)
      })
    }
    const step = settling.due(weight)
    const settled = step !== undefined && makingRoom(() => put(step))
    if (!settled) {
      if (pending.weight + weight > maxPending) return false
      put()
    }
    arena.keep(encoded.bytes, commit.position)
    if (settled) done(step)
    pending.add(commit, encoded.updates)
    settling.add(commit.position, weight)
    return true
  }

  /** False when there is no room for it, or when nothing may be written any more. */
  const makingRoom = (run: () => void): boolean => {
    try {
      run()
      return true
    } catch (error) {
      if (error instanceof StoreError && (error.kind === 'full' || error.kind === 'broken')) return false
      throw error
    }
  }

  const settle = (step: SettlingStep): boolean => {
    if (full || !makingRoom(() => transact(() => write(step)))) return false
    done(step)
    return true
  }

  /** Looks at the tables as this step would leave them, and takes it back. Nothing of it reaches the disk. */
  const peek = <Value>(step: SettlingStep, query: () => Value): Value => {
    const limit = number(database.prepare('PRAGMA max_page_count').get() ?? {}, 'max_page_count')
    lookAway()
    try {
      database.exec(`PRAGMA max_page_count = ${noLimit}`)
      begin.run()
      write(step)
      return query()
    } finally {
      takeBack()
      database.exec(`PRAGMA max_page_count = ${limit}`)
    }
  }

  /** What SQLite says of the log being full or busy is no fault: it stays unclean, and the next commit tries again. */
  const clean = (): void => {
    lookAway()
    try {
      unclean = !emptyLog(database)
    } catch (error) {
      // What has been committed is on the disk. Whether a later commit would be is what this error puts in doubt.
      const failure = storeErrorOf(error)
      if (failure instanceof StoreError && failure.kind !== 'full') broken = failure
    }
  }

  const underOneLock = <Value>(query: () => Value): Value => {
    if (!looking) {
      look.run()
      looking = true
      // What is read next, in answer to the same frame or for the same step, mostly comes before this.
      setImmediate(lookAway)
    }
    try {
      return query()
    } catch (error) {
      // Some errors have ended it.
      lookAway()
      throw error
    }
  }

  const reading = async <Value>(query: () => Value): Promise<Value> => {
    try {
      return query()
    } catch (error) {
      throw storeErrorOf(error)
    }
  }

  const isIn = (stored: Columns | undefined, of: number): boolean =>
    stored !== undefined && number(stored, 'settled') >= of
  for (const row of read.journal.all()) {
    const commit = decodeJournal(bytesOf(row))
    const rest = unsettled(
      commit,
      (id) => isIn(read.settled.get(id), commit.position),
      (user) => isIn(statements.usage.settled.get(user), commit.position),
    )
    pending.add(rest)
    settling.add(commit.position, weightOf(rest))
    position = Math.max(position, commit.position)
  }
  // Without room for it the relay reads on, and settles later.
  if (!settling.empty) settle(settling.all())
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
        const step = pending.conversations.size === 0 ? undefined : settling.of(about())
        return step === undefined || settle(step) ? underOneLock(query) : peek(step, query)
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
        full = false
        lookAway()
        if (!settling.empty && broken === undefined) settle(settling.all())
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

/** Conversations of which a commit changes anything that the journal may have changed as well. */
function touched({
  conversations,
  members,
  pages,
  rows,
  writers,
  messages,
  mentions,
  heads,
  marks,
}: RelayCommit): ReadonlySet<ConversationId> {
  const ids = new Set(conversations.map(({ id }) => id))
  for (const records of [members, pages, rows, writers, messages, mentions, heads, marks])
    for (const { conversation } of records) ids.add(conversation)
  return ids
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
