/**
 * Where receipts touch what is always there. The part that knows them is loaded when there is anything to be known: somebody asks
 * for a receipt, or tells how far he has got. Rules CL300 to CL310 and CL412.
 */
import type { ConversationId } from '@parley/document'
import type { MemberMark } from '@parley/wire'
import type { Arrival } from './arrival.ts'
import type { Ledger } from './ledger.ts'
import { asksOthers, type ReadRow } from './read-row.ts'
import type { ReceiptSender, ReceiptSenderParts } from './receipt-sender.ts'
import type { Parts } from './parts.ts'

export async function oweDelivered(ledger: Ledger, id: ConversationId, read: ReadRow): Promise<void> {
  if (!asksOthers(read, ledger.model.user)) return
  const part = await ledger.part('receipts')
  part.oweDelivered(ledger, id, read)
}

export async function oweAnew(
  ledger: Ledger,
  id: ConversationId,
  held: () => Promise<readonly number[]>,
): Promise<void> {
  if (ledger.conversation(id)?.receipts?.anew !== true) return
  const part = await ledger.part('receipts')
  await part.oweAnew(ledger, id, held)
}

export async function hearMarks(
  ledger: Ledger,
  id: ConversationId,
  said: { readonly marks: readonly MemberMark[]; readonly all: boolean },
  arrival: Pick<Arrival, 'silent'>,
): Promise<void> {
  const receipts = ledger.conversation(id)?.receipts
  if (receipts === undefined || (said.marks.length === 0 && (receipts === null || !said.all))) return
  const part = await ledger.part('receipts')
  await part.hearMarks(ledger, id, said, arrival)
}

/** Made when there is anything to be told. */
export function createReceiptTelling(parts: Parts, sending: ReceiptSenderParts): ReceiptSender {
  const { conversations } = sending.model
  let sender: ReceiptSender | undefined

  function tell(job: (sender: ReceiptSender) => void): void {
    parts.use('receipts', ({ createReceiptSender }) => {
      sender ??= createReceiptSender(sending)
      job(sender)
    })
  }

  function hasAny(id: ConversationId): boolean {
    return (conversations.get(id)?.receipts ?? null) !== null
  }

  return {
    look(id) {
      if (hasAny(id)) tell((one) => one.look(id))
    },
    caughtUp() {
      if (sender !== undefined || [...conversations.keys()].some(hasAny)) tell((one) => one.caughtUp())
    },
  }
}
