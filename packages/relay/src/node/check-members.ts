/** Holds members and counts of a conversation against its head and its rows. */
import { type Member, mergeHeadUpdates, readHeadState } from '@parley/document'
import type { DatabaseSync } from 'node:sqlite'
import { expectSame, type Folded, ofConversation, type Tell } from './check-rows.ts'
import { type Columns, number, text } from './sqlite-columns.ts'

export function checkMembers(database: DatabaseSync, conversation: Columns, folded: Folded, say: Tell): void {
  const head = readHeadState(mergeHeadUpdates(folded.headUpdates))
  const messages = [...folded.rows.values()].filter(({ type }) => type !== null)
  const mine = new Map<string, number>()
  for (const { author } of messages) mine.set(author, (mine.get(author) ?? 0) + 1)
  expectSame(say, 'the conversation', conversation, {
    total: messages.length,
    last_seq: messages.at(-1)?.seq ?? 0,
  })
  const members = ofConversation(database, conversation, 'members', 'user')
  const known = new Set(members.map((columns) => text(columns, 'user')))
  for (const user of head?.members.keys() ?? [])
    if (!known.has(user)) say(`${user} is a member without a record`)
  const present = new Map<string, Member>(head?.members ?? [])
  for (const columns of members) checkMember(columns, present, mine, folded, say)
}

function checkMember(
  columns: Columns,
  present: ReadonlyMap<string, Member>,
  mine: ReadonlyMap<string, number>,
  folded: Folded,
  say: Tell,
): void {
  const user = text(columns, 'user')
  const member = present.get(user)
  expectSame(say, `member ${user}`, columns, { role: member?.role ?? '', mine: mine.get(user) ?? 0 })
  if (member !== undefined) expectSame(say, `member ${user}`, columns, { since: member.since ?? 0 })
  const left = number(columns, 'left_seq')
  const turned = folded.rows.get(left === 0 ? number(columns, 'joined_seq') : left)
  if (left > 0 === (member !== undefined)) say(`member ${user} is here and has left`)
  if (turned?.kind !== 'head') say(`member ${user} came or left at a row that is no change of the head`)
  else expectSame(say, `member ${user}`, columns, { position: turned.position })
}
