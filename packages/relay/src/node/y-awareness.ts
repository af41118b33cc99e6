/**
 * Who else reads this document: the awareness states of its readers, bounded.
 *
 * A client id belongs to the reader who named it first, until he leaves; what others say about it (the stock provider
 * echoes everybody) is dropped. So nobody speaks for somebody else, and nothing stays when its owner is gone. Another
 * socket of the same user may take an id over: a reader comes back before his dead socket is noticed. What a state says
 * about its owner's name is the owner's own claim. Rules RE112 to RE114.
 */
import type { AwarenessEntry } from './y-messages.ts'
import { maxAwarenessClientsPerReader, maxAwarenessClientsPerUser, maxAwarenessEntries } from './y-limits.ts'

/** One socket. */
export interface AwarenessReader {
  readonly user: string
}

/** `renewed` when only clocks moved. */
export type AwarenessNews = 'changed' | 'renewed' | 'nothing'

export interface Awareness {
  readonly say: (reader: AwarenessReader, entries: readonly AwarenessEntry[]) => AwarenessNews
  readonly leave: (reader: AwarenessReader) => AwarenessNews
  /** Everybody who is there. */
  readonly known: () => readonly AwarenessEntry[]
  /** What was said since the last call. */
  readonly takeNews: () => readonly AwarenessEntry[]
}

interface Known extends AwarenessEntry {
  readonly owner: AwarenessReader
}

export function createAwareness(): Awareness {
  const states = new Map<number, Known>()
  /** How many of them are whose: a message may name a thousand, and there may be as many. */
  const counts = new Map<AwarenessReader | string, number>()
  const news = new Map<number, AwarenessEntry>()
  /** The last clocks of those who have gone: an echo of somebody may come after he left. */
  const gone = new Map<number, number>()

  const count = (whose: AwarenessReader | string, change: 1 | -1): void => {
    const now = (counts.get(whose) ?? 0) + change
    if (now === 0) counts.delete(whose)
    else counts.set(whose, now)
  }

  const put = (client: number, known: Known | undefined): void => {
    const before = states.get(client)
    for (const whose of before === undefined ? [] : [before.owner, before.owner.user]) count(whose, -1)
    for (const whose of known === undefined ? [] : [known.owner, known.owner.user]) count(whose, 1)
    if (known === undefined) states.delete(client)
    else states.set(client, known)
  }

  const hasTooMany = (owner: AwarenessReader): boolean =>
    (counts.get(owner) ?? 0) >= maxAwarenessClientsPerReader ||
    (counts.get(owner.user) ?? 0) >= maxAwarenessClientsPerUser

  const remove = (client: number, clock: number): void => {
    put(client, undefined)
    gone.delete(client)
    gone.set(client, clock)
    const [oldest] = gone.keys()
    if (gone.size > maxAwarenessEntries && oldest !== undefined) gone.delete(oldest)
  }

  const sayOne = (owner: AwarenessReader, entry: AwarenessEntry): AwarenessNews => {
    const known = states.get(entry.client)
    if (known === undefined) {
      const late = entry.state === 'null' || entry.clock <= (gone.get(entry.client) ?? -1)
      if (late || hasTooMany(owner)) return 'nothing'
    } else if (known.owner.user !== owner.user || !newer(entry, known)) {
      return 'nothing'
    }
    if (entry.state === 'null') remove(entry.client, entry.clock)
    else put(entry.client, { ...entry, owner })
    news.set(entry.client, entry)
    return known?.state === entry.state ? 'renewed' : 'changed'
  }

  return {
    say(reader, entries) {
      const outcomes = entries.map((entry) => sayOne(reader, entry))
      if (outcomes.includes('changed')) return 'changed'
      return outcomes.includes('renewed') ? 'renewed' : 'nothing'
    },
    leave(reader) {
      const his = [...states.values()].filter((state) => state.owner === reader)
      for (const { client, clock } of his) {
        remove(client, clock)
        // At the same clock, as y-protocols does it: with a higher one his own next word would be taken for an old one.
        news.set(client, { client, clock, state: 'null' })
      }
      return his.length > 0 ? 'changed' : 'nothing'
    },
    known: () => [...states.values()].map(({ client, clock, state }) => ({ client, clock, state })),
    takeNews() {
      const taken = [...news.values()]
      news.clear()
      return taken
    },
  }
}

/** As y-protocols decides it: a higher clock, or leaving at the same one. */
function newer(entry: AwarenessEntry, known: AwarenessEntry): boolean {
  return entry.clock > known.clock || (entry.clock === known.clock && entry.state === 'null')
}
