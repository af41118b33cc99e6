/**
 * A conversation that a restored relay does not know: whoever may, makes it again from what he holds of it. Its creator may
 * (the id is random), and of a unique one everybody whose present members make the same id. Rule CL67.
 */
import { forever, isUniqueId, makeEntryId, policyDifference } from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import type { Command, ConversationId, Head } from '@parley/document'
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
  const { roles, mutes, blocks } = more(head, core)
  const others = members.filter((member) => member !== core.user)
  const create: Command = {
    op: 'create',
    kind,
    unique,
    members: others,
    name,
    attributes: Object.fromEntries(head.attributes),
    ...(icon === null ? undefined : { icon }),
    ...(Object.keys(policy).length === 0 ? undefined : { policy }),
  }
  // Before all that waits, in this order; whom he may not rank, mute or block any more the relay will say.
  for (const command of [create, ...roles, ...mutes, ...blocks].toReversed())
    queueFirst(core, ledger, id, command)
}

interface More {
  readonly roles: readonly Command[]
  readonly mutes: readonly Command[]
  readonly blocks: readonly Command[]
}

/** What a creation alone does not say of its people. */
function more({ members, muted, blocked }: Head, { user, relayTime }: Core): More {
  const managers = [...members].flatMap(([id, { role }]) => (role === 'manager' && id !== user ? [id] : []))
  const now = relayTime()
  return {
    roles: managers.length === 0 ? [] : [{ op: 'role', members: managers, role: 'manager' }],
    mutes: [...muted].flatMap(([id, until]): readonly Command[] =>
      until <= now ? [] : [{ op: 'mute', members: [id], forMs: until === forever ? null : until - now }],
    ),
    blocks: blocked.size === 0 ? [] : [{ op: 'block', members: [...blocked.keys()] }],
  }
}

function queueFirst(core: Core, ledger: Ledger, conversation: ConversationId, command: Command): void {
  const at = core.ports.now()
  ledger.setItem({
    n: ledger.takeFirstN(),
    id: makeEntryId(Math.max(0, at), core.ports.random(10)),
    conversation,
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
