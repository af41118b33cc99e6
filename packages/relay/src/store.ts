/**
 * The relay's log as a port: records, read in batches and written in one transaction.
 *
 * Promises (rules of SPEC.md, in the contract suite every backend runs):
 *  - `commit` is all or nothing and resolves only after the disk has it (fsync);
 *  - reads see every commit that has resolved, and nothing of one that has not;
 *  - a failed commit changes nothing; `StoreError` says whether the disk is full (`full`) or the store is broken (`broken`).
 */
import type { ConversationId, DeviceId, EntryId, Mention, Operation, UserId } from '@parley/document'
import type { MarkRecord, MarksStore } from './marks-store.ts'
import type { PeopleStore, PersonRecord } from './people-store.ts'
import type { UsageRecord, UsageStore } from './usage-store.ts'
import type { RevocationStore } from './revocation-store.ts'

export interface ConversationRecord {
  readonly id: ConversationId
  readonly kind: string
  readonly name: string | null
  readonly icon: string | null
  readonly creator: UserId
  readonly createdAt: number
  readonly unique: boolean
  readonly members: number
  readonly seq: number
  /** Never runs backwards. */
  readonly time: number
  readonly pages: number
  readonly headVersion: number
  readonly headDigest: string
  /** Of the last row of the head but those that open a page. */
  readonly headTime: number
  readonly total: number
  /** Sequence of the newest message, 0 for none. */
  readonly lastSeq: number
  /** Of all its rows as they are now. */
  readonly bytes: number
  /** Of the last row, or of the last move of a mark: where the feed finds it. */
  readonly position: number
}

export interface MemberRecord {
  readonly conversation: ConversationId
  readonly user: UserId
  /** '' when he is not a member any more. */
  readonly role: string
  readonly joinedSeq: number
  readonly joinedTotal: number
  readonly joinedMine: number
  readonly invitedBy: UserId | ''
  /** The first page he may see, 0 where nothing is hidden from him. */
  readonly since: number
  /** Until when he may not speak, as the head says; 0 for no mute, and while he is no member. */
  readonly mutedUntil: number
  /** Sequence of the row that ended it, 0 while a member. Nothing above it is his to see. */
  readonly leftSeq: number
  /** The conversation as it stood then: all that he may be told of it from there on. */
  readonly leftTime: number
  readonly leftPages: number
  readonly leftMembers: number
  readonly leftTotal: number
  readonly leftLastSeq: number
  readonly leftHeadDigest: string
  /** '' while a member, and when he left by himself. */
  readonly removedBy: UserId | ''
  readonly mine: number
  /** Of his last joining or leaving. */
  readonly position: number
}

export interface PageRecord {
  readonly conversation: ConversationId
  readonly page: number
  readonly entries: number
  readonly bytes: number
  readonly writers: number
  readonly closed: boolean
  readonly version: number
  readonly digest: string
  readonly firstSeq: number
  readonly lastSeq: number
  readonly position: number
  /** Position of the last row that erased something here, 0 for none. */
  readonly erasedPosition: number
}

export interface LogRow {
  readonly conversation: ConversationId
  readonly seq: number
  readonly time: number
  readonly position: number
  /** 0 for the head. */
  readonly page: number
  readonly kind: 'entry' | 'erased' | 'head'
  /** What the entry does to a message; null for a message itself, and for a row of the head. It outlasts erasing. */
  readonly operation: Operation['op'] | null
  readonly author: UserId | ''
  readonly client: number
  readonly clock: number
  /** The entry's id, the command's id on a head row, or ''. */
  readonly id: EntryId | ''
  readonly update: Uint8Array
  /** Of an operation that erased: the rows it took away. */
  readonly erases: readonly { readonly seq: number; readonly client: number; readonly clock: number }[]
  /** Of a head row: the change, as encoded by lib0's any. */
  readonly change: Uint8Array | null
}

/** What is told of a row in a list of them: of an entry as it was written nothing that stands in its update. */
export type ToldRow = ToldEntry | (LogRow & { readonly kind: 'erased' | 'head' })

