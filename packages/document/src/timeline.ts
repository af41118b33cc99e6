/**
 * The timeline: what a conversation's messages look like, as a pure function of its rows in relay order. Rules DO66 to DO71
 * and DO100 to DO104.
 *
 * A message that was recalled looks the same to everybody, whether or not a device ever held its content: nothing of the
 * content is shown, its time included. Rows may come in any order, and again; an erased row never gets its content back.
 */
import type { Content, Edit, Entry, JsonObject, Mention, Operation } from './entry/entry.ts'
import { sameJson } from './entry/json.ts'
import type { EntryId, UserId } from './ids.ts'

/** A row of a page as a device keeps it. */
export interface Confirmed {
  readonly seq: number
  readonly time: number
  readonly page: number
  readonly author: UserId
  readonly id: EntryId
  /** null when the content was erased. */
  readonly entry: Entry | null
  /** Of an erased row: it was an operation, and shows nothing. */
  readonly operation: boolean
}

export interface TimelineMessage {
  readonly seq: number
  readonly time: number
  readonly page: number
  readonly id: EntryId
  readonly from: UserId
  /** The device's claim; of a recalled message the relay's time. */
  readonly sentAt: number
  /** -127 when recalled. */
  readonly type: number
  readonly text?: string
  readonly attrs?: JsonObject
  readonly body?: JsonObject
  readonly mentions?: readonly Mention[]
  readonly replyTo?: EntryId
  /** The relay's time of the edit that stands. */
  readonly editedAt?: number
  /** In the order of their first appearance; none of a recalled message. */
  readonly reactions: readonly Reacted[]
  readonly recalled: boolean
  /** Missing as long as the row that recalled it is not here. */
  readonly recalledBy?: UserId
}

export const recalledType = -127

/** Who set one sign on a message, in the order they did. */
export interface Reacted {
  readonly sign: string
  readonly users: readonly UserId[]
}

export interface TimelineState {
  /** In sequence. */
  readonly messages: readonly TimelineMessage[]
  /** What each of them is made of, in the same places. */
  readonly rows: readonly Confirmed[]
  /** By what they aim at, in sequence. They may come before it. */
  readonly operations: ReadonlyMap<EntryId, readonly OperationRow[]>
  /** Sequences of operations whose content was erased. */
  readonly gone: ReadonlySet<number>
}

export const emptyTimeline: TimelineState = {
  messages: [],
  rows: [],
  operations: new Map(),
  gone: new Set(),
}

interface OperationRow extends Confirmed {
  readonly entry: Operation
}

const none: readonly OperationRow[] = []

/** The whole at once: plainer than folding, and what folding is held against. */
export function timeline(rows: readonly Confirmed[]): readonly TimelineMessage[] {
  const bySeq = new Map<number, Confirmed>()
  for (const row of rows) {
    if (row.entry === null || !bySeq.has(row.seq)) bySeq.set(row.seq, row)
  }
  const ordered = [...bySeq.values()].toSorted((a, b) => a.seq - b.seq)
  const operations = new Map<EntryId, OperationRow[]>()
  for (const row of ordered) {
    if (!isOperation(row)) continue
    const before = operations.get(row.entry.target)
    if (before === undefined) operations.set(row.entry.target, [row])
    else before.push(row)
  }
  return ordered.flatMap((row) => (isMessage(row) ? [shown(row, operations.get(row.id) ?? none)] : []))
}

/** One more row. The state given is not changed. */
export function foldRow(state: TimelineState, row: Confirmed): TimelineState {
  if (isOperation(row)) return foldOperation(state, row)
  return isMessage(row) ? foldMessage(state, row) : foldGone(state, row.seq)
}

function foldMessage(state: TimelineState, row: Confirmed): TimelineState {
  const at = placeOf(state.rows, row.seq)
  const there = state.rows[at]
  const message = shown(row, state.operations.get(row.id) ?? none)
  if (there?.seq !== row.seq) {
    const messages = state.messages.toSpliced(at, 0, message)
    return { ...state, messages, rows: state.rows.toSpliced(at, 0, row) }
  }
  // The same row again: it only ever brings news when it has been erased since.
  if (there.entry === null || row.entry !== null) return state
  return { ...state, messages: state.messages.with(at, message), rows: state.rows.with(at, row) }
}

function foldOperation(state: TimelineState, row: OperationRow): TimelineState {
  const { target } = row.entry
  const before = state.operations.get(target) ?? none
  if (state.gone.has(row.seq) || before.some(({ seq }) => seq === row.seq)) return state
  return withOperations(state, target, before.toSpliced(placeOf(before, row.seq), 0, row))
}

