/** Asking the relay for a page, or a head. Rules CL38 and CL70. */
import type { ConversationId } from '@parley/document'
import type { Core } from './core.ts'
import type { RequestResult } from './requests.ts'

export async function fetchPage(core: Core, id: ConversationId, page: number): Promise<RequestResult> {
  if (!core.caughtUp) return 'offline'
  const { held, known } = await core.mailbox.read(async (ledger) => ledger.page(id, page))
  const verify = core.model.conversations.get(id)?.verify === true
  const after = verify ? 0 : held
  // The connection may have gone while the page was looked up: what is not asked is not answered.
  if (!core.caughtUp) return 'offline'
  return core.requests.open({ kind: 'page', conversation: id, page, after, pages: [], known }, (request) => {
    core.session.send({ frame: 'fetch', request, conversation: id, page, after })
  })
}

export async function fetchHead(core: Core, id: ConversationId): Promise<RequestResult> {
  if (!core.caughtUp) return 'offline'
  const known = core.model.conversations.get(id)?.headKnown ?? 0
  return core.requests.open(
    { kind: 'head', conversation: id, page: 0, after: 0, pages: [], known },
    (request) => {
      core.session.send({ frame: 'fetch', request, conversation: id, page: 0, after: 0 })
    },
  )
}
