/**
 * What travels between a device and the relay, as plain values. One binary WebSocket; each frame is one of these.
 *
 * Codecs stand in `frame/`, writer and reader in pairs. Pages are numbered from 1; page 0 is the head. Numbers are
 * whole, from 0 to 2^53 - 1; times are milliseconds.
 */
import type { MemberMark, News, TouchedPage } from './list-row.ts'
import type { QueryAnswer, QueryFrame } from './queries.ts'
import type { Any, Row } from './rows.ts'

/* ---------------------------------------------------------------- device to relay */

export interface Hello {
  readonly frame: 'hello'
  readonly version: number
  readonly token: string
  readonly device: string
  /** The log epoch the cursor belongs to; '' for a device that knows nothing yet. */
  readonly epoch: string
  readonly cursor: number
  /** Of the devices of a user that share a tag one is in session at a time; '' for a device that is never sent away. */
  readonly tag: string
  /** Somebody has signed in here: the tag is taken from whoever has it. Not when a connection or a page comes back. */
  readonly login: boolean
  /** It can undo raw deflate: what it asks for may come so. */
  readonly inflates: boolean
}

/** Updates for one page, in the order they were made; each holds exactly one entry. */
export interface Push {
  readonly frame: 'push'
  readonly conversation: string
  readonly page: number
  readonly updates: readonly Uint8Array[]
}

export interface CommandFrame {
  readonly frame: 'command'
  /** '' for a command of a person, which is about no conversation. */
  readonly conversation: string
  /** 128 bits made on the device; the relay gives a known id its first outcome again. */
  readonly id: string
  readonly command: Any
}

/**
 * Asks for a page (rows after `after`, 0 for all of it) or for the head (page 0; `after` is ignored).
 * On a conversation he is not in but may join, the head's answer is `joinable`.
 */
export interface Fetch {
  readonly frame: 'fetch'
  readonly request: number
  readonly conversation: string
  readonly page: number
  readonly after: number
}

/** Asks for versions and digests of the pages named (a device that came back to another log epoch). */
export interface DigestsRequest {
  readonly frame: 'digests'
  readonly request: number
  readonly conversation: string
  readonly pages: readonly number[]
}

/** Asks for the profiles of people, by id. */
export interface People {
  readonly frame: 'people'
  readonly request: number
  readonly users: readonly string[]
}

/** `frames`: how many frames the sender has sent on this socket before this one. A wrong count means one was lost. */
export interface Ping {
  readonly frame: 'ping'
  readonly nonce: number
  readonly frames: number
}

/** For every other device of every member that is there now, and for nobody later. It is not answered. */
export interface Signal {
  readonly frame: 'signal'
  readonly conversation: string
  readonly content: Any
}

/** Who of these is there? `on`: and tell me when that changes, for as long as this session lives; `off`: no more. */
export interface PresenceRequest {
  readonly frame: 'presence'
  readonly request: number
  readonly users: readonly string[]
  readonly watch: 'no' | 'on' | 'off'
}

/** How far this device's user has got: sequences, the larger one wins, 0 says nothing. */
export interface Marks {
  readonly frame: 'marks'
  readonly conversation: string
  /** Everything up to here that asks for a receipt is stored on a device of his. */
  readonly delivered: number
  /** Everything up to here has been read. */
  readonly read: number
}

/** A fresh token of the same user, before the one of this session runs out: the session goes on. */
export interface TokenRenewal {
  readonly frame: 'token'
  readonly token: string
}

export type DeviceFrame =
  | Hello
  | Push
  | CommandFrame
  | Fetch
  | DigestsRequest
  | Ping
  | People
  | Signal
  | PresenceRequest
  | Marks
  | TokenRenewal
  | QueryFrame

/* ---------------------------------------------------------------- relay to device */

export interface Welcome {
  readonly frame: 'welcome'
  readonly version: number
  readonly user: string
  readonly epoch: string
  readonly time: number
  /** When the token of this session runs out, by the relay's clock; 0 for one that does not. */
  readonly expires: number
}

/** A fresh token has been taken. */
export interface TokenTaken {
  readonly frame: 'token-taken'
  /** As in `Welcome`. */
  readonly expires: number
}

/** Catch-up, and later any conversation that appears. `cursor` holds once the frame with `more: false` is stored. */
export interface Sync {
  readonly frame: 'sync'
  readonly cursor: number
  /** Frames sent on this socket before this one. A wrong count means part of the catch-up was lost. */
  readonly frames: number
  /** True when the relay started from nothing (no cursor, or another log epoch): what is not named is not his. */
  readonly full: boolean
  readonly more: boolean
  readonly news: readonly News[]
}

export interface Rows {
  readonly frame: 'rows'
  readonly conversation: string
  readonly rows: readonly Row[]
}

/** Everything up to `cursor` has been sent on this socket, in `frames` frames before this one. */
export interface Cursor {
  readonly frame: 'cursor'
  readonly cursor: number
  readonly frames: number
}

export type RewriteCode =
  | 'page-closed'
  | 'gap'
  | 'clock-reused'
  | 'client-id-taken'
  | 'origin-unknown'
  | 'stale-epoch'
