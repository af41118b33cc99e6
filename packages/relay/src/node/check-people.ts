/** Holds the rows of people against what they may say, and against each other. */
import {
  type JsonObject,
  maxContacts,
  maxIncoming,
  maxPersonBlocks,
  maxPins,
  maxRefusals,
  maxSettings,
} from '@parley/document'
import { parsePersonRow, personGroup } from '@parley/document/person'
import type { DatabaseSync } from 'node:sqlite'
import type { PersonRecord } from '../people-store.ts'
import { readStoredObject } from '../stored-any.ts'
import type { Tell } from './check-rows.ts'
import { number, text } from './sqlite-columns.ts'
import { personRecord } from './sqlite-people.ts'

export function checkPeople(database: DatabaseSync, tell: Tell): void {
  const pairs = pairsIn(database)
  for (const columns of database.prepare('SELECT * FROM people ORDER BY owner, kind, key').iterate()) {
    const name = `row ${String(columns['kind'])} ${String(columns['key'])} of ${String(columns['owner'])}`
    const say: Tell = (problem) => tell(`${name} ${problem}`)
    try {
      const record = personRecord(columns)
      const value = record.value === null ? null : readStoredObject(record.value)
      checkRow(record, value, say)
      if (record.kind === 'contact' && value !== null) checkContact(pairs, record, value, say)
    } catch (error) {
      say(`cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  checkPositions(database, tell)
  checkCounts(database, tell)
}

function checkRow({ kind, key, group }: PersonRecord, value: JsonObject | null, say: Tell): void {
  const read = parsePersonRow(kind, key, value)
  if (!read.ok) say(`says what no such row says: ${read.detail}`)
  const counts = personGroup(kind, value)
  if (group !== counts) say(`is kept as ${group || 'nothing'} instead of ${counts || 'nothing'}`)
}

type Pairs = (owner: string, kind: string, key: string) => JsonObject | undefined

function pairsIn(database: DatabaseSync): Pairs {
  const find = database.prepare('SELECT * FROM people WHERE owner = ? AND kind = ? AND key = ?')
  return (owner, kind, key) => {
    const columns = find.get(owner, kind, key)
    const value = columns === undefined ? null : personRecord(columns).value
    return value === null ? undefined : readStoredObject(value)
  }
}

/** Both are contacts or none is; who was asked was asked by somebody; who is blocked is nothing of the kind. */
function checkContact(pairs: Pairs, { owner, key }: PersonRecord, value: JsonObject, say: Tell): void {
  const { state } = value
  const mine = typeof state === 'string' ? state : ''
  const theirs = pairs(key, 'contact', owner)?.['state']
  const fitting: Readonly<Record<string, readonly unknown[]>> = {
    contact: ['contact'],
    incoming: ['outgoing'],
    outgoing: ['incoming', undefined],
  }
  if (fitting[mine]?.includes(theirs) !== true) {
    say(`is ${mine}, and that of the other ${typeof theirs === 'string' ? theirs : 'is not there'}`)
  }
  if (key === owner) say('is about himself')
  if (pairs(owner, 'block', key) !== undefined) say('is of somebody he blocks')
}

/** A position is of one row, whatever it is of. */
function checkPositions(database: DatabaseSync, tell: Tell): void {
  const twice = database.prepare(`
    SELECT position FROM people GROUP BY position HAVING count(*) > 1
    UNION SELECT position FROM people JOIN rows USING (position)
    UNION SELECT position FROM people WHERE position < 1
    ORDER BY position`)
  for (const columns of twice.iterate())
    tell(`position ${number(columns, 'position')} is not of one row of a person alone`)
}

const most: readonly (readonly [string, number])[] = [
  ['contact', maxContacts],
  ['incoming', maxIncoming],
  ['setting', maxSettings],
  ['pinned', maxPins],
  ['block', maxPersonBlocks],
  ['refuse', maxRefusals],
]

function checkCounts(database: DatabaseSync, tell: Tell): void {
  const over = database.prepare(
    'SELECT owner, count(*) AS count FROM people WHERE kept_as = ? GROUP BY owner HAVING count(*) > ?',
  )
  for (const [group, limit] of most) {
    for (const columns of over.iterate(group, limit))
      tell(`${text(columns, 'owner')} has ${number(columns, 'count')} rows of ${group}`)
  }
}
