/**
 * The log in a SQLite file. Rules RE66 to RE71.
 *
 * One connection, one writer. A commit is one transaction, and has been synced (write-ahead log, synchronous FULL) when
 * it resolves. After an error that may have lost something nothing is written any more: a later sync could succeed
 * without what the failed one has dropped.
 */
import { type ConversationId, everybody } from '@parley/document'
import type { DatabaseSync } from 'node:sqlite'
import type { FeedRow, LogRow, RelayStore, StoredConversation } from '../store.ts'
import { standingOf, StoreError } from '../store.ts'
import {
  type Columns,
  commandRecord,
  conversationRecord,
  headRecord,
  logRow,
  memberRecord,
  messageRecord,
  number,
  pageRecord,
  tagDevice,
  text,
  writerRecord,
} from './sqlite-columns.ts'
import { firstAbove } from './first-above.ts'
import { writeCommit } from './sqlite-commit.ts'
import { busyTimeoutMs, lockDirectory, makeDirectory, openDataFile } from './sqlite-directory.ts'
import { storeErrorOf } from './sqlite-errors.ts'
import { createNumbers } from './sqlite-numbers.ts'
import { readSqliteMarks } from './sqlite-marks.ts'
import { readSqlitePeople } from './sqlite-people.ts'
import { revocationRecord } from './sqlite-revocations.ts'
import { readSqliteUsage } from './sqlite-usage.ts'
import { prepareStatements, type Statements } from './sqlite-statements.ts'

export interface SqliteStoreOptions {
  /** Made if it is not there. */
  readonly directory: string
  /** The file grows no further; the relay then answers `disk-full`. Without it the disk is the limit. */
  readonly maxBytes?: number
}

export async function openSqliteRelayStore(options: SqliteStoreOptions): Promise<RelayStore> {
  const { directory, maxBytes } = options
  makeDirectory(directory)
  const lock = lockDirectory(directory)
  let database: DatabaseSync | undefined
  try {
    database = openDataFile(directory)
    if (maxBytes !== undefined) limitSize(database, maxBytes)
    return createStore(database, prepared(database), () => lock.release())
  } catch (error) {
    database?.close()
    lock.release()
    throw storeErrorOf(error)
  }
}

/** A file that has our header and not our tables is a damaged one. */
function prepared(database: DatabaseSync): Statements {
  try {
    return prepareStatements(database)
  } catch (error) {
    throw new StoreError('broken', 'the log lacks what it must have', { cause: error })
  }
}

