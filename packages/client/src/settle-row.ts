/**
 * What a confirmed row means for what this device wrote: its answer, and what is to be offered to a restored relay, or not
 * any more. Rules CL33, CL47 and CL66.
 */
import type { ConversationId, EntryId } from '@parley/document'
import type { Ledger } from './ledger.ts'
import { settleByRow } from './outbox.ts'
import type { Promises } from './promises.ts'
import type { ReadRow } from './read-row.ts'
import { recallAgain } from './recall-again.ts'

export async function settleRow(
  ledger: Ledger,
  id: ConversationId,
  read: ReadRow,
  promises: Promises,
): Promise<void> {
  settleByRow(ledger, id, read, promises)
  if (read.kind === 'erased') forget(ledger, read.id)
  else if ('op' in read.entry) forget(ledger, read.entry.target)
  await recallAgain(ledger, id, read)
}

/** What was taken back is not offered to a relay again. */
function forget(ledger: Ledger, id: EntryId): void {
  const n = ledger.acknowledgedN(id)
  if (n !== undefined) ledger.removeAcknowledged(n)
}
