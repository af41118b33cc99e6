/**
 * What the users did and what they were told: the other half of the truth the checkers compare, besides the relay's log.
 * Every text is written once in a world, so a message is known by it wherever it turns up.
 */
import type { Command, ConversationId, EntryId, Mention, UserId } from '@parley/document'
import type { EngineEvent } from '@parley/client/engine'

/** asked: the call has not come back (and never will, after a crash); saved: it resolved; rejected: it threw. */
export type CallState = 'asked' | 'saved' | 'rejected'

interface Common<Place = ConversationId> {
  readonly device: string
  readonly user: UserId
  /** '' for what is a person's own. */
  readonly conversation: Place
  /** Which start of the device made the call. */
  readonly run: number
  readonly at: number
  call: CallState
  /** Of a rejected call. */
  code: string | null
  id: EntryId | null
  /** What `confirmed` said. */
  confirmed: boolean
  seq: number
  refused: string | null
  /** Given up by its user while it waited. */
  discarded: boolean
  /** Refused, and tried again: what became of that, nobody was promised to hear. */
  retried: boolean
}

export interface Said extends Common {
  readonly kind: 'message'
  readonly text: string
  readonly mentions: readonly Mention[]
}

export interface TakenBack extends Common {
  readonly kind: 'recall'
  readonly target: EntryId
}

export interface Edited extends Common {
  readonly kind: 'edit'
  readonly target: EntryId
  readonly text: string
}

export interface Reacted extends Common {
  readonly kind: 'reaction'
  readonly target: EntryId
  readonly sign: string
  readonly on: boolean
}

export interface Commanded extends Common {
  readonly kind: 'command'
  readonly command: Command
}

/** A change of what is the user's own. */
export interface Arranged extends Common<''> {
  readonly kind: 'person'
  readonly what: string
}

export type Deed = Said | TakenBack | Edited | Reacted | Commanded | Arranged

/** An event an engine raised. */
export interface Heard {
  readonly device: string
  readonly run: number
  readonly at: number
  readonly event: EngineEvent
}

/** Somebody read a conversation. */
export interface Looked {
  readonly device: string
  readonly conversation: ConversationId
  /** How far the conversation had come on the device when the call resolved; null as long as it has not. */
  seq: number | null
}

/** Something said that nobody keeps. */
export interface Transient {
  readonly device: string
  readonly user: UserId
  readonly conversation: ConversationId
  readonly run: number
  readonly text: string
  readonly at: number
  call: 'asked' | 'said' | 'rejected'
  code: string | null
}

/** Somebody watches who comes and goes. */
export interface Watching {
  readonly device: string
  readonly run: number
  readonly users: readonly UserId[]
  /** What he was told last of each. */
  readonly told: Map<UserId, boolean>
  stop: (() => void) | null
}

export interface Journal {
  readonly deeds: Deed[]
  readonly looked: Looked[]
  readonly heard: Heard[]
  /** By their texts. */
  readonly transients: Map<string, Transient>
  readonly watches: Watching[]
  /** Conversations anybody has made or meant to make. */
  readonly conversations: Set<ConversationId>
  /** Something the world itself saw go wrong while it ran. */
  readonly violations: string[]
}

export function createJournal(): Journal {
  return {
    deeds: [],
    looked: [],
    heard: [],
    transients: new Map(),
    watches: [],
    conversations: new Set(),
    violations: [],
  }
}
