// The relay: checks every update, puts the accepted ones in one order, keeps them and hands them on.
export { type Case, type Check, type CheckName, protocolOrder } from './checks.ts'
export {
  compileExpression,
  type Expression,
  maxExpressionLength,
  maxExpressionSteps,
  maxExpressionTextLength,
} from './expression.ts'
export { defaultLimits, type RelayLimits } from './limits.ts'
export { createMemoryDisk, createMemoryRelayStore, type MemoryDisk } from './memory-store.ts'
export type {
  Authenticate,
  Authenticated,
  Clock,
  Connection,
  Identity,
  Logger,
  Peer,
  Relay,
  RelayHealth,
  RelayOptions,
  Revoked,
  Standing,
} from './ports.ts'
export { createRelay } from './create-relay.ts'
export type { PeopleStore, PersonRecord } from './people-store.ts'
export type { RevocationRecord, RevocationStore } from './revocation-store.ts'
export {
  type CommandKey,
  type CommandRecord,
  type ConversationRecord,
  type EntryKey,
  type FeedRow,
  type HeadRecord,
  type LogRow,
  type MemberRecord,
  type MessageRecord,
  type PageRecord,
  type PlaceKey,
  type RelayCommit,
  type RelayStore,
  type Rewrite,
  type StoredConversation,
  StoreError,
  type StoreErrorKind,
  type TagRecord,
  type WriterRecord,
} from './store.ts'
