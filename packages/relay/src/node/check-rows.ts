/**
 * Reads one conversation's rows, in sequence, and adds them up; says what cannot be.
 */
import {
  emptyDigest,
  type EntryId,
  type Mention,
  readAppend,
  readEntry,
  readErased,
  rowDigest,
  xorDigest,
} from '@parley/document'
import type { DatabaseSync } from 'node:sqlite'
import type { LogRow } from '../store.ts'
import { type Columns, logRow, number, text } from './sqlite-columns.ts'

export type Tell = (problem: string) => void

/** A row without its bytes: a conversation may have a million. */
export interface RowFacts extends Omit<LogRow, 'update'> {
  /** What the relay knows of the entry beside its row: null for an operation. */
  readonly type: number | null
  /** The sequence of the edit that stands on it. */
  readonly edit: number | null
  /** What the bytes say of an entry that is still there; undefined for everything else. */
  readonly said: Said | undefined
}

interface Said {
  /** null for an operation. */
  readonly type: number | null
  readonly operation: LogRow['operation']
  /** Of an operation. */
  readonly target: EntryId | undefined
  /** Others than the author. */
  readonly mentions: readonly Mention[]
}

/** A page as its rows add up. */
interface FoldedPage {
  entries: number
  version: number
  first: number
  position: number
  erasedPosition: number
  digest: string
  /** Next clock by client. */
  readonly clocks: Map<number, number>
}

/** What the rows of a conversation add up to. */
export interface Folded {
  readonly pages: ReadonlyMap<number, FoldedPage>
  readonly rows: ReadonlyMap<number, RowFacts>
  readonly headUpdates: readonly Uint8Array[]
  readonly headVersion: number
  readonly last: RowFacts | undefined
}

export function foldRows(database: DatabaseSync, conversation: Columns, say: Tell): Folded {
  const pages = new Map<number, FoldedPage>()
  const rows = new Map<number, RowFacts>()
  const headUpdates: Uint8Array[] = []
  let headVersion = 0
  let last: RowFacts | undefined
  for (const columns of rowsOf(database, conversation, say)) {
    const row = logRow(columns)
    if (row.seq !== (last?.seq ?? 0) + 1) say(`row ${row.seq} follows row ${last?.seq ?? 0}`)
    if (row.time < (last?.time ?? 0)) say(`the time runs backwards at row ${row.seq}`)
    if (row.position <= (last?.position ?? 0)) say(`the position does not rise at row ${row.seq}`)
    if (row.kind === 'head') {
      headUpdates.push(row.update)
      headVersion = row.seq
      if (row.page !== 0 || row.change === null) say(`row ${row.seq} of the head is not as one`)
    } else foldEntry(pages, rows, row, say)
    const { update, ...facts } = row
    const [type, edit] = [numberOrNone(columns, 'type'), numberOrNone(columns, 'edit')]
    last = { ...facts, type, edit, said: row.kind === 'entry' ? saidIn(update) : undefined }
    checkOperation(last, say)
    rows.set(row.seq, last)
  }
  return { pages, rows, headUpdates, headVersion, last }
}

/** As the runs lead to them, and those of the journal; what a run leads to must be its own. */
function* rowsOf(database: DatabaseSync, conversation: Columns, say: Tell): Iterable<Columns> {
  const [id, own] = [text(conversation, 'id'), number(conversation, 'number')]
  const pending = new Map<number, Columns>()
  const ofJournal = `SELECT ? AS conversation_id, * FROM temp.pending_rows WHERE conversation = ? ORDER BY seq`
  for (const columns of database.prepare(ofJournal).all(id, own)) pending.set(number(columns, 'seq'), columns)
  const ofRuns = `
    SELECT ? AS conversation_id, rows.*, runs.page AS run_page, rows.number - runs.number + first_seq AS run_seq
    FROM main.runs CROSS JOIN main.rows
    ON rows.number BETWEEN runs.number AND runs.number + runs.last_seq - runs.first_seq
    WHERE runs.conversation = ? ORDER BY runs.first_seq, rows.number`
  for (const columns of database.prepare(ofRuns).iterate(id, own)) {
    const seq = number(columns, 'seq')
    const belongs = columns['conversation'] === own && columns['run_seq'] === seq
    if (!belongs || columns['run_page'] !== columns['page'])
      say(`a run leads to row ${seq}, which is not in it`)
    yield pending.get(seq) ?? columns
    pending.delete(seq)
  }
  yield* pending.values()
}

function numberOrNone(columns: Columns, name: string): number | null {
  return columns[name] === null ? null : number(columns, name)
}

