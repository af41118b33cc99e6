/** What is said of a conversation as a whole, and of its pages and members. */
import type { EntryRow, ErasedRow, Row } from './rows.ts'

export interface TouchedPage {
  readonly page: number
  /** The sequence of the last row that touched it. */
  readonly version: number
  readonly digest: string
  readonly erased: boolean
}

/** A list row: what a device must know of a conversation that moved, without opening it. */
export interface News {
  readonly conversation: string
  readonly kind: string
  readonly name: string | null
  readonly icon: string | null
  readonly creator: string
  readonly createdAt: number
  readonly unique: boolean
  /** '' when he is not a member any more; then nothing after `seq` is his to see. */
  readonly role: string
  readonly members: number
  /** Of my latest joining: its sequence, and who invited me ('' for nobody). */
  readonly joinedSeq: number
  readonly invitedBy: string
  /** The first page I may see, where the past is hidden from me; 0 for all of it. */
  readonly since: number
  /** Until when I may not speak, if that is not over; 0 for no mute, and when I am not a member. */
  readonly mutedUntil: number
  /** Who removed me ('' while I am a member, or when I left by myself). */
  readonly removedBy: string
  readonly seq: number
  readonly time: number
  readonly pages: number
  readonly headVersion: number
  readonly headDigest: string
  /** When the head changed last, but for the opening of a page. */
  readonly headTime: number
  /** Messages ever accepted, and how many of them are mine; they only grow. */
  readonly total: number
  readonly mine: number
  /** The same two at my latest joining: a device that learns of it later starts counting there. */
  readonly joinedTotal: number
  readonly joinedMine: number
  /** The newest message as its row, or none. */
  readonly last: EntryRow | ErasedRow | null
  /** The edit that stands on it, or none. */
  readonly lastEdit: EntryRow | null
  readonly touched: readonly TouchedPage[]
  /** Sequences of others' messages recalled since the cursor. */
  readonly recalled: readonly number[]
  /** Sequences of others' messages since the cursor that mention the user, or everybody, and were not taken back. */
  readonly mentioned: readonly number[]
  /** Of present members, those that moved since the cursor, the user's own among them. None where there are too many members. */
  readonly marks: readonly MemberMark[]
  /** Somebody came or went since the cursor: the marks are all there are. */
  readonly allMarks: boolean
  /** True when `rows` holds everything since the cursor. */
  readonly whole: boolean
  readonly rows: readonly Row[]
}

/** How far a member has got. */
export interface MemberMark {
  readonly user: string
  readonly delivered: number
  readonly read: number
  /** When the relay was told of the newest of it. */
  readonly time: number
}
