/**
 * What the app asks for, as changes of the ledger: each resolves when it is safe on this device. Rules CL90 to CL94,
 * and CL121.
 *
 * Everything is checked before anything is changed: a change the local rules forbid rejects at once and is not queued.
 */
import { buildMessage, judgeEntry, writeEntry } from '@parley/document'
import type { ConversationId, Head, Message } from '@parley/document'
import { assert } from './assert.ts'
import { createCommandCall } from './command-calls.ts'
import type { CommandCall } from './command-calls.ts'
import type { Core } from './core.ts'
import type { Accepted, MessageView, Queued, SendMessage } from './engine-types.ts'
import { refusalError } from './errors.ts'
import { shownHead } from './heads.ts'
import type { History } from './history.ts'
import { mustBeMember } from './membership.ts'
import { createOperationCalls } from './operation-calls.ts'
import type { OperationCalls } from './operation-calls.ts'
import { createQueueing } from './queueing.ts'
import type { EntryItem } from './records.ts'
import { createUnsentCalls } from './unsent-calls.ts'
import type { UnsentCalls } from './unsent-calls.ts'
import { waitingView } from './views.ts'

export interface Calls extends UnsentCalls, OperationCalls {
  readonly command: CommandCall
  send(
    id: ConversationId,
    message: SendMessage,
  ): Promise<Queued<Accepted> & { readonly message: MessageView }>
}

export function createCalls(core: Core, history: History): Calls {
  const { user, ports } = core
  const queueing = createQueueing(core)

  async function send(id: ConversationId, wanted: SendMessage): ReturnType<Calls['send']> {
    const { make, message } = await core.mailbox.call(async (ledger) => {
      const built = buildMessage({ ...wanted, id: queueing.newId(), from: user, sentAt: ports.now() })
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

  return {
    send,
    command: createCommandCall(core, queueing),
    ...createOperationCalls(core, queueing, history),
    ...createUnsentCalls(core, queueing),
  }
}
