/**
 * Another life of the relay's log (a restore, an import, a failover): what is held is compared instead of continued, and
 * own changes of the last days are offered again, so that the relay gets back from its devices what it lost. Rules CL65 to CL68.
 */
import { parseConversationId } from '@parley/document'
import type { Core } from './core.ts'
import type { Ledger } from './ledger.ts'
import { pruneAcknowledged } from './prune.ts'
import { isCommand, readOutboxItem, readPage } from './read-records.ts'
import { ofNewLog } from './receipts.ts'
import type { EntryItem, OutboxItem } from './records.ts'

export async function beginEpoch(core: Core, ledger: Ledger, epoch: string): Promise<void> {
  const { model } = core
  // Clocks taken in the old log are not taken in this one.
  core.sending.writers.clear()
  // A first sync that was not complete stays a first sync.
  ledger.setDevice({
    ...ledger.device,
    epoch: ledger.device.epoch === '' ? '' : epoch,
    log: epoch,
    cursor: 0,
  })
  for (const record of model.conversations.values()) {
    // Sequences of the old log say nothing either: the relay names the mentions again.
    if (record.local) continue
    const receipts = ofNewLog(record.receipts)
    ledger.setConversation({ ...record, verify: true, headHeld: 0, mentioned: [], receipts })
  }
  // Versions of the old log say nothing of the new one: what is held is compared, what is not is unknown.
  const pages = (await model.disk.read([{ kind: 'range', table: 'pages', prefix: [] }]))[0] ?? []
  for (const row of pages) {
    const [id, page] = row.key
    const conversation = typeof id === 'string' ? parseConversationId(id) : undefined
    if (conversation === undefined || typeof page !== 'number') continue
    const record = readPage(row.value)
    if (record.held === 0) ledger.removePage(conversation, page)
    // Of what this log has of it nothing has been heard yet.
    else ledger.setPage(conversation, page, { ...record, known: 0 })
  }
  // Places and answers belong to the log that is gone; what was meant still stands.
  for (const item of model.outbox.all()) ledger.setItem(asMeant(item))
  model.parts.held('people')?.beginPersonEpoch(core, ledger)
  await pruneAcknowledged(core, ledger)
  const rows = (await model.disk.read([{ kind: 'range', table: 'acknowledged', prefix: [] }]))[0] ?? []
  const reader = rows.some((row) => isCommand(row.value)) ? await ledger.part('changes') : undefined
  for (const row of rows) {
    const item = readOutboxItem(row.value, reader)
    if (ledger.acknowledged(item.id) === undefined) continue
    // An operation waits until its message is seen to stand: whoever wrote that may offer it again much later.
    if (item.kind === 'entry' && item.target !== null) {
      lookAgain(ledger, item)
      continue
    }
    ledger.removeAcknowledged(item.n)
    if (model.outbox.get(item.n) !== undefined || model.outbox.byId(item.id) !== undefined) continue
    ledger.setItem({ ...asMeant(item), offered: true })
  }
}

/** The page of what was recalled or changed: fetched in idle time, so that nobody has to look there first. */
function lookAgain(ledger: Ledger, { conversation, target }: EntryItem): void {
  const record = ledger.conversation(conversation)
  const page = target?.place?.page ?? 0
  if (record === undefined || page === 0 || record.erasing.includes(page)) return
  ledger.setConversation({ ...record, erasing: [...record.erasing, page] })
}

/** Without what only the old log knew. An operation's target is placed again before the operation leaves. */
function asMeant(item: OutboxItem): OutboxItem {
  if (item.kind === 'command') return { ...item, answered: null }
  const target = item.target === null ? null : { ...item.target, place: null }
  return { ...item, answered: null, made: null, target }
}
