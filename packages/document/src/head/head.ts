/**
 * The head of a conversation as a plain value: what the Yjs document `c/<id>` says, and what rules are judged on.
 */
import type { JsonObject, JsonValue } from '../entry/entry.ts'
import type { ConversationKind, UserId } from '../ids.ts'

export type Role = 'owner' | 'manager' | 'member'

/** Who has a right: everybody in the conversation, managers and the owner, or the owner alone. */
export type Audience = 'members' | 'managers' | 'owner'

/** Rights that a policy gives. Changing the policy itself is the owner's alone. */
export const rights = ['invite', 'update', 'speak', 'remove', 'mute', 'block', 'roles'] as const
export type Right = (typeof rights)[number]

export interface Policy extends Readonly<Record<Right, Audience>> {
  /** Whoever knows a random id, or nobody without an invitation. A unique id is entered by invitation only, whatever this says. */
  readonly join: 'anyone' | 'invited'
  /** Whether a newcomer sees what came before. */
  readonly past: 'shown' | 'hidden'
}

export const defaultPolicy: Policy = {
  invite: 'members',
  update: 'members',
  speak: 'members',
  remove: 'managers',
  mute: 'managers',
  block: 'managers',
  roles: 'managers',
  join: 'anyone',
  past: 'shown',
}

export interface HeadInfo {
  readonly kind: ConversationKind
  readonly name: string | null
  /** A URL, or whatever the app shows by it. */
  readonly icon: string | null
  readonly creator: UserId
  readonly createdAt: number
  readonly unique: boolean
  /** How many pages there are; the last one is open. Pages are numbered from 1. */
  readonly pages: number
  /** Whole: what was never set is as `defaultPolicy` says. Stored is only what differs. */
  readonly policy: Policy
}

export interface Member {
  readonly role: Role
  readonly joinedAt: number
  readonly invitedBy: UserId | null
  /** The first page he may see, where the past was hidden from him; missing otherwise. */
  readonly since?: number
}

/** A mute without an end. */
export const forever: number = Number.MAX_SAFE_INTEGER

export interface Head {
  readonly info: HeadInfo
  readonly members: ReadonlyMap<UserId, Member>
  readonly attributes: ReadonlyMap<string, JsonValue>
  /** Until when. They stay when somebody leaves, so that coming back does not end them; what is over counts as none. */
  readonly muted: ReadonlyMap<UserId, number>
  /** Since when. Who is blocked is no member, and cannot become one. */
  readonly blocked: ReadonlyMap<UserId, number>
}

/** What a user meant. Judged by the same rules on the device (to say no early) and on the relay (to enforce). */
export type Command =
  | {
      readonly op: 'create'
      readonly kind: ConversationKind
      readonly unique: boolean
      /** Without the creator, who is always a member. */
      readonly members: readonly UserId[]
      readonly name: string | null
      readonly attributes: JsonObject
      readonly icon?: string
      readonly policy?: Partial<Policy>
    }
  | { readonly op: 'add'; readonly members: readonly UserId[] }
  | { readonly op: 'remove'; readonly members: readonly UserId[] }
  | { readonly op: 'join' }
  | { readonly op: 'quit' }
  /** At least one of them. `set` and `unset` name attributes by path, keys joined by dots: `seat.row`. */
  | {
      readonly op: 'update'
      readonly name?: string | null
      readonly icon?: string | null
      readonly set?: JsonObject
      readonly unset?: readonly string[]
      readonly policy?: Partial<Policy>
    }
  | { readonly op: 'role'; readonly members: readonly UserId[]; readonly role: 'manager' | 'member' }
  /** For so long from when the relay takes it; null for good. */
  | { readonly op: 'mute'; readonly members: readonly UserId[]; readonly forMs: number | null }
  | { readonly op: 'unmute'; readonly members: readonly UserId[] }
  | { readonly op: 'block'; readonly members: readonly UserId[] }
  | { readonly op: 'unblock'; readonly members: readonly UserId[] }

/**
 * What an accepted command did, or what the relay did by itself (`page`). It travels with the head row, so that a
 * device can keep its list row and raise events without opening the document.
 */
