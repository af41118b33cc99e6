/**
 * The limits of a conversation's documents: name, value, unit in the name, reason. They are constants of the protocol,
 * the same on the device (which says no early) and on the relay (which enforces).
 */

/** A long article. What is longer belongs into a file. */
export const maxTextBytes: number = 16 * 1024

/** One entry's content, encoded. Some hundred entries of this size still fit a device's memory. */
export const maxEntryBytes: number = 64 * 1024

/** Lists and objects inside one another. People nest three deep; an unbounded reader overflows its stack. */
export const maxDepth = 16

/** An update around the largest entry: 64 bytes hold every id, count and name that may stand beside the content. */
export const maxUpdateBytes: number = maxEntryBytes + 64

/** Members of one conversation: its head stays under 400 kB. */
export const maxMembers = 5000

/** UTF-16 units of a conversation's name, as `String.length` counts them: a line on a screen. */
export const maxNameLength = 200

/** All attributes of a conversation, encoded. They travel with every head. */
export const maxAttributesBytes: number = 16 * 1024

/** Entries of one page. Yjs appends to a list by copying, so that long ones cost the square of their length. */
export const maxPageEntries = 256

/**
 * Entries of one page, operations on its messages included, up to which it takes an operation that changes nothing: two
 * devices may recall the same message, but nobody makes a closed page grow without end.
 */
export const maxPageOperations = 1024

/**
 * Entries of one page up to which authors may correct what they have written: each correction stays behind as an empty row,
 * which everybody loads with the page. What a stock tool may send and ask at once (4,096) is more than this and all recalls.
 */
export const maxPageCorrections: number = 3 * maxPageOperations

/** Bytes of one page's updates: what a device loads at once to show a screen. One entry may go beyond it. */
export const maxPageBytes: number = 64 * 1024

/** Yjs client ids of one page: every transaction copies the list of them. */
export const maxPageWriters = 64

/** UTF-8 bytes of a reaction: the longest emoji, a family with skin tones, takes some forty. */
export const maxReactionBytes = 64

/** People named in one message; who means more means everybody. */
export const maxMentions = 100

/** UTF-16 units of a conversation's icon: a URL. */
export const maxIconLength = 1000

/** Who may be muted or blocked at once in one conversation: their maps travel with the head. */
export const maxMuted = 500
export const maxBlocked = 500

/** One profile, encoded: a hundred of them fit into one answer. */
export const maxProfileBytes: number = 8 * 1024

/** UTF-16 units of what goes with a request to become contacts, and of a remark on one. */
export const maxRequestLength = 1000
export const maxRemarkLength = 200

/** How much of each kind one person has. Who asks gets no place among those whom the other asked. */
export const maxContacts = 5000
export const maxIncoming = 1000
export const maxSettings = 20_000
export const maxPins = 100
export const maxPersonBlocks = 1000
export const maxRefusals = 1000

/** Conversations of which one person is told that they do not keep him out any more: one row, written anew each time. */
export const maxUnblocked = 50

/** Users or conversations named in one command of a person. */
export const maxNamedAtOnce = 1000
