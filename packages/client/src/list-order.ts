/**
 * The list of a device in its order, kept as its rows change: a window of it costs what it shows, and its total nothing.
 * Rules CL84, CL268, CL271 and CL460.
 */
import type { ConversationId } from '@parley/document'
import type { ConversationView } from './engine-types.ts'

export interface ListOrder {
  /** The row has changed, or is gone. */
  touch(id: ConversationId): void
  /** The first of them, in their order. */
  first(limit: number, withHidden: boolean): readonly ConversationView[]
  count(withHidden: boolean): number
  /** Of those that are not hidden. */
  unread(withMuted: boolean): number
}

/** What of a row decides its place and what it counts. */
type Place = Pick<ConversationView, 'id' | 'pinnedAt' | 'lastMessageAt' | 'hidden' | 'muted' | 'unread'>

/** `look` answers undefined for what is not to be listed. */
export function createListOrder(
  ids: Iterable<ConversationId>,
  look: (id: ConversationId) => ConversationView | undefined,
): ListOrder {
  const places = new Map<ConversationId, Place>()
  const counted = { all: 0, hidden: 0, unread: 0, muted: 0 }

  function count(place: Place, by: 1 | -1): void {
    counted.all += by
    if (place.hidden) counted.hidden += by
    else counted.unread += by * place.unread
    if (place.muted && !place.hidden) counted.muted += by * place.unread
  }

  function placeOf(id: ConversationId): Place | undefined {
    const view = look(id)
    if (view === undefined) return undefined
    const { pinnedAt, lastMessageAt, hidden, muted, unread } = view
    const place = { id, pinnedAt, lastMessageAt, hidden, muted, unread }
    places.set(id, place)
    count(place, 1)
    return place
  }

  const sorted = [...ids].flatMap((id) => placeOf(id) ?? []).toSorted(byPlace)

  return {
    touch(id) {
      const before = places.get(id)
      if (before !== undefined) {
        sorted.splice(indexOf(sorted, before), 1)
        places.delete(id)
        count(before, -1)
      }
      const now = placeOf(id)
      if (now !== undefined) sorted.splice(indexOf(sorted, now), 0, now)
    },
    first(limit, withHidden) {
      const views: ConversationView[] = []
      for (const { id, hidden } of sorted) {
        if (views.length >= limit) break
        const view = hidden && !withHidden ? undefined : look(id)
        if (view !== undefined) views.push(view)
      }
      return views
    },
    count: (withHidden) => counted.all - (withHidden ? 0 : counted.hidden),
    unread: (withMuted) => counted.unread - (withMuted ? 0 : counted.muted),
  }
}

/** Where it stands, or would stand. */
function indexOf(sorted: readonly Place[], place: Place): number {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >>> 1
    const there = sorted[middle]
    if (there !== undefined && byPlace(there, place) < 0) from = middle + 1
    else to = middle
  }
  return from
}

/** Those pinned last come first. */
function byPlace(a: Place, b: Place): number {
  const pins = (b.pinnedAt ?? -1) - (a.pinnedAt ?? -1)
  if (pins !== 0) return pins
  if (b.lastMessageAt !== a.lastMessageAt) return b.lastMessageAt - a.lastMessageAt
  return a.id === b.id ? 0 : a.id < b.id ? -1 : 1
}
