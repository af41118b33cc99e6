/**
 * A message that stands without what this device's user did to it: the relay was restored from before that, or what was
 * fetched is older. Edits, reactions and recalls the relay has taken once are offered again where the message stands now;
 * what turns out to be there is settled by its row. Rules CL66 and CL133.
 */
import type { ConversationId, EntryId } from '@parley/document'
import { acknowledgementOf, replaces } from './acknowledged.ts'
import type { Acknowledgement } from './acknowledged.ts'
import type { Ledger } from './ledger.ts'
import { readOutboxItem } from './read-records.ts'
import type { ReadRow } from './read-row.ts'
import type { Place } from './records.ts'

export async function offerAgain(ledger: Ledger, id: ConversationId, read: ReadRow): Promise<void> {
  if (read.kind === 'erased' || 'op' in read.entry) return
  const about = ledger.acknowledgedAbout(read.entry.id)
  const recall = about.find(({ target }) => target?.op === 'recall')
  const place = { page: read.row.page, ...read.item }
  // Of what is taken back again nothing else matters.
  for (const one of recall === undefined ? about : [recall])
    if (!isReplaced(ledger, read.entry.id, one)) await offer(ledger, id, one, place)
}

/** What waits says something newer of the same. */
function isReplaced(ledger: Ledger, message: EntryId, one: Acknowledgement): boolean {
  const waiting = ledger.outbox.about(message).filter(({ state }) => state === 'waiting')
  return waiting.some((item) => item.target?.op === 'recall' || replaces(acknowledgementOf(item), one))
}

async function offer(
  ledger: Ledger,
  id: ConversationId,
  { n, id: own }: Acknowledgement,
  place: Place,
): Promise<void> {
  // It is on its way, or its row is.
  if (ledger.outbox.byId(own) !== undefined) return
  const [rows = []] = await ledger.model.disk.read([{ kind: 'get', table: 'acknowledged', key: [n] }])
  const row = rows[0]
  const item = row === undefined ? undefined : readOutboxItem(row.value)
  if (item?.kind !== 'entry' || item.target === null || item.conversation !== id) return
  ledger.removeAcknowledged(n)
  ledger.setItem({ ...item, answered: null, made: null, offered: true, target: { ...item.target, place } })
}
