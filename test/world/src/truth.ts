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
  readonly text: string | null
  readonly recalled: boolean
}

export interface TrueOperation {
  readonly seq: number
  readonly id: string
  readonly from: string
  readonly target: string
}

export interface TrueChange {
  readonly seq: number
  readonly op: string
  readonly by: string
  readonly members: readonly string[]
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
  /** The head as stock Yjs reads it from the head's rows. */
  readonly head: Readonly<Record<string, unknown>>
}

export function truthOf(id: ConversationId, logged: LoggedConversation): Truth {
  const { rows } = logged
  const messages: TrueMessage[] = []
  const operations: TrueOperation[] = []
  const changes: TrueChange[] = []
  for (const row of rows) {
    const { seq, time, page } = row
    if (row.kind === 'head') {
      changes.push(changeOf(row))
      continue
    }
    const entry = row.kind === 'erased' ? null : entryOf(row.update)
    if (entry === null)
      messages.push({ seq, time, page, id: row.id, from: row.author, text: null, recalled: true })
    else if (typeof entry['op'] === 'string') {
      operations.push({
        seq,
        id: text(entry['id']),
        from: text(entry['from']),
        target: text(entry['target']),
      })
    } else {
      messages.push({
        seq,
        time,
        page,
        id: text(entry['id']),
        from: text(entry['from']),
        text: text(entry['text']),
        recalled: false,
      })
    }
  }
  return {
    id,
    rows,
    messages,
    operations,
    changes,
    members: foldMembers(changes, Number.POSITIVE_INFINITY),
    membersAt: (seq) => foldMembers(changes, seq),
    head: documentOf(rows.filter(({ page }) => page === 0).map(({ update }) => update))
      .getMap('head')
      .toJSON(),
  }
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
  const { op, by, members } = value as Readonly<Record<string, unknown>>
  return { seq, op: text(op), by: text(by), members: Array.isArray(members) ? members.map(text) : [] }
}

function foldMembers(changes: readonly TrueChange[], before: number): ReadonlySet<string> {
  const members = new Set<string>()
  for (const { seq, op, by, members: named } of changes) {
    if (seq >= before) break
    if (op === 'created') for (const user of [by, ...named]) members.add(user)
    if (op === 'added') for (const user of named) members.add(user)
    if (op === 'removed') for (const user of named) members.delete(user)
    if (op === 'joined') members.add(by)
    if (op === 'quit') members.delete(by)
  }
  return members
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
