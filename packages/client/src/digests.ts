/** Pages compared with what the relay has of them, after another epoch or an absence. Rule CL65. */
import { emptyDigest } from '@parley/document'
import type { ConversationId } from '@parley/document'
import type { TouchedPage } from '@parley/wire'
import { heldPages } from './fetched.ts'
import type { Ledger } from './ledger.ts'
import { settleByRow } from './outbox.ts'
import type { Promises } from './promises.ts'
import { readRow } from './read-row.ts'
import { oweAnew } from './receipt-hooks.ts'
import type { Request } from './requests.ts'

/** Pages held under another epoch, or across an absence, against what the relay says of them. */
export async function applyDigests(
  ledger: Ledger,
  { conversation: id, pages: asked }: Pick<Request, 'conversation' | 'pages'>,
  pages: readonly TouchedPage[],
  promises: Promises,
): Promise<void> {
  const record = ledger.conversation(id)
  if (record === undefined) return
  const said = new Map(pages.map((page) => [page.page, page]))
  const compared = new Set(asked)
  for (const page of await heldPages(ledger, id)) {
    const truth = said.get(page)
    if (truth === undefined) {
      // What was fetched since it was asked is of this log.
      if (compared.has(page)) ledger.removePage(id, page)
      continue
    }
    const own = await ledger.page(id, page)
    const same = own.held === truth.version && own.digest === truth.digest
    if (same) await settleHeld(ledger, id, page, promises)
    // A row that came while the question was on its way is newer than the answer.
    const known = Math.max(own.known, truth.version)
    ledger.setPage(id, page, same ? { ...own, known } : { held: 0, known, digest: emptyDigest })
  }
  ledger.setConversation({ ...(ledger.conversation(id) ?? record), verify: false })
  await oweAnew(ledger, id, async () => heldPages(ledger, id))
}

/** Rows held and confirmed again are answers too: what they carry need not be offered to the relay. */
async function settleHeld(
  ledger: Ledger,
  id: ConversationId,
  page: number,
  promises: Promises,
): Promise<void> {
  if (!ledger.outbox.lane(id).some((item) => item.offered)) return
  const [rows = []] = await ledger.model.disk.read([{ kind: 'range', table: 'updates', prefix: [id, page] }])
  for (const row of rows) {
    const seq = row.key[2]
    // As the job has left it: a page that has just begun anew holds nothing of what stood there in another log.
    const stored = typeof seq === 'number' ? await ledger.update(id, page, seq) : undefined
    if (typeof seq !== 'number' || stored === undefined) continue
    const { time, update, erased } = stored
    const read = readRow(
      erased === null
        ? { kind: 'entry', seq, time, page, update, erases: [] }
        : { kind: 'erased', seq, time, page, update, ...erased },
    )
    if (read !== undefined) settleByRow(ledger, id, read, promises)
  }
}
