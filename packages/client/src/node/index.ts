// The SDK in Node.
export type {
  Accepted,
  ConnectionState,
  ConversationView,
  Draft,
  MessageView,
  UnsentItem,
} from '../engine-types.ts'
export { ParleyError, type ParleyErrorCode } from '../errors.ts'
export type { Logger, TokenReason } from '../ports.ts'
export {
  Conversation,
  type ConversationEvents,
  type MembersResult,
  type MessageList,
  type QueryMessagesOptions,
} from '../sdk/conversation.ts'
export { Event } from '../sdk/event.ts'
export { type ClientEvents, type CreateConversationOptions, IMClient, type Unsent } from '../sdk/im-client.ts'
export {
  Message,
  type MessageClass,
  type MessageReason,
  MessageStatus,
  type MessageStatusName,
  RecalledMessage,
  TextMessage,
} from '../sdk/message.ts'
export type { RealtimeEvents, RealtimeOptions } from '../sdk/realtime.ts'
export { deviceLayout } from '../records.ts'
export { Realtime } from './realtime.ts'
