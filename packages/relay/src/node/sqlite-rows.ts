/**
 * Rows in SQLite. They are appended in the order in which they are written, many of one conversation at once; a *run* says
 * where so many rows that follow each other on one page of a conversation lie. So a row costs one place at the end of the
 * table and one in the index of ids, and no index of its own by its sequence or its page.
 */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { type LogRow, maxRecallsRead, type MessageRecord } from '../store.ts'
import { number, writeErases } from './sqlite-columns.ts'

/** `edit`: the sequence of the edit that stands on a message. */
export const rowsSchema = `
  CREATE TABLE rows (
    number INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    time INTEGER NOT NULL,
    position INTEGER NOT NULL,
    page INTEGER NOT NULL,
    kind TEXT NOT NULL,
    operation TEXT,
    author TEXT NOT NULL,
    client INTEGER NOT NULL,
    clock INTEGER NOT NULL,
    id TEXT NOT NULL,
    type INTEGER,
    edit INTEGER,
    bytes BLOB NOT NULL,
    erases TEXT,
    change BLOB
  ) STRICT;
  CREATE INDEX rows_by_id ON rows (conversation, id) WHERE page > 0;
  CREATE INDEX rows_that_recall ON rows (conversation, position)
    WHERE operation = 'recall' AND erases IS NOT NULL;

  CREATE TABLE runs (
    conversation INTEGER NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    page INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (conversation, first_seq)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX runs_by_page ON runs (conversation, page, first_seq);
`

/** Rows put by one statement: calling one costs as much as several rows. */
const together = 32

export interface RowStatements {
  readonly row: StatementSync
  readonly rowAt: StatementSync
  readonly place: StatementSync
  readonly between: StatementSync
  readonly ofPage: StatementSync
  readonly recalls: StatementSync
  readonly byId: StatementSync
  readonly newestId: StatementSync
  readonly newest: StatementSync
  readonly put: StatementSync
  readonly putMessage: StatementSync
  readonly putMessages: StatementSync
  readonly rewrite: StatementSync
  readonly amend: StatementSync
  readonly putRun: StatementSync
  readonly extendRun: StatementSync
}

/** The number of the row of a sequence, if there is one: whether it is that row must be asked as well. */
const numberOf = (own: string, seq: string): string => `
  SELECT number + ${seq} - first_seq FROM runs
  WHERE conversation = ${own} AND first_seq <= ${seq} ORDER BY first_seq DESC LIMIT 1`

const isRow = (own: string, seq: string): string =>
  `number = (${numberOf(own, seq)}) AND conversation = ${own} AND seq = ${seq}`

/** Node makes an object of a row, and a value of every column: of nearly all that is told only these are read. */
const toldColumns = `rows.seq, rows.time, rows.page, rows.bytes, coalesce(nullif(rows.kind, 'entry'), rows.erases) AS other`

/** Nearly all rows are messages as they were written: of them only what differs is given. */
const ofMessage = `(?, ?, ?, ?, ?, ?, 'entry', NULL, ?, ?, ?, ?, ?, NULL, ?, NULL, NULL)`
const messageColumns = 12

function isMessage({ kind, operation, erases, change }: LogRow, entry: MessageRecord | undefined): boolean {
  return (
    kind === 'entry' &&
    operation === null &&
    erases.length === 0 &&
    change === null &&
    (entry?.edit ?? null) === null
  )
}

