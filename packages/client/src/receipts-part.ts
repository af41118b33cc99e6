/** Who has got how far: loaded when somebody asks for a receipt, or tells how far he has got. */
export { createReceiptSender } from './receipt-sender.ts'
export { hearLeaving, hearMarks, oweAnew, oweDelivered, oweRead } from './receipt-rows.ts'
