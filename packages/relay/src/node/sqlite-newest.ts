/**
 * The largest id of an entry in each conversation: ids begin with the time at which they were made, so nearly every new one
 * is above it, and need not be looked for. One that is not, of a device whose clock is behind, is looked for.
 */
import type { ConversationId } from '@parley/document'
import type { StatementSync } from 'node:sqlite'
import type { LogRow } from '../store.ts'
import { text } from './sqlite-columns.ts'
import type { Numbers } from './sqlite-numbers.ts'
import type { Pending } from './sqlite-pending.ts'

export interface NewestIds {
  /** Whether no entry of the conversation can have this id, neither in the tables nor in the journal. */
  readonly isNew: (conversation: ConversationId, id: string) => boolean
  /** These have been committed. */
  readonly add: (rows: readonly LogRow[]) => void
}

/** Some hundred bytes each; beyond it they are asked for again. */
const maxKnownIds = 10_000

export function createNewestIds(find: StatementSync, numbers: Numbers, pending: Pending): NewestIds {
  const known = new Map<ConversationId, string>()

  const read = (conversation: ConversationId): string => {
    const columns = find.get(numbers.of(conversation))
    let newest = columns === undefined ? '' : text(columns, 'id')
    for (const { id, page } of pending.conversations.get(conversation)?.rows ?? []) {
      if (page > 0 && id > newest) newest = id
    }
    if (known.size >= maxKnownIds) known.clear()
    known.set(conversation, newest)
    return newest
  }

  return {
    isNew: (conversation, id) => id > (known.get(conversation) ?? read(conversation)),
    add(rows) {
      for (const { conversation, id, page } of rows) {
        const newest = known.get(conversation)
        if (newest !== undefined && page > 0 && id > newest) known.set(conversation, id)
      }
    },
  }
}
