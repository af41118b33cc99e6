/** Creating, joining, leaving and changing conversations. Rules CL90 and CL94. */
import { isUniqueId, writeAny } from '@parley/document'
import { parseCommand } from '@parley/document/commands'
import type { Command, ConversationId, Head, Outcome } from '@parley/document'
import { maxAnyBytes } from '@parley/wire'
import type { Core } from './core.ts'
import type { Queued } from './engine-types.ts'
import { refusalError } from './errors.ts'
import { shownHead } from './heads.ts'
import { predict } from './lay-commands.ts'
import type { Ledger } from './ledger.ts'
import { mustBeMember } from './membership.ts'
import { freshRecord } from './news.ts'
import { already } from './queueing.ts'
import type { Queueing } from './queueing.ts'
import type { CommandItem, ConversationRecord } from './records.ts'

export type CommandCall = (
  id: ConversationId,
  command: Command,
) => Promise<Queued<Outcome> & { readonly predicted: Outcome }>

interface Judged {
  readonly outcome: Outcome
  /** What is shown would not be another for it. */
  readonly changesNothing: boolean
}

export function createCommandCall(core: Core, queueing: Queueing): CommandCall {
  const { user } = core

  return async (id, given) => {
    const wanted = checked(given)
    const { make, predicted } = await core.mailbox.call(async (ledger) => {
      const head = await shownHead(ledger, id, { user, now: core.relayTime() })
      const { outcome, changesNothing } = judgeLocally(ledger, id, head, wanted)
      const waiting = changesNothing && wanted.op === 'create' ? creationOf(ledger, id) : undefined
      if (waiting !== undefined) {
        // Offered again by itself so far: from here on its user wants to know what becomes of it.
        if (waiting.offered) ledger.setItem({ ...waiting, offered: false })
        return { make: queueing.waiting<Outcome>(ledger, waiting), predicted: outcome }
      }
      if (changesNothing && wanted.op === 'create' && isCurrent(ledger, id)) {
        return { make: () => already(queueing.newId(), outcome), predicted: outcome }
      }
      const item: CommandItem = {
        ...queueing.common(ledger, queueing.newId(), id),
        kind: 'command',
        command: wanted,
      }
      const record = ledger.conversation(id)
      if (record === undefined || (record.local && wanted.op === 'create'))
        ledger.setConversation(localRecord(id, wanted, core))
      return { make: queueing.queue<Outcome>(ledger, item), predicted: outcome }
    })
    return { ...make(), predicted }
  }

  /** Where the head is not held the relay has the only word. */
  function judgeLocally(ledger: Ledger, id: ConversationId, head: Head | undefined, wanted: Command): Judged {
    if (head === undefined && wanted.op === 'join') {
      if (isUniqueId(id))
        throw refusalError('not-found', 'There is no such conversation, or it is entered by invitation only.')
      return { outcome: { successfulClientIds: [user], failures: [] }, changesNothing: false }
    }
    if (head === undefined && wanted.op !== 'create') {
      mustBeMember(ledger, id, user, head)
      const successfulClientIds = 'members' in wanted ? wanted.members : [user]
      return { outcome: { successfulClientIds, failures: [] }, changesNothing: false }
    }
    const verdict = predict(id, head, wanted, { user, now: core.relayTime() })
    if (!verdict.accepted) {
      if (wanted.op === 'join' && isOutside(ledger, id) && mayHaveChanged.has(verdict.code))
        return { outcome: { successfulClientIds: [user], failures: [] }, changesNothing: false }
      throw refusalError(verdict.code, verdict.detail)
    }
    return { outcome: verdict.outcome, changesNothing: verdict.change === null }
  }
}

/** What kept somebody out when he heard of a conversation last. Since he is not in it, nobody tells him that it is over. */
const mayHaveChanged: ReadonlySet<string> = new Set([
  'blocked',
  'not-found',
  'not-allowed',
  'conversation-full',
])

function isOutside(ledger: Ledger, id: ConversationId): boolean {
  return !isUniqueId(id) && ledger.conversation(id)?.role === ''
}

/** What neither a relay nor this device's own store would read again is refused where it enters. */
function checked(given: Command): Command {
  const once = 'members' in given ? { ...given, members: [...new Set(given.members)] } : given
  const parsed = parseCommand(once)
  if (!parsed.ok) throw refusalError(parsed.code, parsed.detail)
  if (writeAny({ ...parsed.command }).length > maxAnyBytes)
    throw refusalError('too-large', 'This does not fit into one change: do it in several steps.')
  return parsed.command
}

/** What this device holds of it is all there is. */
function isCurrent(ledger: Ledger, id: ConversationId): boolean {
  const record = ledger.conversation(id)
  return record !== undefined && !record.local && !record.verify && record.headHeld === record.headKnown
}

/** Its creation, while that waits to be heard of. */
function creationOf(ledger: Ledger, id: ConversationId): CommandItem | undefined {
  return ledger.outbox
    .commands(id)
    .find(
      ({ state, answered, command }) => state === 'waiting' && answered === null && command.op === 'create',
    )
}

function localRecord(id: ConversationId, command: Command, core: Core): ConversationRecord {
  const fresh = { ...freshRecord(id), createdAt: core.ports.now(), time: core.ports.now(), local: true }
  if (command.op !== 'create') return fresh
  return {
    ...fresh,
    kind: command.kind,
    name: command.name,
    icon: command.icon ?? null,
    creator: core.user,
    unique: command.unique,
    role: 'owner',
    members: new Set([core.user, ...command.members]).size,
    pages: 1,
  }
}
