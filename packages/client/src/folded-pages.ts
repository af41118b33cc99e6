/**
 * Pages from the disk, folded into messages. A bounded number of folded pages is kept, each good for the version it was
 * folded at; nothing else grows with the length of a history. The newest page of a conversation that is read goes on row by
 * row, without the disk. Rules CL80 and CL223.
 */
import { emptyTimeline, foldRow, readAppend, readEntry, timeline } from '@parley/document'
import type { Confirmed, ConversationId, EntryId, TimelineMessage } from '@parley/document'
import type { Ledger } from './ledger.ts'
import { isLivePage, keepLivePage } from './live-page.ts'
import type { PageRecord } from './records.ts'
import type { StoredUpdate } from './row-changes.ts'

interface Folded {
  readonly conversation: ConversationId
  readonly page: number
  readonly held: number
  readonly digest: string
  readonly messages: readonly TimelineMessage[]
}

export interface FoldedPages {
  read(ledger: Ledger, id: ConversationId, page: number): Promise<readonly TimelineMessage[]>
  /** The page of a message, should it be among those kept and still be what is held. */
  pageOf(
    id: ConversationId,
    message: EntryId,
    current: (page: number) => PageRecord | undefined,
  ): number | undefined
}

export function createFoldedPages(maxPages: number): FoldedPages {
  /** The one used last stands last. */
  const kept = new Map<string, Folded>()

  function keep(folded: Folded): void {
    const name = nameOf(folded.conversation, folded.page)
    kept.delete(name)
    kept.set(name, folded)
    const [oldest] = kept.keys()
    if (kept.size > maxPages && oldest !== undefined) kept.delete(oldest)
  }

  return {
    async read(ledger, id, page) {
      const record = await ledger.page(id, page)
      const known = kept.get(nameOf(id, page))
      if (known !== undefined && isOf(known, record)) {
        keep(known)
        return known.messages
      }
      const messages = await foldPage(ledger, id, page, record)
      // Of what is not held whole there is no version that says when it changes.
      if (record.held > 0)
        keep({ conversation: id, page, held: record.held, digest: record.digest, messages })
      return messages
    },
    pageOf(id, message, current) {
      // Who goes through a history asks for what it was given last.
      for (const folded of [...kept.values()].toReversed()) {
        const record = folded.conversation === id ? current(folded.page) : undefined
        if (record === undefined || !isOf(folded, record)) continue
        if (folded.messages.some((one) => one.id === message)) return folded.page
      }
      return undefined
    },
  }
}

async function foldPage(
  ledger: Ledger,
  id: ConversationId,
  page: number,
  record: PageRecord,
): Promise<readonly TimelineMessage[]> {
  const { livePages } = ledger.model
  const live = livePages.get(nameOf(id, page))
  if (live !== undefined && isLivePage(live, record)) return live.state.messages
  const rows = (await ledger.updates(id, page)).flatMap((row) => confirmed(row, page) ?? [])
  const isOpen = page === ledger.conversation(id)?.pages && record.held > 0 && record.held === record.known
  if (!isOpen) return timeline(rows)
  const state = rows.reduce((before, row) => foldRow(before, row), emptyTimeline)
  keepLivePage(livePages, nameOf(id, page), { state, record })
  return state.messages
}

function nameOf(id: ConversationId, page: number): string {
  return `${id}/${page}`
}

function isOf({ held, digest }: Folded, record: PageRecord): boolean {
  return held === record.held && digest === record.digest
}

export function confirmed({ seq, record }: StoredUpdate, page: number): Confirmed | undefined {
  const { time, update, erased } = record
  if (erased !== null) return { seq, time, page, ...erased, entry: null }
  const append = readAppend(update)
  const read = append.ok ? readEntry(append.append.content) : undefined
  if (read?.ok !== true) return undefined
  const { entry } = read
  return { seq, time, page, author: entry.from, id: entry.id, entry, operation: 'op' in entry }
}