function foldEntry(
  pages: Map<number, FoldedPage>,
  rows: ReadonlyMap<number, RowFacts>,
  row: LogRow,
  say: Tell,
): void {
  const page = pages.get(row.page) ?? emptyPage(row)
  pages.set(row.page, page)
  checkEntry(page, row, say)
  const clock = page.clocks.get(row.client) ?? 0
  if (row.clock !== clock) say(`row ${row.seq} stands at clock ${row.clock} of ${row.client}, after ${clock}`)
  page.clocks.set(row.client, clock + 1)
  page.entries += 1
  page.version = row.seq
  page.position = row.position
  page.digest = xorDigest(page.digest, digest(row, row.kind === 'erased'))
  for (const item of row.erases) {
    const target = rows.get(item.seq)
    const same = target?.client === item.client && target.clock === item.clock && target.page === row.page
    if (target?.kind !== 'erased' || !same) say(`row ${row.seq} erases row ${item.seq}, which is still there`)
    if (target !== undefined && target.author !== row.author) say(`row ${row.seq} erases what is another's`)
    if (row.operation === 'edit' && target?.operation !== 'edit') {
      say(`row ${row.seq} is an edit and erases what is none`)
    }
    page.erasedPosition = row.position
  }
}

function emptyPage({ seq, position }: LogRow): FoldedPage {
  return {
    entries: 0,
    version: 0,
    first: seq,
    position,
    erasedPosition: 0,
    digest: emptyDigest,
    clocks: new Map(),
  }
}

/** The bytes say what the columns say, and follow what was there before them. */
function checkEntry(page: FoldedPage, row: LogRow, say: Tell): void {
  const place = row.kind === 'erased' ? erasedPlace(row) : entryPlace(row, say)
  if (place === undefined) {
    say(`row ${row.seq} does not hold an entry`)
    return
  }
  if (place.client !== row.client || place.clock !== row.clock) say(`row ${row.seq} holds another place`)
  const { origin } = place
  const known = origin === null || origin.clock < (page.clocks.get(origin.client) ?? 0)
  if (!known) say(`row ${row.seq} follows an entry that was not there`)
}

function erasedPlace({ update }: LogRow): ReturnType<typeof placeOf> | undefined {
  const read = readErased(update)
  return read.ok ? placeOf(read.erased) : undefined
}

function entryPlace({ seq, update, id, author }: LogRow, say: Tell): ReturnType<typeof placeOf> | undefined {
  const read = readAppend(update)
  if (!read.ok) return undefined
  const content = readEntry(read.append.content)
  if (!content.ok) return undefined
  if (content.entry.id !== id) say(`row ${seq} holds an entry of another id`)
  if (content.entry.from !== author) say(`row ${seq} holds an entry of another author`)
  return placeOf(read.append)
}

interface Placed {
  readonly client: number
  readonly clock: number
  readonly origin: { readonly client: number; readonly clock: number } | null
}

function placeOf({ client, clock, origin }: Placed): Placed {
  return { client, clock, origin }
}

function digest({ seq, client, clock }: LogRow, erased: boolean): string {
  return rowDigest({ seq, client, clock, length: 1, erased })
}

function saidIn(update: Uint8Array): Said | undefined {
  const read = readAppend(update)
  const content = read.ok ? readEntry(read.append.content) : undefined
  if (content?.ok !== true) return undefined
  const { entry } = content
  if ('op' in entry) return { type: null, operation: entry.op, target: entry.target, mentions: [] }
  const { type, from, mentions = [] } = entry
  return { type, operation: null, target: undefined, mentions: mentions.filter((user) => user !== from) }
}

function checkOperation({ kind, seq, operation, erases, said }: RowFacts, say: Tell): void {
  if (said !== undefined && said.operation !== operation) {
    say(`row ${seq} is kept as ${operation ?? 'a message'} and holds ${said.operation ?? 'a message'}`)
  }
  const erasing = operation === 'recall' || operation === 'edit'
  if (erases.length > 0 && !erasing) say(`row ${seq} erases something and is no recall and no edit`)
  if (kind === 'head' && operation !== null) say(`row ${seq} of the head is not as one`)
}

export function ofConversation(
  database: DatabaseSync,
  conversation: Columns,
  table: string,
  order: string,
): readonly Columns[] {
  const query = `SELECT * FROM ${table} WHERE conversation = ? ORDER BY ${order}`
  return database.prepare(query).all(number(conversation, 'number'))
}

export function expectSame(
  say: Tell,
  what: string,
  columns: Columns,
  expected: Readonly<Record<string, string | number | null>>,
): void {
  for (const [name, value] of Object.entries(expected)) {
    if (columns[name] !== value)
      say(`${what} has ${name} ${String(columns[name])} instead of ${String(value)}`)
  }
}
