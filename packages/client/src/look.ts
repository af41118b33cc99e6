/** Asks the relay about a conversation this device is not in. Rule CL104. */
import type { ConversationId } from '@parley/document'
import type { Core } from './core.ts'
import { fetchHead } from './fetching.ts'
import { confirmedHead } from './heads.ts'
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

/** Members and attributes are at hand after this, as far as they can be had. */
export async function openConversation(core: Core, id: ConversationId): Promise<void> {
  const head = await core.mailbox.read(async (ledger) => confirmedHead(ledger, id))
  const record = core.model.conversations.get(id)
  if (record === undefined || record.local || record.role === '' || record.headHeld === record.headKnown)
    return
  const fetched = fetchHead(core, id)
  // An older head is shown at once and replaced when the newer one is here.
  if (head === undefined) await fetched
}
