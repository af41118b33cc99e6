/**
 * A conversation that a restored relay does not know: whoever may, makes it again from what he holds of it. Its creator may
 * (the id is random), and of a unique one everybody whose present members make the same id. Rule CL67.
 */
import { isUniqueId, makeEntryId, policyDifference, uniqueConversationId } from '@parley/document'
import type { Command } from '@parley/document'
import type { Core } from './core.ts'
import { confirmedHead } from './heads.ts'
import type { Ledger } from './ledger.ts'
import type { ConversationRecord } from './records.ts'

export async function createAgain(core: Core, ledger: Ledger, record: ConversationRecord): Promise<void> {
  const { id } = record
  const waits = ledger.outbox
    .commands(id)
    .some((item) => item.command.op === 'create' && item.state === 'waiting')
  const head = waits ? undefined : await confirmedHead(ledger, id)
  if (head === undefined) return
  const { kind, name, icon, unique, creator } = head.info
  const policy = policyDifference(head.info.policy)
  const members = [...head.members.keys()]
  const may = isUniqueId(id) ? uniqueConversationId(kind, members) === id : creator === core.user
  if (!may) return
  const command: Command = {
    op: 'create',
    kind,
    unique,
    members: members.filter((member) => member !== core.user),
    name,
    attributes: Object.fromEntries(head.attributes),
    ...(icon === null ? undefined : { icon }),
    ...(Object.keys(policy).length === 0 ? undefined : { policy }),
  }
  const at = core.ports.now()
  const n = ledger.takeFirstN()
  const own = makeEntryId(Math.max(0, at), core.ports.random(10))
  ledger.setItem({
    n,
    id: own,
    conversation: id,
    at,
    state: 'waiting',
    reason: null,
    answered: null,
    tried: false,
    offered: true,
    kind: 'command',
    command,
  })
}
