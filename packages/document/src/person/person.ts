/**
 * What belongs to a person and to no conversation: small rows under (owner, kind, key), which follow him to all his devices.
 *
 * Objects have their keys in the order written here, and no key without a value.
 */
import type { JsonObject } from '../entry/entry.ts'
import type { Outcome, RefusalCode } from '../head/head.ts'
import type { ConversationId, UserId } from '../ids.ts'

/**
 * The key is '' for a profile and for what he is told of his unblockings, a user for a contact and a block, a conversation
 * for a setting and a refusal.
 */
export const personKinds = ['profile', 'contact', 'setting', 'block', 'refuse', 'unblocked'] as const
export type PersonKind = (typeof personKinds)[number]

/** As it travels and is stored; null for a row that is gone. `parsePersonRow` says what it means. */
export interface PersonRow {
  readonly kind: PersonKind
  readonly key: string
  readonly value: JsonObject | null
}

// Types, not interfaces: so that all of them are assignable to plain JSON objects, as which they travel.
export type Profile = {
  readonly name: string | null
  /** A URL, or whatever the app shows by it. */
  readonly icon: string | null
  /** The app's own. */
  readonly fields: JsonObject
}

export type Contact = {
  /** `outgoing`: he asked; `incoming`: he was asked; `contact`: both want it. */
  readonly state: 'outgoing' | 'incoming' | 'contact'
  /** What the one who asked said with it. */
  readonly text: string | null
  /** What the owner calls him; nobody else sees it. */
  readonly remark: string | null
  readonly since: number
}

export type ReadMark = {
  readonly seq: number
  readonly total: number
  readonly mine: number
  /** The device's time. */
  readonly stamp: number
}

/** How somebody keeps a conversation in his list: everything at its default is no row. */
export type Setting = {
  /** Since when. */
  readonly pinned?: number
  readonly muted?: true
  /** The sequence up to which it is hidden: the next message brings it back. */
  readonly hidden?: number
  /** The sequence up to which its messages are cleared away for him. */
  readonly cleared?: number
  readonly read?: ReadMark
}

export type Block = { readonly since: number }
export type Refuse = { readonly since: number }

/** One conversation that does not keep him out any more. */
export type Unblocking = {
  readonly id: ConversationId
  readonly by: UserId
  readonly time: number
}

/** Written by the relay alone: who is unblocked is no member, and has no rows of the conversation. The newest stand last. */
export type Unblocked = { readonly conversations: readonly Unblocking[] }

/** A row that says something known. */
export type KnownPersonRow =
  | { readonly kind: 'profile'; readonly key: ''; readonly value: Profile | null }
  | { readonly kind: 'contact'; readonly key: UserId; readonly value: Contact | null }
  | { readonly kind: 'setting'; readonly key: ConversationId; readonly value: Setting | null }
  | { readonly kind: 'block'; readonly key: UserId; readonly value: Block | null }
  | { readonly kind: 'refuse'; readonly key: ConversationId; readonly value: Refuse | null }
  | { readonly kind: 'unblocked'; readonly key: ''; readonly value: Unblocked | null }

/** What somebody means to do to his own rows, and to those of who is his contact. */
export type PersonCommand =
  | {
      readonly op: 'profile'
      /** At least one of them. A field of null is taken away. */
      readonly set: {
        readonly name?: string | null
        readonly icon?: string | null
        readonly fields?: JsonObject
      }
    }
  /** `text` is of a request or a remark; a remark without one is taken away. */
  | {
      readonly op: 'contact'
      readonly user: UserId
      readonly act: 'request' | 'accept' | 'decline' | 'remove' | 'remark'
      readonly text?: string
    }
  /** At least one besides the conversation. What was cleared or read never goes back: the larger sequence wins. */
  | {
      readonly op: 'setting'
      readonly conversation: ConversationId
      readonly pinned?: boolean
      readonly muted?: boolean
      /** null shows it again. */
      readonly hidden?: number | null
      readonly cleared?: number
      readonly read?: ReadMark
    }
  | { readonly op: 'block'; readonly users: readonly UserId[] }
  | { readonly op: 'unblock'; readonly users: readonly UserId[] }
  | { readonly op: 'refuse'; readonly conversations: readonly ConversationId[] }
  | { readonly op: 'admit'; readonly conversations: readonly ConversationId[] }

/** A row put in the place of whatever stood there. */
export interface PersonChange extends PersonRow {
  readonly owner: UserId
}

export type PersonVerdict =
  | { readonly accepted: true; readonly changes: readonly PersonChange[]; readonly outcome: Outcome }
  | { readonly accepted: false; readonly code: RefusalCode; readonly detail: string }

/**
 * What a row counts as, each under a limit of its own (`personLimits`). A request somebody received costs him no room
 * for contacts, and a pinned conversation counts as a setting too. '' for what is not counted.
 */
export type PersonGroup = 'contact' | 'incoming' | 'setting' | 'pinned' | 'block' | 'refuse' | ''

export interface PersonContext {
  readonly by: UserId
  /** The relay's (the device's guess while it waits). */
  readonly time: number
  /** undefined where there is no row, or one that is gone. */
  readonly read: (owner: UserId, kind: PersonKind, key: string) => JsonObject | undefined
  /** How many rows of the owner are of this group (`personGroup`). */
  readonly count: (owner: UserId, group: PersonGroup) => number
  /** False on a device, which holds nobody's rows but its owner's: only his own are judged, and changed, then. */
  readonly othersKnown: boolean
}
