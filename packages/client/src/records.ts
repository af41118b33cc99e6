/**
 * What a device keeps, table by table, and how a stored value is read back. A value that is not what it should be is a
 * `corrupt` store, said once at the edge.
 *
 *   device        ['device']              who this device is, and how far it has heard
 *   conversations [id]                    the list rows
 *   pages         [id, page]              how much of each page is held
 *   updates       [id, page, seq]         confirmed updates; page 0 is the head (a state, then rows)
 *   outbox        [n]                     unanswered and refused changes, in the order they were made
 *   acknowledged  [n]                     own answered changes of the last days
 *   drafts        [id]                    never leaves the device
 *   own, personal, people                 see person-records.ts
 */
import type {
  Command,
  Content,
  ConversationId,
  DeviceId,
  EntryId,
  Failure,
  ItemId,
  Operation,
  UserId,
} from '@parley/document'
import type { Receipts } from './receipt-records.ts'
import type { Key, StoreLayout, Value } from '@parley/storage'

export const deviceLayout: StoreLayout = {
  format: 1,
  tables: [
    'device',
    'conversations',
    'pages',
    'updates',
    'outbox',
    'acknowledged',
    'drafts',
    'own',
    'personal',
    'people',
  ],
}

export interface DeviceRecord {
  readonly device: DeviceId
  /** Whose data this is: a store is one user's. */
  readonly user: UserId
  /** The log epoch of the relay the cursor belongs to; '' before the first sync is complete. */
  readonly epoch: string
  /** The log epoch of what is held; '' before the first welcome. A first sync may end in the middle of it. */
  readonly log: string
  readonly cursor: number
  /** That of its last session, '' for none: with it, it comes back without signing in. */
  readonly tag: string
}

/** What of the newest message a list shows: all but its reactions. Of a recalled one nothing of the content is kept. */
export interface LastMessage extends Content {
  readonly seq: number
  readonly time: number
  readonly sentAt: number
  readonly id: EntryId
  readonly from: UserId
  readonly replyTo?: EntryId
  /** The relay's time of the edit that stands. */
  readonly editedAt?: number
  readonly recalled: boolean
}

/** Where reading stopped. `recalled`: others' messages after it that were taken back since, by sequence, each once. */
export interface Mark {
  readonly seq: number
  readonly total: number
  readonly mine: number
  readonly recalled: readonly number[]
}

export interface ConversationRecord {
  readonly id: ConversationId
  readonly kind: string
  readonly name: string | null
  readonly icon: string | null
  readonly creator: UserId | ''
  readonly createdAt: number
  readonly unique: boolean
  readonly role: string
  readonly members: number
  /** Until when he may not speak; 0 for no mute, and while he is no member. */
  readonly mutedUntil: number
  readonly seq: number
  readonly time: number
  readonly pages: number
  /** Version of the head held (0: none), and the newest heard of. */
  readonly headHeld: number
  readonly headKnown: number
  readonly headDigest: string
  /** When name, attributes, members or anything else of the head changed last. */
  readonly headTime: number
  readonly total: number
  readonly mine: number
  readonly mark: Mark
  /** Others' messages after the mark that mention this user, or everybody, and stand: by sequence. */
  readonly mentioned: readonly number[]
  /** Read or not, its user wants it to look as if it were not: until he reads it. */
  readonly flagged: boolean
  readonly last: LastMessage | null
  /** The last item of the open page, null while it is empty: what the next append follows. */
  readonly tail: ItemId | null
  /** Made here, not yet answered. */
  readonly local: boolean
  /** Held pages are to be compared with the relay's digests before they count as whole. */
  readonly verify: boolean
  /** Pages held here of which something was taken back that still stands on them: fetched in idle time. */
  readonly erasing: readonly number[]
  /** The first page he may see, where the past is hidden from him; 0 for all of it. */
  readonly since: number
  /** Who has got how far; null while nobody has said or asked. */
  readonly receipts: Receipts | null
  /** When a relay of another epoch was first found not to know it (0: it does). */
  readonly absentSince: number
}

/** `held`: every row up to that version is stored (0: the page is not held). `known`: the newest version heard of. */
export interface PageRecord {
  readonly held: number
  readonly known: number
  readonly digest: string
}

export interface UpdateRecord {
  readonly time: number
  readonly update: Uint8Array
  /** Of an erased row: whose it was, its id, and whether it was an operation. */
  readonly erased: { readonly author: UserId; readonly id: EntryId; readonly operation: boolean } | null
}

export interface Place {
  readonly page: number
  readonly client: number
  readonly clock: number
}

export interface Reason {
  readonly code: string
  readonly detail: string
  /** Of a command for several people: whom it was refused for, and why. */
  readonly failures?: readonly Failure[]
}

interface OutboxCommon {
  readonly n: number
  readonly id: EntryId
  readonly conversation: ConversationId
  readonly at: number
  readonly state: 'waiting' | 'refused'
  readonly reason: Reason | null
  /** It has left once, whatever became of that: the relay may have it. */
  readonly tried: boolean
  /** The relay has it, at this place in the order; its row is still to come. */
  readonly answered: { readonly seq: number; readonly time: number } | null
  /** Offered again to a relay of another epoch: a refusal is final and silent. */
  readonly offered: boolean
}

export interface CommandItem extends OutboxCommon {
  readonly kind: 'command'
  readonly command: Command
}

/** Bytes exist once it was first sent, and are resent unchanged until answered. */
export interface Made extends Place {
  readonly update: Uint8Array
}

export interface EntryItem extends OutboxCommon {
  readonly kind: 'entry'
  /** Canonical bytes of the entry. */
  readonly content: Uint8Array
  readonly made: Made | null
  /** Of an operation. */
  readonly target: OperationTarget | null
}

export interface OperationTarget {
  /** The message it is about, and where that stands once known. */
  readonly id: EntryId
  readonly place: Place | null
  readonly op: Operation['op']
  /** Of a reaction; '' otherwise. */
  readonly sign: string
}

export type OutboxItem = CommandItem | EntryItem

export interface DraftRecord extends Content {
  readonly replyTo?: EntryId
  readonly data?: string
  readonly editedAt: number
}

export const deviceKey: Key = ['device']

/** A record is already plain; the store keeps it as it is. */
export function toValue(record: object): Value {
  // Records are made of nothing else; an interface cannot say so.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return record as Value
}