export function prepareRows(database: DatabaseSync): RowStatements {
  const prepare = (statement: string): StatementSync => database.prepare(statement)
  return {
    row: prepare(`SELECT ?1 AS conversation_id, * FROM rows WHERE ${isRow('?2', '?3')}`),
    rowAt: prepare(`
      SELECT ?1 AS conversation_id, rows.* FROM runs
      CROSS JOIN rows ON rows.number BETWEEN runs.number AND runs.number + runs.last_seq - runs.first_seq
      WHERE runs.conversation = ?2 AND runs.page = ?3 AND runs.page > 0 AND rows.client = ?4 AND rows.clock = ?5`),
    place: prepare(`
      SELECT seq, position FROM rows WHERE number = (
        SELECT number + min(?2, last_seq) - first_seq FROM runs
        WHERE conversation = ?1 AND first_seq <= ?2 ORDER BY first_seq DESC LIMIT 1
      )`),
    between: prepare(`
      SELECT ${toldColumns} FROM runs
      CROSS JOIN rows ON rows.number BETWEEN
        runs.number + max(?2 - runs.first_seq, 0) AND runs.number + min(?3, runs.last_seq) - runs.first_seq
      WHERE runs.conversation = ?1 AND runs.first_seq <= ?3 AND runs.first_seq >= (
        SELECT max(first_seq) FROM runs WHERE conversation = ?1 AND first_seq <= ?2
      ) AND rows.position > ?5
      ORDER BY runs.first_seq, rows.number LIMIT ?4`),
    ofPage: prepare(`
      SELECT ?1 AS conversation_id, rows.* FROM runs
      CROSS JOIN rows ON rows.number BETWEEN
        runs.number + max(?4 + 1 - runs.first_seq, 0) AND runs.number + runs.last_seq - runs.first_seq
      WHERE runs.conversation = ?2 AND runs.page = ?3 AND runs.first_seq >= (
        SELECT coalesce(max(first_seq), 0) FROM runs WHERE conversation = ?2 AND page = ?3 AND first_seq <= ?4 + 1
      )
      ORDER BY runs.first_seq, rows.number LIMIT ?5`),
    recalls: prepare(`
      SELECT ? AS conversation_id, * FROM rows
      WHERE conversation = ? AND position > ? AND seq <= ? AND operation = 'recall' AND erases IS NOT NULL
      ORDER BY position DESC LIMIT ${maxRecallsRead}`),
    byId: prepare(`
      SELECT ? AS conversation_id, id, author, seq, page, client, clock, type, kind, edit
      FROM rows WHERE conversation = ? AND id = ? AND page > 0`),
    newestId: prepare('SELECT id FROM rows WHERE conversation = ? AND page > 0 ORDER BY id DESC LIMIT 1'),
    newest: prepare('SELECT coalesce(max(number), 0) AS number FROM rows'),
    put: prepare('INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    putMessage: prepare(`INSERT INTO rows VALUES ${ofMessage}`),
    putMessages: prepare(
      `INSERT INTO rows VALUES ${Array.from({ length: together }, () => ofMessage).join(', ')}`,
    ),
    rewrite: prepare(`UPDATE rows SET kind = 'erased', bytes = ?1 WHERE ${isRow('?2', '?3')}`),
    amend: prepare(`UPDATE rows SET type = ?1, edit = ?2 WHERE ${isRow('?3', '?4')}`),
    putRun: prepare('INSERT INTO runs VALUES (?, ?, ?, ?, ?)'),
    extendRun: prepare(`
      UPDATE runs SET last_seq = ?3 WHERE conversation = ?1 AND page = ?4
      AND first_seq = (SELECT max(first_seq) FROM runs WHERE conversation = ?1)
      AND last_seq = ?2 - 1 AND number + last_seq - first_seq = ?5 - 1`),
  }
}

interface Run {
  readonly own: number
  readonly first: number
  last: number
  readonly page: number
  readonly number: number
}

export interface RowWriter {
  /** A row of the conversation of this number, and what is known of the entry in it. */
  readonly put: (own: number, row: LogRow, entry: MessageRecord | undefined) => void
  /** Once all rows have been put. */
  readonly end: () => void
}

/** Puts rows behind all others: those of a conversation together, in sequence. */
export function createRowWriter(statements: RowStatements): RowWriter {
  const { newest, put, putMessage, putMessages, putRun, extendRun } = statements
  const before = number(newest.get() ?? {}, 'number')
  let last = before
  let waiting: SQLInputValue[] = []
  let run: Run | undefined
  const flush = (): void => {
    if (waiting.length === together * messageColumns) putMessages.run(...waiting)
    else {
      for (let at = 0; at < waiting.length; at += messageColumns) {
        putMessage.run(...waiting.slice(at, at + messageColumns))
      }
    }
    waiting = []
  }
  const putMessageRow = (own: number, row: LogRow, type: number | null): void => {
    const { seq, time, position, page, author, client, clock, id, update } = row
    waiting.push(last, own, seq, time, position, page, author, client, clock, id, type, update)
    if (waiting.length === together * messageColumns) flush()
  }
  const putOther = (own: number, row: LogRow, entry: MessageRecord | undefined): void => {
    flush()
    put.run(
      last,
      own,
      row.seq,
      row.time,
      row.position,
      row.page,
      row.kind,
      row.operation,
      row.author,
      row.client,
      row.clock,
      row.id,
      entry?.type ?? null,
      entry?.edit?.seq ?? null,
      row.update,
      writeErases(row.erases),
      row.change,
    )
  }
  const endRun = (): void => {
    if (run === undefined) return
    // Only what lies directly behind the rows that were there can belong to a run of theirs.
    const goesOn =
      run.number === before + 1 &&
      extendRun.run(run.own, run.first, run.last, run.page, run.number).changes === 1
    if (!goesOn) putRun.run(run.own, run.first, run.last, run.page, run.number)
    run = undefined
  }
  return {
    put(own, row, entry) {
      last += 1
      if (run !== undefined && run.own === own && run.page === row.page && row.seq === run.last + 1)
        run.last = row.seq
      else {
        endRun()
        run = { own, first: row.seq, last: row.seq, page: row.page, number: last }
      }
      if (isMessage(row, entry)) putMessageRow(own, row, entry?.type ?? null)
      else putOther(own, row, entry)
    },
    end() {
      flush()
      endRun()
    },
  }
}
