/**
 * Reading: what is confirmed, in relay order, then what waits here. Rules CL70, CL80 to CL83 and CL201 to CL208.
 *
 * A page is always enough to show its messages as they are now, and holds a contiguous run of them: reading is walking
 * pages. One that is not held whole is fetched when it is wanted and the relay can be asked, and named as missing else.
 */
import type { ConversationId, EntryId, TimelineMessage } from '@parley/document'
import type { Core } from './core.ts'
import type { HistoryPage, HistoryQuery, MessageView } from './engine-types.ts'
import { ParleyError, unknownConversation } from './errors.ts'
import { shownPages } from './fetched.ts'
import { fetchPage } from './fetching.ts'
import { createFoldedPages } from './folded-pages.ts'
import type { MessagePlace, Places } from './history-places.ts'
import { type Bound, bySeqOrTime, cuts, withUnread } from './history-edges.ts'
import { createWalk, tailRank } from './history-walk.ts'
import type { Ranked, Walk } from './history-walk.ts'
import { itemOf } from './lanes.ts'
import type { Ledger } from './ledger.ts'
import { clearedSeq } from './keeping.ts'
import type { Place } from './records.ts'
import { withReceipts } from './with-receipts.ts'
import { confirmedView, laidOver, waitingView } from './views.ts'

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
  /** The rest as of the same instant: what waits, the newest page, and how far the conversation has come. */
  readonly waiting: readonly Ranked[]
  readonly pages: number
  readonly seq: number
}

interface Walked {
  readonly missing: readonly number[]
  readonly seq: number
}

