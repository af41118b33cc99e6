// The SDK without a platform: for worlds and platforms of one's own. Apps import `@parley/client`, which brings theirs.
export { createEngine, type EngineOptions } from './engine.ts'
export type {
  Accepted,
  ConnectionState,
  ContactView,
  ConversationView,
  Draft,
  Engine,
  EngineEvent,
  HeadNews,
  HistoryPage,
  HistoryQuery,
  Inspection,
  MemberReached,
  MessageState,
  MessageView,
  ProfileView,
  Queued,
  Reacted,
  SendContent,
  SendMessage,
  UnsentItem,
} from './engine-types.ts'
export { ParleyError, type ParleyErrorCode } from './errors.ts'
export { clientLimits, type ClientLimits } from './limits.ts'
export {
  type Logger,
  type Ports,
  silentLogger,
  type Socket,
  type SocketHandlers,
  type TokenReason,
} from './ports.ts'
export type { PartName, Parts, PartSource } from './parts.ts'
export type { PartSources } from './part-modules.ts'
export { wholeParts } from './whole-parts.ts'
export type { ListChanges } from './list-changes.ts'
export { deviceLayout } from './records.ts'
export { type Platform, PortableRealtime } from './sdk/realtime.ts'
