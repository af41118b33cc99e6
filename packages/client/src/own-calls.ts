/** What stays on this device: how far one has read, and drafts. Nothing of it goes through the outbox. Rules CL95, CL96, CL419. */
import type { ConversationId } from '@parley/document'
import type { Core } from './core.ts'
import type { DraftContent } from './engine-types.ts'
import { unknownConversation } from './errors.ts'
import type { Ledger } from './ledger.ts'
import { markAt, readTo } from './marks.ts'
import type { PartName } from './parts.ts'
import { unreadOf } from './conversation-view.ts'

export interface OwnCalls {
  read(id: ConversationId): Promise<Reading>
  /** Until it is read. */
  flag(id: ConversationId): Promise<void>
  /** Others, by the parts that were not there. What they know already they are not told again. */
  tellReading(reading: Reading): Promise<void>
  /** null for none. */
  setDraft(id: ConversationId, draft: DraftContent | null): Promise<void>
}

/** It stands on this device; whether others know of it depends on parts. */
export interface Reading {
  readonly id: ConversationId
  /** The newest message read, 0 where that is no news to anybody. */
  readonly newest: number
  /** What could not be told to others yet, since these are not there. */
  readonly missing: readonly PartName[]
}

export function createOwnCalls(core: Core): OwnCalls {
  const { mailbox, ports } = core
  const { parts } = core.model
  const tellers: readonly PartName[] = [
    ...(core.syncReadMarks ? (['people'] as const) : []),
    ...(core.readReceipts ? (['receipts'] as const) : []),
  ]

  function tell(ledger: Ledger, { id, newest }: Pick<Reading, 'id' | 'newest'>): void {
    if (core.syncReadMarks) parts.held('people')?.tellReadMark(core, ledger, id)
    if (core.readReceipts) parts.held('receipts')?.oweRead(ledger, id, newest)
  }

  return {
    read: async (id) =>
      mailbox.call((ledger) => {
        const record = ledger.conversation(id)
        if (record === undefined) throw unknownConversation()
        const isUnread = unreadOf(record) > 0
        if (isUnread || record.flagged || record.mark.seq !== record.seq) {
          ledger.setConversation(readTo(record, markAt(record)))
          ledger.changed(id)
        }
        // To have read what oneself has said is no news to anybody.
        const isNews = isUnread || record.last?.from !== core.user
        const newest = isNews ? (record.last?.seq ?? 0) : 0
        tell(ledger, { id, newest })
        return { id, newest, missing: tellers.filter((name) => parts.held(name) === undefined) }
      }),
    async flag(id) {
      await mailbox.call((ledger) => {
        const record = ledger.conversation(id)
        if (record === undefined) throw unknownConversation()
        ledger.setConversation({ ...record, flagged: true })
        ledger.changed(id)
      })
    },
    tellReading: async (reading) => mailbox.call((ledger) => tell(ledger, reading)),
    async setDraft(id, draft) {
      await mailbox.call((ledger) => {
        if (ledger.conversation(id) === undefined) throw unknownConversation()
        ledger.setDraft(id, draft === null || isEmpty(draft) ? null : { ...draft, editedAt: ports.now() })
        ledger.changed(id)
      })
    },
  }
}

/** There is nothing in it that its writer would miss. */
function isEmpty({ text = '', body, attrs, replyTo, data }: DraftContent): boolean {
  return text === '' && [body, attrs, replyTo, data].every((part) => part === undefined)
}
