/**
 * What the relay's log says, read by stock Yjs and by nothing of ours: the rows in order, the messages they make, and
 * who was a member when. Everything the replicas show is compared with this.
 */
import { createDecoder, readAny } from 'lib0/decoding'
import * as Y from 'yjs'
import type { ConversationId } from '@parley/document'
import type { LogRow } from '@parley/relay'
import type { LoggedConversation } from './log.ts'

export interface TrueMessage {
  readonly seq: number
  readonly time: number
  readonly page: number
  readonly id: string
  readonly from: string
  /** As it reads now: what the edit that stands says. */
  readonly text: string | null
  /** As it was written first. */
  readonly written: string | null
  readonly mentions: readonly string[]
  /** `sign:user,user sign:user`, in the order in which they were set. */
  readonly reactions: string
  readonly recalled: boolean
}

/** One that was not erased. */
export interface TrueOperation {
  readonly seq: number
  readonly time: number
  readonly op: string
  readonly id: string
  readonly from: string
  readonly target: string
  /** Of an edit. */
  readonly text: string
  /** Of a reaction. */
  readonly sign: string
  readonly on: boolean
}

export interface TrueChange {
  readonly seq: number
  readonly op: string
  readonly by: string
  readonly members: readonly string[]
  /** Of a mute. */
  readonly until: number
}

export interface Truth {
  readonly id: ConversationId
  readonly rows: readonly LogRow[]
  readonly messages: readonly TrueMessage[]
  readonly operations: readonly TrueOperation[]
  readonly changes: readonly TrueChange[]
  /** Members now, by folding the changes. */
  readonly members: ReadonlySet<string>
  /** Members when the row of that sequence was written, itself not counted. */
  readonly membersAt: (seq: number) => ReadonlySet<string>
  /** Who might not speak then, and until when. */
  readonly mutedAt: (seq: number) => ReadonlyMap<string, number>
  /** The head as stock Yjs reads it from the head's rows. */
  readonly head: Readonly<Record<string, unknown>>
}

export function truthOf(id: ConversationId, logged: LoggedConversation): Truth {
  const { rows } = logged
  const written: TrueMessage[] = []
  const operations: TrueOperation[] = []
  const changes: TrueChange[] = []
  for (const row of rows) {
    if (row.kind === 'head') changes.push(changeOf(row))
    else if (row.kind === 'erased') {
      // An operation whose content is gone shows nothing.
      if (row.operation === null) written.push(erasedOf(row))
    } else {
      const entry = entryOf(row.update)
      if (typeof entry?.['op'] === 'string') operations.push(operationOf(row, entry))
      else written.push(messageOf(row, entry ?? {}))
    }
  }
  return {
    id,
    rows,
    messages: written.map((message) => asItStands(message, operations)),
    operations,
    changes,
    members: foldMembers(changes, Number.POSITIVE_INFINITY),
    membersAt: (seq) => foldMembers(changes, seq),
    mutedAt: (seq) => foldMuted(changes, seq),
    head: documentOf(rows.filter(({ page }) => page === 0).map(({ update }) => update))
      .getMap('head')
      .toJSON(),
  }
}

function erasedOf({ seq, time, page, id, author }: LogRow): TrueMessage {
  const nothing = { text: null, written: null, mentions: [], reactions: '' }
  return { seq, time, page, id, from: author, ...nothing, recalled: true }
}

type Fields = Readonly<Record<string, unknown>>

function messageOf({ seq, time, page }: LogRow, entry: Fields): TrueMessage {
  const said = text(entry['text'])
  const mentions = Array.isArray(entry['mentions']) ? entry['mentions'].map(text) : []
  const facts = { id: text(entry['id']), from: text(entry['from']), text: said, written: said, mentions }
  return { seq, time, page, ...facts, reactions: '', recalled: false }
}

function operationOf({ seq, time }: LogRow, entry: Fields): TrueOperation {
  return {
    seq,
    time,
    op: text(entry['op']),
    id: text(entry['id']),
    from: text(entry['from']),
    target: text(entry['target']),
    text: text(entry['text']),
    sign: text(entry['sign']),
    on: entry['on'] === true,
  }
}

/** With what was done to it since. */
function asItStands(message: TrueMessage, operations: readonly TrueOperation[]): TrueMessage {
  if (message.recalled) return message
  const own = operations.filter(({ target }) => target === message.id)
  const edit = own.findLast(({ op }) => op === 'edit')
  return { ...message, text: edit?.text ?? message.text, reactions: reactionsOf(own) }
}

function reactionsOf(operations: readonly TrueOperation[]): string {
  const latest = new Map<string, TrueOperation>()
  for (const operation of operations) {
    if (operation.op !== 'react') continue
    latest.set(`${operation.sign} ${operation.from}`, operation)
  }
  const standing = [...latest.values()].filter(({ on }) => on).toSorted((a, b) => a.seq - b.seq)
  const signs = [...new Set(standing.map(({ sign }) => sign))]
  return signs
    .map((sign) => {
      const users = standing.filter((one) => one.sign === sign).map(({ from }) => from)
      return `${sign}:${users.join(',')}`
    })
    .join(' ')
}

/** Stock Yjs over stored updates, in the order given. */
export function documentOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc({ guid: 'truth' })
  for (const update of updates) Y.applyUpdate(doc, update)
  return doc
}

/** The one entry of an update, as stock Yjs decodes it; null for one whose content is gone. */
export function entryOf(update: Uint8Array): Readonly<Record<string, unknown>> | null {
  const [struct] = Y.decodeUpdate(update).structs
  if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) return null
  const value: unknown = struct.content.arr[0]
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object of whatever it holds
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null
}

function changeOf({ seq, change }: LogRow): TrueChange {
  const value: unknown = change === null ? {} : readAny(createDecoder(change))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- read leniently on purpose: the checkers judge it
  const { op, by, members, until } = value as Fields
  return {
    seq,
    op: text(op),
    by: text(by),
    members: Array.isArray(members) ? members.map(text) : [],
    until: typeof until === 'number' ? until : 0,
  }
}

function foldMembers(changes: readonly TrueChange[], before: number): ReadonlySet<string> {
  const members = new Set<string>()
  for (const { seq, op, by, members: named } of changes) {
    if (seq >= before) break
    if (op === 'created') for (const user of [by, ...named]) members.add(user)
    if (op === 'added') for (const user of named) members.add(user)
    if (op === 'removed' || op === 'blocked') for (const user of named) members.delete(user)
    if (op === 'joined') members.add(by)
    if (op === 'quit') members.delete(by)
  }
  return members
}

function foldMuted(changes: readonly TrueChange[], before: number): ReadonlyMap<string, number> {
  const muted = new Map<string, number>()
  for (const { seq, op, members, until } of changes) {
    if (seq >= before) break
    if (op === 'muted') for (const user of members) muted.set(user, until)
    if (op === 'unmuted') for (const user of members) muted.delete(user)
  }
  return muted
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
