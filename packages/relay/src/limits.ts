/**
 * Limits of the relay's core: name, value, unit in the name, reason. Those of frames stand in wire, those of pages and
 * entries in document. All can be given otherwise to `createRelay`; tests do.
 */
import { maxMembers, maxPageBytes, maxPageEntries, maxPageWriters } from '@parley/document'
import { maxMarksPerFrame, maxUsersPerRequest } from '@parley/wire'

/** When a page closes, whichever comes first: constants of the protocol, smaller in tests. */
export interface PageLimits {
  readonly maxPageEntries: number
  readonly maxPageBytes: number
  readonly maxPageWriters: number
}

export interface RelayLimits extends PageLimits {
  /** One transaction: so many that fsync is shared, so few that nobody waits long behind it. */
  readonly maxTurnUpdates: number
  readonly maxTurnBytes: number
  /** Of them, those of one user: everybody else waits for a turn that is under way, however little he says himself. */
  readonly maxUserTurnUpdates: number
  readonly maxUserTurnBytes: number
  /** What the heads that one turn writes anew may take together: each is read, changed and written whole. */
  readonly maxTurnHeadBytes: number
  /** Waiting for a turn, of one session: more than a device has unanswered at any time (`maxUpdatesPerPush` per lane). */
  readonly maxQueuedUpdates: number
  /** Waiting for a turn, of everybody, as it is held in memory. Beyond it the answer is `overloaded`. */
  readonly maxQueuedBytes: number
  /** The same of one user: so that nobody takes the place of the others. */
  readonly maxQueuedUserBytes: number
  /** Updates and commands of one user, over all his sessions: a device that comes home with thousands gets through. */
  readonly maxUserUpdatesPerSecond: number
  readonly maxUserUpdatesBurst: number
  /** What they weigh. */
  readonly maxUserBytesPerSecond: number
  readonly maxUserBytesBurst: number
  /** Conversations made by one user: as many at once as in an hour. */
  readonly maxCreationsPerHour: number
  /** Sessions begun by one user: a relay that was restarted sees all his devices at once, again and again only a loop. */
  readonly maxHellosPerMinute: number
  /** Queries of one user: as many at once as in a minute. Each may look at all that he has, and try expressions on it. */
  readonly maxQueriesPerMinute: number
  /** Nobody is told to wait longer than this, and no device waits longer. */
  readonly maxRateWaitMs: number
  /**
   * Who would have to, and has sent more than this in vain, keeps no wait, and ends as `overloaded`. All devices of a user
   * together have sent less before they hear of it.
   */
  readonly minFloodUpdates: number
  readonly minFloodBytes: number
  /** Frames of one session; more end it as `overloaded`. */
  readonly maxFramesPerSecond: number
  readonly maxFramesBurst: number
  /** What one session is sent in answer to its questions; what it asks beyond that waits in line. */
  readonly maxReadBytesPerSecond: number
  readonly maxReadBytesBurst: number
  /** Devices of one user in session at once. */
  readonly maxUserSessions: number
  /** Hellos looked at at the same time; the others wait. */
  readonly maxGreetedAtOnce: number
  /** A socket that has more than this unsent is behind: it is served from the log when it has drained. */
  readonly maxBufferedBytes: number
  /** One that is behind takes at least so much within this time, or ends as `slow-consumer`. */
  readonly minDrainBytes: number
  readonly maxDrainMs: number
  /** A peer that goes on asking without taking the answers ends as `slow-consumer`. */
  readonly maxAnswerBytes: number
  /** Payload of one frame from the relay: a phone on a bad line sees progress. Below wire's `maxRelayFrameBytes`. */
  readonly maxPayloadBytes: number
  /** Part of a page that is worth deflating, for a device that inflates. */
  readonly minDeflatedBytes: number
  /** Of pages that were deflated lately, in memory, before and after it; and for how long. */
  readonly maxKeptDeflatedBytes: number
  readonly maxKeptDeflatedMs: number
  /** A conversation that moved by at most so much comes whole with the catch-up. */
  readonly maxInlineRows: number
  readonly maxInlineBytes: number
  /** List rows read at once while catching up. */
  readonly maxFeedRows: number
  /** Of somebody's own rows: read at once while catching up. */
  readonly maxOwnRowsRead: number
  /** Catch-ups and fetches read between two turns. */
  readonly maxReadsPerTurn: number
  /** Of these, of one user: so long he keeps the next turn waiting. */
  readonly maxUserReadsPerTurn: number
  /** Waiting to be read, of one session: fetches and digests. Beyond it the session ends as `overloaded`. */
  readonly maxQueuedReads: number
  /** A live device's cursor is renewed after so many turns that sent it something (or with its next ping). */
  readonly cursorEveryTurns: number
  /** Conversations held in memory (head, members, open page), and the members of all of them: a kilobyte each. */
  readonly maxCachedConversations: number
  readonly maxCachedMembers: number
  /** Signals of one session: faster than anybody types, and slow enough for those who are told. */
  readonly maxSignalsPerSecond: number
  /** A socket that has more than this unsent is told of no signals: they would be old when they arrive. */
  readonly maxSignalBacklogBytes: number
  /** Users one session hears of coming and going; whom it asks for beyond them it is told of once. */
  readonly maxWatchedUsers: number
  /** A device that loses its connection and comes back within this time was never gone, to those who look. */
  readonly presenceGraceMs: number
  /** Members of a conversation that keeps marks of who has got how far: at most wire's `maxMarksPerFrame`. */
  readonly maxReceiptMembers: number
  /** Marks of one session: a device that comes back names as many conversations. What is beyond is not heard. */
  readonly maxMarksPerSecond: number
  /** Updates that no honest device would send, of one session; then it ends as `malformed`. */
  readonly maxViolations: number
  /** Final refusals of any kind, of one session; then it ends as `overloaded`, and whoever had reason to goes on in the next. */
  readonly maxRefusals: number
  /** What one user wrote, as it is stored now, and what was written in one conversation. */
  readonly maxUserBytes: number
  readonly maxConversationBytes: number
  /** Conversations that one user makes in all, and those he is in. */
  readonly maxUserCreated: number
  readonly maxUserConversations: number
  /** At most the protocol's own, which devices know. */
  readonly maxConversationMembers: number
  /** One head row, and a head's whole state: a command that would need more is refused (`too-large`). */
  readonly maxHeadRowBytes: number
  readonly maxHeadBytes: number
}

