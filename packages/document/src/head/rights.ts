/**
 * Who has a right, and over whom. Rules DO84 and DO85.
 */
import type { Head, Right } from './head.ts'
import type { UserId } from '../ids.ts'

/** A one-to-one conversation is equally both people's: they speak and update it, and have no rights over one another. */
export function hasRight(head: Head, user: UserId, right: Right): boolean {
  const role = head.members.get(user)?.role
  if (role === undefined) return false
  if (head.info.kind === 'direct') return right === 'speak' || right === 'update'
  const audience = head.info.policy[right]
  return role === 'owner' || audience === 'members' || (audience === 'managers' && role === 'manager')
}

/** The owner acts on everybody but himself, everybody else on plain members and on who is no member. */
export function actsOn(head: Head, by: UserId, user: UserId): boolean {
  if (user === by) return false
  const role = head.members.get(user)?.role
  return head.members.get(by)?.role === 'owner' || role === 'member' || role === undefined
}
