/** What was another one before this device was away, as apps read it. Rule CL343. */
import { forever } from '@parley/document'
import type { Difference, ListChanges } from '../list-changes.ts'

/** A mute of one's own: until when one may not speak, null for good. */
export interface OwnMute {
  readonly until: Date | null
}

/** Before and after, of what has changed; what is not there is as it was. */
export interface ConversationChanges {
  readonly name?: Difference<string | null>
  readonly icon?: Difference<string | null>
  /** One's own: owner, manager, member, or '' for not a member. */
  readonly role?: Difference<string>
  readonly memberCount?: Difference<number>
  /** One's own; null where one may speak. */
  readonly mute?: Difference<OwnMute | null>
  /** Name, icon, attributes, policy, members or who may do what: something of these has changed. */
  readonly updatedAt?: Difference<Date>
  readonly lastMessageAt?: Difference<Date>
}

export function conversationChanges(changes: ListChanges): ConversationChanges {
  const { mutedUntil, updatedAt, lastMessageAt, ...rest } = changes
  return {
    ...rest,
    ...(mutedUntil === undefined ? undefined : { mute: mapped(mutedUntil, muteOf) }),
    ...(updatedAt === undefined ? undefined : { updatedAt: mapped(updatedAt, dateOf) }),
    ...(lastMessageAt === undefined ? undefined : { lastMessageAt: mapped(lastMessageAt, dateOf) }),
  }
}

function mapped<T, U>({ from, to }: Difference<T>, by: (value: T) => U): Difference<U> {
  return { from: by(from), to: by(to) }
}

function muteOf(until: number): OwnMute | null {
  if (until === 0) return null
  return { until: until === forever ? null : dateOf(until) }
}

function dateOf(time: number): Date {
  return new Date(time)
}
