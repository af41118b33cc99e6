/**
 * Finding places in a history without reading it: the page where a time or a sequence lies, and the place of a message.
 * Rules CL203, CL205 and CL206.
 *
 * Sequences and times ascend from page to page, so a place is found by halving, beginning at the newest page, where it
 * mostly is. With a connection pages are fetched as they are looked at; without one the pages held here are halved.
 */
import type { ConversationId, EntryId, TimelineMessage } from '@parley/document'
import type { Core } from './core.ts'
import { heldPages } from './fetched.ts'

export interface LookedAt {
  readonly messages: readonly TimelineMessage[]
  readonly whole: boolean
}

export interface PageLooks {
  /** What is held of it. */
  readonly look: (id: ConversationId, page: number) => Promise<LookedAt>
  /** Fetched first when it is not held whole and the relay can be asked. */
  readonly want: (id: ConversationId, page: number) => Promise<LookedAt>
  readonly newest: (id: ConversationId) => number
  /** The first page this user may see. */
  readonly first: (id: ConversationId) => number
}

/** What is known of a message besides its id. */
export interface Hints {
  readonly time?: number | undefined
  readonly seq?: number | undefined
}

export interface MessagePlace {
  readonly page: number
  readonly seq: number
}

/** The page nearest to where it should be that could not be had. `far`: there are too many more to look through. */
export interface Unread {
  readonly unread: number
  readonly far: boolean
}

/** `low`: the last page that begins before the place, `high`: the first one that begins after it. */
export interface Bracket {
  readonly low: number | undefined
  readonly high: number | undefined
}

export interface Places {
  bracket(id: ConversationId, isPast: (message: TimelineMessage) => boolean): Promise<Bracket>
  find(id: ConversationId, message: EntryId, hints: Hints): Promise<MessagePlace | Unread | 'nowhere'>
}

/** Held pages looked at for a message whose place is known well, before the relay is asked. */
const maxNearPages = 4

const nothing: LookedAt = { messages: [], whole: false }

export function createPlaces(core: Core, pages: PageLooks): Places {
  function allPages(id: ConversationId): readonly number[] {
    const first = pages.first(id)
    return Array.from({ length: Math.max(0, pages.newest(id) - first + 1) }, (_, at) => first + at)
  }

  async function pagesHeld(id: ConversationId): Promise<readonly number[]> {
    const held = await core.mailbox.read(async (ledger) => heldPages(ledger, id))
    return held.toSorted((a, b) => a - b)
  }

  async function halve(
    id: ConversationId,
    among: readonly number[],
    look: PageLooks['look'],
    isPast: (message: TimelineMessage) => boolean,
  ): Promise<Bracket> {
    const filled = [...among]
    let high = filled.length
    let low = high - 1

    /** An empty page says nothing, and is left out; one that could not be had is taken to lie before. */
    async function isPastAt(at: number): Promise<boolean | undefined> {
      const page = filled[at]
      const { messages, whole } = page === undefined ? nothing : await look(id, page)
      const first = messages[0]
      if (first !== undefined) return isPast(first)
      if (!whole) return false
      filled.splice(at, 1)
      high -= 1
      return undefined
    }

    for (let step = 1; low >= 0;) {
      const past = await isPastAt(low)
      if (past === false) break
      if (past === true) high = low
      low -= past === true ? step : 1
      step *= 2
    }
    low = Math.max(low, -1)
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      const past = await isPastAt(middle)
      if (past === true) high = middle
      if (past === false) low = middle
    }
    return { low: filled[low], high: filled[high] }
  }

  async function bracket(
    id: ConversationId,
    isPast: (message: TimelineMessage) => boolean,
  ): Promise<Bracket> {
    if (core.caughtUp) {
      const found = await halve(id, allPages(id), pages.want, isPast)
      // What was not had because the connection went says nothing.
      if (core.caughtUp) return found
    }
    return halve(id, await pagesHeld(id), pages.look, isPast)
  }

  async function searchHeld(
    id: ConversationId,
    message: EntryId,
    isPast: (one: TimelineMessage) => boolean,
    most: number,
  ): Promise<MessagePlace | undefined> {
    const held = await pagesHeld(id)
    const { low } = await halve(id, held, pages.look, isPast)
    for (const page of outward(held, low).slice(0, most)) {
      const found = placeIn(page, (await pages.look(id, page)).messages, message)
      if (found !== undefined) return found
    }
    return undefined
  }

  async function searchAll(
    id: ConversationId,
    message: EntryId,
    isPast: (one: TimelineMessage) => boolean,
  ): Promise<MessagePlace | Unread | 'nowhere'> {
    const { low } = await bracket(id, isPast)
    let unread: number | undefined
    let fetches = 0
    for (const page of outward(allPages(id), low)) {
      let found = await pages.look(id, page)
      if (!found.whole && core.caughtUp && fetches < core.limits.maxSearchedPages) {
        fetches += 1
        found = await pages.want(id, page)
      }
      const place = placeIn(page, found.messages, message)
      if (place !== undefined) return place
      if (!found.whole) unread ??= page
    }
    if (unread === undefined) return 'nowhere'
    return { unread, far: core.caughtUp && fetches >= core.limits.maxSearchedPages }
  }

  return {
    bracket,
    async find(id, message, { time, seq }) {
      const isPast = (one: TimelineMessage): boolean =>
        seq === undefined ? one.time > (time ?? timeOf(message)) : one.seq > seq
      const isExact = seq !== undefined || time !== undefined
      const held = await searchHeld(id, message, isPast, isExact && core.caughtUp ? maxNearPages : Infinity)
      return held ?? searchAll(id, message, isPast)
    },
  }
}

function placeIn(
  page: number,
  messages: readonly TimelineMessage[],
  message: EntryId,
): MessagePlace | undefined {
  const found = messages.find(({ id }) => id === message)
  return found === undefined ? undefined : { page, seq: found.seq }
}

/** All of them, beginning at one and going away from it on both sides. */
function outward(all: readonly number[], from: number | undefined): readonly number[] {
  const start = from === undefined ? 0 : Math.max(0, all.indexOf(from))
  return all
    .map((page, at) => ({ page, distance: Math.abs(at - start) }))
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ page }) => page)
}

const alphabet = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'

/** The device's clock when the id was made: it begins with 48 bits of time. */
function timeOf(id: EntryId): number {
  let time = 0
  for (const letter of id.slice(0, 8)) time = time * 64 + alphabet.indexOf(letter)
  return time
}
