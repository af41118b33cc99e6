/** What one job changes of its person, laid over what was there before: a part of the ledger. */
import type { EntryId, UserId } from '@parley/document'
import type { Key } from '@parley/storage'
import { layItem, layItems } from './person-model.ts'
import type { PersonModel } from './person-model.ts'
import type { OwnRecord, PersonItem, ProfileRecord } from './person-records.ts'
import { layPersonRows } from './person-rows.ts'
import type { ChangeablePersonRows, PersonRows } from './person-rows.ts'

export interface PersonChanges {
  readonly user: UserId
  /** As the relay said them. */
  readonly rows: PersonRows
  /** With what waits laid over. */
  readonly shown: PersonRows
  setRow(row: Pick<OwnRecord, 'kind' | 'key' | 'time'> & { readonly value: OwnRecord['value'] | null }): void
  /** In the order they were made. */
  lane(): readonly PersonItem[]
  acknowledged(): readonly PersonItem[]
  byId(id: EntryId): PersonItem | undefined
  setItem(item: PersonItem): void
  removeItem(n: number): void
  profile(user: UserId): ProfileRecord | undefined
  setProfile(record: ProfileRecord): void
  removeProfile(user: UserId): void
  /** The change stands. */
  adopt(): void
}

export interface TableWriter {
  readonly put: (table: string, key: Key, record: object) => void
  readonly remove: (table: string, key: Key) => void
}

export function createPersonChanges(model: PersonModel, { put, remove }: TableWriter): PersonChanges {
  const { user } = model
  const rows = layPersonRows(model.rows)
  const items = new Map<number, PersonItem | null>()
  const people = new Map<UserId, ProfileRecord | null>()
  let shown: ChangeablePersonRows | undefined
  let changed = false

  /** A new item goes on top; anything else is laid anew when it is asked for. */
  function forget(): void {
    shown = undefined
    changed = true
  }

  function all(): readonly PersonItem[] {
    const old = [...model.lane.values(), ...model.acknowledged.values()].filter(({ n }) => !items.has(n))
    return [...old, ...[...items.values()].filter((item) => item !== null)].toSorted((a, b) => a.n - b.n)
  }

  function lane(): readonly PersonItem[] {
    if (items.size === 0) return [...model.lane.values()]
    return all().filter(({ state }) => state !== 'acknowledged')
  }

  return {
    user,
    rows,
    get shown() {
      shown ??= layItems(rows, lane(), user)
      return shown
    },
    setRow({ kind, key, value, time }) {
      forget()
      rows.put({ kind, key, value })
      if (value === null) remove('own', [kind, key])
      else put('own', [kind, key], { kind, key, value, time } satisfies OwnRecord)
    },
    lane,
    acknowledged: () => all().filter(({ state }) => state === 'acknowledged'),
    byId: (id) => all().find((item) => item.id === id),
    setItem(item) {
      const isNew = item.state === 'waiting' && !items.has(item.n) && !model.lane.has(item.n) && !item.offered
      if (isNew && shown !== undefined) layItem(shown, item, user)
      else forget()
      changed = true
      items.set(item.n, item)
      put('personal', [item.n], item)
    },
    removeItem(n) {
      forget()
      items.set(n, null)
      remove('personal', [n])
    },
    profile(of) {
      const own = people.get(of)
      return own === undefined ? model.people.get(of) : (own ?? undefined)
    },
    setProfile(record) {
      people.set(record.user, record)
      put('people', [record.user], record)
    },
    removeProfile(of) {
      people.set(of, null)
      remove('people', [of])
    },
    adopt() {
      for (const change of rows.changes) model.rows.put(change)
      for (const [n, item] of items) adoptItem(model, n, item)
      for (const [of, record] of people) {
        if (record === null) model.people.delete(of)
        else model.people.set(of, record)
      }
      if (changed) model.shown = undefined
    },
  }
}

/** The lane stays in the order of its numbers. */
function adoptItem({ lane, acknowledged }: PersonModel, n: number, item: PersonItem | null): void {
  acknowledged.delete(n)
  if (item === null || item.state === 'acknowledged') lane.delete(n)
  if (item === null) return
  if (item.state === 'acknowledged') {
    acknowledged.set(n, item)
    return
  }
  const isLast = lane.has(n) || [...lane.keys()].every((other) => other < n)
  lane.set(n, item)
  if (isLast) return
  const sorted = [...lane].toSorted(([a], [b]) => a - b)
  lane.clear()
  for (const [number, one] of sorted) lane.set(number, one)
}
