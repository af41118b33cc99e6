/**
 * A live window on a conversation's messages, as a chat page shows them. Rules CL215 to CL223.
 *
 * What is confirmed is one contiguous run; at the newest end what waits on this device follows it. The window reads the
 * engine again when its conversation has changed, and compares: what looks as before stays the same object.
 */
import type { ConversationId } from '@parley/document'
import type {
  Accepted,
  EngineEvent,
  HistoryBound,
  HistoryPage,
  HistoryQuery,
  MessageView,
} from '../engine-types.ts'
import { ParleyError } from '../errors.ts'
import { messageId } from './given-ids.ts'
import { checkedCount, checkedTime } from './history.ts'
import type { ConversationHost } from './host.ts'
import { checkListener, optionsOf } from './json.ts'
import type { Message } from './message.ts'
import {
  emptyWindow,
  enlarged,
  readAround,
  readNewest,
  readNewer,
  readOlder,
  readSame,
} from './timeline-window.ts'
import type { Window, WindowSource } from './timeline-window.ts'
import { createSnapshot } from './timeline-snapshot.ts'

export interface TimelineOptions {
  /** Messages to begin with, and of a load when nothing is said: 1 to 100; 50 when nothing is said. */
  readonly limit?: number
  /** The most confirmed messages it holds: from `limit` to 1000; 300 when nothing is said. */
  readonly max?: number
}

export interface MessageTimeline {
  /** In ascending order; another array whenever something in it has changed, and only then. */
  readonly messages: readonly Message[]
  readonly hasOlder: boolean
  /** False while the window is at the newest end and follows it. */
  readonly hasNewer: boolean
  /** Parts of this range are not on this device, and could not be fetched. */
  readonly missing: boolean
  /** Resolves when it has been read for the first time. */
  readonly ready: Promise<void>
  /** Answers how many came. */
  loadOlder(count?: number): Promise<number>
  loadNewer(count?: number): Promise<number>
  /**
   * Puts the window around a message, a time of the relay's, or at the newest end. Answers the message there: the one
   * named, or the first from that time on.
   */
  jumpTo(place: string | Date): Promise<Message | undefined>
  /** Called once for everything that changed together. Answers what ends it. */
  subscribe(listener: () => void): () => void
  /** It follows nothing any more, and shows what it showed last. */
  close(): void
}

export type TimelineHost = Pick<ConversationHost, 'engine' | 'classes' | 'fault'>

type Step = (source: WindowSource, before: Window) => Promise<Window>

/** Changes that come while one is read are read with it, so many times at most. */
const maxRereads = 10

