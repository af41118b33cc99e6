/** Asks the relay about a conversation this device is not in. Rule CL104. */
import type { ConversationId } from '@parley/document'
import type { Core } from './core.ts'
import { fetchHead } from './fetching.ts'
import { freshRecord } from './news.ts'
import { offline } from './requests.ts'

export async function look(core: Core, id: ConversationId): Promise<'member' | 'joinable' | 'not-found'> {
  const { conversations } = core.model
  const known = conversations.get(id)
  if (known !== undefined && known.role !== '') return 'member'
  const result = await fetchHead(core, id)
  if (result === 'offline') throw offline()
  if (result === 'joinable' && !conversations.has(id)) {
    await core.mailbox.call((ledger) => {
      if (ledger.conversation(id) === undefined) ledger.setConversation(freshRecord(id))
    })
  }
  return result === 'joinable' ? 'joinable' : result === 'held' ? 'member' : 'not-found'
}