export function createHistory(core: Core): History {
  const { model, mailbox } = core
  const pages = createFoldedPages(core.limits.maxCachedPages)
  let made: Places | undefined

  /** Pages the relay says are not there for him, with how things stood then. */
  const absent = new Map<string, string>()

  /** Looking for a place is rare: what is shown has just been looked at. */
  async function places(): Promise<Places> {
    const part = await model.parts.soon('past')
    made ??= part.createPlaces(core, { look: readPage, want: wantPage, newest: pagesOf, first: firstPage })
    return made
  }

  /** The first page this user may see. */
  function firstPage(id: ConversationId): number {
    return Math.max(1, model.conversations.get(id)?.since ?? 0)
  }

  /** Among the pages looked at lately. */
  function pageOf(id: ConversationId, message: EntryId): number | undefined {
    return pages.pageOf(id, message, (page) => model.pages.get(id)?.get(page))
  }

  /** As long as nothing comes, joining and leaving included, and the log lives on, a page that is not there is not. */
  function circumstances(id: ConversationId): string {
    return `${model.device.log} ${model.conversations.get(id)?.seq ?? 0}`
  }

  function isAbsent(id: ConversationId, page: number): boolean {
    return absent.get(`${id}/${page}`) === circumstances(id)
  }

  async function readPage(id: ConversationId, page: number): Promise<PageRead> {
    return mailbox.read(async (ledger) => {
      const { held, known } = await ledger.page(id, page)
      const isHeld = held > 0 && held === known && ledger.conversation(id)?.verify !== true
      const whole = isHeld || isAbsent(id, page)
      const messages = await pages.read(ledger, id, page)
      return { whole, messages, waiting: waiting(id), pages: pagesOf(id), seq: seqOf(id) }
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
      // There is nothing to be had beyond what is here: to who has left, or from whom the past is hidden.
      if (result === 'absent') {
        absent.set(`${id}/${page}`, circumstances(id))
        return { ...found, whole: true }
      }
      if (result === 'failed') return found
    }
    return found
  }

  /** With what waits of it laid over. */
  function laid(view: MessageView): MessageView {
    return laidOver(view, model.outbox.about(view.id))
  }

  /** With what others have said of an own message. */
  function followed(view: MessageView): MessageView {
    return withReceipts(view, model.conversations.get(view.conversation)?.receipts, core.user)
  }

  function shown(id: ConversationId, messages: readonly TimelineMessage[]): readonly Ranked[] {
    const cleared = clearedSeq(model, id)
    const left = messages.filter(({ seq }) => seq > cleared)
    return left.map((message) => ({
      view: followed(laid(confirmedView(id, message))),
      rank: message.seq,
      time: message.time,
    }))
  }

  /** Unanswered ones of this device, in the order they were written. */
  function waiting(id: ConversationId): readonly Ranked[] {
    const record = model.conversations.get(id)
    let time = record?.time ?? 0
    // What is offered again stands among what is held, until that has been compared.
    const compares = record?.verify === true
    return [...model.outbox.lane(id)].flatMap((item) => {
      const isShown = item.kind === 'entry' && !(item.offered && compares)
      const view = isShown ? waitingView(item) : undefined
      if (view === undefined) return []
      time = Math.max(time, view.time)
      return [{ view: followed(laid(view)), rank: tailRank + item.n, time }]
    })
  }

  async function query(id: ConversationId, wanted: HistoryQuery): Promise<HistoryPage> {
    if (!model.conversations.has(id)) throw unknownConversation()
    const { limit = 20, direction, type } = wanted
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > 1000)
      throw new ParleyError('bad-argument', 'limit is a whole number from 1 to 1000.')
    const forward = direction === 'old-to-new'
    for (;;) {
      const start = await boundOf(id, wanted.start, wanted.start?.closed === true)
      // Where a time stands for a message, what is of that time may lie before the end.
      const end = await boundOf(id, wanted.end, true)
      const apart = wanted.tail === 'apart'
      const read = wanted.from === 'device' ? readPage : wantPage
      const walk = createWalk({ forward, limit, type, apart, start: start?.edge, end: end?.edge })
      const { missing, seq } = forward
        ? await walkForward(id, walk, start, read)
        : await walkBack(id, walk, start, read)
      // What waited and has been confirmed meanwhile bounds at another place.
      if (![start, end].some((bound) => bound?.waits !== undefined && !isWaiting(id, bound.waits)))
        return { messages: walk.taken, tail: walk.tail, missing: withUnread(missing, [start, end]), seq }
    }
  }

  function isWaiting(id: ConversationId, message: EntryId): boolean {
    const item = model.outbox.byId(message)
    return item?.kind === 'entry' && item.conversation === id && item.target === null
  }

  async function boundOf(
    id: ConversationId,
    bound: HistoryQuery['start'],
    closedElse: boolean,
  ): Promise<Bound | undefined> {
    const { id: message, time, seq, closed = false } = bound ?? {}
    if (message === undefined) return bySeqOrTime({ seq, time, closed })
    const waits = waiting(id).find(({ view }) => view.id === message)
    if (waits !== undefined)
      return {
        edge: { by: 'rank', rank: waits.rank, closed },
        page: pagesOf(id),
        waits: message,
        unread: undefined,
      }
    const found = (await nearby(id, message)) ?? (await (await places()).find(id, message, { time, seq }))
    if (found === 'nowhere') {
      // What a restored relay has lost had a place all the same.
      if (seq !== undefined) return bySeqOrTime({ seq, time, closed: closedElse })
      throw new ParleyError('unknown-message', 'There is no such message in this conversation.')
    }
    if ('page' in found) {
      const edge = { by: 'rank', rank: found.seq, closed } as const
      return { edge, page: found.page, waits: undefined, unread: undefined }
    }
    const standing = bySeqOrTime({ seq, time, closed: closedElse })
    if (standing === undefined) throw found.far ? tooFar() : notHere()
    return { ...standing, unread: found.unread }
  }

  async function nearby(id: ConversationId, message: EntryId): Promise<MessagePlace | undefined> {
    const page = pageOf(id, message)
    const read = page === undefined ? undefined : await readPage(id, page)
    const found = read?.messages.find((one) => one.id === message)
    return page === undefined || found === undefined ? undefined : { page, seq: found.seq }
  }

  /** Which pages are certainly not here, where they cannot be fetched either: a long history has very many of those. */
  async function awayFrom(id: ConversationId, readIt: typeof readPage): Promise<(page: number) => boolean> {
    if (readIt === wantPage && core.caughtUp) return () => false
    const here = new Set(await mailbox.read(async (ledger) => shownPages(ledger, id)))
    return (page) => !here.has(page)
  }

  async function walkBack(
    id: ConversationId,
    walk: Walk,
    start: Bound | undefined,
    readIt: typeof readPage,
  ): Promise<Walked> {
    const missing: number[] = []
    let newest = pagesOf(id)
    let seq = seqOf(id)
    if (newest === 0) walk.take(waiting(id).toReversed())
    let page = Math.min((await lastPage(id, start)) ?? newest, newest)
    const isAway = await awayFrom(id, readIt)
    while (page > 0 && !walk.done) {
      if (page < newest && isAway(page)) {
        if (page < firstPage(id)) break
        if (!isAbsent(id, page)) missing.push(page)
        page -= 1
        continue
      }
      const read = await readIt(id, page)
      // Another one has opened meanwhile, and may hold what waited.
      if (page === newest && read.pages > newest) {
        newest = read.pages
        page = newest
        continue
      }
      if (page === newest) {
        seq = read.seq
        walk.take(without(read.waiting, read.messages).toReversed())
      }
      if (read.messages.length === 0 && page < firstPage(id)) break
      if (!read.whole) missing.push(page)
      walk.take(shown(id, read.messages).toReversed())
      // What lies before was cleared away with it.
      if ((read.messages[0]?.seq ?? Infinity) <= clearedSeq(model, id)) break
      page -= 1
    }
    return { missing, seq }
  }

  async function walkForward(
    id: ConversationId,
    walk: Walk,
    start: Bound | undefined,
    readIt: typeof readPage,
  ): Promise<Walked> {
    const missing: number[] = []
    let seq = seqOf(id)
    if (pagesOf(id) === 0) walk.take(waiting(id))
    let page = Math.max((await beginPage(id, start)) ?? firstPage(id), await clearedPage(id))
    const isAway = await awayFrom(id, readIt)
    // New pages may open meanwhile.
    for (; page <= pagesOf(id) && !walk.done; page += 1) {
      if (page < pagesOf(id) && isAway(page)) {
        if (!isAbsent(id, page)) missing.push(page)
        continue
      }
      const read = await readIt(id, page)
      if (!read.whole) missing.push(page)
      walk.take(shown(id, read.messages))
      if (page < read.pages) continue
      seq = read.seq
      walk.take(without(read.waiting, read.messages))
    }
    return { missing, seq }
  }

  /** The last page on which anything was cleared away: nothing of those before it is shown. */
  async function clearedPage(id: ConversationId): Promise<number> {
    const cleared = clearedSeq(model, id)
    if (cleared === 0) return 0
    return (await (await places()).bracket(id, ({ seq }) => seq > cleared)).low ?? 0
  }

  /** The last page with anything up to an edge; undefined for the newest. */
  async function lastPage(id: ConversationId, bound: Bound | undefined): Promise<number | undefined> {
    if (bound === undefined || bound.page !== undefined) return bound?.page
    const { high } = await (await places()).bracket(id, (one) => cuts(bound.edge, one) > 0)
    return high === undefined ? undefined : high - 1
  }

  /** The first page with anything from an edge on; undefined for the first of all. */
  async function beginPage(id: ConversationId, bound: Bound | undefined): Promise<number | undefined> {
    if (bound === undefined || bound.page !== undefined) return bound?.page
    const { low } = await (await places()).bracket(id, (one) => cuts(bound.edge, one) >= 0)
    return low
  }

  /** What the relay has not heard of has no pages there: nothing of it can be missing. */
  function pagesOf(id: ConversationId): number {
    const record = model.conversations.get(id)
    return record === undefined || record.local ? 0 : record.pages
  }

  function seqOf(id: ConversationId): number {
    return model.conversations.get(id)?.seq ?? 0
  }

  async function locate(id: ConversationId, target: EntryId): Promise<Place | 'nowhere' | 'unknown'> {
    // What is hidden from him is not there for him.
    const first = firstPage(id)
    for (let page = model.conversations.get(id)?.pages ?? 0; page >= first; page -= 1) {
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
      const seen = pageOf(id, target)
      for (const page of seen === undefined ? await shownPages(ledger, id) : [seen]) {
        const found = (await pages.read(ledger, id, page)).find((message) => message.id === target)
        if (found !== undefined) return found
      }
      return undefined
    },
  }
}

const tooFar = (): ParleyError =>
  new ParleyError(
    'unknown-message',
    'This message is not where it should be, and the history is too long to look through: give its time as well.',
  )

const notHere = (): ParleyError =>
  new ParleyError(
    'OFFLINE',
    'This message is not on this device: give its time as well, or ask again with a connection.',
  )

function without(waiting: readonly Ranked[], confirmed: readonly TimelineMessage[]): readonly Ranked[] {
  const there = new Set(confirmed.map(({ id }) => id))
  return waiting.filter(({ view }) => !there.has(view.id))
}
