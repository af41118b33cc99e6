/** Profiles, by id. Whether there is somebody who has said nothing about himself is not told. Rule RE146. */
import { parseUserId, type UserId } from '@parley/document'
import type { People, PeopleAnswer, Person } from '@parley/wire'
import type { PeopleStore } from './people-store.ts'
import { readStored } from './stored-any.ts'

export async function answerPeople(store: PeopleStore, { request, users }: People): Promise<PeopleAnswer> {
  const known = new Set(users.map(parseUserId).filter((user) => user !== undefined))
  const keys = [...known].map((owner) => ({ owner, kind: 'profile', key: '' }) as const)
  const records = keys.length === 0 ? [] : await store.people(keys)
  const found = new Map<string, Person>()
  for (const { owner, time, value } of records) {
    if (value !== null) found.set(owner, personOf(owner, time, value))
  }
  return {
    frame: 'people-answer',
    request,
    people: users.map((user) => found.get(user) ?? { user, time: 0, profile: null }),
  }
}

function personOf(user: UserId, time: number, value: Uint8Array): Person {
  return { user, time, profile: readStored(value) }
}
