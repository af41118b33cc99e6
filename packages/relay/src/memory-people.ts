/** A person's rows in memory. */
import type { UserId } from '@parley/document'
import type { PersonKey } from '@parley/document/person'
import type { PeopleStore, PersonRecord } from './people-store.ts'

/** By owner, then by kind and key. */
export type MemoryPeople = Map<UserId, Map<string, PersonRecord>>

export function readMemoryPeople(people: MemoryPeople): PeopleStore {
  const all = (owner: UserId): readonly PersonRecord[] => [...(people.get(owner)?.values() ?? [])]
  return {
    async people(keys) {
      const found = keys.map((key) => memoryPerson(people, key))
      return found.filter((record) => record !== undefined)
    },
    async peopleCounts(wanted) {
      return wanted.map(({ owner, group }) => all(owner).filter((record) => record.group === group).length)
    },
    async peopleSince(owner, position, limit) {
      return all(owner)
        .filter((record) => record.position > position)
        .toSorted((a, b) => a.position - b.position)
        .slice(0, limit)
    },
  }
}

export function memoryPerson(people: MemoryPeople, key: PersonKey): PersonRecord | undefined {
  return people.get(key.owner)?.get(keyOf(key))
}

/** As if it had never been: for who plays a disk that forgets. */
export function dropMemoryPerson(people: MemoryPeople, key: PersonKey): void {
  people.get(key.owner)?.delete(keyOf(key))
}

export function putMemoryPerson(people: MemoryPeople, record: PersonRecord): void {
  const rows = people.get(record.owner) ?? new Map<string, PersonRecord>()
  people.set(record.owner, rows)
  rows.set(keyOf(record), record)
}

const keyOf = ({ kind, key }: PersonKey): string => `${kind}/${key}`
