/** Writes one commit, inside the caller's transaction: records by their keys, rows, then what they erase. */
import type { ConversationId } from '@parley/document'
import { type LogRow, maxTagsKept, type RelayCommit } from '../store.ts'
import { number, writeErases } from './sqlite-columns.ts'
import { writeMark } from './sqlite-marks.ts'
import type { Numbers } from './sqlite-numbers.ts'
import { writePerson } from './sqlite-people.ts'
import type { Statements } from './sqlite-statements.ts'
import { addSqliteUsage } from './sqlite-usage.ts'

export function writeCommit(statements: Statements, numbers: Numbers, commit: RelayCommit): void {
  const { write } = statements
  const { of } = numbers
  expectSequence(statements, numbers, commit.rows)
  for (const it of commit.conversations) {
    write.conversation.run(
      it.id,
      it.kind,
      it.name,
      it.icon,
      it.creator,
      it.createdAt,
      it.unique ? 1 : 0,
      it.members,
      it.seq,
      it.time,
      it.pages,
      it.headVersion,
      it.headDigest,
      it.headTime,
      it.total,
      it.lastSeq,
      it.bytes,
      it.position,
    )
  }
  for (const it of commit.heads) write.head.run(of(it.conversation), it.version, it.state)
  for (const it of commit.members) {
    write.member.run(
      it.user,
      of(it.conversation),
      it.role,
      it.joinedSeq,
      it.joinedTotal,
      it.joinedMine,
      it.invitedBy,
      it.since,
      it.mutedUntil,
      it.leftSeq,
      it.leftTime,
      it.leftPages,
      it.leftMembers,
      it.leftTotal,
      it.leftLastSeq,
      it.leftHeadDigest,
      it.removedBy,
      it.mine,
      it.position,
    )
  }
  for (const it of commit.pages) {
    write.page.run(
      of(it.conversation),
      it.page,
      it.entries,
      it.bytes,
      it.writers,
      it.closed ? 1 : 0,
      it.version,
      it.digest,
      it.firstSeq,
      it.lastSeq,
      it.position,
      it.erasedPosition,
    )
  }
  for (const it of commit.rows) {
    write.row.run(
      it.position,
      of(it.conversation),
      it.seq,
      it.time,
      it.page,
      it.kind,
      it.operation,
      it.author,
      it.client,
      it.clock,
      it.id,
      it.update,
      writeErases(it.erases),
      it.change,
    )
  }
  for (const it of commit.mentions) {
    write.mention.run(of(it.conversation), it.user, it.seq, it.author)
  }
  for (const it of commit.rewrites) {
    const { changes } = write.rewrite.run(it.update, of(it.conversation), it.seq)
    if (changes !== 1) throw new Error(`there is no row ${it.seq} to rewrite`)
    write.forgetMentions.run(of(it.conversation), it.seq)
  }
  for (const it of commit.writers) {
    write.writer.run(of(it.conversation), it.page, it.client, it.user, it.device, it.clock)
  }
  for (const it of commit.messages) {
    write.message.run(
      of(it.conversation),
      it.id,
      it.author,
      it.seq,
      it.page,
      it.client,
      it.clock,
      it.type,
      it.erased ? 1 : 0,
      it.edit?.id ?? null,
      it.edit?.seq ?? null,
      it.edit?.client ?? null,
      it.edit?.clock ?? null,
    )
  }
  for (const it of commit.tags) {
    // A row that is replaced gets a number above all others.
    write.tag.run(it.user, it.tag, it.device)
    write.forgetTags.run(it.user, it.user, maxTagsKept)
  }
  for (const it of commit.marks) writeMark(statements.marks, of(it.conversation), it)
  for (const it of commit.people) writePerson(statements.people, it)
  for (const it of commit.usage) addSqliteUsage(statements.usage, it)
  for (const it of commit.commands) {
    write.command.run(it.user, it.id, it.conversation, it.seq, it.time, it.outcome)
  }
}

/** A gap in a sequence would be a bug of ours, and must not reach the disk. */
function expectSequence({ read }: Statements, numbers: Numbers, rows: readonly LogRow[]): void {
  const last = new Map<ConversationId, number>()
  for (const { conversation, seq } of rows) {
    const before = last.get(conversation) ?? lastSeq()
    if (seq !== before + 1) throw new Error(`row ${seq} of ${conversation} does not follow ${before}`)
    last.set(conversation, seq)

    function lastSeq(): number {
      const stored = read.lastSeq.get(numbers.of(conversation))
      return stored === undefined ? 0 : number(stored, 'seq')
    }
  }
}
