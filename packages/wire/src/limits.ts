/**
 * How much a frame and each of its parts may hold. What is over a limit is `too-large` to a reader, and a bug to a writer.
 *
 * Lengths are UTF-16 units, as `string.length` counts them; bytes are bytes on the wire.
 */

/** What a device sends: a full push, or the largest command. What the relay holds for a socket stays small. */
export const maxDeviceFrameBytes: number = 256 * 1024

/** What a relay sends: a head's whole state does not come in parts, and with 5,000 members takes some 400 kB. */
export const maxRelayFrameBytes: number = 1024 * 1024

/** What an unknown peer may make a relay hold before it has said who it is: the longest token and ids, and room. */
export const maxHelloBytes: number = 16 * 1024

/** Tokens with a generous number of claims; what proxies allow a header. */
export const maxTokenBytes: number = 8 * 1024

/** Users, conversations, devices, entries, epochs, roles, kinds and codes: all are words or ids. */
export const maxIdLength = 64

/** Bounds the wire only: what a name may be is said by @parley/document, and shorter. */
export const maxNameLength = 400

/** As with a name: what an icon may be is said by @parley/document, and shorter. */
export const maxIconLength = 2000

/** A sentence or two for people. The writer cuts what is longer. */
export const maxDetailLength = 500

/** A digest as hexadecimal digits: 256 bits at most. */
export const maxDigestLength = 64

/** As many as a device may have unanswered in one lane. */
export const maxUpdatesPerPush = 64

/** In one answer frame: several pushes that went to disk together. */
export const maxAnswersPerFrame = 1000

/** List rows in one sync frame: some hundred bytes each. */
export const maxNewsPerFrame = 1000

/** In one list of rows. */
export const maxRowsPerFrame = 1000

/** A recall takes its target away, and what replaced it: all of one page. */
export const maxErasesPerRow = 1000

/** Pages named in one list row; sequences of recalled messages, and of those that mention the user, likewise. */
export const maxTouchedPerNews = 4096

/** Pages of one digests request, and of its answer. */
export const maxPagesPerRequest = 1000

/** Rows of a person in one frame: fewer, where they are large. */
export const maxOwnRowsPerFrame = 1000

/** People asked for in one request: their profiles fit one frame. */
export const maxPeoplePerRequest = 100

/** The content of a signal: a few words, or a short message that nobody keeps. */
export const maxSignalBytes: number = 8 * 1024

/** Members whose marks are kept, of one conversation: a relay may keep them of fewer. */
export const maxMarksPerFrame = 100

/** Users of one request about who is there: as many as a session watches. */
export const maxUsersPerRequest = 1000

/** A query: its conditions are bounded by @parley/document, and take less. */
export const maxQueryFrameBytes: number = 20 * 1024

/** Conversations in one answer to a query: as many as may be asked for. */
export const maxFoundPerFrame = 100

/** Objects and lists inside one another: a command, a change or an outcome, and in it attributes of 16. */
export const maxAnyDepth = 17

/** One command, change or outcome: 5,000 members, by ids as long as a UUID. */
export const maxAnyBytes: number = 192 * 1024

/** Values inside one of them: 5,000 members and 16 KiB of attributes. A value of one byte takes a hundred in memory. */
export const maxAnyValues: number = 32 * 1024
