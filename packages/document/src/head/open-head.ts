/**
 * Heads as a creation makes them, and as a new page leaves them: what every page that shows a conversation may meet. Rules DO36 and
 * DO40.
 */
import type { Change, Head, HeadInfo, Member } from './head.ts'
import type { UserId } from '../ids.ts'
import { wholePolicy } from './policy.ts'

export type Creation = Extract<Change, { readonly op: 'created' }>

export function createdHead(head: Head | undefined, change: Creation, time: number): Head {
  if (head !== undefined) throw new Error('a conversation is created once')
  const { by, kind, unique, name, attributes } = change
  const info: HeadInfo = {
    kind,
    name,
    icon: change.icon ?? null,
    creator: by,
    createdAt: time,
    unique,
    pages: 1,
    policy: wholePolicy(change.policy),
  }
  const members = new Map<UserId, Member>([[by, { role: 'owner', joinedAt: time, invitedBy: null }]])
  for (const user of change.members) {
    if (user !== by) members.set(user, { role: 'member', joinedAt: time, invitedBy: by })
  }
  const nobody: ReadonlyMap<UserId, number> = new Map()
  return { info, members, attributes: new Map(Object.entries(attributes)), muted: nobody, blocked: nobody }
}

/** What a new page does, and what most changes of a long conversation are. */
export function openedHead(head: Head, pages: number): Head {
  return { ...head, info: { ...head.info, pages } }
}
