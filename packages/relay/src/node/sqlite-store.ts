/**
 * The log in a SQLite file. Rules RE66 to RE71.
 *
 * One connection, one writer. A commit is one transaction, and has been synced (write-ahead log, synchronous FULL) when
 * it resolves. After an error that may have lost something nothing is written any more: a later sync could succeed
 * without what the failed one has dropped.
 *
 * What a turn looks up is answered from what the journal holds and from the tables; everything else waits until the
 * journal is settled (`sqlite-log.ts`).
 */
import { type ConversationId, parseConversationId, type UserId } from '@parley/document'
import type { DatabaseSync } from 'node:sqlite'
import { type MemberRecord, type RelayStore, StoreError, type StoredConversation } from '../store.ts'
import { number, text } from './sqlite-columns.ts'
import { lockDirectory, makeDirectory, openDataFile } from './sqlite-directory.ts'
import { storeErrorOf } from './sqlite-errors.ts'
import { type Log, openLog } from './sqlite-log.ts'
import { readSqliteMark, readSqliteMarksSince } from './sqlite-marks.ts'
import { createNewestIds } from './sqlite-newest.ts'
import { createNumbers, type Numbers } from './sqlite-numbers.ts'
import { type ReadingAll, readSqlitePeople } from './sqlite-people.ts'
import { readSqliteConversationsOf } from './sqlite-queries.ts'
import { revocationRecord } from './sqlite-revocations.ts'
import { ownPace, type SettlingPace } from './sqlite-settling.ts'
import { prepareStatements, type Statements } from './sqlite-statements.ts'
import { createTables, type Tables } from './sqlite-tables.ts'
import { createKnownUsage } from './sqlite-usage.ts'

export interface SqliteStoreOptions {
  /** Made if it is not there. */
  readonly directory: string
  /** The file grows no further; the relay then answers `disk-full`. Without it the disk is the limit. */
  readonly maxBytes?: number
}

export async function openSqliteRelayStore(options: SqliteStoreOptions): Promise<RelayStore> {
  return openStore(options, ownPace)
}

