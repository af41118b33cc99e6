/**
 * The timeline: what a conversation's messages look like, as a pure function of its rows in relay order. Rules DO66 to DO71.
 *
 * A message that was recalled looks the same to everybody, whether or not a device ever held its content: nothing of the
 * content is shown, its time included. Rows may come in any order, and again; an erased row never gets its content back.
 */
import type { Entry, JsonObject, Mention, Operation } from './entry/entry.ts'
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

/** The first recall of a message counts. */
interface Recall {
  readonly seq: number
  readonly by: UserId
}

export interface TimelineState {
  /** In sequence. */
  readonly messages: readonly TimelineMessage[]
  readonly recalls: ReadonlyMap<EntryId, Recall>
}

export const emptyTimeline: TimelineState = { messages: [], recalls: new Map() }

/** The whole at once: plainer than folding, and what folding is held against. */
export function timeline(rows: readonly Confirmed[]): readonly TimelineMessage[] {
  const bySeq = new Map<number, Confirmed>()
  for (const row of rows) {
    if (row.entry === null || !bySeq.has(row.seq)) bySeq.set(row.seq, row)
  }
  const ordered = [...bySeq.values()].toSorted((a, b) => a.seq - b.seq)
  const recalls = new Map<EntryId, Recall>()
  for (const { seq, entry } of ordered) {
    if (entry !== null && isOperation(entry) && !recalls.has(entry.target)) {
      recalls.set(entry.target, { seq, by: entry.from })
    }
  }
  return ordered.flatMap((row) => {
    if (row.entry !== null && isOperation(row.entry)) return []
    return [messageOf(row, recalls.get(row.id))]
  })
}

/** One more row. The state given is not changed. */
export function foldRow(state: TimelineState, row: Confirmed): TimelineState {
  if (row.entry !== null && isOperation(row.entry)) return foldRecall(state, row, row.entry)
  const message = messageOf(row, state.recalls.get(row.id))
  const at = placeOf(state.messages, row.seq)
  const there = state.messages[at]
  if (there?.seq !== row.seq) return { ...state, messages: state.messages.toSpliced(at, 0, message) }
  // The same row again: it only ever brings news when it has been erased since.
  if (there.recalled || row.entry !== null) return state
  return { ...state, messages: state.messages.with(at, message) }
}

function foldRecall(state: TimelineState, row: Confirmed, operation: Operation): TimelineState {
  const known = state.recalls.get(operation.target)
  if (known !== undefined && known.seq <= row.seq) return state
  const recall = { seq: row.seq, by: operation.from }
  const recalls = new Map(state.recalls).set(operation.target, recall)
  const at = state.messages.findLastIndex((message) => message.id === operation.target)
  const message = state.messages[at]
  if (message === undefined) return { ...state, recalls }
  return {
    recalls,
    messages: state.messages.with(at, recalled({ ...message, author: message.from }, recall)),
  }
}

function messageOf(row: Confirmed, recall: Recall | undefined): TimelineMessage {
  const { seq, time, page, id, author: from, entry } = row
  if (recall !== undefined || entry === null || isOperation(entry)) return recalled(row, recall)
  const { sentAt, type, text, attrs } = entry
  return {
    seq,
    time,
    page,
    id,
    from,
    sentAt,
    type,
    ...(text === undefined ? undefined : { text }),
    ...(attrs === undefined ? undefined : { attrs }),
    recalled: false,
  }
}

function recalled(row: Omit<Confirmed, 'entry'>, recall: Recall | undefined): TimelineMessage {
  const { seq, time, page, id, author: from } = row
  return {
    seq,
    time,
    page,
    id,
    from,
    sentAt: time,
    type: recalledType,
    recalled: true,
    ...(recall === undefined ? undefined : { recalledBy: recall.by }),
  }
}

function isOperation(entry: Entry): entry is Operation {
  return 'op' in entry
}

/** Where a sequence stands or would stand. Rows mostly come at the end. */
function placeOf(messages: readonly TimelineMessage[], seq: number): number {
  let low = 0
  let high = messages.length
  if ((messages.at(-1)?.seq ?? -1) < seq) return high
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((messages[middle]?.seq ?? seq) < seq) low = middle + 1
    else high = middle
  }
  return low
}
