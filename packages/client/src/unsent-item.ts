import type { Command, ConversationId, Entry, EntryId, Failure, PersonCommand } from '@parley/document'

export interface UnsentItem {
  readonly id: EntryId
  /** '' for a change of what is the user's own. */
  readonly conversation: ConversationId | ''
  readonly kind: 'message' | 'operation' | 'command' | 'person'
  readonly entry?: Entry
  readonly command?: Command
  readonly person?: PersonCommand
  readonly state: 'waiting' | 'refused'
  readonly at: number
  /** The relay had it, and lost it: it is offered again by itself, and nobody needs to be told of it. */
  readonly offered: boolean
  readonly error?: UnsentError
}

interface UnsentError {
  readonly code: string
  readonly detail: string
  /** Of a command for several people, which is kept for those it was refused for: why, for each. */
  readonly failures?: readonly Failure[]
}
