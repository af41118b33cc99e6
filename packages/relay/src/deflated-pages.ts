/**
 * Pages on their way to devices that inflate. Each part of a page is deflated by itself, and nothing else is: who may write
 * into it may read it, so that its size tells him nothing. Rules RE350 to RE353.
 */
import { encodeFetchedRows, encodeRowsAnswer, type FetchAnswer, type FetchedRows } from '@parley/wire'
import type { Clock, RelayOptions } from './ports.ts'
import type { Session } from './session.ts'

export interface DeflatedPagesLimits {
  readonly minDeflatedBytes: number
  readonly maxKeptDeflatedBytes: number
  readonly maxKeptDeflatedMs: number
}

export interface PageAnswers {
  /** Answers how much less was sent than the page holds. */
  send(session: Pick<Session, 'channel' | 'inflates'>, answer: FetchAnswer): number
  /** Drops what has been kept for long: what is erased meanwhile does not stay here. */
  sweep(): void
}

export function createPageAnswers(
  deflate: RelayOptions['deflate'],
  limits: DeflatedPagesLimits,
  clock: Clock,
): PageAnswers {
  const kept = createKept(limits)

  const deflated = (fetched: FetchedRows, conversation: string, rows: Uint8Array): Uint8Array | undefined => {
    if (deflate === undefined || rows.length < limits.minDeflatedBytes) return undefined
    const name = `${conversation} ${fetched.page} ${fetched.rows[0]?.seq ?? 0}`
    const known = kept.find(name, rows)
    if (known !== undefined) return known.smaller
    const bytes = deflate(rows)
    const smaller = bytes.length < rows.length ? bytes : undefined
    kept.add(name, { rows: rows.slice(), smaller, at: clock.now() })
    return smaller
  }

  return {
    send({ channel, inflates }, answer) {
      const { fetched, conversation } = answer
      if (!channel.open) return 0
      if (!inflates || deflate === undefined || fetched.result !== 'rows') {
        channel.send(answer)
        return 0
      }
      const rows = encodeFetchedRows(fetched)
      const bytes = deflated(fetched, conversation, rows)
      if (bytes === undefined) {
        channel.sendBytes(encodeRowsAnswer(answer, rows))
        return 0
      }
      channel.send({ ...answer, fetched: { result: 'deflated', size: rows.length, bytes } })
      return rows.length - bytes.length
    },
    sweep: () => kept.dropBefore(clock.now() - limits.maxKeptDeflatedMs),
  }
}

interface KeptPage {
  readonly rows: Uint8Array
  /** undefined: deflating made it no smaller. */
  readonly smaller: Uint8Array | undefined
  readonly at: number
}

interface Kept {
  /** Only when the rows are the same, byte for byte. */
  find(name: string, rows: Uint8Array): KeptPage | undefined
  add(name: string, page: KeptPage): void
  dropBefore(time: number): void
}

/** Those deflated last: many devices open the same conversation when something happens there. */
function createKept({ maxKeptDeflatedBytes }: DeflatedPagesLimits): Kept {
  const pages = new Map<string, KeptPage>()
  let bytes = 0
  const drop = (name: string): void => {
    bytes -= weight(pages.get(name))
    pages.delete(name)
  }
  return {
    find(name, rows) {
      const page = pages.get(name)
      return page !== undefined && isSame(page.rows, rows) ? page : undefined
    },
    add(name, page) {
      drop(name)
      pages.set(name, page)
      bytes += weight(page)
      for (const oldest of pages.keys()) {
        if (bytes <= maxKeptDeflatedBytes) return
        drop(oldest)
      }
    },
    dropBefore(time) {
      for (const [name, { at }] of pages) {
        if (at > time) return
        drop(name)
      }
    },
  }
}

function weight(page: KeptPage | undefined): number {
  return page === undefined ? 0 : page.rows.length + (page.smaller?.length ?? 0)
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false
  return true
}
