// The SDK in Node.
export type { Audience, JsonObject, JsonValue, Outcome, Policy, Right } from '@parley/document'
export type {
  Accepted,
  ConnectionState,
  ConversationView,
  MessageView,
  Reacted,
  UnsentItem,
} from '../engine-types.ts'
export { ParleyError, type ParleyErrorCode } from '../errors.ts'
export type { Difference } from '../list-changes.ts'
export type { Logger, TokenReason } from '../ports.ts'
export {
  BinaryMessage,
  type Location,
  LocationMessage,
  RecalledMessage,
  TextMessage,
} from '../sdk/built-in-messages.ts'
export type { ClientEvents } from '../sdk/client-events.ts'
export type { ContactInfo, Contacts } from '../sdk/contacts.ts'
export { Conversation } from '../sdk/conversation.ts'
export type { ConversationChanges, OwnMute } from '../sdk/conversation-changes.ts'
export type {
  ConversationEvents,
  InfoNews,
  MemberNews,
  ReactionNews,
  Replayed,
  UpdateNews,
} from '../sdk/conversation-events.ts'
export type { ConversationList, ConversationListOptions } from '../sdk/conversation-list.ts'
export type { Draft, DraftOptions } from '../sdk/draft.ts'
export { ElementsMessage, type GivenElement, type MessageElement } from '../sdk/elements-message.ts'
export { Event } from '../sdk/event.ts'
export { AudioMessage, FileMessage, ImageMessage, VideoMessage } from '../sdk/file-messages.ts'
export type { MessageRef } from '../sdk/given-ids.ts'
export type { MessagesBatch, MessagesIterator, MessagesIteratorOptions } from '../sdk/history-iterator.ts'
export { type MessageList, MessageQueryDirection, type QueryMessagesOptions } from '../sdk/history.ts'
export type { Changed } from '../sdk/host.ts'
export { type CreateConversationOptions, IMClient, type Unsent } from '../sdk/im-client.ts'
export { type ConversationMemberInfo, ConversationMemberRole, type MemberRole } from '../sdk/member-info.ts'
export type { MembersResult, MuteOptions, PageOptions, UsersPage } from '../sdk/members-changed.ts'
export {
  Message,
  type MessageReason,
  MessageStatus,
  type MessageStatusName,
  type SendOptions,
} from '../sdk/message.ts'
export type { MessageClass } from '../sdk/message-classes.ts'
export { MessageFile, type MessageFileFields } from '../sdk/message-file.ts'
export type { BlockedUsers, RefusedConversations } from '../sdk/person-client.ts'
export type { GivenProfile, UserProfile } from '../sdk/profiles.ts'
export { ConversationQuery, type FoundConversations } from '../sdk/query.ts'
export type { ReadStatus } from '../sdk/receipts.ts'
export type { ClientOptions, RealtimeEvents, RealtimeOptions } from '../sdk/realtime.ts'
export type { MessageTimeline, TimelineOptions } from '../sdk/timeline.ts'
export { messageField, messageType, TypedMessage } from '../sdk/typed-message.ts'
export { deviceLayout } from '../records.ts'
export { Realtime } from './realtime.ts'
