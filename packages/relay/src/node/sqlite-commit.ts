/** Writes one commit, inside the caller's transaction: records by their keys, rows, then what they erase. */
import type { ConversationId } from '@parley/document'
import type { LogRow, RelayCommit } from '../store.ts'
import { number, writeErases } from './sqlite-columns.ts'
import type { Statements } from './sqlite-statements.ts'

export function writeCommit(statements: Statements, commit: RelayCommit): void {
  const { write } = statements
  expectSequence(statements, commit.rows)
  for (const { unique, ...record } of commit.conversations) {
    write.conversation.run({ ...record, unique: unique ? 1 : 0 })
  }
  for (const { conversation, version, state } of commit.heads)
    write.head.run({ conversation, version, state })
  for (const member of commit.members) write.member.run({ ...member })
  for (const { closed, ...page } of commit.pages) write.page.run({ ...page, closed: closed ? 1 : 0 })
  for (const { erases, ...row } of commit.rows) write.row.run({ ...row, erases: writeErases(erases) })
  for (const { conversation, seq, update } of commit.rewrites) {
    const { changes } = write.rewrite.run({ conversation, seq, update })
    if (changes !== 1) throw new Error(`there is no row ${seq} to rewrite`)
  }
  for (const writer of commit.writers) write.writer.run({ ...writer })
  for (const { erased, ...message } of commit.messages)
    write.message.run({ ...message, erased: erased ? 1 : 0 })
  for (const command of commit.commands) write.command.run({ ...command })
}

/** A gap in a sequence would be a bug of ours, and must not reach the disk. */
function expectSequence({ read }: Statements, rows: readonly LogRow[]): void {
  const last = new Map<ConversationId, number>()
  for (const { conversation, seq } of rows) {
    const stored = last.has(conversation) ? undefined : read.conversation.get({ conversation })
    const before = last.get(conversation) ?? (stored === undefined ? 0 : number(stored, 'seq'))
    if (seq !== before + 1) throw new Error(`row ${seq} of ${conversation} does not follow ${before}`)
    last.set(conversation, seq)
  }
}
