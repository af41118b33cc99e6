/** One row of a page into the store, and out of it what it takes back or replaces. Rules CL32, CL33 and CL124. */
import { eraseAppend, readAppend, readEntry, rowDigest, xorDigest } from '@parley/document'
import type { ConversationId } from '@parley/document'
import type { ErasedItem } from '@parley/wire'
import type { Ledger } from './ledger.ts'
import type { ReadRow } from './read-row.ts'
import type { UpdateRecord } from './records.ts'

/** Answers the page's digest after it. */
export async function storeRow(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
  digest: string,
): Promise<string> {
  const { row, item } = read
  const record: UpdateRecord = {
    time: row.time,
    update: row.update,
    erased:
      read.kind === 'erased' ? { author: read.author, id: read.id, operation: read.row.operation } : null,
  }
  ledger.setUpdate(id, row.page, row.seq, record)
  const own = rowDigest({ ...item, seq: row.seq, length: 1, erased: read.kind === 'erased' })
  let after = xorDigest(digest, own)
  for (const erased of read.kind === 'erased' ? [] : read.row.erases) {
    if (!(await eraseStored(ledger, id, row.page, erased))) continue
    const { seq, client, clock } = erased
    const place = { seq, client, clock, length: 1 } as const
    after = xorDigest(after, rowDigest({ ...place, erased: false }))
    after = xorDigest(after, rowDigest({ ...place, erased: true }))
  }
  return after
}

/** Answers whether anything was there to be erased. */
export async function eraseStored(
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
