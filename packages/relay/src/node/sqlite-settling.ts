/**
 * What is settled when: in steps, some conversations at a time. Rules RE302 and RE370 to RE373.
 *
 * Steps go round: all that is pending at the beginning of a round, in the order of its keys, is settled at its end. Then nobody
 * needs what the journal held at the beginning, and it is removed in steps as well. What somebody reads, or a commit to the
 * tables touches, is settled before its turn comes.
 */
import type { ConversationId, UserId } from '@parley/document'
import type { UsageRecord } from '../usage-store.ts'
import type { Numbers } from './sqlite-numbers.ts'
import type { Pending, PendingConversation, PendingPart } from './sqlite-pending.ts'

/** What one transaction settles, and what of the journal it removes. */
export interface SettlingStep {
  readonly part: PendingPart
  /** Rows of the journal up to this position are removed, 0 for none. */
  readonly removed: number
  /** How far the round has come with it, undefined for a step out of turn. */
  readonly round: Round | undefined
}

interface Round {
  readonly conversations: readonly ConversationId[]
  readonly users: readonly UserId[]
  /** How many of both are done. */
  readonly done: number
  readonly counted: number
  /** Where the journal ended when it began. */
  readonly position: number
}

export interface Settling {
  /** So much stands in the journal from now on. */
  readonly add: (position: number, weight: number) => void
  /** Before so much more is added to the journal; undefined when nothing is due. */
  readonly due: (weight: number) => SettlingStep | undefined
  /** Out of turn: whatever of these is pending; undefined when nothing is. */
  readonly of: (conversations: Iterable<ConversationId>, users?: Iterable<UserId>) => SettlingStep | undefined
  readonly all: () => SettlingStep
  /** It has been committed. */
  readonly done: (step: SettlingStep) => void
  /** All that the journal holds up to this position is in the tables. */
  readonly settled: number
  /** The journal holds nothing. */
  readonly empty: boolean
}

export interface SettlingPace {
  /** What may be pending for long, in rows. */
  readonly enough: number
  /** What a step is worth at least, in rows. */
  readonly step: number
}

/**
 * Enough for several rows of each of a thousand busy conversations; and a step takes a few milliseconds, in which its
 * conversations share the pages of the tables.
 */
export const ownPace: SettlingPace = { enough: 4096, step: 768 }

/** In rows: a conversation's own records, beside its rows. */
const recordsCost = 5

/** Mostly the journal holds what comes in two and a half rounds. Beyond it, what few conversations keep there is settled early. */
const enoughInJournal = 6

export function createSettling(
  pending: Pending,
  numbers: Numbers,
  { enough, step: stepCost }: SettlingPace,
): Settling {
  let journal: { readonly position: number; readonly weight: number }[] = []
  let inJournal = 0
  let position = 0
  let settled = 0
  let current: Round | undefined

  const begin = (): Round => {
    const ordered = [...pending.conversations.keys()]
      .map((id) => [numbers.of(id), id] as const)
      .toSorted(([a], [b]) => a - b)
    return {
      conversations: ordered.map(([, id]) => id),
      users: [...pending.usage.keys()],
      done: 0,
      counted: 0,
      position,
    }
  }

  /** The rest of the journal that nobody needs, up to so many rows. */
  const removable = (upTo: number, weight: number): number => {
    let [last, left] = [0, weight]
    for (const held of journal) {
      if (held.position > upTo || left <= 0) break
      last = held.position
      left -= held.weight
    }
    return last
  }

  const step = (part: PendingPart, round: Round | undefined): SettlingStep => {
    const { conversations, usage } = pending
    const isAll = part.conversations.size === conversations.size && part.usage.size === usage.size
    let weight = 0
    for (const held of part.conversations.values()) weight += held.weight
    // A little faster than it grows: pages that are freed are written, unless the rows take them.
    const most = round === undefined ? Math.max(2 * weight, stepCost) : Math.ceil(1.25 * weight)
    return { part, removed: removable(isAll ? position : settled, most), round }
  }

  /** Conversations first, then what people take up: of them enough in one step that they share the pages of their table. */
  const next = (least: number): SettlingStep => {
    const round = current ?? begin()
    const conversations = new Map<ConversationId, PendingConversation>()
    let { done, counted } = round
    let [weight, cost] = [0, 0]
    while (done < round.conversations.length && (cost < stepCost || weight < least)) {
      const id = round.conversations[done]
      const held = id === undefined ? undefined : pending.conversations.get(id)
      done += 1
      if (id === undefined || held === undefined) continue
      conversations.set(id, held)
      weight += held.weight
      cost += recordsCost + held.weight
    }
    if (done === round.conversations.length) {
      const from = counted
      counted += Math.max(0, stepCost - cost)
      return step(
        { conversations, usage: usageOf(round.users.slice(from, counted)) },
        { ...round, done, counted },
      )
    }
    return step({ conversations, usage: new Map() }, { ...round, done, counted })
  }

  const usageOf = (users: Iterable<UserId>): ReadonlyMap<UserId, UsageRecord> => {
    const usage = new Map<UserId, UsageRecord>()
    for (const user of users) {
      const record = pending.usage.get(user)
      if (record !== undefined) usage.set(user, record)
    }
    return usage
  }

  return {
    get settled() {
      return settled
    },
    get empty() {
      return journal.length === 0
    },
    add(last, weight) {
      position = last
      journal.push({ position, weight })
      inJournal += weight
    },
    due(weight) {
      const least = pending.weight + weight - enough
      return least > 0 || inJournal > enoughInJournal * enough ? next(least) : undefined
    },
    of(wanted, users = []) {
      const conversations = new Map<ConversationId, PendingConversation>()
      for (const id of wanted) {
        const held = pending.conversations.get(id)
        if (held !== undefined) conversations.set(id, held)
      }
      // When no conversation is left, nothing else is to keep the journal.
      const isLast = conversations.size === pending.conversations.size && pending.usage.size < stepCost
      const usage = isLast ? new Map(pending.usage) : usageOf(users)
      return conversations.size + usage.size === 0 ? undefined : step({ conversations, usage }, undefined)
    },
    all: () => ({
      part: { conversations: new Map(pending.conversations), usage: new Map(pending.usage) },
      removed: position,
      round: undefined,
    }),
    done({ part, removed, round }) {
      pending.drop(part)
      if (round !== undefined) current = round
      if (current !== undefined && isOver(current)) {
        settled = current.position
        current = undefined
      }
      if (pending.conversations.size === 0 && pending.usage.size === 0) {
        settled = position
        current = undefined
      }
      let gone = 0
      for (const held of journal) {
        if (held.position > removed) break
        inJournal -= held.weight
        gone += 1
      }
      if (gone > 0) journal = journal.slice(gone)
    },
  }
}

function isOver({ conversations, users, done, counted }: Round): boolean {
  return done >= conversations.length && counted >= users.length
}
