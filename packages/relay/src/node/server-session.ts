/** What the server knows of each of its sockets, of either protocol. */
import type { FailureCode } from '@parley/wire'

/** A socket as the server keeps it, of either protocol. */
export interface Session {
  /** Looks at every deadline; called by the server's one timer. */
  readonly sweep: (now: number) => void
  /** For those the core does not know: before their hello, or never. */
  readonly end: (code: FailureCode) => void
}

/** Opens a session among the server's own; it is forgotten when the session says that it is gone. */
export type KeepSession = (open: (whenClosed: () => void) => Session) => void
