/**
 * The relay's log as the world reads it: rebuilt from the transactions that reached its disk, by code of its own. What
 * the checkers know of the truth, they know from here.
 */
import type { ConversationId, UserId } from '@parley/document'
import type { LogRow, MemberRecord, RelayCommit } from '@parley/relay'

export interface LoggedConversation {
  /** `rows[seq - 1]`, unless the relay left a hole. */
  readonly rows: LogRow[]
  readonly members: Map<UserId, MemberRecord>
  pages: number
}

export interface Log {
  readonly conversations: Map<ConversationId, LoggedConversation>
  /** How far members have got, by `conversation user`. */
  readonly marks: Map<string, RelayCommit['marks'][number]>
  /** Rows of people by `owner kind key`. */
  readonly people: Map<string, RelayCommit['people'][number]>
  /** The device that has it, by `user tag`. */
  readonly tags: Map<string, string>
  position: number
}

export function emptyLog(): Log {
  return { conversations: new Map(), people: new Map(), marks: new Map(), tags: new Map(), position: 0 }
}

export function applyCommit(log: Log, commit: RelayCommit): void {
  for (const row of commit.rows) conversationOf(log, row.conversation).rows.push(row)
  for (const { conversation, seq, update } of commit.rewrites) {
    const { rows } = conversationOf(log, conversation)
    const index = rows.findIndex((row) => row.seq === seq)
    const row = rows[index]
    if (row !== undefined) rows[index] = { ...row, kind: 'erased', update }
  }
  for (const member of commit.members)
    conversationOf(log, member.conversation).members.set(member.user, member)
  for (const record of commit.conversations) conversationOf(log, record.id).pages = record.pages
  for (const mark of commit.marks) log.marks.set(`${mark.conversation} ${mark.user}`, mark)
  for (const person of commit.people) log.people.set(`${person.owner} ${person.kind} ${person.key}`, person)
  for (const { user, tag, device } of commit.tags) log.tags.set(`${user} ${tag}`, device)
  log.position = commit.position
}

function conversationOf(log: Log, id: ConversationId): LoggedConversation {
  const known = log.conversations.get(id) ?? { rows: [], members: new Map<UserId, MemberRecord>(), pages: 0 }
  log.conversations.set(id, known)
  return known
}
