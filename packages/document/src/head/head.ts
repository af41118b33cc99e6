/**
 * The head of a conversation as a plain value: what the Yjs document `c/<id>` says, and what rules are judged on.
 */
import type { JsonObject, JsonValue } from '../entry/entry.ts'
import type { ConversationKind, UserId } from '../ids.ts'

export type Role = 'owner' | 'member'

export interface HeadInfo {
  readonly kind: ConversationKind
  readonly name: string | null
  readonly creator: UserId
  readonly createdAt: number
  readonly unique: boolean
  /** How many pages there are; the last one is open. Pages are numbered from 1. */
  readonly pages: number
}

export interface Member {
  readonly role: Role
  readonly joinedAt: number
  readonly invitedBy: UserId | null
}

export interface Head {
  readonly info: HeadInfo
  readonly members: ReadonlyMap<UserId, Member>
  readonly attributes: ReadonlyMap<string, JsonValue>
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
    }
  | { readonly op: 'add'; readonly members: readonly UserId[] }
  | { readonly op: 'remove'; readonly members: readonly UserId[] }
  | { readonly op: 'join' }
  | { readonly op: 'quit' }

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
    }
  | { readonly op: 'added'; readonly by: UserId; readonly members: readonly UserId[] }
  | { readonly op: 'removed'; readonly by: UserId; readonly members: readonly UserId[] }
  | { readonly op: 'joined'; readonly by: UserId }
  | { readonly op: 'quit'; readonly by: UserId }
  | { readonly op: 'page'; readonly pages: number }

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
  'removed', // he was removed, and cannot bring himself back
  'bad-content', // the entry or command is not what the schema says
  'not-canonical',
  'author-mismatch',
  'message-id-taken',
  'target-unknown', // an operation on a message that does not exist
  'page-full', // an operation that changes nothing, on a page that has had very many
  'too-large',
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
}
