/** What the relay refuses: it stays with its reason, is told, and what depends on it goes with it. Rules CL45 and CL46. */
import { refusalError } from './errors.ts'
import type { Ledger } from './ledger.ts'
import type { Promises } from './promises.ts'
import type { OutboxItem, Reason } from './records.ts'
import { unsentView, waitingView } from './views.ts'

/** Final. The item stays with its reason, and what depends on it fails with it; nothing else does. */
export function refuse(ledger: Ledger, item: OutboxItem, reason: Reason, promises: Promises): void {
  ledger.after.push(() => promises.reject(item.id, refusalError(reason.code, reason.detail)))
  if (!keepRefused(ledger, item, reason)) return
  for (const other of ledger.outbox.about(item.id)) {
    if (!isOpen(other)) continue
    const detail = 'The message this is about was refused.'
    refuse(ledger, other, { code: 'target-refused', detail }, promises)
  }
  for (const other of dependents(ledger, item)) {
    const detail = 'The conversation could not be made or entered; retry that, or discard this.'
    refuse(ledger, other, { code: 'conversation-refused', detail }, promises)
  }
  const record = ledger.conversation(item.conversation)
  if (item.kind !== 'command' || record?.local !== true) return
  if (item.command.op === 'create') ledger.setConversation({ ...record, role: '' })
  // Nothing of it is here but what was written: it is as unknown as before.
  if (item.command.op === 'join') ledger.setConversation({ ...record, role: '', local: false })
}

/** Answers whether it is kept. */
export function keepRefused(ledger: Ledger, item: OutboxItem, reason: Reason): boolean {
  // Offered again to a restored relay and refused: what was a message is kept with its reason, the rest has had its day.
  if (item.offered && !isMessage(item)) {
    ledger.removeItem(item.n)
    return false
  }
  const refused: OutboxItem =
    item.kind === 'entry'
      ? { ...item, state: 'refused', reason, made: null }
      : { ...item, state: 'refused', reason }
  ledger.setItem(refused)
  announceRefusal(ledger, refused, reason)
  return true
}

function isOpen(item: OutboxItem): boolean {
  return item.state === 'waiting' && item.answered === null
}

/** What never can leave now: all after a creation; what was written after a joining, up to the next try to get in. */
function dependents(ledger: Ledger, item: OutboxItem): readonly OutboxItem[] {
  if (item.kind !== 'command') return []
  const after = ledger.outbox.lane(item.conversation).filter((other) => other.n > item.n && isOpen(other))
  if (item.command.op === 'create') return after
  if (item.command.op !== 'join' || ledger.conversation(item.conversation)?.role !== '') return []
  const next = after.findIndex(
    (other) => other.kind === 'command' && (other.command.op === 'create' || other.command.op === 'join'),
  )
  return (next < 0 ? after : after.slice(0, next)).filter(({ kind }) => kind === 'entry')
}

function isMessage(item: OutboxItem): boolean {
  return item.kind === 'entry' && item.target === null
}

function announceRefusal(ledger: Ledger, item: OutboxItem, { code, detail }: Reason): void {
  if (item.kind === 'command') {
    const { conversation, id, command } = item
    ledger.emit({ type: 'command-refused', conversation, id, command, item: unsentView(item), code, detail })
    return
  }
  const message = waitingView(item)
  if (message !== undefined) ledger.emit({ type: 'message-status', message })
  else ledger.emit({ type: 'operation-refused', item: unsentView(item), code, detail })
}
