/** A person's rows in SQLite. */
import { parseUserId, type PersonGroup, personKinds } from '@parley/document'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { PeopleStore, PersonRecord } from '../people-store.ts'
import { StoreError } from '../store.ts'
import { bytes, type Columns, number, text } from './sqlite-columns.ts'

/** `kept_as`: the group a row counts as. Rows that are gone stay, without a value. */
export const peopleSchema = `
  CREATE TABLE people (
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB,
    kept_as TEXT NOT NULL,
    time INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (owner, kind, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX people_by_position ON people (owner, position);
  CREATE INDEX people_by_group ON people (owner, kept_as);
`

export interface PeopleStatements {
  readonly person: StatementSync
  readonly count: StatementSync
  readonly since: StatementSync
  readonly put: StatementSync
}

export function preparePeople(database: DatabaseSync): PeopleStatements {
  return {
    person: database.prepare('SELECT * FROM people WHERE owner = ? AND kind = ? AND key = ?'),
    count: database.prepare('SELECT count(*) AS count FROM people WHERE owner = ? AND kept_as = ?'),
    since: database.prepare(
      'SELECT * FROM people WHERE owner = ? AND position > ? ORDER BY position LIMIT ?',
    ),
    put: database.prepare(`
      INSERT OR REPLACE INTO people (owner, kind, key, value, kept_as, time, position)
      VALUES (?, ?, ?, ?, ?, ?, ?)`),
  }
}

export type ReadingAll = <Key, Value>(
  keys: readonly Key[],
  query: (key: Key) => readonly Value[],
) => Promise<readonly Value[]>

export function readSqlitePeople(
  { person, count, since }: PeopleStatements,
  readingAll: ReadingAll,
): PeopleStore {
  return {
    people: async (keys) =>
      readingAll(keys, ({ owner, kind, key }) => person.all(owner, kind, key).map(personRecord)),
    peopleCounts: async (wanted) =>
      readingAll(wanted, ({ owner, group }) =>
        count.all(owner, group).map((columns) => number(columns, 'count')),
      ),
    peopleSince: async (owner, position, limit) =>
      readingAll([owner], (user) => since.all(user, position, limit).map(personRecord)),
  }
}

export function writePerson({ put }: PeopleStatements, it: PersonRecord): void {
  put.run(it.owner, it.kind, it.key, it.value, it.group, it.time, it.position)
}

export function personRecord(columns: Columns): PersonRecord {
  const owner = parseUserId(columns['owner'])
  const kind = personKinds.find((known) => known === columns['kind'])
  const group = groups.find((known) => known === columns['kept_as'])
  if (owner === undefined || kind === undefined || group === undefined) {
    throw new StoreError('broken', 'the log holds no such row of a person')
  }
  return {
    owner,
    kind,
    key: text(columns, 'key'),
    value: columns['value'] === null ? null : bytes(columns, 'value'),
    group,
    time: number(columns, 'time'),
    position: number(columns, 'position'),
  }
}

const groups: readonly PersonGroup[] = ['', 'contact', 'incoming', 'setting', 'pinned', 'block', 'refuse']
