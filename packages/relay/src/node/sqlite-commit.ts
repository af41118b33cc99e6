/** Writes one commit, inside the caller's transaction: records by their keys, rows, then what they erase. */
import type { ConversationId } from '@parley/document'
import type { LogRow, RelayCommit } from '../store.ts'
import { number, writeErases } from './sqlite-columns.ts'
import type { Numbers } from './sqlite-numbers.ts'
import type { Statements } from './sqlite-statements.ts'

export function writeCommit(statements: Statements, numbers: Numbers, commit: RelayCommit): void {
  const { write } = statements
  const { of } = numbers
  expectSequence(statements, numbers, commit.rows)
  for (const { unique, ...record } of commit.conversations) {
    write.conversation.run({ ...record, unique: unique ? 1 : 0 })
  }
  for (const { conversation, version, state } of commit.heads) {
    write.head.run({ number: of(conversation), version, state })
  }
  for (const { conversation, ...member } of commit.members) {
    write.member.run({ ...member, number: of(conversation) })
  }
  for (const { conversation, closed, ...page } of commit.pages) {
    write.page.run({ ...page, number: of(conversation), closed: closed ? 1 : 0 })
  }
  for (const { conversation, erases, ...row } of commit.rows) {
    write.row.run({ ...row, number: of(conversation), erases: writeErases(erases) })
  }
  for (const { conversation, seq, update } of commit.rewrites) {
    const { changes } = write.rewrite.run({ number: of(conversation), seq, update })
    if (changes !== 1) throw new Error(`there is no row ${seq} to rewrite`)
  }
  for (const { conversation, ...writer } of commit.writers) {
    write.writer.run({ ...writer, number: of(conversation) })
  }
  for (const { conversation, erased, ...message } of commit.messages) {
    write.message.run({ ...message, number: of(conversation), erased: erased ? 1 : 0 })
  }
  for (const command of commit.commands) write.command.run({ ...command })
}

/** A gap in a sequence would be a bug of ours, and must not reach the disk. */
function expectSequence({ read }: Statements, numbers: Numbers, rows: readonly LogRow[]): void {
  const last = new Map<ConversationId, number>()
  for (const { conversation, seq } of rows) {
    const before = last.get(conversation) ?? lastSeq()
    if (seq !== before + 1) throw new Error(`row ${seq} of ${conversation} does not follow ${before}`)
    last.set(conversation, seq)

    function lastSeq(): number {
      const stored = read.lastSeq.get({ number: numbers.of(conversation) })
      return stored === undefined ? 0 : number(stored, 'seq')
    }
  }
}
