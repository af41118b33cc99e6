/**
 * Writes what commits hold into the tables, inside the caller's transaction: records by their keys, in their order; rows
 * behind all others; then what a commit alone holds, and what it erases.
 */
import type { ConversationId } from '@parley/document'
import {
  type ConversationRecord,
  maxTagsKept,
  type MemberRecord,
  type MessageRecord,
  type PageRecord,
  type RelayCommit,
} from '../store.ts'
import { number } from './sqlite-columns.ts'
import { writeMark } from './sqlite-marks.ts'
import type { Numbers } from './sqlite-numbers.ts'
import type { Pending, PendingConversation, PendingPart } from './sqlite-pending.ts'
import { writePerson } from './sqlite-people.ts'
import { createRowWriter, type RowWriter } from './sqlite-rows.ts'
import type { Statements, Writes } from './sqlite-statements.ts'
import { addSqliteUsage } from './sqlite-usage.ts'

/** Writes what the journal holds, or a part of it, or what one commit does: all that commits up to `settled` have said of it. */
export function writePending(
  statements: Statements,
  numbers: Numbers,
  pending: PendingPart,
  settled: number,
): void {
  const { write } = statements
  for (const { record } of pending.conversations.values())
    if (record !== undefined) writeConversation(write, record, settled)
  const rows = createRowWriter(statements.rows)
  for (const [own, held] of inOrder(numbers, pending)) {
    writeRecords(statements, own, held)
    writeRows(rows, own, held)
  }
  rows.end()
  for (const it of pending.usage.values()) addSqliteUsage(statements.usage, it, settled)
  // What is kept beside its row is changed where the row is: nothing of it may have been put twice.
  for (const [id, held] of pending.conversations) amendRows(statements, numbers.of(id), held)
}

function inOrder(
  numbers: Numbers,
  { conversations }: PendingPart,
): readonly (readonly [number, PendingConversation])[] {
  return [...conversations].map(([id, held]) => [numbers.of(id), held] as const).toSorted(([a], [b]) => a - b)
}

function writeConversation(write: Writes, it: ConversationRecord, settled: number): void {
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
    settled,
  )
}

function writeRecords({ write, marks }: Statements, own: number, held: PendingConversation): void {
  if (held.head !== undefined) write.head.run(own, held.head.version, held.head.state)
  for (const it of held.members.values()) writeMember(write, own, it)
  for (const it of held.pages.values()) writePage(write, own, it)
  for (const it of held.writers.values())
    write.writer.run(own, it.page, it.client, it.user, it.device, it.clock)
  for (const it of held.mentions) write.mention.run(own, it.user, it.seq, it.author)
  for (const it of held.marks.values()) writeMark(marks, own, it)
}

function writeMember(write: Writes, own: number, it: MemberRecord): void {
  write.member.run(
    it.user,
    own,
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

function writePage(write: Writes, own: number, it: PageRecord): void {
  write.page.run(
    own,
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

function writeRows(writer: RowWriter, own: number, held: PendingConversation): void {
  for (const row of held.rows)
    writer.put(own, row, row.id === '' ? undefined : entryOf(held, row.id, row.seq))
}

function entryOf(
  { messages }: PendingConversation,
  id: MessageRecord['id'],
  seq: number,
): MessageRecord | undefined {
  const message = messages.get(id)
  return message?.seq === seq ? message : undefined
}

/** Messages whose rows were there before, and have another edit on them now. */
function amendRows({ rows }: Statements, own: number, held: PendingConversation): void {
  const first = held.rows[0]?.seq ?? Number.POSITIVE_INFINITY
  for (const { seq, type, edit } of held.messages.values()) {
    if (seq >= first) continue
    const { changes } = rows.amend.run(type, edit?.seq ?? null, own, seq)
    if (changes !== 1) throw new Error(`there is no row ${seq} of that message`)
  }
}

/** What only a commit of its own holds. */
export function writeRest(statements: Statements, numbers: Numbers, commit: RelayCommit): void {
  const { write, rows } = statements
  for (const it of commit.rewrites) {
    const own = numbers.of(it.conversation)
    const { changes } = rows.rewrite.run(it.update, own, it.seq)
    if (changes !== 1) throw new Error(`there is no row ${it.seq} to rewrite`)
    write.forgetMentions.run(own, it.seq)
  }
  for (const it of commit.tags) {
    // A row that is replaced gets a number above all others.
    write.tag.run(it.user, it.tag, it.device)
    write.forgetTags.run(it.user, it.user, maxTagsKept)
  }
  for (const it of commit.people) writePerson(statements.people, it)
  for (const it of commit.commands) {
    write.command.run(it.user, it.id, it.conversation, it.seq, it.time, it.outcome)
  }
}

/** A gap in a sequence would be a bug of ours, and must not reach the disk. */
export function expectSequence(
  { read }: Statements,
  numbers: Numbers,
  pending: Pending,
  { rows }: RelayCommit,
): void {
  let of: ConversationId | undefined
  let before = 0
  const last = new Map<ConversationId, number>()
  for (const { conversation, seq } of rows) {
    if (conversation !== of) {
      if (of !== undefined) last.set(of, before)
      of = conversation
      before = last.get(conversation) ?? lastSeq(conversation)
    }
    if (seq !== before + 1) throw new Error(`row ${seq} of ${conversation} does not follow ${before}`)
    before = seq
  }

  function lastSeq(conversation: ConversationId): number {
    const held = pending.conversations.get(conversation)?.rows.at(-1)?.seq
    if (held !== undefined) return held
    const stored = read.lastSeq.get(numbers.of(conversation))
    return stored === undefined ? 0 : number(stored, 'seq')
  }
}
