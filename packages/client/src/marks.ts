/** Marks: where reading stopped, and what has been taken back since. Rules CL61, CL62, CL69, CL96 and CL127. */
import type { News } from '@parley/wire'
import type { ConversationRecord, Mark } from './records.ts'

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

/** What mentions this user counts from the same place. */
export function marked<R extends Pick<ConversationRecord, 'mentioned'>>(record: R, mark: Mark): R {
  return { ...record, mark, mentioned: record.mentioned.filter((seq) => seq > mark.seq) }
}

/** He has read up to there: what he had put back for later is done with. */
export function readTo(record: ConversationRecord, mark: Mark): ConversationRecord {
  return { ...marked(record, mark), flagged: false }
}

/** More messages that mention this user, without those taken back. */
export function withMentioned(
  { mark, mentioned }: Pick<ConversationRecord, 'mark' | 'mentioned'>,
  seqs: readonly number[],
  recalled: readonly number[] = [],
): readonly number[] {
  const gone = new Set(recalled)
  const all = new Set([...mentioned, ...seqs].filter((seq) => seq > mark.seq && !gone.has(seq)))
  return [...all].toSorted((a, b) => a - b)
}

/** A mark beyond what another life of the log knows: all it knows has been seen. */
export function markWithin(mark: Mark, news: News): Mark {
  return mark.seq > news.seq || mark.total > news.total ? markAt(news) : mark
}