function limitSize(database: DatabaseSync, maxBytes: number): void {
  const pageSize = number(database.prepare('PRAGMA page_size').get() ?? {}, 'page_size')
  database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`)
}

function createStore(database: DatabaseSync, statements: Statements, release: () => void): RelayStore {
  const { read } = statements
  const numbers = createNumbers(read.number)
  /** A conversation, as the statements want it named. */
  const of = (conversation: ConversationId): [ConversationId, number] => [
    conversation,
    numbers.of(conversation),
  ]
  const epoch = text(read.epoch.get() ?? {}, 'value')
  let position = number(read.position.get() ?? {}, 'position')
  let broken: StoreError | undefined
  /** Erased text still lies in the write-ahead log, or may: a relay that was killed had no time to empty it. */
  let unclean = true

  const reading = async <Value>(query: () => Value): Promise<Value> => {
    try {
      return query()
    } catch (error) {
      throw storeErrorOf(error)
    }
  }

  /** Many reads under one lock: taking it costs more than most of them. */
  const readingAll = async <Key, Value>(
    keys: readonly Key[],
    query: (key: Key) => readonly Value[],
  ): Promise<readonly Value[]> =>
    reading(() => (keys.length < 2 ? keys.flatMap(query) : together(() => keys.flatMap(query))))

  const together = <Value>(query: () => Value): Value => {
    database.exec('BEGIN')
    try {
      const found = query()
      database.exec('COMMIT')
      return found
    } catch (error) {
      rollBack(database)
      throw error
    }
  }

  const storedConversation = (conversation: ConversationId): StoredConversation | undefined => {
    const record = readOne(read.conversation.get(conversation), conversationRecord)
    if (record === undefined) return undefined
    const head = readOne(read.head.get(...of(conversation)), headRecord)
    const openPage = readOne(read.page.get(...of(conversation), record.pages), pageRecord)
    if (head === undefined || openPage === undefined) {
      throw new StoreError('broken', `the log holds ${conversation} in parts`)
    }
    return {
      record,
      head,
      members: read.members.all(...of(conversation)).map((columns) => memberRecord(columns)),
      openPage,
    }
  }

  const feedRow = (columns: Columns): FeedRow => {
    const [conversation, own] = [conversationRecord(columns), number(columns, 'number')]
    const member = memberRecord(columns, 'member_position')
    const { lastSeq, pages } = standingOf(member, conversation)
    return {
      member,
      conversation,
      position: number(columns, 'moved'),
      last: lastSeq === 0 ? undefined : readOne(read.row.get(conversation.id, own, lastSeq), logRow),
      page: readOne(read.page.get(conversation.id, own, pages), pageRecord),
    }
  }

  /** The message a row has recalled, and not the edit that stood on it. */
  const recalledBy = (row: LogRow, user: string): readonly number[] =>
    row.erases
      .map(({ seq }) => seq)
      .filter((seq) => {
        const erased = readOne(read.row.get(...of(row.conversation), seq), logRow)
        return erased !== undefined && erased.operation === null && erased.author !== user
      })

  /** The first sequence above a position, up to another one; undefined for none. */
  const firstSeqAbove = (own: number, above: number, upToSeq: number): number | undefined => {
    const newest = read.place.get(own, upToSeq)
    if (newest === undefined || number(newest, 'position') <= above) return undefined
    return firstAbove(above, number(newest, 'seq'), (seq) =>
      number(read.place.get(own, seq) ?? {}, 'position'),
    )
  }

  /** One transaction; what it failed with decides whether there will be another. */
  const write = (run: () => void): void => {
    if (broken !== undefined) throw broken
    try {
      database.exec('BEGIN IMMEDIATE')
      try {
        run()
        database.exec('COMMIT')
      } catch (error) {
        rollBack(database)
        numbers.forget()
        throw error
      }
    } catch (error) {
      const failure = storeErrorOf(error)
      if (failure instanceof StoreError && failure.kind === 'broken') broken = failure
      throw failure
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

  clean()
  if (broken !== undefined) throw broken
  return {
    epoch,
    get position() {
      return position
    },
    conversations: async (ids) =>
      reading(() => {
        const found = new Map<ConversationId, StoredConversation>()
        for (const id of ids) {
          const stored = storedConversation(id)
          if (stored !== undefined) found.set(id, stored)
        }
        return found
      }),
    conversation: async (conversation) =>
      reading(() => readOne(read.conversation.get(conversation), conversationRecord)),
    member: async (conversation, user) =>
      reading(() => readOne(read.member.get(...of(conversation), user), memberRecord)),
    pages: async (conversation, pages) =>
      readingAll(pages, (page) => readAll(read.page.all(...of(conversation), page), pageRecord)),
    writers: async (keys) =>
      readingAll(keys, ({ conversation, page, client }) =>
        readAll(read.writer.all(...of(conversation), page, client), writerRecord),
      ),
    messages: async (keys) =>
      readingAll(keys, ({ conversation, id }) =>
        readAll(read.message.all(...of(conversation), id), messageRecord),
      ),
    commands: async (keys) =>
      readingAll(keys, ({ user, id }) => readAll(read.command.all(user, id), commandRecord)),
    rowAt: async (conversation, page, client, clock) =>
      reading(() => readOne(read.rowAt.get(...of(conversation), page, client, clock), logRow)),
    row: async (conversation, seq) => reading(() => readOne(read.row.get(...of(conversation), seq), logRow)),
    pageRows: async (conversation, page, after, limit) =>
      reading(() => readAll(read.pageRows.all(...of(conversation), page, after, limit), logRow)),
    rowsSince: async (conversation, above, upToSeq, limit) =>
      reading(() => {
        const own = numbers.of(conversation)
        // Mostly they are few, and the newest: then one look at the index tells them from those before.
        const before = read.place.get(own, upToSeq - limit)
        if (before === undefined || number(before, 'position') <= above)
          return readAll(read.newestAbove.all(conversation, own, upToSeq - limit, upToSeq, above), logRow)
        const first = firstSeqAbove(own, above, upToSeq)
        if (first === undefined) return []
        return readAll(read.rowsBetween.all(conversation, own, first, upToSeq, limit), logRow)
      }),
    pagesSince: async (conversation, above) =>
      reading(() => readAll(read.pagesSince.all(...of(conversation), above), pageRecord)),
    recalledSince: async (conversation, above, upToSeq, user) =>
      reading(() =>
        readAll(read.recalls.all(...of(conversation), above, upToSeq), logRow)
          .flatMap((row) => recalledBy(row, user))
          .toSorted((a, b) => a - b),
      ),
    mentionedSince: async (conversation, above, upToSeq, user, limit) =>
      reading(() => {
        const own = numbers.of(conversation)
        if (read.mentioned.get(own, user, everybody) === undefined) return []
        const first = firstSeqAbove(own, above, upToSeq)
        if (first === undefined) return []
        const found = [user, everybody].flatMap((whom) =>
          read.mentions.all(own, whom, first, upToSeq, user, limit).map((columns) => number(columns, 'seq')),
        )
        return [...new Set(found)].toSorted((a, b) => a - b).slice(-limit)
      }),
    feed: async (user, above, limit) =>
      reading(() => together(() => read.feed.all(user, above, limit).map(feedRow))),
    head: async (conversation) => reading(() => readOne(read.head.get(...of(conversation)), headRecord)),
    tagHolder: async (user, tag) => reading(() => readOne(read.tagHolder.get(user, tag), tagDevice)),
    ...readSqlitePeople(statements.people, readingAll),
    ...readSqliteUsage(statements.usage, readingAll),
    ...readSqliteMarks(statements.marks, numbers.of, readingAll),
    revocations: async (user) => reading(() => statements.revocations.of.all(user).map(revocationRecord)),
    async revoke({ user, device, at }, keptFrom) {
      write(() => {
        statements.revocations.put.run(user, device, at)
        statements.revocations.drop.run(keptFrom)
      })
    },
    async commit(commit) {
      write(() => writeCommit(statements, numbers, commit))
      position = commit.position
      unclean ||= commit.rewrites.length > 0
      if (unclean) clean()
    },
    async close() {
      database.close()
      release()
    },
  }
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

function readOne<Value>(columns: Columns | undefined, read: (columns: Columns) => Value): Value | undefined {
  return columns === undefined ? undefined : read(columns)
}

function readAll<Value>(rows: readonly Columns[], read: (columns: Columns) => Value): readonly Value[] {
  return rows.map((columns) => read(columns))
}
