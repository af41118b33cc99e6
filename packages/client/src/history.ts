/**
 * Reading: pages from the disk, folded into messages; what is not held is fetched, or named as missing. Rules CL80 to CL87.
 *
 * A page is always enough to show its messages as they are now, and holds a contiguous run of them: reading is walking
 * pages. Nothing is kept but a bounded number of folded pages, each good for the version it was folded at.
 */
import { readAppend, readEntry, timeline } from '@parley/document'
import type { Confirmed, ConversationId, EntryId, TimelineMessage } from '@parley/document'
import type { Row } from '@parley/storage'
import type { Core } from './core.ts'
import type { HistoryPage, HistoryQuery, MessageView } from './engine-types.ts'
import { ParleyError, unknownConversation } from './errors.ts'
import { fetchPage } from './fetching.ts'
import { itemOf } from './lanes.ts'
import type { Ledger } from './ledger.ts'
import { readUpdate } from './read-records.ts'
import type { Place } from './records.ts'
import { confirmedView, recalledView, waitingView } from './views.ts'

interface Folded {
  readonly held: number
  readonly digest: string
  readonly messages: readonly TimelineMessage[]
}

export interface History {
  query(id: ConversationId, query: HistoryQuery): Promise<HistoryPage>
  timeline(id: ConversationId, limit: number): Promise<HistoryPage>
  /** Where a message stands, fetching what it takes; 'unknown' when not all of it could be looked through. */
  locate(id: ConversationId, target: EntryId): Promise<Place | 'nowhere' | 'unknown'>
  /** A confirmed message held here, newest page first. */
  find(ledger: Ledger, id: ConversationId, target: EntryId): Promise<TimelineMessage | undefined>
}

