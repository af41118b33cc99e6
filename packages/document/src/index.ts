// Conversations, entries and rules on Yjs: what an update may hold, and what it means.
// What judges commands stands in `commands.ts`, what belongs to a person in `person.ts`.
export { type AnyLimits, type ContentCode, type ReadAny, readAny, writeAny } from './entry/any.ts'
export {
  type Append,
  eraseAppend,
  type Erased,
  type ReadAppend,
  readAppend,
  type ReadErased,
  readErased,
  type UpdateFault,
  writeAppend,
  writeErasure,
} from './page/append.ts'
export { type PlainMessage, readPlainMessage } from './page/plain-message.ts'
export type {
  OrderedAppends,
  ReadStockUpdate,
  StockAppend,
  StockDeletion,
  StockOther,
  StockStruct,
  StockUpdate,
} from './page/stock-structs.ts'
export { maxStockDeletions, maxStockStructs, maxStockUpdateBytes } from './page/stock-limits.ts'
export { inCausalOrder } from './page/stock-order.ts'
export { readStockUpdate } from './page/stock-update.ts'
export { changeHead } from './head/change-head.ts'
export { createdHead, openedHead } from './head/open-head.ts'
export { firstRelayClientId, makeClientId, relayClientId } from './client-ids.ts'
export { buildMessage, type BuiltMessage, type ContentFields, type MessageFields } from './entry/build.ts'
export { type ContentFault, type ReadEntry, readEntry, writeEntry } from './entry/content.ts'
export {
  type Digest,
  digestWith,
  emptyDigest,
  headDigest,
  rowDigest,
  type RowPlace,
  xorDigest,
} from './digest.ts'
export { type DocumentName, headName, pageName, parseDocumentName } from './documents.ts'
export {
  type Content,
  type Edit,
  type Entry,
  everybody,
  type JsonObject,
  type JsonValue,
  type Mention,
  type Message,
  type Operation,
  type Reaction,
  type Recall,
} from './entry/entry.ts'
export {
  type Audience,
  type Change,
  type Command,
  defaultPolicy,
  type Failure,
  forever,
  type Formerly,
  type Head,
  type HeadInfo,
  type JudgeContext,
  type Member,
  type Outcome,
  type Policy,
  type RefusalCode,
  refusalCodes,
  type Right,
  rights,
  type Role,
  type Verdict,
} from './head/head.ts'
export { readHeadUpdates } from './head/head-bytes.ts'
export { applyChange, compactHeadMaps, readHead } from './head/head-document.ts'
export {
  type HeadChange,
  mergeHeadUpdates,
  readHeadState,
  writeHeadChange,
  type WrittenHead,
} from './head/head-state.ts'
export {
  byCodeUnit,
  type ConversationId,
  type ConversationKind,
  type DeviceId,
  type EntryId,
  isRandomId,
  isUniqueId,
  type ItemId,
  makeConversationId,
  makeEntryId,
  parseConversationId,
  parseDeviceId,
  parseEntryId,
  parseUserId,
  type UserId,
} from './ids.ts'
export {
  maxAttributesBytes,
  maxBlocked,
  maxContacts,
  maxIconLength,
  maxIncoming,
  maxMuted,
  maxNamedAtOnce,
  maxPersonBlocks,
  maxPins,
  maxProfileBytes,
  maxRefusals,
  maxRemarkLength,
  maxRequestLength,
  maxSettings,
  maxDepth,
  maxEntryBytes,
  maxMembers,
  maxNameLength,
  maxPageBytes,
  maxPageEntries,
  maxPageCorrections,
  maxPageOperations,
  maxPageWriters,
  maxReactionBytes,
  maxMentions,
  maxTextBytes,
  maxUnblocked,
  maxUpdateBytes,
} from './limits.ts'
export {
  createPageWriter,
  type PageWriter,
  type PageWriterOptions,
  readPage,
  type WrittenAppend,
} from './page/page-writer.ts'
export type { ParseFault } from './fields.ts'
export { parseChange, type ParsedChange } from './head/parse-change.ts'
export { policyDifference, wholePolicy } from './head/policy.ts'
export { type EntryVerdict, judgeEntry, judgeSignal, type Target } from './head/judge-entry.ts'
export {
  type Block,
  type Contact,
  type KnownPersonRow,
  type PersonChange,
  type PersonCommand,
  type PersonContext,
  type PersonGroup,
  type PersonKind,
  personKinds,
  type PersonRow,
  type PersonVerdict,
  type Profile,
  type ReadMark,
  type Refuse,
  type Setting,
  type Unblocked,
  type Unblocking,
} from './person/person.ts'
export { hasRight } from './head/rights.ts'
export {
  type Confirmed,
  emptyTimeline,
  foldRow,
  type Reacted,
  recalledType,
  timeline,
  type TimelineMessage,
  type TimelineState,
} from './timeline.ts'
