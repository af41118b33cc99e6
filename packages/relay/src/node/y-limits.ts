/** Limits of the endpoint for stock Yjs tools: name, value, unit in the name, reason. */
import type { Rate } from '../bucket.ts'

/** A page has at most `maxPageWriters` authors and the relay; a document of somebody else's may have more. */
export const maxStateVectorClients = 4096

/** In one message. The stock provider echoes everybody it knows. */
export const maxAwarenessEntries = 1024

/** A name, a colour, a cursor. */
export const maxAwarenessStateBytes = 2048

/** A stock document keeps one client id; Yjs draws another when it meets its own. */
export const maxAwarenessClientsPerReader = 4

/** What one user says goes to everybody there, ten times a second if it changes: 32 KiB at most. */
export const maxAwarenessClientsPerUser = 16

/** Of one document. A conversation has more members, but not all of them with the same page open in such a tool. */
export const maxReadersPerDocument = 500

/** Of one user, in all documents: some windows with some pages each. */
export const maxReadersPerUser = 64

/**
 * Of one user, over all his sockets. All of them come back at once when the relay was restarted, and each asks: an answer
 * takes some 4 ms where a page is full, an opening some 10 ms.
 */
export const userOpeningRate: Rate = { perSecond: 2, burst: 128 }
export const userAnswerRate: Rate = { perSecond: 12, burst: 128 }
export const userFrameRate: Rate = { perSecond: 500, burst: 8_000 }
export const userByteRate: Rate = { perSecond: 1024 * 1024, burst: 16 * 1024 * 1024 }

/** A cursor that moves: soon, but not at every pixel. */
export const awarenessChangeDelayMs = 100

/**
 * Renewals, which change nothing: a stock client renews every 15 to 18 s and forgets others after 30 s, so 6 s of
 * collecting keep everybody known, and cost one frame per reader instead of one per reader and renewal.
 */
export const awarenessRenewalDelayMs = 6_000

/** A stock client takes a socket that says nothing for 30 s for dead, whatever it sent itself. */
export const keepAliveMs = 15_000

/** What may wait for a slow reader before he is sent away; he catches up by coming back. */
export const maxReaderBufferBytes: number = 1024 * 1024

/** Yjs merges a transaction's structs with a cost that grows faster than their number. */
export const maxUpdatesPerTransaction = 200

/** Answers to step 1 and to queries, of one reader: a stock provider asks once, and again after a reconnection. */
export const maxAnswersPerWindow = 30
export const answerWindowMs = 10_000

/** All that comes from one reader in the same time: a cursor sixty times a second, and three times as much. */
export const maxFramesPerWindow = 2_000
export const maxFrameBytesPerWindow: number = 8 * 1024 * 1024

/** Appends of one reader that wait for their answer. What is beyond is asked for again when those are answered. */
export const maxAppendsInFlight = 128

/** What of one reader is read in one window: somebody who types, and an import beside it. What is beyond is asked for after it. */
export const writeWindowMs = 10_000
export const maxWritesPerWindow = 300
export const maxWriteBytesPerWindow: number = 2 * 1024 * 1024

/** How long somebody only reads a document after he was refused something there: twice as long each time. */
export const firstReadOnlyMs = 5_000
export const maxReadOnlyMs = 600_000

/** Without another offence since he might write again. A document that is open offers the same again at once. */
export const penaltyForgottenMs = 600_000

/** Users and documents remembered; some 300 bytes each. */
export const maxPenalties = 10_000
