/** Pages as rows have left them lately, folded: each good for the version and the digest it was folded at. Rule CL125. */
import type { TimelineState } from '@parley/document'
import type { PageRecord } from './records.ts'

export interface LivePage {
  readonly state: TimelineState
  readonly record: PageRecord
}

export type LivePages = Map<string, LivePage>

/** Where something is going on just now. */
const maxLivePages = 8

/** The one that changed last stands last. */
export function keepLivePage(pages: LivePages, name: string, page: LivePage): void {
  pages.delete(name)
  pages.set(name, page)
  const [oldest] = pages.keys()
  if (pages.size > maxLivePages && oldest !== undefined) pages.delete(oldest)
}

/** Of what is not held whole nothing says when it changes. */
export function isLivePage(page: LivePage | undefined, { held, known, digest }: PageRecord): boolean {
  return held > 0 && held === known && page?.record.held === held && page.record.digest === digest
}