/** An operation whose content is erased shows nothing; that another one shows instead, its row says. */
function foldGone(state: TimelineState, seq: number): TimelineState {
  if (state.gone.has(seq)) return state
  const next = { ...state, gone: new Set(state.gone).add(seq) }
  for (const [target, rows] of state.operations) {
    const at = placeOf(rows, seq)
    if (rows[at]?.seq === seq) return withOperations(next, target, rows.toSpliced(at, 1))
  }
  return next
}

/** Where the message looks as before, the messages stay the same ones: nobody need show them again. */
function withOperations(state: TimelineState, target: EntryId, rows: readonly OperationRow[]): TimelineState {
  const operations = new Map(state.operations).set(target, rows)
  const at = state.messages.findLastIndex(({ id }) => id === target)
  const row = state.rows[at]
  if (row === undefined) return { ...state, operations }
  const message = shown(row, rows)
  if (sameJson(message, state.messages[at])) return { ...state, operations }
  return { ...state, operations, messages: state.messages.with(at, message) }
}

/** A message as its row and the operations on it, in sequence, make it. */
function shown(row: Confirmed, operations: readonly OperationRow[]): TimelineMessage {
  const recall = operations.find(({ entry }) => entry.op === 'recall')
  const { seq, time, page, id, author: from, entry } = row
  const place = { seq, time, page, id, from }
  if (recall !== undefined || entry === null || 'op' in entry) return { ...place, ...recalled(time, recall) }
  const { sentAt, replyTo } = entry
  const edit = standingEdit(operations, from)
  return {
    ...place,
    sentAt,
    ...contentOf(edit?.entry ?? entry),
    ...(replyTo === undefined ? undefined : { replyTo }),
    ...(edit === undefined ? undefined : { editedAt: edit.time }),
    reactions: reactionsOf(operations),
    recalled: false,
  }
}

function recalled(
  time: number,
  recall: OperationRow | undefined,
): Pick<TimelineMessage, 'sentAt' | 'type' | 'reactions' | 'recalled' | 'recalledBy'> {
  const by = recall === undefined ? undefined : { recalledBy: recall.author }
  return { sentAt: time, type: recalledType, reactions: [], recalled: true, ...by }
}

interface EditRow extends Confirmed {
  readonly entry: Edit
}

/** The newest of the author's own. The relay lets nobody else edit; a device does not rely on it. */
function standingEdit(operations: readonly OperationRow[], author: UserId): EditRow | undefined {
  return operations.findLast((row): row is EditRow => row.entry.op === 'edit' && row.author === author)
}

function contentOf({ type, text, attrs, body, mentions }: Content): Content {
  return {
    type,
    ...(text === undefined ? undefined : { text }),
    ...(attrs === undefined ? undefined : { attrs }),
    ...(body === undefined ? undefined : { body }),
    ...(mentions === undefined ? undefined : { mentions }),
  }
}

/** Of each person and sign the newest counts; what stands is in the order in which it was set. */
function reactionsOf(operations: readonly OperationRow[]): readonly Reacted[] {
  const standing = new Map<string, { readonly sign: string; readonly user: UserId }>()
  for (const { author: user, entry } of operations) {
    if (entry.op !== 'react') continue
    const { sign, on } = entry
    // No user id contains a space. Taken out first: what is set again goes to the end.
    const key = `${user} ${sign}`
    standing.delete(key)
    if (on) standing.set(key, { sign, user })
  }
  const bySign = new Map<string, UserId[]>()
  for (const { sign, user } of standing.values()) {
    const users = bySign.get(sign)
    if (users === undefined) bySign.set(sign, [user])
    else users.push(user)
  }
  return [...bySign].map(([sign, users]) => ({ sign, users }))
}

function isOperation(row: Confirmed): row is OperationRow {
  return row.entry !== null && 'op' in row.entry
}

/** Erased or not. An operation without its content is none, and shows nothing. */
function isMessage({ entry, operation }: Confirmed): boolean {
  return entry === null ? !operation : !('op' in entry)
}

/** Where a sequence stands or would stand. Rows mostly come at the end. */
function placeOf(rows: readonly { readonly seq: number }[], seq: number): number {
  let low = 0
  let high = rows.length
  if ((rows.at(-1)?.seq ?? -1) < seq) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((rows[middle]?.seq ?? seq) < seq) low = middle + 1
    else high = middle
  }
  return low
}
