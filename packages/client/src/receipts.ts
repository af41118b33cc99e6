/**
 * Who has got how far: pure parts. A message is delivered, or read, when every other present member has got past it; what was
 * so stays so. Rules CL300 to CL305.
 */
import type { UserId } from '@parley/document'
import type { MemberReached } from './engine-types.ts'
import { noReceipts, type Reached, type Receipts, type Step } from './receipt-records.ts'
import type { ConversationRecord } from './records.ts'

export type Which = 'delivered' | 'read'

/** Steps kept of a conversation: of what is older it is known that it was delivered or read, and not when. */
const maxSteps = 32

/** The same record where it says nothing new. */
export function owing(
  record: ConversationRecord,
  { delivered = 0, read = 0 }: Partial<Reached>,
): ConversationRecord {
  const receipts = record.receipts ?? noReceipts
  const owed = further(receipts.owed, { delivered, read })
  return owed === receipts.owed ? record : { ...record, receipts: { ...receipts, owed } }
}

/** What the relay has not confirmed, of what this log knows; 0 says nothing. */
export function unconfirmed({ receipts, seq }: ConversationRecord, withRead: boolean): Reached {
  if (receipts === null) return { delivered: 0, read: 0 }
  const open = (which: Which): number => {
    const owed = Math.min(receipts.owed[which], seq)
    return owed > receipts.told[which] ? owed : 0
  }
  return { delivered: open('delivered'), read: withRead ? open('read') : 0 }
}

/** `all`: who is not among them has said nothing, or is there no more. */
export function withMarks(
  receipts: Receipts,
  marks: readonly MemberReached[],
  all: boolean,
  user: UserId,
): Receipts {
  const own = marks.find((mark) => mark.user === user)
  const known = new Map(receipts.others.map((one) => [one.user, one]))
  const others = new Map<UserId, MemberReached>(all ? [] : known)
  for (const mark of marks) if (mark.user !== user) others.set(mark.user, later(known.get(mark.user), mark))
  const told = own === undefined ? receipts.told : further(receipts.told, own)
  return { ...receipts, told, others: [...others.values()] }
}

export function withoutMembers(receipts: Receipts, gone: readonly UserId[]): Receipts {
  const others = receipts.others.filter(({ user }) => !gone.includes(user))
  return others.length === receipts.others.length ? receipts : { ...receipts, others }
}

/** Sequences of a log that is gone say nothing; how far this user has read is his own to say. */
export function ofNewLog(receipts: Receipts | null): Receipts | null {
  if (receipts === null) return null
  const { owed, told, anew } = receipts
  return {
    ...noReceipts,
    owed: { delivered: 0, read: Math.max(owed.read, told.read) },
    anew: anew || owed.delivered > 0 || told.delivered > 0,
  }
}

/** How far all of `members` but this user have got; undefined while that is nowhere further than it was. */
export function nextStep(receipts: Receipts, members: number, which: Which): Step | undefined {
  const { others } = receipts
  if (others.length === 0 || others.length < members - 1) return undefined
  const seq = Math.min(...others.map((one) => reachedBy(one, which)))
  if (seq <= (receipts[which].at(-1)?.seq ?? 0)) return undefined
  const last = others.filter((one) => reachedBy(one, which) === seq)
  return { seq, time: Math.max(...last.map(({ time }) => time)) }
}

export function withStep(steps: readonly Step[], step: Step): readonly Step[] {
  const all = [...steps, step]
  if (all.length <= maxSteps) return all
  const [, oldest, ...rest] = all
  return oldest === undefined ? all : [{ seq: oldest.seq, time: 0 }, ...rest]
}

/** What was read was delivered. */
export function reachedBy({ delivered, read }: Reached, which: Which): number {
  return which === 'read' ? read : Math.max(delivered, read)
}

function further(a: Reached, b: Reached): Reached {
  if (b.delivered <= a.delivered && b.read <= a.read) return a
  return { delivered: Math.max(a.delivered, b.delivered), read: Math.max(a.read, b.read) }
}

function later(known: MemberReached | undefined, mark: MemberReached): MemberReached {
  if (known === undefined) return mark
  const reached = further(known, mark)
  return reached === known ? known : { user: mark.user, time: mark.time, ...reached }
}
