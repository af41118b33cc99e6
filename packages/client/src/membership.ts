/** Whether this device's user is in a conversation, as far as it knows, and what he waits for. */
import type { Command, ConversationId, Head, UserId } from '@parley/document'
import { refusalError, unknownConversation } from './errors.ts'
import type { Ledger } from './ledger.ts'

export function mustBeMember(ledger: Ledger, id: ConversationId, user: UserId, head: Head | undefined): void {
  const record = ledger.conversation(id)
  if (record === undefined) throw unknownConversation()
  if (head?.members.has(user) === true) return
  if (head === undefined && (record.role !== '' || waitsToEnter(ledger, id))) return
  // A head that is behind may not know yet that he was brought back.
  const behind = head !== undefined && record.role !== '' && record.headHeld !== record.headKnown
  if (behind && !waits(ledger, id, ['quit'])) return
  throw refusalError('not-a-member', 'Only members do this in a conversation.')
}

/** Into a conversation he is not in yet, or not any more. */
export function waitsToEnter(ledger: Ledger, id: ConversationId): boolean {
  return waits(ledger, id, ['create', 'join'])
}

function waits(ledger: Ledger, id: ConversationId, ops: readonly Command['op'][]): boolean {
  return ledger.outbox
    .commands(id)
    .some(({ state, command }) => state === 'waiting' && ops.includes(command.op))
}
