/**
 * What a user may see of a conversation: all of it while a member, and everything up to his leaving afterwards; in both cases
 * only from the page on from which he may see anything at all.
 */
import { emptyDigest, xorDigest } from '@parley/document'
import { digestOf } from './accept-entry.ts'
import { isHidden } from './log-rows.ts'
import type { LogRow, MemberRecord, PageRecord, RelayStore } from './store.ts'

/** The last sequence he may see. */
export function lastVisible(member: MemberRecord): number {
  return member.role === '' ? member.leftSeq : Number.MAX_SAFE_INTEGER
}

const batch = 1000

/** Rows of one page above `after`, all of them: pages are bounded. */
export async function allRows(
  store: RelayStore,
  page: PageRecord,
  upTo: number,
  after = 0,
): Promise<readonly LogRow[]> {
  const rows: LogRow[] = []
  for (let last = after; ;) {
    const read = await store.pageRows(page.conversation, page.page, last, batch)
    rows.push(...read.filter(({ seq }) => seq <= upTo))
    last = read.at(-1)?.seq ?? last
    if (read.length < batch || last >= upTo) return rows
  }
}

export interface VisiblePage {
  readonly page: number
  readonly version: number
  readonly digest: string
}

/** undefined when nothing of the page is his to see. A digest is recomputed for who does not see all of it. */
export async function visiblePage(
  store: RelayStore,
  member: MemberRecord,
  page: PageRecord,
): Promise<VisiblePage | undefined> {
  if (isHidden(member.since, page)) return undefined
  const upTo = lastVisible(member)
  if (page.version <= upTo) return page
  if (page.firstSeq === 0 || page.firstSeq > upTo) return undefined
  return { page: page.page, ...foldPage(await allRows(store, page, upTo)) }
}

/** Version and digest of exactly these rows. */
function foldPage(rows: readonly LogRow[]): { readonly version: number; readonly digest: string } {
  const digests = rows.map((row) => digestOf(row, row.kind === 'erased'))
  return { version: rows.at(-1)?.seq ?? 0, digest: digests.reduce(xorDigest, emptyDigest) }
}
