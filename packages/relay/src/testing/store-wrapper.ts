/** A store in front of another: every call goes through `around`, unless it is replaced. */
import type { RelayStore } from '../store.ts'

export type Around = <Value>(call: () => Promise<Value>) => Promise<Value>

export function wrapStore(
  store: RelayStore,
  changes: Partial<Omit<RelayStore, 'position'>> = {},
  around: Around = async (call) => call(),
  position: () => number = () => store.position,
): RelayStore {
  return {
    epoch: store.epoch,
    get position() {
      return position()
    },
    conversations: async (ids) => around(async () => store.conversations(ids)),
    conversation: async (id) => around(async () => store.conversation(id)),
    member: async (...key) => around(async () => store.member(...key)),
    pages: async (...key) => around(async () => store.pages(...key)),
    writers: async (keys) => around(async () => store.writers(keys)),
    messages: async (keys) => around(async () => store.messages(keys)),
    commands: async (keys) => around(async () => store.commands(keys)),
    rowAt: async (...key) => around(async () => store.rowAt(...key)),
    row: async (...key) => around(async () => store.row(...key)),
    pageRows: async (...key) => around(async () => store.pageRows(...key)),
    rowsSince: async (...key) => around(async () => store.rowsSince(...key)),
    pagesSince: async (...key) => around(async () => store.pagesSince(...key)),
    recalledSince: async (...key) => around(async () => store.recalledSince(...key)),
    mentionedSince: async (...key) => around(async () => store.mentionedSince(...key)),
    feed: async (...key) => around(async () => store.feed(...key)),
    conversationsOf: async (...key) => around(async () => store.conversationsOf(...key)),
    tagHolder: async (...key) => around(async () => store.tagHolder(...key)),
    people: async (keys) => around(async () => store.people(keys)),
    peopleCounts: async (wanted) => around(async () => store.peopleCounts(wanted)),
    peopleSince: async (...key) => around(async () => store.peopleSince(...key)),
    marks: async (keys) => around(async () => store.marks(keys)),
    marksSince: async (...key) => around(async () => store.marksSince(...key)),
    revocations: async (user) => around(async () => store.revocations(user)),
    revoke: async (...what) => around(async () => store.revoke(...what)),
    usage: async (users) => around(async () => store.usage(users)),
    head: async (id) => around(async () => store.head(id)),
    commit: async (commit) => around(async () => store.commit(commit)),
    close: async () => around(async () => store.close()),
    ...changes,
  }
}
