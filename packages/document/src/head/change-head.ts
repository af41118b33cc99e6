/**
 * What an accepted change does to a head, as a pure function. Rules DO36 to DO40 and DO79 to DO83.
 *
 * `headChanges` is the one place that decides it; the Yjs document (`head-document.ts`) writes the same result.
 */
import type { JsonValue } from '../entry/entry.ts'
import { createdHead, type Creation } from './open-head.ts'
import type { Change, Head, HeadInfo, Member, Role } from './head.ts'
import { byCodeUnit, type UserId } from '../ids.ts'

/** First `drop`, then `put`. */
export interface MapChange<K, V> {
  readonly put: ReadonlyMap<K, V>
  readonly drop: ReadonlySet<K>
}

export interface HeadChanges {
  readonly info?: Partial<HeadInfo>
  readonly members?: MapChange<UserId, Member>
  readonly attributes?: MapChange<string, JsonValue>
  readonly muted?: MapChange<UserId, number>
  readonly blocked?: MapChange<UserId, number>
}

type Update = Extract<Change, { readonly op: 'updated' }>

export function changeHead(head: Head | undefined, change: Change, time: number): Head {
  if (change.op === 'created') return createdHead(head, change, time)
  if (head === undefined)
    throw new Error(`a conversation that does not exist cannot be changed: ${change.op}`)
  const { info, members, attributes, muted, blocked } = headChanges(head, change, time)
  return {
    info: info === undefined ? head.info : { ...head.info, ...info },
    members: changed(head.members, members),
    attributes: changed(head.attributes, attributes),
    muted: changed(head.muted, muted),
    blocked: changed(head.blocked, blocked),
  }
}

export function headChanges(head: Head, change: Exclude<Change, Creation>, time: number): HeadChanges {
  switch (change.op) {
    case 'added':
      return { members: entering(head, change.members, change, time) }
    case 'joined':
      return { members: entering(head, [change.by], change, time) }
    case 'removed':
      return { members: leaving(head, change.members) }
    case 'quit':
      return { members: leaving(head, [change.by]) }
    case 'page':
      return { info: { pages: change.pages } }
    case 'updated':
      return updated(head, change)
    case 'role':
      return { members: ranked(head, change.members, change.role) }
    case 'muted':
      return { muted: { put: same(change.members, change.until), drop: over(head, time) } }
    case 'unmuted':
      return { muted: { put: new Map(), drop: new Set(change.members) } }
    case 'blocked':
      return {
        members: leaving(head, change.members),
        blocked: { put: same(change.members, time), drop: new Set() },
      }
    case 'unblocked':
      return { blocked: { put: new Map(), drop: new Set(change.members) } }
  }
}

/** Who comes by himself into a conversation nobody is left in owns it. */
function entering(
  head: Head,
  users: readonly UserId[],
  { by, since }: { readonly by: UserId; readonly since?: number },
  time: number,
): MapChange<UserId, Member> {
  const put = new Map<UserId, Member>()
  for (const user of users) {
    if (head.members.has(user)) continue
    const role = head.members.size === 0 && user === by ? 'owner' : 'member'
    const invitedBy = user === by ? null : by
    put.set(user, { role, joinedAt: time, invitedBy, ...(since === undefined ? undefined : { since }) })
  }
  return { put, drop: new Set() }
}

function leaving(head: Head, users: readonly UserId[]): MapChange<UserId, Member> {
  const drop = new Set(users.filter((user) => head.members.has(user)))
  const put = new Map<UserId, Member>()
  const heir = heirOf(head, drop)
  const member = heir === undefined ? undefined : head.members.get(heir)
  if (heir !== undefined && member !== undefined) put.set(heir, { ...member, role: 'owner' })
  return { put, drop }
}

/**
 * When the owner leaves, a manager follows him before a member, whoever has been there longest, the lesser id among equals;
 * undefined where no owner leaves, or nobody is left.
 */
export function heirOf({ members }: Head, leave: ReadonlySet<UserId>): UserId | undefined {
  let orphaned = false
  for (const user of leave) orphaned ||= members.get(user)?.role === 'owner'
  if (!orphaned) return undefined
  return [...members]
    .filter(([user]) => !leave.has(user))
    .toSorted(
      ([a, first], [b, second]) =>
        rank(first.role) - rank(second.role) || first.joinedAt - second.joinedAt || byCodeUnit(a, b),
    )
    .at(0)?.[0]
}

function rank(role: Role): number {
  return role === 'member' ? 1 : 0
}

function ranked(head: Head, users: readonly UserId[], role: Role): MapChange<UserId, Member> {
  const put = new Map<UserId, Member>()
  for (const user of users) {
    const member = head.members.get(user)
    if (member !== undefined && member.role !== 'owner') put.set(user, { ...member, role })
  }
  return { put, drop: new Set() }
}

function updated(head: Head, { name, icon, set, unset, policy }: Update): HeadChanges {
  return {
    info: {
      ...(name === undefined ? undefined : { name }),
      ...(icon === undefined ? undefined : { icon }),
      ...(policy === undefined ? undefined : { policy: { ...head.info.policy, ...policy } }),
    },
    attributes: { put: new Map(Object.entries(set ?? {})), drop: new Set(unset) },
  }
}

/** Mutes that are over count as none, and go with the next one that is set. */
function over(head: Head, time: number): ReadonlySet<UserId> {
  return new Set([...head.muted].filter(([, until]) => until <= time).map(([user]) => user))
}

function same(users: readonly UserId[], value: number): ReadonlyMap<UserId, number> {
  return new Map(users.map((user) => [user, value]))
}

function changed<K, V>(map: ReadonlyMap<K, V>, change: MapChange<K, V> | undefined): ReadonlyMap<K, V> {
  if (change === undefined) return map
  const result = new Map(map)
  for (const key of change.drop) result.delete(key)
  for (const [key, value] of change.put) result.set(key, value)
  return result
}
