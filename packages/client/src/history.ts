/**
 * Reading: what is confirmed, in relay order, then what waits here. Rules CL70 and CL80 to CL83.
 *
 * A page is always enough to show its messages as they are now, and holds a contiguous run of them: reading is walking
 * pages. One that is not held whole is fetched when it is wanted and the relay can be asked, and named as missing else.
 */
import type { ConversationId, EntryId, TimelineMessage } from '@parley/document'
import { createWalk } from './bounds.ts'
import type { Walk } from './bounds.ts'
import type { Core } from './core.ts'
import type { HistoryPage, HistoryQuery, MessageView } from './engine-types.ts'
import { ParleyError, unknownConversation } from './errors.ts'
import { heldPages } from './fetched.ts'
import { fetchPage } from './fetching.ts'
import { createFoldedPages } from './folded-pages.ts'
import { itemOf } from './lanes.ts'
import type { Ledger } from './ledger.ts'
import type { Place } from './records.ts'
import { confirmedView, recalledView, waitingView } from './views.ts'

export interface History {
  query(id: ConversationId, query: HistoryQuery): Promise<HistoryPage>
  /** Where a message stands; pages are fetched as needed. `unknown`: not all of them could be looked at. */
  locate(id: ConversationId, target: EntryId): Promise<Place | 'nowhere' | 'unknown'>
  /** A confirmed message held here, newest page first. */
  find(ledger: Ledger, id: ConversationId, target: EntryId): Promise<TimelineMessage | undefined>
}

interface PageRead {
  readonly messages: readonly TimelineMessage[]
  readonly whole: boolean
  /** What waits, as of the same instant. */
  readonly waiting: readonly MessageView[]
}

export function createHistory(core: Core): History {
  const { model, mailbox } = core
  const pages = createFoldedPages(core.limits.maxCachedPages)

  async function readPage(id: ConversationId, page: number): Promise<PageRead> {
    return mailbox.read(async (ledger) => {
      const { held, known } = await ledger.page(id, page)
      const whole = held > 0 && held === known && ledger.conversation(id)?.verify !== true
      return { whole, messages: await pages.read(ledger, id, page), waiting: waiting(id) }
    })
  }

  /** Fetched first when it is not held whole and the relay can be asked; otherwise what there is. */
  async function wantPage(id: ConversationId, page: number): Promise<PageRead> {
    let found = await readPage(id, page)
    // The second time for one that turned out to differ, and is fetched whole.
    for (let fetches = 0; fetches < 2 && !found.whole && core.caughtUp; fetches += 1) {
      const result = await fetchPage(core, id, page)
      if (result === 'offline') return found
      found = await readPage(id, page)
      if (result === 'failed') return found
    }
    return found
  }

  function isRecalled(id: EntryId): boolean {
    for (const { state } of model.outbox.about(id)) if (state === 'waiting') return true
    return false
  }

  function shown(id: ConversationId, messages: readonly TimelineMessage[]): readonly MessageView[] {
    return messages.map((message) =>
      isRecalled(message.id) ? recalledView(id, message) : confirmedView(id, message),
    )
  }

  /** Unanswered ones of this device, in the order they were written. */
  function waiting(id: ConversationId): readonly MessageView[] {
    // What is offered again stands among what is held, until that has been compared.
    const compares = model.conversations.get(id)?.verify === true
    return [...model.outbox.lane(id)].flatMap((item) => {
      const isShown = item.kind === 'entry' && !(item.offered && compares)
      const view = isShown ? waitingView(item) : undefined
      if (view === undefined) return []
      return [isRecalled(view.id) ? { ...recalledView(id, view), state: view.state } : view]
    })
  }

  async function query(id: ConversationId, wanted: HistoryQuery): Promise<HistoryPage> {
    if (!model.conversations.has(id)) throw unknownConversation()
    const { limit = 20, start } = wanted
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000)
      throw new ParleyError('bad-argument', 'limit is a whole number from 1 to 1000.')
    const walk = createWalk(wanted, limit)
    const first =
      start?.id === undefined
        ? undefined
        : pages.pageOf(id, start.id, (page) => model.pages.get(id)?.get(page))
    const missing =
      wanted.direction === 'old-to-new' ? await walkForward(id, walk, first) : await walkBack(id, walk, first)
    return { messages: walk.taken, missing }
  }

  async function walkBack(
    id: ConversationId,
    walk: Walk,
    first: number | undefined,
  ): Promise<readonly number[]> {
    const missing: number[] = []
    const newest = pagesOf(id)
    if (newest === 0) takeAll(walk, waiting(id).toReversed())
    for (let page = first ?? newest; page > 0 && !walk.done; page -= 1) {
      const { messages, whole, waiting: own } = await wantPage(id, page)
      if (page === newest) takeAll(walk, without(own, messages).toReversed())
      if (!whole) missing.push(page)
      takeAll(walk, shown(id, messages).toReversed())
    }
    return missing
  }

  async function walkForward(id: ConversationId, walk: Walk, first = 1): Promise<readonly number[]> {
    const missing: number[] = []
    if (pagesOf(id) === 0) takeAll(walk, waiting(id))
    // New pages may open meanwhile.
    for (let page = first; page <= pagesOf(id) && !walk.done; page += 1) {
      const { messages, whole, waiting: own } = await wantPage(id, page)
      if (!whole) missing.push(page)
      takeAll(walk, shown(id, messages))
      if (page === pagesOf(id)) takeAll(walk, without(own, messages))
    }
    return missing
  }

  /** What the relay has not heard of has no pages there: nothing of it can be missing. */
  function pagesOf(id: ConversationId): number {
    const record = model.conversations.get(id)
    return record === undefined || record.local ? 0 : record.pages
  }

  async function locate(id: ConversationId, target: EntryId): Promise<Place | 'nowhere' | 'unknown'> {
    for (let page = model.conversations.get(id)?.pages ?? 0; page > 0; page -= 1) {
      const { messages, whole } = await wantPage(id, page)
      const found = messages.find((message) => message.id === target)
      if (!whole) return 'unknown'
      if (found === undefined) continue
      const stored = await mailbox.read(async (ledger) => ledger.update(id, page, found.seq))
      const item = stored === undefined ? undefined : itemOf(stored.update)
      return item === undefined ? 'unknown' : { page, ...item }
    }
    return 'nowhere'
  }

  return {
    query,
    locate,
    async find(ledger, id, target) {
      const seen = pages.pageOf(id, target, (page) => model.pages.get(id)?.get(page))
      const others = (await heldPages(ledger, id)).toSorted((a, b) => b - a)
      for (const page of seen === undefined ? others : [seen]) {
        const found = (await pages.read(ledger, id, page)).find((message) => message.id === target)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

function takeAll(walk: Walk, views: readonly MessageView[]): void {
  for (const view of views) {
    if (walk.done) return
    walk.take(view)
  }
}

function without(
  waiting: readonly MessageView[],
  confirmed: readonly TimelineMessage[],
): readonly MessageView[] {
  const there = new Set(confirmed.map(({ id }) => id))
  return waiting.filter(({ id }) => !there.has(id))
}
