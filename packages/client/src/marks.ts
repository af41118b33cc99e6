/** Marks: where reading stopped, and what has been taken back since. Rules CL61, CL62, CL69 and CL96. */
import type { News } from '@parley/wire'
import type { Mark } from './records.ts'

/** Everything up to here has been seen. */
export function markAt({ seq, total, mine }: Pick<Mark, 'seq' | 'total' | 'mine'>): Mark {
  return { seq, total, mine, recalled: [] }
}

/** A device that hears of a conversation for the first time counts from its first sync, or from the (re)joining. */
export function firstMark(news: News, first: boolean): Mark {
  return first
    ? markAt(news)
    : markAt({ seq: news.joinedSeq, total: news.joinedTotal, mine: news.joinedMine })
}

/** However often one is heard of (live, and again with a catch-up), it counts once. */
export function withRecalled(mark: Mark, seqs: readonly number[]): Mark {
  const all = new Set([...mark.recalled, ...seqs.filter((seq) => seq > mark.seq)])
  return all.size === mark.recalled.length ? mark : { ...mark, recalled: [...all] }
}

/** A mark beyond what another life of the log knows: all it knows has been seen. */
export function markWithin(mark: Mark, news: News): Mark {
  return mark.seq > news.seq || mark.total > news.total ? markAt(news) : mark
}