export function createHistory(core: Core): History {
  const cache = new Map<string, Folded>()

  async function fold(ledger: Ledger, id: ConversationId, page: number): Promise<Folded> {
    const name = `${id}/${page}`
    const record = await ledger.page(id, page)
    const cached = cache.get(name)
    if (cached !== undefined && cached.held === record.held && cached.digest === record.digest) {
      cache.delete(name)
      cache.set(name, cached)
      return cached
    }
    const [rows = []] = await ledger.model.disk.read([
      { kind: 'range', table: 'updates', prefix: [id, page] },
    ])
    const folded: Folded = {
      held: record.held,
      digest: record.digest,
      messages: timeline(rows.flatMap((row) => confirmed(row, page) ?? [])),
    }
    cache.set(name, folded)
    for (const oldest of cache.keys()) {
      if (cache.size <= core.limits.maxCachedPages) break
      cache.delete(oldest)
    }
    return folded
  }

  /** Fetched first when it is not held whole and the relay can be asked; otherwise what there is. */
  async function pageMessages(
    id: ConversationId,
    page: number,
  ): Promise<{ readonly messages: readonly TimelineMessage[]; readonly whole: boolean }> {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const found = await core.mailbox.read(async (ledger) => {
        const record = await ledger.page(id, page)
        const whole =
          record.held > 0 && record.held === record.known && ledger.conversation(id)?.verify !== true
        return { whole, messages: (await fold(ledger, id, page)).messages }
      })
      if (found.whole || !core.caughtUp || attempt === 2) return found
      const result = await fetchPage(core, id, page)
      if (result === 'offline' || result === 'failed') return found
    }
    return { messages: [], whole: false }
  }

  function isRecalled(id: EntryId): boolean {
    for (const { state } of core.model.outbox.about(id)) if (state === 'waiting') return true
    return false
  }

  function shown(id: ConversationId, messages: readonly TimelineMessage[]): readonly MessageView[] {
    return messages.map((message) =>
      isRecalled(message.id) ? recalledView(id, message) : confirmedView(id, message),
    )
  }

  /** Unanswered ones of this device, after everything confirmed, in the order they were written. */
  function waiting(id: ConversationId, confirmedIds: ReadonlySet<EntryId>): readonly MessageView[] {
    return [...core.model.outbox.lane(id)].flatMap((item) => {
      const view = item.kind === 'entry' && !confirmedIds.has(item.id) ? waitingView(item) : undefined
      return view === undefined ? [] : [view]
    })
  }

  async function query(id: ConversationId, wanted: HistoryQuery): Promise<HistoryPage> {
    const record = core.model.conversations.get(id)
    if (record === undefined) throw unknownConversation()
    const limit = wanted.limit ?? 20
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000)
      throw new ParleyError('bad-argument', 'limit is a whole number from 1 to 1000.')
    const forward = wanted.direction === 'old-to-new'
    const collected: MessageView[] = []
    const missing: number[] = []
    // What was never answered stands after everything that was.
    const unsent = wanted.start?.id !== undefined && core.model.outbox.byId(wanted.start.id) !== undefined
    const { start: _start, ...fromNewest } = wanted
    const bounds = createBounds(unsent ? fromNewest : wanted, forward)
    // What the relay has not heard of has no pages there: nothing of it can be missing.
    const pages = record.local ? 0 : record.pages
    for (let step = 0; step < pages && collected.length < limit && !bounds.done; step += 1) {
      const page = forward ? step + 1 : pages - step
      const { messages, whole } = await pageMessages(id, page)
      if (!whole) missing.push(page)
      const views = shown(id, messages)
      for (const view of forward ? views : views.toReversed()) {
        if (collected.length >= limit || bounds.done) break
        if (bounds.take(view) && (wanted.type === undefined || view.type === wanted.type))
          collected.push(view)
      }
    }
    const inOrder = forward ? collected : collected.toReversed()
    const open =
      wanted.start === undefined && wanted.end === undefined && wanted.type === undefined && !forward
    if (!open) return { messages: inOrder, missing }
    const own = waiting(id, new Set(inOrder.map((view) => view.id)))
    return { messages: [...inOrder, ...own], missing }
  }

  async function locate(id: ConversationId, target: EntryId): Promise<Place | 'nowhere' | 'unknown'> {
    for (let page = core.model.conversations.get(id)?.pages ?? 0; page > 0; page -= 1) {
      const { messages, whole } = await pageMessages(id, page)
      const found = messages.find((message) => message.id === target)
      if (!whole) return 'unknown'
      if (found === undefined) continue
      const stored = await core.mailbox.read(async (ledger) => ledger.update(id, page, found.seq))
      const item = stored === undefined ? undefined : itemOf(stored.update)
      return item === undefined ? 'unknown' : { page, ...item }
    }
    return 'nowhere'
  }

  return {
    query,
    locate,
    timeline: async (id, limit) => query(id, { limit }),
    async find(ledger, id, target) {
      const record = ledger.conversation(id)
      for (let page = record?.pages ?? 0; page > 0; page -= 1) {
        const found = (await fold(ledger, id, page)).messages.find((message) => message.id === target)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

interface Bounds {
  readonly done: boolean
  take(view: MessageView): boolean
}

/** Walking from the start bound to the end bound; a bound given by id counts from where that message is met. */
function createBounds({ start, end }: HistoryQuery, forward: boolean): Bounds {
  let started = start?.id === undefined
  let done = false
  return {
    get done() {
      return done
    },
    take(view) {
      if (!started && start?.id === view.id) {
        started = true
        return start.closed === true
      }
      if (!started) return false
      if (start?.time !== undefined && isBefore(view.time, start.time, start.closed === true, forward))
        return false
      if (end?.id !== undefined && end.id === view.id) {
        done = true
        return end.closed === true
      }
      if (end?.time !== undefined && isBefore(end.time, view.time, end.closed === true, forward)) {
        done = true
        return false
      }
      return true
    },
  }
}

/** Whether `a` lies before `b` in the direction of walking; equal counts as before unless closed. */
function isBefore(a: number, b: number, closed: boolean, forward: boolean): boolean {
  if (a === b) return !closed
  return forward ? a < b : a > b
}

function confirmed(row: Row, page: number): Confirmed | undefined {
  const seq = row.key[2]
  if (typeof seq !== 'number') return undefined
  const { time, update, erased } = readUpdate(row.value)
  if (erased !== null) return { seq, time, page, author: erased.author, id: erased.id, entry: null }
  const append = readAppend(update)
  const entry = append.ok ? readEntry(append.append.content) : undefined
  if (entry?.ok !== true) return undefined
  return { seq, time, page, author: entry.entry.from, id: entry.entry.id, entry: entry.entry }
}