interface ToldEntry extends Pick<LogRow, 'seq' | 'time' | 'page' | 'update' | 'erases'> {
  readonly kind: 'entry'
}

export function toldOf(row: LogRow): ToldRow {
  const { kind, seq, time, page, update, erases } = row
  return kind === 'entry' ? { kind, seq, time, page, update, erases } : { ...row, kind }
}

export interface WriterRecord {
  readonly conversation: ConversationId
  readonly page: number
  readonly client: number
  readonly user: UserId
  readonly device: DeviceId | ''
  /** The next one: one more than the last accepted. */
  readonly clock: number
}

/**
 * An entry by its id: a message, or an operation. It is of a row that is there: author, sequence and place are the row's,
 * and it is erased when the row is.
 */
export interface MessageRecord {
  readonly conversation: ConversationId
  readonly id: EntryId
  readonly author: UserId
  readonly seq: number
  readonly page: number
  readonly client: number
  readonly clock: number
  /** null for an operation. */
  readonly type: number | null
  readonly erased: boolean
  /** The edit that stands on a message, on the same page; null for none, and for an operation. */
  readonly edit: EditPlace | null
}

export interface EditPlace {
  readonly id: EntryId
  readonly seq: number
  readonly client: number
  readonly clock: number
}

/** Somebody, or everybody, is mentioned by a message that is there. */
export interface MentionRecord {
  readonly conversation: ConversationId
  readonly user: Mention
  readonly seq: number
  readonly author: UserId
}

export interface CommandRecord {
  readonly user: UserId
  readonly id: EntryId
  /** '' for a command of a person, which is about none. */
  readonly conversation: ConversationId | ''
  readonly seq: number
  readonly time: number
  /** Outcome or refusal, as encoded by lib0's any. */
  readonly outcome: Uint8Array
}

export interface HeadRecord {
  readonly conversation: ConversationId
  readonly version: number
  readonly state: Uint8Array
}

/** Tags of one user that are known: those taken last. Kinds of devices, of which nobody has many. */
export const maxTagsKept = 32

/** Which device of a user has a tag. Beyond `maxTagsKept` the one that was taken longest ago is nobody's again. */
export interface TagRecord {
  readonly user: UserId
  readonly tag: string
  readonly device: DeviceId
}

/** The row keeps its place, author, id and operation, and becomes `erased`; its mentions are gone. */
export interface Rewrite {
  readonly conversation: ConversationId
  readonly seq: number
  readonly update: Uint8Array
}

/** One transaction. Records are put whole, by their keys; rows are inserted; then `rewrites` replace the bytes of stored rows. */
export interface RelayCommit {
  /** Of the last row, or what it was. */
  readonly position: number
  readonly conversations: readonly ConversationRecord[]
  readonly members: readonly MemberRecord[]
  readonly pages: readonly PageRecord[]
  readonly rows: readonly LogRow[]
  readonly rewrites: readonly Rewrite[]
  readonly writers: readonly WriterRecord[]
  readonly messages: readonly MessageRecord[]
  readonly mentions: readonly MentionRecord[]
  readonly commands: readonly CommandRecord[]
  readonly heads: readonly HeadRecord[]
  readonly people: readonly PersonRecord[]
  readonly tags: readonly TagRecord[]
  readonly marks: readonly MarkRecord[]
  /** Added to what stands. */
  readonly usage: readonly UsageRecord[]
}

export interface StoredConversation {
  readonly record: ConversationRecord
  readonly head: HeadRecord
  /** Former ones too. */
  readonly members: readonly MemberRecord[]
  readonly openPage: PageRecord
}

export interface PlaceKey {
  readonly conversation: ConversationId
  readonly page: number
  readonly client: number
}

export interface EntryKey {
  readonly conversation: ConversationId
  readonly id: EntryId
}

export interface CommandKey {
  readonly user: UserId
  readonly id: EntryId
}

/** What a user must hear of: a conversation he is in that moved, or one he left. */
export interface FeedRow {
  readonly member: MemberRecord
  readonly conversation: ConversationRecord
  /** The conversation's, or that of his leaving. */
  readonly position: number
  /** The newest message, and the newest page, up to there, if they were asked for: every list row of a new device tells them. */
  readonly last: LogRow | undefined
  readonly page: PageRecord | undefined
}

