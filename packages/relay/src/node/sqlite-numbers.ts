/**
 * The numbers that stand for conversations inside the file: shorter than their ids, and asked for with every record.
 */
import type { ConversationId } from '@parley/document'
import type { StatementSync } from 'node:sqlite'
import { number } from './sqlite-columns.ts'

export interface Numbers {
  /** `none` for a conversation that is not there. */
  readonly of: (conversation: ConversationId) => number
  /** After a transaction that came to nothing: a number it gave may be given to another. */
  readonly forget: () => void
}

/** No conversation has it. */
const none = -1

/** Some hundred bytes each; beyond it they are asked for again. */
const maxKnownNumbers = 10_000

export function createNumbers(find: StatementSync): Numbers {
  const known = new Map<ConversationId, number>()
  return {
    of(conversation) {
      const held = known.get(conversation)
      if (held !== undefined) return held
      const columns = find.get(conversation)
      if (columns === undefined) return none
      const found = number(columns, 'number')
      if (known.size >= maxKnownNumbers) known.clear()
      known.set(conversation, found)
      return found
    },
    forget() {
      known.clear()
    },
  }
}
