/**
 * Where the past is hidden: the first page its user may see, and what this device still has from before. Rule CL78.
 *
 * Of pages below it the relay says nothing any more, recalls included: what a former membership left here goes.
 */
import type { ConversationId } from '@parley/document'
import type { Ledger } from './ledger.ts'

export async function hidePast(ledger: Ledger, id: ConversationId, since: number): Promise<void> {
  const record = ledger.conversation(id)
  if (record === undefined) return
  ledger.setConversation({ ...record, since, erasing: record.erasing.filter((page) => page >= since) })
  if (since <= 1) return
  for (const page of await storedPages(ledger, id)) if (page < since) ledger.removePage(id, page)
}

/** Those with a record, whether or not they are held. */
async function storedPages(ledger: Ledger, id: ConversationId): Promise<readonly number[]> {
  const [rows = []] = await ledger.model.disk.read([{ kind: 'range', table: 'pages', prefix: [id] }])
  return rows.flatMap(({ key }) => (typeof key[1] === 'number' ? [key[1]] : []))
}