/** With a pace of one's own of settling, for tests. */
export async function openStore(
  { directory, maxBytes }: SqliteStoreOptions,
  pace: SettlingPace,
): Promise<RelayStore> {
  makeDirectory(directory)
  const lock = lockDirectory(directory)
  let database: DatabaseSync | undefined
  try {
    database = openDataFile(directory)
    if (maxBytes !== undefined) limitSize(database, maxBytes)
    const statements = prepared(database)
    const numbers = createNumbers(statements.read.number)
    const log = openLog(database, statements, numbers, pace)
    return createStore(log, statements, numbers, () => lock.release())
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

function createStore(log: Log, statements: Statements, numbers: Numbers, release: () => void): RelayStore {
  const { pending, reading, readingSettled, underOneLock } = log
  const tables = createTables(statements, numbers)
  const usage = createKnownUsage(statements.usage)
  const newest = createNewestIds(statements.rows.newestId, numbers, pending)
  const epoch = text(statements.read.epoch.get() ?? {}, 'value')
  const held = (id: ConversationId) => pending.conversations.get(id)
  const about = (id: ConversationId) => () => [id]

  /** Conversations whose rows of the feed may be pending. */
  const ofMember = (user: UserId): readonly ConversationId[] => {
    const ids = statements.read.ofMember.all(user).flatMap(({ id }) => parseConversationId(id) ?? [])
    for (const [id, { members }] of pending.conversations) if (members.has(user)) ids.push(id)
    return ids
  }

  const readingAll: ReadingAll = async (keys, query) =>
    reading(() => (keys.length < 2 ? keys.flatMap(query) : underOneLock(() => keys.flatMap(query))))

  /** Those that are pending, and of the tables the others. */
  const readingBoth = async <Key, Value>(
    keys: readonly Key[],
    isPending: (key: Key) => Value | undefined,
    query: (key: Key) => Value | undefined,
  ): Promise<readonly Value[]> => {
    const found: Value[] = []
    const others = keys.filter((key) => {
      const value = isPending(key)
      if (value !== undefined) found.push(value)
      return value === undefined
    })
    if (others.length === 0) return found
    const stored = await readingAll(others, (key) => {
      const value = query(key)
      return value === undefined ? [] : [value]
    })
    return [...found, ...stored]
  }

  return {
    epoch,
    get position() {
      return log.position
    },
    conversations: async (ids) =>
      reading(() => {
        const found = new Map<ConversationId, StoredConversation>()
        for (const id of ids) {
          const stored = storedConversation(tables, log, id)
          if (stored !== undefined) found.set(id, stored)
        }
        return found
      }),
    conversation: async (id) => reading(() => held(id)?.record ?? tables.conversation(id)),
    member: async (id, user) => reading(() => held(id)?.members.get(user) ?? tables.member(id, user)),
    pages: async (id, pages) =>
      readingBoth(
        pages,
        (page) => held(id)?.pages.get(page),
        (page) => tables.page(id, page),
      ),
    writers: async (keys) =>
      readingBoth(
        keys,
        ({ conversation, page, client }) => pending.writer(conversation, page, client),
        tables.writer,
      ),
    messages: async (keys) => {
      const old = await reading(() => keys.filter(({ conversation, id }) => !newest.isNew(conversation, id)))
      return readingBoth(old, ({ conversation, id }) => held(conversation)?.messages.get(id), tables.message)
    },
    commands: async (keys) => readingBoth(keys, () => undefined, tables.command),
    rowAt: async (...key) => reading(() => pending.rowAt(...key) ?? tables.rowAt(...key)),
    row: async (...key) => reading(() => pending.row(...key) ?? tables.row(...key)),
    pageRows: async (id, ...rest) => readingSettled(() => tables.pageRows(id, ...rest), about(id)),
    rowsSince: async (id, ...rest) => readingSettled(() => tables.rowsSince(id, ...rest), about(id)),
    pagesSince: async (id, ...rest) => readingSettled(() => tables.pagesSince(id, ...rest), about(id)),
    recalledSince: async (id, ...rest) => readingSettled(() => tables.recalledSince(id, ...rest), about(id)),
    mentionedSince: async (id, ...rest) =>
      readingSettled(() => tables.mentionedSince(id, ...rest), about(id)),
    feed: async (user, ...rest) =>
      readingSettled(
        () => tables.feed(user, ...rest),
        () => ofMember(user),
      ),
    conversationsOf: async (user, ...rest) =>
      readingSettled(
        () => readSqliteConversationsOf(statements.queries, user, ...rest),
        () => ofMember(user),
      ),
    head: async (id) => reading(() => held(id)?.head ?? tables.head(id)),
    tagHolder: async (user, tag) => reading(() => tables.tagHolder(user, tag)),
    ...readSqlitePeople(statements.people, readingAll),
    usage: async (users) =>
      readingBoth(
        users,
        (user) => usage.known(user),
        (user) => usage.read(user, pending.usage.get(user)),
      ),
    marks: async (keys) =>
      readingBoth(
        keys,
        ({ conversation, user }) => held(conversation)?.marks.get(user),
        (key) => readSqliteMark(statements.marks, numbers.of(key.conversation), key),
      ),
    marksSince: async (id, position, limit) =>
      readingSettled(
        () => readSqliteMarksSince(statements.marks, numbers.of(id), id, position, limit),
        about(id),
      ),
    revocations: async (user) => reading(() => statements.revocations.of.all(user).map(revocationRecord)),
    async revoke({ user, device, at }, keptFrom) {
      await log.write(() => {
        statements.revocations.put.run(user, device, at)
        statements.revocations.drop.run(keptFrom)
      })
    },
    async commit(commit) {
      await log.commit(commit)
      newest.add(commit.rows)
      for (const record of commit.usage) usage.add(record)
    },
    async close() {
      try {
        log.close()
      } finally {
        release()
      }
    },
  }
}

/** Records that are pending stand over those of the tables. */
function storedConversation(
  tables: Tables,
  { pending }: Log,
  id: ConversationId,
): StoredConversation | undefined {
  const stored = tables.stored(id)
  const held = pending.conversations.get(id)
  if (stored === undefined || held === undefined) return stored
  const record = held.record ?? stored.record
  const openPage = held.pages.get(record.pages) ?? tables.page(id, record.pages)
  if (openPage === undefined) throw new StoreError('broken', `the log holds ${id} in parts`)
  const members = new Map<string, MemberRecord>(stored.members.map((member) => [member.user, member]))
  for (const member of held.members.values()) members.set(member.user, member)
  return { record, head: held.head ?? stored.head, members: [...members.values()], openPage }
}
