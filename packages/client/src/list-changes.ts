/** What a list row says otherwise than the one before it, for what happened while away. Rule CL341. */

export interface Difference<T> {
  readonly from: T
  readonly to: T
}

/**
 * What a list row says otherwise than the one this device knew before; nothing for a conversation that it did not know.
 * Times are the relay's.
 */
export interface ListChanges {
  readonly name?: Difference<string | null>
  readonly icon?: Difference<string | null>
  /** '' for not a member. */
  readonly role?: Difference<string>
  readonly memberCount?: Difference<number>
  /** Until when this user may not speak; 0 for no mute, or one that is over. */
  readonly mutedUntil?: Difference<number>
  readonly updatedAt?: Difference<number>
  readonly lastMessageAt?: Difference<number>
}

/** What of a stored list row is compared. */
interface ListRow {
  readonly name: string | null
  readonly icon: string | null
  readonly role: string
  readonly members: number
  readonly mutedUntil: number
  readonly createdAt: number
  readonly headTime: number
  readonly last: { readonly time: number } | null
}

/** `now`: by the relay's clock, by which mutes end. */
export function listChanges(before: ListRow | undefined, after: ListRow, now: number): ListChanges {
  // Of what was not known here there is nothing to compare with; that he came in has an event of its own.
  if (before === undefined) return {}
  const was = factsOf(before, now)
  const is = factsOf(after, now)
  // Who is no member is not muted either, and nobody has given him his voice back by that.
  const stayed = was.role !== '' && is.role !== ''
  return {
    ...(was.name === is.name ? undefined : { name: { from: was.name, to: is.name } }),
    ...(was.icon === is.icon ? undefined : { icon: { from: was.icon, to: is.icon } }),
    ...(was.role === is.role ? undefined : { role: { from: was.role, to: is.role } }),
    ...(was.memberCount === is.memberCount
      ? undefined
      : { memberCount: { from: was.memberCount, to: is.memberCount } }),
    ...(!stayed || was.mutedUntil === is.mutedUntil
      ? undefined
      : { mutedUntil: { from: was.mutedUntil, to: is.mutedUntil } }),
    ...(was.updatedAt === is.updatedAt
      ? undefined
      : { updatedAt: { from: was.updatedAt, to: is.updatedAt } }),
    ...(was.lastMessageAt === is.lastMessageAt
      ? undefined
      : { lastMessageAt: { from: was.lastMessageAt, to: is.lastMessageAt } }),
  }
}

type Facts = { readonly [K in keyof ListChanges]-?: NonNullable<ListChanges[K]>['from'] }

function factsOf(row: ListRow, now: number): Facts {
  const { name, icon, role, members, mutedUntil, createdAt, headTime, last } = row
  return {
    name,
    icon,
    role,
    memberCount: members,
    mutedUntil: mutedUntil > now ? mutedUntil : 0,
    updatedAt: headTime === 0 ? createdAt : headTime,
    lastMessageAt: last?.time ?? createdAt,
  }
}
