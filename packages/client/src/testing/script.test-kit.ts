/** One conversation as a relay keeps it, for making the rows, news and answers of it. */
import {
  type Change,
  type Content,
  type ConversationId,
  emptyDigest,
  type Entry,
  type EntryId,
  eraseAppend,
  everybody,
  headDigest,
  type ItemId,
  type Message,
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
  HiddenRow,
  News,
  Row,
  Rows,
  TouchedPage,
} from '@parley/wire'
import { entryId, type Pushed } from './values.test-kit.ts'

export interface Script {
  readonly id: ConversationId
  /** As they were said live. */
  readonly rows: readonly (EntryRow | HeadRow | HiddenRow)[]
  readonly state: Uint8Array
  readonly seq: number
  readonly pages: number
  change(what: Change, command?: string): HeadRow
  /** Takes an update a device has pushed. */
  accept(pushed: Pushed): EntryRow
  write(entry: Entry, options?: WriteOptions): EntryRow
  text(from: UserId, text: string): EntryRow
  /** Takes a message back, with the edit that stands on it. */
  recall(row: EntryRow): EntryRow
  /** Its author puts another content in place of a message's. */
  edit(row: EntryRow, content: Content | string): EntryRow
  react(from: UserId, row: EntryRow, sign: string, on?: boolean): EntryRow
  /** Something happened on a page that is hidden from the reader. */
  hide(): HiddenRow
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
  /** Instead of what the relay would erase. */
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

const nothing = { touched: [], recalled: [], marks: [], allMarks: false } as const

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
  const rows: (EntryRow | HeadRow | HiddenRow)[] = []
  const current = new Map<number, EntryRow | ErasedRow>()
  const entries = new Map<number, Entry>()
  /** The sequence of the edit that stands on a message. */
  const standing = new Map<EntryId, number>()

  function saidIn(row: EntryRow): Entry {
    const entry = entries.get(row.seq)
    if (entry === undefined) throw new Error('nobody said that')
    return entry
  }

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

  function append(update: Uint8Array, page: number, given?: EntryRow['erases']): EntryRow {
    seq += 1
    const read = readAppend(update)
    const entry = read.ok ? readEntry(read.append.content) : undefined
    if (!read.ok || entry?.ok !== true) throw new Error('what a script takes can be read')
    const erases = given ?? erasedBy(entry.entry)
    mix(page, { ...read.append, seq }, false)
    for (const item of erases) {
      mix(page, item, false)
      mix(page, item, true)
      erase(item.seq)
    }
    versions.set(page, seq)
    const row: EntryRow = { kind: 'entry', seq, time: 1000 + seq, page, update, erases }
    entries.set(seq, entry.entry)
    if ('op' in entry.entry && entry.entry.op === 'edit') standing.set(entry.entry.target, seq)
    rows.push(row)
    current.set(seq, row)
    return row
  }

  /** As the relay does: an edit the edit before it, a recall the message and its edit. */
  function erasedBy(entry: Entry): EntryRow['erases'] {
    if (!('op' in entry) || entry.op === 'react') return []
    const message = [...entries].find(([, { id: own }]) => own === entry.target)?.[0]
    const targets = [entry.op === 'recall' ? message : undefined, standing.get(entry.target)]
    return targets.flatMap((target) => (target === undefined ? [] : placeOf(target)))
  }

  function placeOf(target: number): EntryRow['erases'] {
    const row = current.get(target)
    const read = row?.kind === 'entry' ? readAppend(row.update) : undefined
    if (read?.ok !== true) return []
    return [{ seq: target, client: read.append.client, clock: read.append.clock }]
  }

  function messages(): readonly (readonly [number, Message])[] {
    return [...entries].flatMap(([at, entry]) => ('op' in entry ? [] : [[at, entry] as const]))
  }

  function mentions({ from, mentions: all = [] }: Message): boolean {
    return from !== reader && all.some((one) => one === reader || one === everybody)
  }

  function intact(at: number | undefined): EntryRow | null {
    const row = at === undefined ? undefined : current.get(at)
    return row?.kind === 'entry' ? row : null
  }

  function erase(target: number): void {
    const row = current.get(target)
    const entry = entries.get(target)
    if (row === undefined || entry === undefined) throw new Error('what is taken back was said')
    const { time, page, update } = row
    current.set(target, {
      kind: 'erased',
      seq: target,
      time,
      page,
      update: eraseAppend(update),
      author: entry.from,
      id: entry.id,
      operation: 'op' in entry,
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
    accept: ({ update, page }) => append(update, page),
    digest: (page) => digests.get(page) ?? emptyDigest,
    touched: (page, erased = false) => ({
      page,
      version: versions.get(page) ?? 0,
      digest: script.digest(page),
      erased,
    }),
    write(entry, { client = 77, origin = null, page = pages, erases }: WriteOptions = {}) {
      const update = writeAppend({ client, clock, origin, content: writeEntry(entry) })
      clock += 1
      return append(update, page, erases)
    },
    text: (from, text) => script.write({ id: entryId(500 + seq), from, sentAt: 5, type: -1, text }),
    recall(row) {
      const { from, id: target } = saidIn(row)
      return script.write(
        { id: entryId(500 + seq), from, sentAt: 6, op: 'recall', target },
        { page: row.page },
      )
    },
    edit(row, content) {
      const { from, id: target } = saidIn(row)
      const own = typeof content === 'string' ? { type: -1, text: content } : content
      return script.write(
        { id: entryId(500 + seq), from, sentAt: 7, op: 'edit', target, ...own },
        { page: row.page },
      )
    },
    react(from, row, sign, on = true) {
      const { id: target } = saidIn(row)
      return script.write(
        { id: entryId(500 + seq), from, sentAt: 8, op: 'react', target, sign, on },
        { page: row.page },
      )
    },
    hide() {
      seq += 1
      const row: HiddenRow = { kind: 'hidden', seq, time: 1000 + seq }
      rows.push(row)
      return row
    },
    news(more = {}) {
      const head = readHeadState(script.state)
      if (head === undefined) throw new Error('no head')
      const said = messages()
      const [last, newest] = said.at(-1) ?? []
      return {
        conversation: id,
        kind: head.info.kind,
        name: head.info.name,
        icon: head.info.icon,
        creator: head.info.creator,
        createdAt: head.info.createdAt,
        unique: head.info.unique,
        role: head.members.get(reader)?.role ?? '',
        members: head.members.size,
        joinedSeq: 1,
        invitedBy: by === reader ? '' : by,
        since: head.members.get(reader)?.since ?? 0,
        mutedUntil: head.members.has(reader) ? (head.muted.get(reader) ?? 0) : 0,
        removedBy: '',
        seq,
        time: 1000 + seq,
        pages,
        headVersion: rows.findLast((row) => row.kind === 'head')?.seq ?? 0,
        headDigest: headDigest(head),
        headTime: 1000 + (rows.findLast((row) => row.kind === 'head')?.seq ?? 0),
        total: said.length,
        mine: said.filter(([, { from }]) => from === reader).length,
        joinedTotal: 0,
        joinedMine: 0,
        last: last === undefined ? null : (current.get(last) ?? null),
        lastEdit: newest === undefined ? null : intact(standing.get(newest.id)),
        ...nothing,
        mentioned: said.flatMap(([at, message]) => (mentions(message) && intact(at) !== null ? [at] : [])),
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
