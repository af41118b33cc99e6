/**
 * What the relay holds of a conversation between turns: the last committed state, never a draft.
 */
import { type ConversationId, type Head, readHeadUpdates, type UserId } from '@parley/document'
import type {
  ConversationRecord,
  HeadRecord,
  MemberRecord,
  PageRecord,
  RelayStore,
  StoredConversation,
  WriterRecord,
} from './store.ts'

export interface ConversationState {
  readonly record: ConversationRecord
  /** The head's exact Yjs state, and what it says. */
  readonly head: HeadRecord
  readonly value: Head
  /** Former ones too. Changed in place when a turn is adopted. */
  readonly members: Map<UserId, MemberRecord>
  readonly openPage: PageRecord
  /** Of the open page, by client id: those who have been seen to write, or are known to. Changed in place likewise. */
  readonly writers: Map<number, WriterRecord>
}

export function stateOf(stored: StoredConversation): ConversationState {
  const value = readHeadUpdates([stored.head.state])
  if (value === undefined) throw new Error(`the head of ${stored.record.id} cannot be read`)
  return {
    record: stored.record,
    head: stored.head,
    value,
    members: new Map(stored.members.map((member) => [member.user, member])),
    openPage: stored.openPage,
    writers: new Map(),
  }
}

/** Between two turns: a head is long to read, and whoever asks may ask again. */
export async function loadState(
  store: RelayStore,
  cache: ConversationCache,
  id: ConversationId,
): Promise<ConversationState | undefined> {
  const held = cache.get(id)
  if (held !== undefined) return held
  const stored = (await store.conversations([id])).get(id)
  if (stored === undefined) return undefined
  const state = stateOf(stored)
  cache.put(state)
  return state
}

export interface CacheLimits {
  readonly maxCachedConversations: number
  readonly maxCachedMembers: number
}

/** The conversations used last. */
export interface ConversationCache {
  get(id: ConversationId): ConversationState | undefined
  put(state: ConversationState): void
  drop(id: ConversationId): void
}

export function createConversationCache(limits: CacheLimits): ConversationCache {
  const held = new Map<ConversationId, ConversationState>()
  /** As they were counted: a state's members grow in place. */
  const counted = new Map<ConversationId, number>()
  let members = 0
  const drop = (id: ConversationId): void => {
    members -= counted.get(id) ?? 0
    counted.delete(id)
    held.delete(id)
  }
  return {
    get(id) {
      const state = held.get(id)
      if (state === undefined) return undefined
      held.delete(id)
      held.set(id, state)
      return state
    },
    put(state) {
      const { id } = state.record
      drop(id)
      held.set(id, state)
      counted.set(id, state.members.size)
      members += state.members.size
      for (const oldest of held.keys()) {
        if (oldest === id) break
        if (held.size <= limits.maxCachedConversations && members <= limits.maxCachedMembers) break
        drop(oldest)
      }
    },
    drop,
  }
}
