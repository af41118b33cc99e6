/** The list a device keeps in its order, against its rows sorted and counted. Rule WO94. */
import type { ConversationView } from '@parley/client/engine'
import type { ListCounts, Replica } from './gather.ts'

export function checkList({
  device,
  list,
  counts,
}: Pick<Replica, 'list' | 'counts'> & { readonly device: { readonly name: string } }): readonly string[] {
  const sorted = list.toSorted(byPlace)
  const wrong = list.findIndex((row, at) => row.id !== sorted[at]?.id)
  const expected = countsOf(list)
  const told = JSON.stringify(counts)
  return [
    ...(wrong < 0 ? [] : [`${device.name}: ${list[wrong]?.id ?? ''} stands in a wrong place of the list`]),
    ...(told === JSON.stringify(expected)
      ? []
      : [`${device.name}: its list counts ${told}, and its rows ${JSON.stringify(expected)}`]),
  ]
}

function countsOf(list: readonly ConversationView[]): ListCounts {
  const shown = list.filter(({ hidden }) => !hidden)
  const loud = shown.filter(({ muted }) => !muted)
  return { all: list.length, shown: shown.length, unread: sum(shown), loud: sum(loud) }
}

function sum(rows: readonly ConversationView[]): number {
  return rows.reduce((all, { unread }) => all + unread, 0)
}

/** Pinned ones first, the last pinned before the others; then the latest. */
function byPlace(a: ConversationView, b: ConversationView): number {
  if (a.pinnedAt !== b.pinnedAt) return (b.pinnedAt ?? -1) - (a.pinnedAt ?? -1)
  if (a.lastMessageAt !== b.lastMessageAt) return b.lastMessageAt - a.lastMessageAt
  return a.id < b.id ? -1 : 1
}