export const defaultLimits: RelayLimits = {
  maxPageEntries,
  maxPageBytes,
  maxPageWriters,
  maxTurnUpdates: 2048,
  maxTurnBytes: 1024 * 1024,
  maxUserTurnUpdates: 64,
  maxUserTurnBytes: 128 * 1024,
  maxTurnHeadBytes: 1024 * 1024,
  maxQueuedUpdates: 512,
  maxQueuedBytes: 32 * 1024 * 1024,
  maxQueuedUserBytes: 4 * 1024 * 1024,
  maxUserUpdatesPerSecond: 500,
  maxUserUpdatesBurst: 2000,
  maxUserBytesPerSecond: 1024 * 1024,
  maxUserBytesBurst: 8 * 1024 * 1024,
  maxCreationsPerHour: 1000,
  maxHellosPerMinute: 120,
  maxQueriesPerMinute: 60,
  maxRateWaitMs: 60_000,
  minFloodUpdates: 2048,
  minFloodBytes: 8 * 1024 * 1024,
  maxFramesPerSecond: 1000,
  maxFramesBurst: 5000,
  maxReadBytesPerSecond: 4 * 1024 * 1024,
  maxReadBytesBurst: 32 * 1024 * 1024,
  maxUserSessions: 32,
  maxGreetedAtOnce: 64,
  maxBufferedBytes: 1024 * 1024,
  minDrainBytes: 64 * 1024,
  maxDrainMs: 15_000,
  maxAnswerBytes: 8 * 1024 * 1024,
  maxPayloadBytes: 128 * 1024,
  minDeflatedBytes: 1024,
  maxKeptDeflatedBytes: 2 * 1024 * 1024,
  maxKeptDeflatedMs: 60_000,
  maxInlineRows: 64,
  maxInlineBytes: 32 * 1024,
  maxFeedRows: 100,
  maxOwnRowsRead: 250,
  maxReadsPerTurn: 16,
  maxUserReadsPerTurn: 1,
  maxQueuedReads: 64,
  cursorEveryTurns: 64,
  maxCachedConversations: 2000,
  maxCachedMembers: 100_000,
  maxSignalsPerSecond: 20,
  maxSignalBacklogBytes: 64 * 1024,
  maxWatchedUsers: maxUsersPerRequest,
  presenceGraceMs: 5000,
  maxReceiptMembers: maxMarksPerFrame,
  maxMarksPerSecond: 200,
  maxViolations: 16,
  maxRefusals: 1000,
  maxUserBytes: 1024 * 1024 * 1024,
  maxConversationBytes: 4 * 1024 * 1024 * 1024,
  maxUserCreated: 50_000,
  maxUserConversations: 20_000,
  maxConversationMembers: maxMembers,
  maxHeadRowBytes: 768 * 1024,
  maxHeadBytes: 960 * 1024,
}
