/**
 * What the app asks for, as changes of the ledger: each resolves when it is safe on this device. Rules CL90 to CL94.
 *
 * Everything is checked before anything is changed: a change the local rules forbid rejects at once and is not queued.
 */
import { buildMessage, writeEntry } from '@parley/document'
import type { ConversationId } from '@parley/document'
import { assert } from './assert.ts'
import { createCommandCall } from './command-calls.ts'
import type { CommandCall } from './command-calls.ts'
import type { Core } from './core.ts'
import type { Accepted, MessageView, Queued, SendMessage } from './engine-types.ts'
import { refusalError } from './errors.ts'
import { shownHead } from './heads.ts'
import type { History } from './history.ts'
import { mustBeMember } from './membership.ts'
import { createQueueing } from './queueing.ts'
import { createRecallCall } from './recall-call.ts'
import type { RecallCall } from './recall-call.ts'
import type { EntryItem } from './records.ts'
import { createUnsentCalls } from './unsent-calls.ts'
import type { UnsentCalls } from './unsent-calls.ts'
import { waitingView } from './views.ts'

export interface Calls extends UnsentCalls {
  readonly command: CommandCall
  readonly recall: RecallCall
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
      mustBeMember(ledger, id, user, await shownHead(ledger, id, { user, now: ports.now() }))
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

  return {
    send,
    command: createCommandCall(core, queueing),
    recall: createRecallCall(core, queueing, history),
    ...createUnsentCalls(core, queueing),
  }
}
