/** What the parts of one engine share. */
import type { UserId } from '@parley/document'
import type { Asking } from './asking.ts'
import type { EngineEvent } from './engine-types.ts'
import type { Sending } from './lanes.ts'
import type { ClientLimits } from './limits.ts'
import type { LiveHolder } from './live.ts'
import type { Mailbox } from './mailbox.ts'
import type { Model } from './model.ts'
import type { Ports } from './ports.ts'
import type { Promises } from './promises.ts'
import type { ReceiptSender } from './receipt-sender.ts'
import type { Requests } from './requests.ts'
import type { Session } from './session.ts'

export interface Core {
  readonly user: UserId
  readonly ports: Ports
  readonly limits: ClientLimits
  readonly model: Model
  readonly mailbox: Mailbox
  readonly session: Session
  readonly sending: Sending
  readonly promises: Promises
  readonly requests: Requests
  readonly live: LiveHolder
  readonly asking: Asking
  readonly receipts: ReceiptSender
  /** How far he has read goes to his other devices. */
  readonly syncReadMarks: boolean
  /** How far he has read is told to the others. */
  readonly readReceipts: boolean
  readonly emit: (event: EngineEvent) => void
  /** What the relay's clock says, as far as this life has heard: this device's own may be wrong by hours. Rule CL134. */
  readonly relayTime: () => number
  /** The next hello says so. */
  inflates: boolean
  /** The catch-up of this session is stored: what waits may leave. */
  caughtUp: boolean
}
