/** A row of the relay with its bytes read: what it holds, and where that stands. */
import { parseEntryId, parseUserId, readAppend, readEntry, readErased } from '@parley/document'
import type { Entry, EntryId, ItemId, UserId } from '@parley/document'
import type { EntryRow, ErasedRow, Row } from '@parley/wire'

/** An entry row with its bytes read. */
export type ReadRow =
  | { readonly kind: 'entry'; readonly item: ItemId; readonly entry: Entry; readonly row: EntryRow }
  | {
      readonly kind: 'erased'
      readonly item: ItemId
      readonly author: UserId
      readonly id: EntryId
      readonly row: ErasedRow
    }

export function readRow(row: EntryRow | ErasedRow): ReadRow | undefined {
  if (row.kind === 'erased') {
    const erased = readErased(row.update)
    const author = parseUserId(row.author)
    const id = parseEntryId(row.id)
    if (!erased.ok || author === undefined || id === undefined) return undefined
    const { client, clock } = erased.erased
    return { kind: 'erased', item: { client, clock }, author, id, row }
  }
  const append = readAppend(row.update)
  if (!append.ok) return undefined
  const entry = readEntry(append.append.content)
  if (!entry.ok) return undefined
  const { client, clock } = append.append
  return { kind: 'entry', item: { client, clock }, entry: entry.entry, row }
}

/** undefined also for what is no entry. */
export function readEntryRow(row: Row): ReadRow | undefined {
  return row.kind === 'entry' || row.kind === 'erased' ? readRow(row) : undefined
}

/** A message of somebody else that asks to be told when it is here. */
export function asksOthers(read: ReadRow, user: UserId): boolean {
  return (
    read.kind === 'entry' && !('op' in read.entry) && read.entry.receipt === true && read.entry.from !== user
  )
}
