/** How confirmed rows arrive, and what is told of them. Rules CL35 and CL61. */
import type { UserId } from '@parley/document'
import type { EngineEvent } from './engine-types.ts'
import type { Ledger } from './ledger.ts'
import { clearedSeq } from './keeping.ts'
import type { Promises } from './promises.ts'

export interface Arrival {
  readonly user: UserId
  /** What happened while the device was away. */
  readonly replayed: boolean
  /** A device's first sync: nothing of the past is announced. */
  readonly silent: boolean
  readonly promises: Promises
}

type RowEvent = Extract<
  EngineEvent,
  {
    readonly type:
      | 'message'
      | 'recalled'
      | 'edited'
      | 'reaction'
      | 'changed'
      | 'invited'
      | 'kicked'
      | 'members-joined'
      | 'members-left'
  }
>

/** Events of rows: marked when they happened while away, withheld on a first sync and of what is cleared away. */
export function tell(ledger: Ledger, arrival: Arrival, event: RowEvent): void {
  if ('message' in event && event.message.seq <= clearedSeq(ledger.model, event.message.conversation)) return
  if (!arrival.silent) ledger.emit(arrival.replayed ? { ...event, replayed: true } : event)
}
