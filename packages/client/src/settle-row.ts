/**
 * What a confirmed row means for what this device wrote: its answer, and what is to be offered to a restored relay, or not
 * any more. Rules CL33, CL47, CL66 and CL124.
 */
import type { ConversationId, EntryId } from '@parley/document'
import type { Ledger } from './ledger.ts'
import { settleByRow } from './outbox.ts'
import type { Promises } from './promises.ts'
import type { ReadRow } from './read-row.ts'

export async function settleRow(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
  promises: Promises,
): Promise<void> {
  settleByRow(ledger, id, read, promises)
  if (read.kind === 'erased') {
    forget(ledger, read.id)
    if (!read.row.operation) forgetAbout(ledger, read.id)
  } else if ('op' in read.entry && read.entry.op === 'recall') {
    forget(ledger, read.entry.target)
    forgetAbout(ledger, read.entry.target)
  } else if ('op' in read.entry && read.entry.op === 'edit') {
    forgetEdits(ledger, read.entry.target, read.entry.id, read.row.seq)
  }
  // Nearly nothing that arrives is about something this device has done.
  const isDone = read.kind === 'entry' && ledger.acknowledgedAbout(read.entry.id).length > 0
  if (!isDone) return
  const { offerAgain } = await ledger.part('repair')
  await offerAgain(ledger, id, read)
}

/** What was taken back is not offered to a relay again. */
function forget(ledger: Ledger, id: EntryId): void {
  const known = ledger.acknowledged(id)
  if (known !== undefined) ledger.removeAcknowledged(known.n)
}

/** Nor what was done to it, but the taking back itself: the message may come back. */
function forgetAbout(ledger: Ledger, message: EntryId): void {
  for (const { n, target } of ledger.acknowledgedAbout(message))
    if (target?.op !== 'recall') ledger.removeAcknowledged(n)
}

/** An edit that another one stands in the place of. */
function forgetEdits(ledger: Ledger, message: EntryId, newest: EntryId, before: number): void {
  for (const { n, id, seq, target } of ledger.acknowledgedAbout(message))
    if (target?.op === 'edit' && id !== newest && seq < before) ledger.removeAcknowledged(n)
}
