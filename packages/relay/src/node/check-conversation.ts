/**
 * Holds one conversation's rows against everything that is kept beside them.
 */
import { emptyDigest, headDigest, mergeHeadUpdates, readHeadState } from '@parley/document'
import type { DatabaseSync } from 'node:sqlite'
import { checkMarks } from './check-marks.ts'
import { checkMembers } from './check-members.ts'
import { expectSame, type Folded, foldRows, ofConversation, type RowFacts, type Tell } from './check-rows.ts'
import { bytes, type Columns, number, text } from './sqlite-columns.ts'

export function checkConversation(database: DatabaseSync, conversation: Columns, tell: Tell): void {
  const id = text(conversation, 'id')
  const say: Tell = (problem) => tell(`${id}: ${problem}`)
  try {
    const folded = foldRows(database, conversation, say)
    checkRecord(conversation, folded, checkMarks(database, conversation, folded, say), say)
    checkPages(database, conversation, folded, say)
    checkWriters(database, conversation, folded, say)
    checkEntries(folded, say)
    checkMentions(database, conversation, folded, say)
    checkHead(database, conversation, folded, say)
    checkMembers(database, conversation, folded, say)
  } catch (error) {
    say(`it cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function checkRecord(conversation: Columns, { last }: Folded, marked: number, say: Tell): void {
  expectSame(say, 'the conversation', conversation, {
    seq: last?.seq ?? 0,
    time: last?.time ?? 0,
    position: Math.max(last?.position ?? 0, marked),
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

/** What is known of an entry beside its row, and found by its id. */
function checkEntries({ rows }: Folded, say: Tell): void {
  const entries = [...rows.values()].filter(({ kind }) => kind !== 'head')
  const edits = standingEdits(entries, say)
  const ids = new Set<string>()
  for (const { seq, id, kind, operation, type, edit, said } of entries) {
    if (ids.has(id)) say(`the id of row ${seq} is that of another row`)
    ids.add(id)
    if ((type === null) !== (operation !== null)) say(`row ${seq} is known as another kind of entry`)
    if (said !== undefined && said.type !== type)
      say(`row ${seq} has type ${said.type} and is known as ${type}`)
    const standing = edits.get(id)
    edits.delete(id)
    if ((standing?.seq ?? null) !== edit) {
      say(`row ${seq} is known with edit ${edit} instead of ${standing?.seq ?? null}`)
    }
    if (standing !== undefined && kind === 'erased') say(`row ${standing.seq} edits what has been recalled`)
  }
  for (const { seq } of edits.values()) say(`row ${seq} edits what is not there`)
}

/** By the id of what they stand on. */
function standingEdits(entries: readonly RowFacts[], say: Tell): Map<string, RowFacts> {
  const edits = new Map<string, RowFacts>()
  for (const row of entries) {
    if (row.said?.operation !== 'edit' || row.said.target === undefined) continue
    const { target } = row.said
    if (edits.has(target)) say(`two edits stand on ${target}, of row ${row.seq} and another`)
    edits.set(target, row)
  }
  return edits
}

function checkMentions(database: DatabaseSync, conversation: Columns, folded: Folded, say: Tell): void {
  const expected = new Set<string>()
  for (const { seq, author, said } of folded.rows.values()) {
    for (const user of said?.mentions ?? []) expected.add(`${seq} ${user} ${author}`)
  }
  const mentions = ofConversation(database, conversation, 'mentions', 'seq')
  const stored = new Set(
    mentions.map(
      (columns) => `${number(columns, 'seq')} ${text(columns, 'user')} ${text(columns, 'author')}`,
    ),
  )
  for (const mention of expected) {
    const [seq = '', user = ''] = mention.split(' ')
    if (!stored.has(mention)) say(`row ${seq} mentions ${user}, and nobody would be told`)
  }
  for (const mention of stored) {
    const [seq = '', user = ''] = mention.split(' ')
    if (!expected.has(mention)) say(`${user} would be told of row ${seq}, which does not mention him`)
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
  const { kind, name, icon, creator, createdAt, unique, pages } = head.info
  expectSame(say, 'the head', stored, { version: folded.headVersion })
  expectSame(say, 'the conversation', conversation, {
    kind,
    name,
    icon,
    creator,
    created_at: createdAt,
    is_unique: unique ? 1 : 0,
    pages,
    members: head.members.size,
    head_version: folded.headVersion,
    head_digest: headDigest(head),
  })
}
