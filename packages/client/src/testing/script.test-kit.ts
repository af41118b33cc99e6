/** One conversation as a relay keeps it, for making the rows, news and answers of it. */
import {
  type Change,
  type ConversationId,
  emptyDigest,
  type Entry,
  type EntryId,
  eraseAppend,
  headDigest,
  type ItemId,
  readAppend,
  readEntry,
  readHeadState,
  rowDigest,
  type UserId,
  writeAppend,
  writeEntry,
  writeHeadChange,
  xorDigest,
} from '@parley/document'
import type {
  Answer,
  EntryRow,
  ErasedRow,
  Fetched,
  HeadRow,
  News,
  Row,
  Rows,
  TouchedPage,
} from '@parley/wire'
import { entryId, type Pushed } from './values.test-kit.ts'

export interface Script {
  readonly id: ConversationId
  /** As they were said live. */
  readonly rows: readonly (EntryRow | HeadRow)[]
  readonly state: Uint8Array
  readonly seq: number
  readonly pages: number
  change(what: Change, command?: string): HeadRow
  /** Takes an update a device has pushed. */
  accept(pushed: Pushed): EntryRow
  write(entry: Entry, options?: WriteOptions): EntryRow
  text(from: UserId, text: string): EntryRow
  /** Takes a message back. */
  recall(row: EntryRow): EntryRow
  digest(page: number): string
  touched(page: number, erased?: boolean): TouchedPage
  news(more?: Partial<News>): News
  /** As they stand now, erased ones without their content. */
  page(page: number, after?: number): Extract<Fetched, { readonly result: 'rows' }>
  head(): Extract<Fetched, { readonly result: 'head' }>
  frame(...rows: readonly Row[]): Rows
  /** That each of these was accepted, in order. */
  accepted(updates: readonly Pushed[], rows: readonly EntryRow[]): Answer
}

export interface WriteOptions {
  readonly page?: number
  readonly client?: number
  readonly origin?: ItemId | null
  readonly erases?: EntryRow['erases']
}

export interface Creation {
  readonly by: UserId
  readonly members: readonly UserId[]
  /** Who is told: his role, and what is his own. */
  readonly reader?: UserId
  readonly name?: string | null
  readonly unique?: boolean
}

