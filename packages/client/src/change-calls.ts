/** Calls that change what is there: loaded together. Rules CL90 to CL94, CL121 and CL122. */
import { createCommandCall } from './command-calls.ts'
import type { CommandCall } from './command-calls.ts'
import type { Core } from './core.ts'
import type { History } from './history.ts'
import { createOperationCalls } from './operation-calls.ts'
import type { OperationCalls } from './operation-calls.ts'
import type { Queueing } from './queueing.ts'
import { createUnsentCalls } from './unsent-calls.ts'
import type { UnsentCalls } from './unsent-calls.ts'

export interface ChangeCalls extends UnsentCalls, OperationCalls {
  readonly command: CommandCall
}

export function createChangeCalls(core: Core, queueing: Queueing, history: History): ChangeCalls {
  return {
    command: createCommandCall(core, queueing),
    ...createOperationCalls(core, queueing, history),
    ...createUnsentCalls(core, queueing),
  }
}