export type LaterCode = 'overloaded' | 'disk-full' | 'rate-limited'

/** The class is in the frame, so that a code nobody knows yet is still treated rightly. */
export type Verdict =
  | { readonly class: 'accepted'; readonly seq: number; readonly time: number }
  /** The relay has it already, there: `page`, `client`, `clock` are where it stands. */
  | {
      readonly class: 'duplicate'
      readonly seq: number
      readonly time: number
      readonly page: number
      readonly client: number
      readonly clock: number
    }
  | { readonly class: 'rewrite'; readonly code: string; readonly page: number }
  | { readonly class: 'later'; readonly code: string; readonly waitMs: number }
  | { readonly class: 'refused'; readonly code: string; readonly detail: string }

export interface PushAnswer {
  readonly page: number
  readonly client: number
  readonly clock: number
  readonly verdict: Verdict
}

export interface Answer {
  readonly frame: 'answer'
  readonly conversation: string
  readonly answers: readonly PushAnswer[]
}

export type CommandVerdict =
  | {
      readonly class: 'accepted' | 'duplicate'
      readonly seq: number
      readonly time: number
      readonly outcome: Any
    }
  | { readonly class: 'later'; readonly code: string; readonly waitMs: number }
  | { readonly class: 'refused'; readonly code: string; readonly detail: string }

export interface CommandAnswer {
  readonly frame: 'command-answer'
  readonly conversation: string
  readonly id: string
  readonly verdict: CommandVerdict
}

/** A page. When one frame does not hold it, it comes in several, each with the version and digest of the whole. */
export interface FetchedRows {
  readonly result: 'rows'
  readonly page: number
  readonly version: number
  readonly digest: string
  readonly after: number
  /** Another answer to this request follows. */
  readonly more: boolean
  readonly rows: readonly Row[]
}

/** The same to a device that inflates: raw deflate of what `encodeFetchedRows` makes of it. */
export interface DeflatedRows {
  readonly result: 'deflated'
  /** Of that: more than there is here. */
  readonly size: number
  readonly bytes: Uint8Array
}

export type Fetched =
  | FetchedRows
  /** The head whole: the Yjs state, at `version`. */
  | { readonly result: 'head'; readonly version: number; readonly digest: string; readonly state: Uint8Array }
  /** Not a member, but he may join: what a list would show. */
  | {
      readonly result: 'joinable'
      readonly kind: string
      readonly name: string | null
      readonly creator: string
      readonly createdAt: number
      readonly members: number
    }
  | { readonly result: 'failed'; readonly code: string; readonly detail: string }

export interface FetchAnswer {
  readonly frame: 'fetch-answer'
  readonly request: number
  readonly conversation: string
  readonly fetched: Fetched | DeflatedRows
}

export interface DigestsAnswer {
  readonly frame: 'digests-answer'
  readonly request: number
  readonly conversation: string
  readonly pages: readonly TouchedPage[]
}

export interface Pong {
  readonly frame: 'pong'
  readonly nonce: number
  readonly frames: number
  readonly time: number
}

/** A row of the user's own, as it is now. */
export interface OwnRow {
  /** `PersonRow` of @parley/document; parsed there. */
  readonly kind: string
  readonly key: string
  /** null: the row is gone. */
  readonly value: Any
  readonly time: number
}

/** Rows of the user's own: while catching up, before the last frame of it, and later as they change. */
export interface Own {
  readonly frame: 'own'
  readonly rows: readonly OwnRow[]
}

export interface Person {
  readonly user: string
  /** When the profile changed last; 0 where there is none. */
  readonly time: number
  /** null: nobody has said anything about himself under this id. */
  readonly profile: Any
}

/** Everybody asked for, in that order. */
export interface PeopleAnswer {
  readonly frame: 'people-answer'
  readonly request: number
  readonly people: readonly Person[]
}

/** The same signal, with who sent it. */
export interface RelayedSignal {
  readonly frame: 'signal'
  readonly conversation: string
  readonly from: string
  readonly time: number
  readonly content: Any
}

/** Of the users asked for, those who are there. */
export interface PresenceAnswer {
  readonly frame: 'presence-answer'
  readonly request: number
  readonly online: readonly string[]
}

/** Somebody who is watched has come or gone. */
export interface Presence {
  readonly frame: 'presence'
  readonly user: string
  readonly online: boolean
}

/** Marks that moved, and, to whoever sent them, those that stand already. */
export interface ToldMarks {
  readonly frame: 'marks'
  readonly conversation: string
  readonly marks: readonly MemberMark[]
}

/** The session ends with this. `again`: whether and when coming back makes sense. */
export interface FailureFrame {
  readonly frame: 'failure'
  readonly code: string
  readonly again: 'retry' | 'token' | 'stop'
  readonly waitMs: number
  readonly detail: string
}

export type RelayFrame =
  | Welcome
  | Sync
  | Rows
  | Cursor
  | Answer
  | CommandAnswer
  | FetchAnswer
  | DigestsAnswer
  | Pong
  | FailureFrame
  | Own
  | PeopleAnswer
  | RelayedSignal
  | PresenceAnswer
  | Presence
  | ToldMarks
  | TokenTaken
  | QueryAnswer
