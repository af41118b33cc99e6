/** An own message with what the others have said of it. Rule CL305. */
import type { UserId } from '@parley/document'
import type { MessageView } from './engine-types.ts'
import type { Receipts, Step } from './receipt-records.ts'

/** An own message with what has become of it. */
export function withReceipts(
  view: MessageView,
  receipts: Receipts | null | undefined,
  user: UserId,
): MessageView {
  if (receipts === null || receipts === undefined) return view
  if (view.from !== user || view.state !== 'sent' || view.recalled || view.seq === 0) return view
  const delivered = whenReached(receipts.delivered, view.seq)
  const read = whenReached(receipts.read, view.seq)
  if (delivered === undefined) return view
  return { ...view, delivered, ...(read === undefined ? undefined : { read }) }
}

function whenReached(steps: readonly Step[], seq: number): number | undefined {
  return steps.find((step) => step.seq >= seq)?.time
}
