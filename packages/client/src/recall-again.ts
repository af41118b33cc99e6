/**
 * A message that stands although this device's user took it back: the relay was restored from before the recall. The
 * recall is offered again where the message stands now. Rule CL66.
 */
import type { ConversationId } from '@parley/document'
import type { Ledger } from './ledger.ts'
import { readOutboxItem } from './read-records.ts'
import type { ReadRow } from './read-row.ts'

export async function recallAgain(ledger: Ledger, id: ConversationId, read: ReadRow): Promise<void> {
  if (read.kind === 'erased' || 'op' in read.entry) return
  const n = ledger.recallOf(read.entry.id)
  if (n === undefined) return
  const [rows = []] = await ledger.model.disk.read([{ kind: 'get', table: 'acknowledged', key: [n] }])
  const row = rows[0]
  const item = row === undefined ? undefined : readOutboxItem(row.value)
  if (item?.kind !== 'entry' || item.target === null || item.conversation !== id) return
  const place = { page: read.row.page, ...read.item }
  ledger.removeAcknowledged(n)
  ledger.setItem({
    ...item,
    answered: null,
    made: null,
    offered: true,
    target: { id: item.target.id, place },
  })
}
