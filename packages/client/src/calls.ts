/**
 * Writing a message, as a change of the ledger: it resolves when it is safe on this device. Rules CL90 to CL94, and CL121; every
 * other change is in `change-calls.ts`.
 *
 * Everything is checked before anything is changed: a change the local rules forbid rejects at once and is not queued.
 */
import { buildMessage, judgeEntry, writeEntry } from '@parley/document'
import type { ConversationId, Head, Message } from '@parley/document'
import { assert } from './assert.ts'
import type { Core } from './core.ts'
import type { Accepted, MessageView, Queued, SendMessage } from './engine-types.ts'
import { refusalError } from './errors.ts'
import { shownHead } from './heads.ts'
import { mustBeMember } from './membership.ts'
import type { Queueing } from './queueing.ts'
import type { EntryItem } from './records.ts'
import { waitingView } from './views.ts'

export type SendCall = (
  id: ConversationId,
  message: SendMessage,
) => Promise<Queued<Accepted> & { readonly message: MessageView }>

export function createSendCall(core: Core, queueing: Queueing): SendCall {
  const { user, ports } = core

  async function send(id: ConversationId, wanted: SendMessage): ReturnType<SendCall> {
    const { make, message } = await core.mailbox.call(async (ledger) => {
      const { drafted, ...content } = wanted
      const built = buildMessage({ ...content, id: queueing.newId(), from: user, sentAt: ports.now() })
      if (!built.ok) throw refusalError(built.code, built.detail)
      const head = await shownHead(ledger, id, { user, now: core.relayTime() })
      mustBeMember(ledger, id, user, head)
      mayWrite(head, built.message)
      const item: EntryItem = {
        ...queueing.common(ledger, built.message.id, id),
        kind: 'entry',
        content: writeEntry(built.message),
        made: null,
        target: null,
      }
      if (drafted === true) ledger.setDraft(id, null)
      const view = waitingView(item)
      assert(view !== undefined, 'a message just written can be read')
      return { make: queueing.queue<Accepted>(ledger, item), message: view }
    })
    return { ...make(), message }
  }

  /** A head that does not know of him yet says nothing. */
  function mayWrite(head: Head | undefined, message: Message): void {
    if (head?.members.has(user) !== true) return
    const verdict = judgeEntry(head, message, user, undefined, core.relayTime())
    if (!verdict.accepted) throw refusalError(verdict.code, verdict.detail)
  }

  return send
}
