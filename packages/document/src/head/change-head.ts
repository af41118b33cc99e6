/**
 * What an accepted change does to a head, as a pure function. Rules DO36 to DO40.
 *
 * `memberChanges` is the one place that decides it; the Yjs document (`head-document.ts`) writes the same result.
 */
import type { Change, Head, HeadInfo, Member } from './head.ts'
import { byCodeUnit, type UserId } from '../ids.ts'

export interface MemberChanges {
  readonly put: ReadonlyMap<UserId, Member>
  readonly drop: ReadonlySet<UserId>
}

export type Creation = Extract<Change, { readonly op: 'created' }>

export function changeHead(head: Head | undefined, change: Change, time: number): Head {
  if (change.op === 'created') return createdHead(head, change, time)
  if (head === undefined)
    throw new Error(`a conversation that does not exist cannot be changed: ${change.op}`)
  if (change.op === 'page') return { ...head, info: { ...head.info, pages: change.pages } }
  const { put, drop } = memberChanges(head, change, time)
  const members = new Map(head.members)
  for (const user of drop) members.delete(user)
  for (const [user, member] of put) members.set(user, member)
  return { ...head, members }
}

export function createdHead(head: Head | undefined, change: Creation, time: number): Head {
  if (head !== undefined) throw new Error('a conversation is created once')
  const { by, kind, unique, name, attributes } = change
  const info: HeadInfo = { kind, name, creator: by, createdAt: time, unique, pages: 1 }
  const members = new Map<UserId, Member>([[by, { role: 'owner', joinedAt: time, invitedBy: null }]])
  for (const user of change.members) {
    if (user !== by) members.set(user, { role: 'member', joinedAt: time, invitedBy: by })
  }
  return { info, members, attributes: new Map(Object.entries(attributes)) }
}

export function memberChanges(
  head: Head,
  change: Exclude<Change, Creation | { readonly op: 'page' }>,
  time: number,
): MemberChanges {
  switch (change.op) {
    case 'added':
      return entering(head, change.members, change.by, time)
    case 'joined':
      return entering(head, [change.by], change.by, time)
    case 'removed':
      return leaving(head, change.members)
    case 'quit':
      return leaving(head, [change.by])
  }
}

/** Who comes by himself into a conversation nobody is left in owns it. */
function entering(head: Head, users: readonly UserId[], by: UserId, time: number): MemberChanges {
  const put = new Map<UserId, Member>()
  for (const user of users) {
    if (head.members.has(user)) continue
    const role = head.members.size === 0 && user === by ? 'owner' : 'member'
    put.set(user, { role, joinedAt: time, invitedBy: user === by ? null : by })
  }
  return { put, drop: new Set() }
}

/** When the owner leaves, whoever has been there longest follows him; the lesser id among equals. */
function leaving(head: Head, users: readonly UserId[]): MemberChanges {
  const drop = new Set(users.filter((user) => head.members.has(user)))
  const put = new Map<UserId, Member>()
  let orphaned = false
  for (const user of drop) orphaned ||= head.members.get(user)?.role === 'owner'
  if (orphaned) {
    const heir = [...head.members]
      .filter(([user]) => !drop.has(user))
      .toSorted(([a, first], [b, second]) => first.joinedAt - second.joinedAt || byCodeUnit(a, b))
      .at(0)
    if (heir !== undefined) put.set(heir[0], { ...heir[1], role: 'owner' })
  }
  return { put, drop }
}
