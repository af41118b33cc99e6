/** The windows of a timeline as plain values, and the reads that make one out of another. Rules CL215, CL218 and CL219. */
import type { HistoryBound, HistoryPage, HistoryQuery, MessageView } from '../engine-types.ts'

export interface Window {
  /** A contiguous run, in ascending order. */
  readonly confirmed: readonly MessageView[]
  /** What waits on this device, where the window is at the newest end. */
  readonly tail: readonly MessageView[]
  readonly hasOlder: boolean
  /** It is at the newest end, and what comes belongs to it. */
  readonly follows: boolean
  readonly missing: boolean
  /** The end that was loaded last: the other one gives way. */
  readonly grew: 'older' | 'newer'
}

export const emptyWindow: Window = {
  confirmed: [],
  tail: [],
  hasOlder: false,
  follows: true,
  missing: false,
  grew: 'newer',
}

export interface WindowSource {
  readonly read: (query: HistoryQuery) => Promise<HistoryPage>
  readonly limit: number
  readonly max: number
}

export async function readNewest({ read, limit }: WindowSource): Promise<Window> {
  const { messages, tail, missing } = await read({ limit: limit + 1 })
  return {
    confirmed: messages.slice(-limit),
    tail,
    hasOlder: messages.length > limit || missing.length > 0,
    follows: true,
    missing: missing.length > 0,
    grew: 'newer',
  }
}

/** The same stretch as it is now, and at the newest end what has come since. */
export async function readSame(source: WindowSource, before: Window): Promise<Window> {
  const { limit, max, read } = source
  const first = before.confirmed[0]
  const last = before.confirmed.at(-1)
  if (first === undefined || last === undefined) return readNewest(source)
  const { follows } = before
  const end = { seq: first.seq, closed: true }
  const start = follows ? {} : { start: { ...placeOf(last), closed: true } }
  // One more than it may hold: at the newest end that says whether it has outgrown that.
  const { messages, tail, missing } = await read({ limit: max + 1, ...start, end })
  // Who reads among the older ones stays there.
  if (follows && before.grew === 'older' && messages.length > max)
    return readSame(source, { ...before, follows: false })
  const now = { ...before, confirmed: messages, tail: follows ? tail : [], missing: missing.length > 0 }
  // At the newest end it shows at least so many, where there are.
  const isShort = follows && messages.length < limit && before.hasOlder
  return isShort ? readNewest(source) : enlarged(now, max)
}

export async function readOlder(source: WindowSource, before: Window, count: number): Promise<Window> {
  const first = before.confirmed[0]
  const start = first === undefined ? {} : { start: placeOf(first) }
  const { messages, missing } = await source.read({ limit: count + 1, ...start })
  return {
    ...before,
    confirmed: [...messages.slice(-count), ...before.confirmed],
    hasOlder: messages.length > count || missing.length > 0,
    missing: before.missing || missing.length > 0,
    grew: 'older',
  }
}

export async function readNewer(source: WindowSource, before: Window, count: number): Promise<Window> {
  if (before.follows) return before
  const last = before.confirmed.at(-1)
  if (last === undefined) return readNewest(source)
  const { messages, tail, missing } = await source.read({
    limit: count + 1,
    direction: 'old-to-new',
    start: placeOf(last),
  })
  const follows = messages.length <= count && missing.length === 0
  return {
    ...before,
    confirmed: [...before.confirmed, ...messages.slice(0, count)],
    tail: follows ? tail : [],
    follows,
    missing: before.missing || missing.length > 0,
    grew: 'newer',
  }
}

/** Half of it before the place, the rest from there on. */
export async function readAround(source: WindowSource, place: HistoryBound): Promise<Window> {
  const older = Math.floor(source.limit / 2)
  const newer = source.limit - older
  const from = await source.read({
    limit: newer + 1,
    direction: 'old-to-new',
    start: { ...place, closed: true },
  })
  const there = from.messages[0]
  const before = await source.read({ limit: older + 1, start: there === undefined ? place : placeOf(there) })
  const follows = from.messages.length <= newer && from.missing.length === 0
  const window: Window = {
    confirmed: [...before.messages.slice(older === 0 ? Infinity : -older), ...from.messages.slice(0, newer)],
    tail: [],
    hasOlder: before.messages.length > older || before.missing.length > 0,
    follows,
    missing: before.missing.length > 0 || from.missing.length > 0,
    grew: 'newer',
  }
  // At the newest end all of what waits belongs to it, and not only what waits from the place on.
  return follows ? readSame(source, window) : window
}

/** Within its bound: what is over goes at the end that was not loaded last. */
export function enlarged(window: Window, max: number): Window {
  if (window.confirmed.length <= max) return window
  if (window.grew === 'newer') return { ...window, confirmed: window.confirmed.slice(-max), hasOlder: true }
  return { ...window, confirmed: window.confirmed.slice(0, max), tail: [], follows: false }
}

function placeOf(view: MessageView): HistoryBound {
  return { id: view.id, seq: view.seq }
}