export function createScript(
  id: ConversationId,
  { by, members, reader = members[0] ?? by, name = null, unique = false }: Creation,
): Script {
  let seq = 0
  let state: Uint8Array | null = null
  let clock = 0
  let pages = 1
  const digests = new Map<number, string>()
  const versions = new Map<number, number>()
  const rows: (EntryRow | HeadRow)[] = []
  const current = new Map<number, EntryRow | ErasedRow>()
  const authors = new Map<number, { readonly from: UserId; readonly id: EntryId }>()

  function openPage(number: number): void {
    pages = number
    digests.set(number, emptyDigest)
    versions.set(number, seq)
  }

  function mix(
    page: number,
    place: { readonly seq: number; readonly client: number; readonly clock: number },
    erased: boolean,
  ): void {
    digests.set(page, xorDigest(script.digest(page), rowDigest({ ...place, length: 1, erased })))
  }

  function append(update: Uint8Array, page: number, erases: EntryRow['erases']): EntryRow {
    seq += 1
    const read = readAppend(update)
    const entry = read.ok ? readEntry(read.append.content) : undefined
    if (!read.ok || entry?.ok !== true) throw new Error('what a script takes can be read')
    mix(page, { ...read.append, seq }, false)
    for (const item of erases) {
      mix(page, item, false)
      mix(page, item, true)
      erase(item.seq)
    }
    versions.set(page, seq)
    const row: EntryRow = { kind: 'entry', seq, time: 1000 + seq, page, update, erases }
    if (!('op' in entry.entry)) authors.set(seq, { from: entry.entry.from, id: entry.entry.id })
    rows.push(row)
    current.set(seq, row)
    return row
  }

  function erase(target: number): void {
    const row = current.get(target)
    const author = authors.get(target)
    if (row === undefined || author === undefined) throw new Error('what is taken back was said')
    const { time, page, update } = row
    current.set(target, {
      kind: 'erased',
      seq: target,
      time,
      page,
      update: eraseAppend(update),
      author: author.from,
      id: author.id,
    })
  }

  const script: Script = {
    id,
    rows,
    get state() {
      if (state === null) throw new Error('not created')
      return state
    },
    get seq() {
      return seq
    },
    get pages() {
      return pages
    },
    change(what, command = '') {
      seq += 1
      const written = writeHeadChange({ state, client: 2 ** 53 - 5, change: what, time: 1000 + seq })
      state = written.state
      if (what.op === 'page') openPage(what.pages)
      if (what.op === 'created') openPage(1)
      const row: HeadRow = {
        kind: 'head',
        seq,
        time: 1000 + seq,
        update: written.update,
        command,
        change: { ...what },
      }
      rows.push(row)
      return row
    },
    accept: ({ update, page }) => append(update, page, []),
    digest: (page) => digests.get(page) ?? emptyDigest,
    touched: (page, erased = false) => ({
      page,
      version: versions.get(page) ?? 0,
      digest: script.digest(page),
      erased,
    }),
    write(entry, { client = 77, origin = null, page = pages, erases = [] }: WriteOptions = {}) {
      const update = writeAppend({ client, clock, origin, content: writeEntry(entry) })
      clock += 1
      return append(update, page, erases)
    },
    text: (from, text) => script.write({ id: entryId(500 + seq), from, sentAt: 5, type: -1, text }),
    recall(row) {
      const read = readAppend(row.update)
      const author = authors.get(row.seq)
      if (!read.ok || author === undefined) throw new Error('what is taken back was said')
      const { client, clock: at } = read.append
      return script.write(
        { id: entryId(500 + seq), from: author.from, sentAt: 6, op: 'recall', target: author.id },
        { page: row.page, erases: [{ seq: row.seq, client, clock: at }] },
      )
    },
    news(more = {}) {
      const head = readHeadState(script.state)
      if (head === undefined) throw new Error('no head')
      const last = [...authors.keys()].at(-1)
      return {
        conversation: id,
        kind: head.info.kind,
        name: head.info.name,
        creator: head.info.creator,
        createdAt: head.info.createdAt,
        unique: head.info.unique,
        role: head.members.get(reader)?.role ?? '',
        members: head.members.size,
        joinedSeq: 1,
        invitedBy: by === reader ? '' : by,
        removedBy: '',
        seq,
        time: 1000 + seq,
        pages,
        headVersion: rows.findLast((row) => row.kind === 'head')?.seq ?? 0,
        headDigest: headDigest(head),
        total: authors.size,
        mine: [...authors.values()].filter(({ from }) => from === reader).length,
        joinedTotal: 0,
        joinedMine: 0,
        last: last === undefined ? null : (current.get(last) ?? null),
        touched: [],
        recalled: [],
        whole: true,
        rows: rows.map((row) => current.get(row.seq) ?? row),
        ...more,
      }
    },
    page: (page, after = 0) => ({
      result: 'rows',
      page,
      version: versions.get(page) ?? 0,
      digest: script.digest(page),
      after,
      more: false,
      rows: [...current.values()].filter((row) => row.page === page && row.seq > after),
    }),
    head: () => ({
      result: 'head',
      version: rows.findLast((row) => row.kind === 'head')?.seq ?? 0,
      digest: '',
      state: script.state,
    }),
    frame: (...said) => ({ frame: 'rows', conversation: id, rows: said }),
    accepted: (updates, made) => ({
      frame: 'answer',
      conversation: id,
      answers: updates.map(({ page, client, clock: at }, index) => {
        const row = made[index]
        if (row === undefined) throw new Error('an answer for each')
        return { page, client, clock: at, verdict: { class: 'accepted', seq: row.seq, time: row.time } }
      }),
    }),
  }
  script.change({ op: 'created', by, kind: 'group', unique, members, name, attributes: {} })
  return script
}
