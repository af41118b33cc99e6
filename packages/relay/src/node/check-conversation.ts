/**
 * Holds one conversation's rows against everything that is kept beside them.
 */
import { emptyDigest, headDigest, mergeHeadUpdates, readHeadState } from '@parley/document'
import type { DatabaseSync } from 'node:sqlite'
import { checkMembers } from './check-members.ts'
import { expectSame, type Folded, foldRows, ofConversation, type Tell } from './check-rows.ts'
import { bytes, type Columns, number, text } from './sqlite-columns.ts'

export function checkConversation(database: DatabaseSync, conversation: Columns, tell: Tell): void {
  const id = text(conversation, 'id')
  const say: Tell = (problem) => tell(`${id}: ${problem}`)
  try {
    const folded = foldRows(database, conversation, say)
    checkRecord(conversation, folded, say)
    checkPages(database, conversation, folded, say)
    checkWriters(database, conversation, folded, say)
    checkMessages(database, conversation, folded, say)
    checkHead(database, conversation, folded, say)
    checkMembers(database, conversation, folded, say)
  } catch (error) {
    say(`it cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkRecord(conversation: Columns, { last }: Folded, say: Tell): void {
  expectSame(say, 'the conversation', conversation, {
    seq: last?.seq ?? 0,
    time: last?.time ?? 0,
    position: last?.position ?? 0,
  })
}

function checkPages(database: DatabaseSync, conversation: Columns, folded: Folded, say: Tell): void {
  const count = number(conversation, 'pages')
  const pages = ofConversation(database, conversation, 'pages', 'page')
  if (pages.length !== count) say(`it has ${pages.length} pages instead of ${count}`)
  for (const columns of pages) {
    const page = number(columns, 'page')
    const fold = folded.pages.get(page)
    const closed = page < count ? 1 : 0
    // The version of an empty page is the row that opened it.
    expectSame(say, `page ${page}`, columns, {
      closed,
      entries: fold?.entries ?? 0,
      writers: fold?.clocks.size ?? 0,
      digest: fold?.digest ?? emptyDigest,
      first_seq: fold?.first ?? 0,
      last_seq: fold?.version ?? 0,
      position: fold?.position ?? 0,
      erased_position: fold?.erasedPosition ?? 0,
      ...(fold === undefined ? {} : { version: fold.version }),
    })
  }
  for (const page of folded.pages.keys())
    if (page < 1 || page > count) say(`rows stand on page ${page} of ${count}`)
}

function checkWriters(database: DatabaseSync, conversation: Columns, folded: Folded, say: Tell): void {
  const owners = new Map<string, string>()
  for (const { kind, page, client, author, seq } of folded.rows.values()) {
    if (kind === 'head') continue
    const key = `${page}/${client}`
    if ((owners.get(key) ?? author) !== author) say(`row ${seq} is written with the client id of another`)
    owners.set(key, author)
  }
  const writers = ofConversation(database, conversation, 'writers', 'page')
  if (writers.length !== owners.size) say(`it has ${writers.length} writers instead of ${owners.size}`)
  for (const columns of writers) {
    const [page, client] = [number(columns, 'page'), number(columns, 'client')]
    expectSame(say, `writer ${client} of page ${page}`, columns, {
      clock: folded.pages.get(page)?.clocks.get(client) ?? 0,
      user: owners.get(`${page}/${client}`) ?? '',
    })
  }
}

function checkMessages(database: DatabaseSync, conversation: Columns, folded: Folded, say: Tell): void {
  const messages = ofConversation(database, conversation, 'messages', 'seq')
  const entries = [...folded.rows.values()].filter(({ kind }) => kind !== 'head')
  if (messages.length !== entries.length) say(`it knows ${messages.length} ids for ${entries.length} entries`)
  for (const columns of messages) {
    const seq = number(columns, 'seq')
    const row = folded.rows.get(seq)
    if (row === undefined || row.kind === 'head') say(`an id leads to row ${seq}, which is no entry`)
    else {
      const { id, author, page, client, clock, kind } = row
      const erased = kind === 'erased' ? 1 : 0
      expectSame(say, `the id of row ${seq}`, columns, { id, author, page, client, clock, erased })
      if (row.type !== undefined) expectSame(say, `the id of row ${seq}`, columns, { type: row.type })
    }
  }
}

function checkHead(database: DatabaseSync, conversation: Columns, folded: Folded, say: Tell): void {
  const [stored = {}] = ofConversation(database, conversation, 'heads', 'version')
  const state = mergeHeadUpdates(folded.headUpdates)
  if (Buffer.compare(state, bytes(stored, 'state')) !== 0)
    say('the rows of the head do not add up to its state')
  const head = readHeadState(state)
  if (head === undefined) {
    say('the rows of the head do not add up to one')
    return
  }
  const { kind, name, creator, createdAt, unique, pages } = head.info
  expectSame(say, 'the head', stored, { version: folded.headVersion })
  expectSame(say, 'the conversation', conversation, {
    kind,
    name,
    creator,
    created_at: createdAt,
    is_unique: unique ? 1 : 0,
    pages,
    members: head.members.size,
    head_version: folded.headVersion,
    head_digest: headDigest(head),
  })
}