/** Where the conversation stands for him: as it is, or as it was when he left. */
export function standingOf(
  { role, leftLastSeq, leftPages }: MemberRecord,
  { lastSeq, pages }: ConversationRecord,
): Pick<ConversationRecord, 'lastSeq' | 'pages'> {
  return role === '' ? { lastSeq: leftLastSeq, pages: leftPages } : { lastSeq, pages }
}

/** A mark of reading lies behind more recalls only after a very long time, and each is looked up. */
export const maxRecallsRead = 4096

/** Batch reads answer what exists, in no particular order. */
export interface RelayStore extends PeopleStore, MarksStore, RevocationStore, UsageStore {
  /** The life of this data: random, renewed by restore, import and failover. */
  readonly epoch: string
  /** Of the last commit that has resolved. */
  readonly position: number
  conversations(ids: readonly ConversationId[]): Promise<ReadonlyMap<ConversationId, StoredConversation>>
  conversation(id: ConversationId): Promise<ConversationRecord | undefined>
  member(conversation: ConversationId, user: UserId): Promise<MemberRecord | undefined>
  pages(conversation: ConversationId, pages: readonly number[]): Promise<readonly PageRecord[]>
  writers(keys: readonly PlaceKey[]): Promise<readonly WriterRecord[]>
  messages(keys: readonly EntryKey[]): Promise<readonly MessageRecord[]>
  commands(keys: readonly CommandKey[]): Promise<readonly CommandRecord[]>
  /** By place: for telling a duplicate from a reused clock. */
  rowAt(
    conversation: ConversationId,
    page: number,
    client: number,
    clock: number,
  ): Promise<LogRow | undefined>
  row(conversation: ConversationId, seq: number): Promise<LogRow | undefined>
  /** Rows of one page (0: head) with a sequence above `after`, in sequence. */
  pageRows(
    conversation: ConversationId,
    page: number,
    after: number,
    limit: number,
  ): Promise<readonly LogRow[]>
  /** Rows of a conversation above a position and up to a sequence, in sequence. */
  rowsSince(
    conversation: ConversationId,
    position: number,
    upToSeq: number,
    limit: number,
  ): Promise<readonly ToldRow[]>
  /** Pages touched above a position, in ascending order. */
  pagesSince(conversation: ConversationId, position: number): Promise<readonly PageRecord[]>
  /**
   * Sequences of messages of others than `user`, ascending, recalled by rows above a position and up to a sequence: by the
   * newest `maxRecallsRead` of them.
   */
  recalledSince(
    conversation: ConversationId,
    position: number,
    upToSeq: number,
    user: UserId,
  ): Promise<readonly number[]>
  /**
   * Sequences of messages of others than `user`, ascending, that mention him or everybody, in rows above a position and up
   * to a sequence: the newest `limit` of them.
   */
  mentionedSince(
    conversation: ConversationId,
    position: number,
    upToSeq: number,
    user: UserId,
    limit: number,
  ): Promise<readonly number[]>
  /** A user's feed above a position, in ascending order of it; with the newest message and page, if they are wanted. */
  feed(user: UserId, position: number, limit: number, newest: boolean): Promise<readonly FeedRow[]>
  /** In which a user is a member now, and all these others too: so many of them, in no particular order. */
  conversationsOf(user: UserId, others: readonly UserId[], limit: number): Promise<readonly ConversationId[]>
  head(conversation: ConversationId): Promise<HeadRecord | undefined>
  /** The device that has this tag of a user. */
  tagHolder(user: UserId, tag: string): Promise<DeviceId | undefined>
  commit(commit: RelayCommit): Promise<void>
  close(): Promise<void>
}

export type StoreErrorKind = 'full' | 'broken' | 'foreign' | 'newer' | 'in-use'

export class StoreError extends Error {
  readonly kind: StoreErrorKind
  constructor(kind: StoreErrorKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StoreError'
    this.kind = kind
  }
}