export type Change =
  | {
      readonly op: 'created'
      readonly by: UserId
      readonly kind: ConversationKind
      readonly unique: boolean
      readonly members: readonly UserId[]
      readonly name: string | null
      readonly attributes: JsonObject
      readonly icon?: string
      readonly policy?: Partial<Policy>
    }
  /** `since`: the first page they may see, where the past is hidden. */
  | {
      readonly op: 'added'
      readonly by: UserId
      readonly members: readonly UserId[]
      readonly since?: number
    }
  | { readonly op: 'removed'; readonly by: UserId; readonly members: readonly UserId[] }
  | { readonly op: 'joined'; readonly by: UserId; readonly since?: number }
  /** `heir`: who follows him, where he was the owner and somebody is left. Nobody but himself takes an owner away. */
  | { readonly op: 'quit'; readonly by: UserId; readonly heir?: UserId }
  | { readonly op: 'page'; readonly pages: number }
  /** `set`: each attribute touched, by its top key, as it is now; `unset`: top keys that are gone. */
  | {
      readonly op: 'updated'
      readonly by: UserId
      readonly name?: string | null
      readonly icon?: string | null
      readonly set?: JsonObject
      readonly unset?: readonly string[]
      readonly policy?: Partial<Policy>
    }
  | {
      readonly op: 'role'
      readonly by: UserId
      readonly members: readonly UserId[]
      readonly role: 'manager' | 'member'
    }
  | { readonly op: 'muted'; readonly by: UserId; readonly members: readonly UserId[]; readonly until: number }
  | { readonly op: 'unmuted'; readonly by: UserId; readonly members: readonly UserId[] }
  /** `left`: those of them who were members until then. */
  | {
      readonly op: 'blocked'
      readonly by: UserId
      readonly members: readonly UserId[]
      readonly left: readonly UserId[]
    }
  | { readonly op: 'unblocked'; readonly by: UserId; readonly members: readonly UserId[] }

// Types, not interfaces: so that both are assignable to plain JSON values, as which they travel.
export type Failure = {
  readonly clientIds: readonly UserId[]
  readonly code: RefusalCode
  readonly detail: string
}

/** The outcome of an accepted command, partial results included. */
export type Outcome = {
  readonly successfulClientIds: readonly UserId[]
  readonly failures: readonly Failure[]
}

export type Verdict =
  /** `change` is null when nothing had to change (all were members already): accepted, and no row is written. */
  | { readonly accepted: true; readonly change: Change | null; readonly outcome: Outcome }
  | { readonly accepted: false; readonly code: RefusalCode; readonly detail: string }

/** Final refusals, by rule. Stable words: they are shown to apps as `ParleyError.code`. */
export const refusalCodes = [
  'not-found', // no such conversation, or not yours: the same answer
  'not-a-member',
  'not-allowed', // a member without the right (role)
  'members-fixed', // one-to-one: nobody is added, removed or joins
  'already-exists', // a random id that is taken by another creation
  'wrong-id', // a unique id that is not the one its members make
  'conversation-full',
  'muted', // he may not speak for the time being
  'blocked', // he is kept out of the conversation
  'removed', // he was removed, and cannot bring himself back
  'bad-content', // the entry or command is not what the schema says
  'not-canonical',
  'author-mismatch',
  'message-id-taken',
  'target-unknown', // an operation on a message that does not exist
  'target-recalled', // an edit of, or a reaction to, what has been taken back
  'page-full', // an operation that changes nothing, on a page that has had very many
  'too-large',
  'quota-exceeded', // what he has written takes all the room he has
  'too-many-conversations', // he has made, or is in, as many as he may
  'too-many', // contacts, blocks, pins …: he has as many as there may be
  'declined', // he does not want to be added: not by this person, or not to this conversation
  'not-an-append', // deletions, foreign structs, right origins, other roots …
] as const

export type RefusalCode = (typeof refusalCodes)[number]

/** What the relay knows of somebody who is not a member now. */
export type Formerly = 'never' | 'quit' | 'removed'

export interface JudgeContext {
  readonly conversation: string
  readonly by: UserId
  /** The relay's time of the row (the device's guess while it waits). */
  readonly time: number
  /** On a device this is unknown: it answers 'never' and leaves the last word to the relay. */
  readonly formerly: (user: UserId) => Formerly
  /**
   * The first page that newcomers see where the past is hidden: the one that will be open once the relay has closed the
   * page before it. A device does not know it, and the change it guesses then lacks `since`.
   */
  readonly newcomersSince?: number | undefined
  /** Whether somebody blocks the actor, or refuses the conversation. Unknown on a device. */
  readonly declines?: ((user: UserId) => boolean) | undefined
}
