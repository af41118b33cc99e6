/** What stays on this device: how far one has read, and drafts. Nothing of it goes through the outbox. Rules CL95 and CL96. */
import type { ConversationId } from '@parley/document'
import type { Core } from './core.ts'
import { unknownConversation } from './errors.ts'
import { markAt, marked } from './marks.ts'
import { unreadOf } from './conversation-view.ts'

export interface OwnCalls {
  read(id: ConversationId): Promise<void>
  /** null for none. */
  setDraft(id: ConversationId, text: string | null): Promise<void>
}

export function createOwnCalls(core: Core): OwnCalls {
  const { mailbox, ports } = core
  const { parts } = core.model
  return {
    async read(id) {
      const people = core.syncReadMarks ? (parts.held('people') ?? (await parts.load('people'))) : undefined
      const receipts = core.readReceipts
        ? (parts.held('receipts') ?? (await parts.load('receipts')))
        : undefined
      await mailbox.call((ledger) => {
        const record = ledger.conversation(id)
        if (record === undefined) throw unknownConversation()
        const isUnread = unreadOf(record) > 0
        if (isUnread || record.mark.seq !== record.seq) {
          ledger.setConversation(marked(record, markAt(record)))
          ledger.emit({ type: 'conversation', conversation: id })
        }
        people?.tellReadMark(core, ledger, id)
        // To have read what oneself has said is no news to anybody.
        if (isUnread || record.last?.from !== core.user) receipts?.oweRead(ledger, id)
      })
    },
    async setDraft(id, text) {
      await mailbox.call((ledger) => {
        if (ledger.conversation(id) === undefined) throw unknownConversation()
        ledger.setDraft(id, text === null || text === '' ? null : { text, editedAt: ports.now() })
        ledger.emit({ type: 'conversation', conversation: id })
      })
    },
  }
}
