/** One row of a page into the store, and out of it what it takes back or replaces. Rules CL32, CL33 and CL124. */
import { eraseAppend, readAppend, readEntry, rowDigest, xorDigest } from '@parley/document'
import type { ConversationId, EntryId } from '@parley/document'
import type { EntryRow, ErasedItem } from '@parley/wire'
import type { Ledger } from './ledger.ts'
import type { ReadRow } from './read-row.ts'
import { oweDelivered } from './receipt-hooks.ts'

/** Behind what is held of its page. Answers the page's digest after it. */
export async function storeRow(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
  digest: string,
): Promise<string> {
  const after = put(ledger, id, read, digest)
  await oweDelivered(ledger, id, read)
  return erasedFrom(after, await eraseBy(ledger, id, read))
}

/** One of a page that came whole, as it stands now: nothing in it is older than that. */
export async function storeFresh(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
  digest: string,
): Promise<string> {
  const after = put(ledger, id, read, digest)
  await oweDelivered(ledger, id, read)
  return erasedFrom(after, await eraseNamed(ledger, id, read))
}

function put(ledger: Ledger, id: ConversationId, read: ReadRow, digest: string): string {
  const { row, item } = read
  const erased =
    read.kind === 'erased' ? { author: read.author, id: read.id, operation: read.row.operation } : null
  ledger.setUpdate(id, row.page, row.seq, { time: row.time, update: row.update, erased })
  return xorDigest(digest, rowDigest({ ...item, seq: row.seq, length: 1, erased: erased !== null }))
}

function erasedFrom(digest: string, erased: readonly ErasedItem[]): string {
  let after = digest
  for (const { seq, client, clock } of erased) {
    const place = { seq, client, clock, length: 1 } as const
    after = xorDigest(after, rowDigest({ ...place, erased: false }))
    after = xorDigest(after, rowDigest({ ...place, erased: true }))
  }
  return after
}

/**
 * What a row takes away here. An edit that came erased does not say any more which one it had replaced: when the row names
 * one of those, the edits of its message that still stand here are gone too.
 */
export async function eraseBy(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
): Promise<readonly ErasedItem[]> {
  const named = await eraseNamed(ledger, id, read)
  if (read.kind === 'erased' || !('op' in read.entry) || named.length === read.row.erases.length) return named
  return [...named, ...(await eraseEdits(ledger, id, read.row, read.entry.target))]
}

async function eraseNamed(
  ledger: Ledger,
  id: ConversationId,
  { row }: ReadRow,
): Promise<readonly ErasedItem[]> {
  const gone: ErasedItem[] = []
  for (const item of row.kind === 'erased' ? [] : row.erases)
    if (await eraseStored(ledger, id, row.page, item)) gone.push(item)
  return gone
}

async function eraseEdits(
  ledger: Ledger,
  id: ConversationId,
  { page, seq: before }: EntryRow,
  target: EntryId,
): Promise<readonly ErasedItem[]> {
  const gone: ErasedItem[] = []
  for (const { seq, record } of await ledger.updates(id, page)) {
    const append = seq >= before || record.erased !== null ? undefined : readAppend(record.update)
    const read = append?.ok === true ? readEntry(append.append.content) : undefined
    if (append?.ok !== true || read?.ok !== true || !('op' in read.entry)) continue
    if (read.entry.op !== 'edit' || read.entry.target !== target) continue
    const { client, clock } = append.append
    if (await eraseStored(ledger, id, page, { seq, client, clock })) gone.push({ seq, client, clock })
  }
  return gone
}

/** Answers whether anything was there to be erased. */
async function eraseStored(
  ledger: Ledger,
  id: ConversationId,
  page: number,
  { seq, client, clock }: ErasedItem,
): Promise<boolean> {
  const stored = await ledger.update(id, page, seq)
  const append = stored === undefined || stored.erased !== null ? undefined : readAppend(stored.update)
  if (stored === undefined || append?.ok !== true) return false
  // Under this sequence there may be a row of another life of the log.
  if (append.append.client !== client || append.append.clock !== clock) return false
  const entry = readEntry(append.append.content)
  if (!entry.ok) return false
  ledger.setUpdate(id, page, seq, {
    time: stored.time,
    update: eraseAppend(stored.update),
    erased: { author: entry.entry.from, id: entry.entry.id, operation: 'op' in entry.entry },
  })
  return true
}