export function createTimeline(
  { engine, classes, fault }: TimelineHost,
  id: ConversationId,
  options: TimelineOptions = {},
): MessageTimeline {
  const { limit: wanted = 50, max: most = 300 } = optionsOf(options, 'The options of a timeline')
  const limit = checkedCount('limit', wanted)
  const max = checkedMost(most, limit)
  const history = async (query: HistoryQuery): Promise<HistoryPage> =>
    engine.history(id, { ...query, tail: 'apart' })
  const relay: WindowSource = { read: history, limit, max }
  const device: WindowSource = { read: async (query) => history({ ...query, from: 'device' }), limit, max }
  const snapshot = createSnapshot((view) => {
    const sent = engine.confirmed<Accepted>(view.id)
    return classes.from(view, { user: engine.user, sent })
  })
  const listeners = new Set<() => void>()
  let window = emptyWindow
  let closed = false
  let stale = true
  /** Where the conversation stood when something could not be had: it is asked for again when that has changed. */
  let stuckAt = -1
  let turns: Promise<unknown> = Promise.resolve()
  let loads: Promise<unknown> = Promise.resolve()
  let fetching: Promise<void> | undefined

  const stopListening = engine.on((event) => {
    if (event.type === 'caught-up') stuckAt = -1
    if (event.type === 'caught-up' ? window.missing : isAbout(event, id)) refreshSoon()
    if (event.type === 'ended') close()
  })

  /** One change of the window at a time. None of them waits for the relay. */
  async function inTurn<T>(job: () => Promise<T>): Promise<T> {
    const result = turns.then(job)
    turns = result.catch(() => undefined)
    return result
  }

  function refreshSoon(): void {
    if (stale || closed) return
    stale = true
    void inTurn(refresh).catch(report)
  }

  /** That nothing is known here of the conversation yet is no fault: it is shown when it comes. */
  function report(error: unknown): void {
    if (!closed && !isUnknown(error)) fault(error)
  }

  async function refresh(): Promise<void> {
    let next = window
    for (let tries = 0; isStale() && tries < maxRereads; tries += 1) {
      stale = false
      next = await readSame(device, next)
    }
    show(next)
    if (isStale()) void inTurn(refresh).catch(report)
    fetching ??= fetchMissing()
  }

  /** What the window lacks, beside the turns; the same is not asked for again before something has changed. */
  function fetchMissing(): Promise<void> | undefined {
    const seq = engine.conversation(id)?.seq ?? 0
    if (!window.missing || stuckAt === seq || closed) return undefined
    stuckAt = seq
    return readSame(relay, window)
      .catch(report)
      .then(async () => {
        fetching = undefined
        stale = true
        await inTurn(refresh).catch(report)
      })
  }

  function isStale(): boolean {
    return stale && !closed
  }

  function show(next: Window): void {
    if (closed) return
    const flags = [window.hasOlder, window.follows, window.missing].join()
    window = next
    const changed = snapshot.show([...next.confirmed, ...next.tail])
    if (!changed && flags === [next.hasOlder, next.follows, next.missing].join()) return
    for (const listener of Array.from(listeners)) {
      if (!listeners.has(listener)) continue
      try {
        listener()
      } catch (error) {
        fault(error)
      }
    }
  }

  async function load(step: Step): Promise<number> {
    const loading = loads.then(async () => loadOne(step))
    loads = loading.catch(() => undefined)
    return loading
  }

  /** First with the relay, so that it is here; then what is here joins what is shown by then. */
  async function loadOne(step: Step): Promise<number> {
    if (closed) throw new ParleyError('closed', 'This timeline was closed.')
    await step(relay, window)
    return inTurn(async () => {
      const before = window
      const next = enlarged(await step(device, before), max)
      show(next)
      return newOnes(before, next)
    })
  }

  function close(): void {
    closed = true
    stopListening()
    listeners.clear()
  }

  const ready = inTurn(refresh).then(async () => fetching)
  // Who waits for it hears why; nobody has to.
  ready.catch(report)

  return {
    get messages() {
      return snapshot.messages
    },
    get hasOlder() {
      return window.hasOlder
    },
    get hasNewer() {
      return !window.follows
    },
    get missing() {
      return window.missing
    },
    ready,
    loadOlder: async (count = limit) => {
      const checked = checkedCount('count', count)
      return load(async (source, before) => readOlder(source, before, checked))
    },
    loadNewer: async (count = limit) => {
      const checked = checkedCount('count', count)
      return load(async (source, before) => readNewer(source, before, checked))
    },
    async jumpTo(place) {
      const bound = placeOf(place)
      let found: MessageView | undefined
      await load(async (source) => {
        const next = bound === undefined ? await readNewest(source) : await readAround(source, bound)
        const all = [...next.confirmed, ...next.tail]
        found = bound === undefined ? all.at(-1) : all.find((view) => isThere(view, bound))
        return next
      })
      const there = found?.id
      return there === undefined ? undefined : snapshot.messages.find((message) => message.id === there)
    },
    subscribe(listener) {
      checkListener(listener)
      const own = (): void => listener()
      if (!closed) listeners.add(own)
      return () => void listeners.delete(own)
    },
    close,
  }
}

function checkedMost(most: number, limit: number): number {
  if (Number.isSafeInteger(most) && most >= limit && most <= 1000) return most
  throw new ParleyError('bad-argument', 'max is a whole number from limit to 1000.')
}

function placeOf(place: string | Date): HistoryBound | undefined {
  if (place === 'newest') return undefined
  return typeof place === 'string' ? { id: messageId(place) } : { time: checkedTime('the', place) }
}

function isThere(view: MessageView, bound: HistoryBound): boolean {
  if (bound.id !== undefined) return view.id === bound.id
  return view.seq === 0 || view.time >= (bound.time ?? 0)
}

function newOnes(before: Window, after: Window): number {
  const known = new Set([...before.confirmed, ...before.tail].map((view) => view.id))
  return [...after.confirmed, ...after.tail].filter((view) => !known.has(view.id)).length
}

function isUnknown(error: unknown): boolean {
  return error instanceof ParleyError && error.code === 'unknown-conversation'
}

function isAbout(event: EngineEvent, id: ConversationId): boolean {
  if (event.type === 'unread' || event.type === 'moved') return false
  if ('message' in event) return event.message.conversation === id
  return 'conversation' in event && event.conversation === id
}
