/** What the engine keeps in memory of its person: rows, his lane, and profiles of others. Rules CL260 to CL263. */
import { judgePerson } from '@parley/document/person'
import type { PersonVerdict, UserId } from '@parley/document'
import type { Row } from '@parley/storage'
import type { OwnRecord, PersonItem, ProfileRecord } from './person-records.ts'
import { readOwn, readPersonItem, readProfile } from './person-records.ts'
import { createPersonRows, layPersonRows } from './person-rows.ts'
import type { ChangeablePersonRows, PersonRows } from './person-rows.ts'

export interface PersonModel {
  readonly user: UserId
  /** As the relay said them. */
  readonly rows: ChangeablePersonRows
  /** In the order they were made: what waits, what was refused, what was answered and has no rows here yet. */
  readonly lane: Map<number, PersonItem>
  readonly acknowledged: Map<number, PersonItem>
  readonly people: Map<UserId, ProfileRecord>
  /** With what waits laid over; made when it is asked for. */
  shown: PersonRows | undefined
}

/** Who keeps a person's rows: a model. */
export interface PersonHolder {
  readonly user: UserId
  person: PersonModel | undefined
}

export function personOf(holder: PersonHolder): PersonModel {
  holder.person ??= createPersonModel(holder.user)
  return holder.person
}

function createPersonModel(user: UserId): PersonModel {
  return {
    user,
    rows: createPersonRows(),
    lane: new Map(),
    acknowledged: new Map(),
    people: new Map(),
    shown: undefined,
  }
}

/** Answers the numbers its items have. */
export function loadPerson(
  model: PersonModel,
  stored: {
    readonly own: readonly Row[]
    readonly personal: readonly Row[]
    readonly people: readonly Row[]
  },
): readonly number[] {
  for (const row of stored.own) {
    const record: OwnRecord = readOwn(row.value)
    model.rows.put(record)
  }
  for (const row of stored.people) {
    const record = readProfile(row.value)
    model.people.set(record.user, record)
  }
  const items = stored.personal.map((row) => readPersonItem(row.value)).toSorted((a, b) => a.n - b.n)
  for (const item of items)
    (item.state === 'acknowledged' ? model.acknowledged : model.lane).set(item.n, item)
  return items.map(({ n }) => n)
}

export function shownRows(model: PersonModel): PersonRows {
  model.shown ??= layItems(model.rows, model.lane.values(), model.user)
  return model.shown
}

/** By the rules the relay judges by; what they refuse by now changes nothing here. */
export function layItems(below: PersonRows, items: Iterable<PersonItem>, user: UserId): ChangeablePersonRows {
  const rows = layPersonRows(below)
  for (const item of items) if (item.state !== 'refused') layItem(rows, item, user)
  return rows
}

export function layItem(rows: ChangeablePersonRows, { command, time }: PersonItem, user: UserId): void {
  const verdict = judgeOwn(rows, command, { user, time })
  if (verdict.accepted) for (const change of verdict.changes) rows.put(change)
}

/** A device holds nobody's rows but its user's. */
export function judgeOwn(
  rows: PersonRows,
  command: PersonItem['command'],
  { user, time }: { readonly user: UserId; readonly time: number },
): PersonVerdict {
  return judgePerson(command, {
    by: user,
    time,
    read: (owner, kind, key) => (owner === user ? rows.get(kind, key) : undefined),
    count: (owner, group) => (owner === user ? rows.count(group) : 0),
    othersKnown: false,
  })
}
