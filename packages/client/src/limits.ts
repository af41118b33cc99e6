/** Limits and times of the client: name, value, unit in the name, reason. */
export interface ClientLimits {
  /** Unanswered updates and commands on the way at once: enough to fill a round trip, few enough to remake after a refusal. */
  readonly maxInFlight: number
  /** First wait after a lost connection; doubled each time. */
  readonly minBackoffMs: number
  readonly maxBackoffMs: number
  /** Silence after which a ping is sent: well under the idle limits of common proxies (60 s). */
  readonly heartbeatMs: number
  /** A ping without an answer for this long means a dead connection. */
  readonly pongDeadlineMs: number
  /** Opening, token and welcome together. */
  readonly connectDeadlineMs: number
  /** A request for a token that takes longer is given up, and the app asked again. */
  readonly maxTokenMs: number
  /** So long before a token runs out, at least and at most, the app is asked for a fresh one. */
  readonly minRefreshMs: number
  readonly maxRefreshMs: number
  /** A session asks no sooner than this after it began or was renewed, however short its token's life. */
  readonly minRestMs: number
  /** The relay may ask for an earlier return than this, never a later one. */
  readonly maxLaterMs: number
  /** How long own acknowledged changes are kept to be offered again to a relay restored from an older copy. */
  readonly keepAcknowledgedMs: number
  /** Folded pages kept in memory for reading. */
  readonly maxCachedPages: number
  /** Pages fetched in search of one message of which nothing is known but its id. */
  readonly maxSearchedPages: number
  /** After a failed write to the device's store, or a failed read of idle work: 1 s, 5 s, then every 30 s. */
  readonly storeRetryMs: readonly number[]
  /** While somebody types, the others are told again after this long at the earliest. */
  readonly typingEveryMs: number
  /** So long after it was told last, nobody types any more: two of the former may be lost. */
  readonly typingLastsMs: number
  /** After a connection was lost, others may be on their way back as well: a relay that has just started knows nobody. */
  readonly presenceDoubtMs: number
  /** A profile that was asked for lately is not asked for again. */
  readonly profileFreshMs: number
  /** Profiles of others kept on the device: more than anybody's lists show. */
  readonly maxPeople: number
  /** Members of a conversation in which this device tells how far it has got: relays keep it of no more. */
  readonly maxReceiptMembers: number
  /** What is owed of a conversation waits so long for more of its kind. */
  readonly receiptEveryMs: number
  /** Conversations told of at once; the others after as long again. A device that was away may owe it of many. */
  readonly maxReceiptsAtOnce: number
  /** Head and newest page fetched in idle time, for reading offline, for this many of the latest conversations. */
  readonly maxIdleConversations: number
  /** What the relay says, and a start, wait so long for a part; later they ask again. */
  readonly partDeadlineMs: number
  /** A call waits so long, and what is called after it behind it: somebody looks at it. */
  readonly partCallMs: number
}

export const clientLimits: ClientLimits = {
  maxInFlight: 64,
  minBackoffMs: 500,
  maxBackoffMs: 30_000,
  heartbeatMs: 20_000,
  pongDeadlineMs: 8_000,
  connectDeadlineMs: 15_000,
  maxTokenMs: 60_000,
  minRefreshMs: 30_000,
  maxRefreshMs: 300_000,
  minRestMs: 1_000,
  maxLaterMs: 60_000,
  keepAcknowledgedMs: 7 * 24 * 3_600_000,
  maxCachedPages: 64,
  maxSearchedPages: 64,
  storeRetryMs: [1_000, 5_000, 30_000],
  typingEveryMs: 2_000,
  typingLastsMs: 6_000,
  presenceDoubtMs: 5_000,
  profileFreshMs: 3_600_000,
  maxPeople: 5000,
  maxReceiptMembers: 100,
  receiptEveryMs: 1_000,
  maxReceiptsAtOnce: 100,
  maxIdleConversations: 50,
  partDeadlineMs: 20_000,
  partCallMs: 5_000,
}
