/** What of a commit in the journal is not in the tables: a part of what it holds may have been settled before. Rule RE371. */
import type { ConversationId, UserId } from '@parley/document'
import type { RelayCommit } from '../store.ts'

/** `hasIt`, `counted`: whether a conversation, or what somebody takes up, is settled up to this commit. */
export function unsettled(
  commit: RelayCommit,
  hasIt: (conversation: ConversationId) => boolean,
  counted: (user: UserId) => boolean,
): RelayCommit {
  const settled = new Set(commit.conversations.map(({ id }) => id).filter(hasIt))
  const rest = <It extends { readonly conversation: ConversationId }>(
    records: readonly It[],
  ): readonly It[] => records.filter(({ conversation }) => !settled.has(conversation))
  const { conversations, members, pages, rows, writers, messages, mentions, marks, heads, usage } = commit
  return {
    ...commit,
    conversations: conversations.filter(({ id }) => !settled.has(id)),
    members: rest(members),
    pages: rest(pages),
    rows: rest(rows),
    writers: rest(writers),
    messages: rest(messages),
    mentions: rest(mentions),
    marks: rest(marks),
    heads: rest(heads),
    usage: usage.filter(({ user }) => !counted(user)),
  }
}
