/**
 * What was asked for: a page, a head, digests. Rules CL65, CL71, CL72 and CL74.
 */
import { emptyDigest, readHeadUpdates } from '@parley/document'
import type { ConversationId, UserId } from '@parley/document'
import type { Row } from '@parley/wire'
import type { Ledger } from './ledger.ts'
import type { Promises } from './promises.ts'
import { readPage } from './read-records.ts'
import { readEntryRow } from './read-row.ts'
import { settleRow } from './settle-row.ts'
import { storeFresh, storeRow } from './store-row.ts'

export interface FetchedPage {
  readonly page: number
  readonly after: number
  readonly version: number
  readonly digest: string
  readonly rows: readonly Row[]
}

/** `differs`: what came together is not what the relay has; the page is to be fetched whole. */
export type PageResult = 'held' | 'older' | 'differs' | 'unreadable'

export async function applyPage(
  ledger: Ledger,
  id: ConversationId,
  fetched: FetchedPage,
  promises: Promises,
): Promise<PageResult> {
  const { page, version } = fetched
  const before = await ledger.page(id, page)
  const verify = ledger.conversation(id)?.verify === true
  if (before.held > version && !verify) return 'older'
  const goesOn = fetched.after > 0
  if (goesOn && before.held !== fetched.after) return 'older'
  const reads = fetched.rows.flatMap((row) => readEntryRow(row) ?? [])
  let digest = goesOn ? before.digest : emptyDigest
  if (!goesOn) ledger.clearUpdates(id, page)
  for (const read of reads) {
    digest = await (goesOn ? storeRow : storeFresh)(ledger, id, read, digest)
    await settleRow(ledger, id, read, promises)
  }
  const known = Math.max(before.known, version)
  // What can be read of it is shown; it is not held until all of it can.
  if (reads.length < fetched.rows.length) {
    ledger.setPage(id, page, { held: 0, known, digest: emptyDigest })
    return 'unreadable'
  }
  if (digest !== fetched.digest) {
    ledger.clearUpdates(id, page)
    ledger.setPage(id, page, { held: 0, known, digest: emptyDigest })
    return 'differs'
  }
  ledger.setPage(id, page, { held: version, known, digest })
  const record = ledger.conversation(id)
  if (record?.erasing.includes(page) === true)
    ledger.setConversation({ ...record, erasing: record.erasing.filter((other) => other !== page) })
  return 'held'
}

/** Whoever he is in it now, the head says, unless rows it does not have yet say otherwise. */
export function applyHead(
  ledger: Ledger,
  id: ConversationId,
  user: UserId,
  { version, state }: { readonly version: number; readonly state: Uint8Array },
): boolean {
  const record = ledger.conversation(id)
  const head = readHeadUpdates([state])
  if (record === undefined || head === undefined) return false
  if (record.headHeld > version) return true
  ledger.clearUpdates(id, 0)
  ledger.setUpdate(id, 0, version, { time: record.time, update: state, erased: null })
  ledger.setHead(id, head)
  const headKnown = Math.max(record.headKnown, version)
  const role = headKnown === version ? (head.members.get(user)?.role ?? '') : record.role
  ledger.setConversation({ ...record, role, headHeld: version, headKnown })
  return true
}

export async function heldPages(ledger: Ledger, id: ConversationId): Promise<readonly number[]> {
  return (await knownPages(ledger, id)).flatMap(({ page, held }) => (held > 0 ? [page] : []))
}

/** Every page that may have rows here: those held whole first, and the newest first among equals. */
export async function shownPages(ledger: Ledger, id: ConversationId): Promise<readonly number[]> {
  const pages = await knownPages(ledger, id)
  return pages
    .toSorted((a, b) => Number(b.held > 0) - Number(a.held > 0) || b.page - a.page)
    .map(({ page }) => page)
}

async function knownPages(
  ledger: Ledger,
  id: ConversationId,
): Promise<readonly { readonly page: number; readonly held: number }[]> {
  const [rows = []] = await ledger.model.disk.read([{ kind: 'range', table: 'pages', prefix: [id] }])
  return rows.flatMap((row) => {
    const page = row.key[1]
    return typeof page === 'number' ? [{ page, held: readPage(row.value).held }] : []
  })
}
