/** Calls about what is true only now. */
import type { ConversationId, UserId } from '@parley/document'
import type { Any } from '@parley/wire'

/** Of a query that the relay has answered. */
export interface RemoteFound {
  /** In the order of the query. */
  readonly ids: readonly ConversationId[]
  /** With `count` all there are. */
  readonly count: number
}

export interface LiveCalls {
  /** This user types, or has stopped. Without a connection nobody is told. */
  typing(conversation: ConversationId, on: boolean): void
  /** Others, as far as is known. */
  typingMembers(conversation: ConversationId): readonly UserId[]
  /** Of these, those who are there. Rejects `OFFLINE`. */
  presence(users: readonly UserId[]): Promise<readonly UserId[]>
  /** What the relay finds. Rejects `OFFLINE`, `bad-query` and `query-too-broad`. */
  remoteQuery(query: Any, count: boolean): Promise<RemoteFound>
  /** Tells how each of them stands, and every change of it, until it is stopped by what is answered. */
  watchPresence(
    users: readonly UserId[],
    listener: (presence: { readonly user: UserId; readonly online: boolean }) => void,
  ): () => void
}
