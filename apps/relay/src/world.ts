/** What the command needs of its process. */
import type { Environment } from './parse.ts'

export interface World {
  readonly args: readonly string[]
  readonly environment: Environment
  readonly version: string
  readonly print: (text: string) => void
  /** For what went wrong. */
  readonly complain: (text: string) => void
  readonly now: () => number
  /** Tells of every SIGTERM and SIGINT until the answer is called. */
  readonly onSignal: (listener: (signal: StopSignal) => void) => () => void
  /** Ends the process, now. */
  readonly exit: (code: number) => void
}

export type StopSignal = 'SIGTERM' | 'SIGINT'
