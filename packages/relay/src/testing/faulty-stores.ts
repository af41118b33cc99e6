/** Stores that break one promise each. */
import type { ConversationId } from '@parley/document'
import { dropMemoryPerson, memoryPerson, putMemoryPerson } from '../memory-people.ts'
import type { MemoryConversation, MemoryDisk } from '../memory-store.ts'
import type { PersonRecord } from '../people-store.ts'
import type { LogRow, RelayCommit, RelayStore } from '../store.ts'
import { wrapStore } from './store-wrapper.ts'

/** Outcomes are not kept: a command that comes again is a new one. */
export function forgetCommands(store: RelayStore): RelayStore {
  return wrapStore(store, {
    commands: async () => [],
    commit: async (commit) => store.commit({ ...commit, commands: [] }),
  })
}

/** Nobody knows that an edit stands on a message: the next one takes nothing away. */
export function forgetEdits(store: RelayStore): RelayStore {
  return wrapStore(store, {
    messages: async (keys) => (await store.messages(keys)).map((message) => ({ ...message, edit: null })),
  })
}

/** From whom the past is hidden is known as long as the relay lives in one piece, and when it reads, not. */
export function showThePast(store: RelayStore): RelayStore {
  return wrapStore(store, {
    async member(conversation, user) {
      const member = await store.member(conversation, user)
      return member === undefined ? undefined : { ...member, since: 0 }
    },
    feed: async (user, position, limit, newest) =>
      (await store.feed(user, position, limit, newest)).map((row) => ({
        ...row,
        member: { ...row.member, since: 0 },
      })),
  })
}

/** Of the rows a page had when this store was made, the last is not given out any more. */
export function dropTails(store: RelayStore): RelayStore {
  const made = store.position
  return wrapStore(store, {
    async pageRows(conversation, page, after, limit) {
      const rows = await store.pageRows(conversation, page, after, limit)
      const tail = rows.findLast((row) => row.position <= made)
      return page === 0 ? rows : rows.filter((row) => row !== tail)
    },
  })
}

/** What a conversation was before a commit that no sync has followed yet. */
interface Undo {
  readonly position: number
  readonly conversations: ReadonlyMap<ConversationId, MemoryConversation | undefined>
  readonly commands: readonly string[]
  readonly people: readonly PersonBefore[]
}

interface PersonBefore {
  readonly row: PersonRecord
  readonly before: PersonRecord | undefined
}

const syncEvery = 4
const unsynced = new WeakMap<MemoryDisk, Undo[]>()

/** Commits are synced now and then. What the last store on this disk had not synced is gone, unless it was closed. */
export function loseUnsynced(store: RelayStore, disk: MemoryDisk): RelayStore {
  for (const undo of unsynced.get(disk)?.toReversed() ?? []) undoCommit(disk, undo)
  const pending: Undo[] = []
  unsynced.set(disk, pending)
  return wrapStore(store, {
    async commit(commit) {
      const undo = undoOf(disk, commit)
      await store.commit(commit)
      pending.push(undo)
      if (pending.length >= syncEvery) pending.splice(0)
    },
    async close() {
      pending.splice(0)
      await store.close()
    },
  })
}

function undoOf(disk: MemoryDisk, commit: RelayCommit): Undo {
  const conversations = new Map<ConversationId, MemoryConversation | undefined>()
  for (const { id } of commit.conversations) conversations.set(id, copied(disk.conversations.get(id)))
  return {
    position: disk.position,
    conversations,
    commands: commit.commands.map(({ user, id }) => `${user}/${id}`),
    people: commit.people.map((row) => ({ row, before: memoryPerson(disk.people, row) })),
  }
}

function undoCommit(disk: MemoryDisk, { position, conversations, commands, people }: Undo): void {
  disk.position = position
  for (const [id, before] of conversations) {
    if (before === undefined) disk.conversations.delete(id)
    else disk.conversations.set(id, before)
  }
  for (const key of commands) disk.commands.delete(key)
  for (const { row, before } of people) {
    if (before === undefined) dropMemoryPerson(disk.people, row)
    else putMemoryPerson(disk.people, before)
  }
}

function copied(held: MemoryConversation | undefined): MemoryConversation | undefined {
  if (held === undefined) return undefined
  const rows: LogRow[] = [...held.rows]
  return {
    ...held,
    rows,
    members: new Map(held.members),
    pages: new Map(held.pages),
    pageRows: new Map([...held.pageRows].map(([page, seqs]) => [page, [...seqs]])),
    places: new Map(held.places),
    writers: new Map(held.writers),
    messages: new Map(held.messages),
    mentions: new Map(held.mentions),
  }
}
