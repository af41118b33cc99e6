/**
 * What a run exercised. A world that never did a thing proves nothing about it: over a thousand seeds none of these may
 * be zero (WO30).
 */
export const counterNames = [
  // the world itself
  'events',
  'frames',
  // network
  'cuts',
  'halfOpenConnections',
  'lostFrames',
  'doubledFrames',
  'reorderedFrames',
  'slowSockets',
  'lostAnswers',
  'answersLostBeforeRecall',
  'answersLostBeforePageClosed',
  'outOfStep',
  'sessionFailures',
  // devices
  'deviceCrashes',
  'deviceCrashesBetweenEffects',
  'deviceCrashesBetweenDiskAndAnswer',
  'deviceCrashesWithCommitInFlight',
  'relaxedCommitsLost',
  'quotaFailures',
  'storesClosed',
  'staleLeaders',
  'staleWritesFenced',
  'copiedDevices',
  'lostDevices',
  'clockJumps',
  'clocksWrongByHours',
  'longAbsences',
  'signIns',
  'conflicts',
  'conflictsOfReconnections',
  'heldWhileSignedOut',
  'secondDevices',
  'partsLate',
  'partsFailed',
  // relay
  'relayCrashes',
  'relayCrashesBetweenDiskAndAnswer',
  'relayCrashesBeforeDisk',
  'relayCrashesAmongSends',
  'relayDiskFull',
  'relayClockJumps',
  'renewals',
  'expiries',
  'revocations',
  'sessionsRevoked',
  'tokensNotGiven',
  'tokensRefreshed',
  'silentConnections',
  'epochChanges',
  'pagesDeflated',
  'pagesPlain',
  // life
  'sends',
  'recalls',
  'recallsRefused',
  'foreignRecalls',
  'edits',
  'foreignEdits',
  'editsOfEdits',
  'reactions',
  'changesOfRecalled',
  'mentions',
  'mentionFlagsChecked',
  'updates',
  'roles',
  'mutes',
  'mutedRefused',
  'blocks',
  'blockedRefused',
  'policies',
  'hiddenPasts',
  'ownChanges',
  'requests',
  'requestsBothWays',
  'pins',
  'hides',
  'clears',
  'personBlocks',
  'ownRowsChecked',
  'marksDelivered',
  'marksRead',
  'creates',
  'uniqueCreates',
  'uniqueCreatedTwiceOffline',
  'kicks',
  'kicksWhileOffline',
  'pagesClosed',
  'pagesClosedWhileOffline',
  'rebases',
  'duplicates',
  'refusals',
  'laters',
  'replays',
  'reads',
  'drafts',
  'transients',
  'transientsRefused',
  'transientsHeard',
  'signalsPassed',
  'signalsDropped',
  'typings',
  'typingsHeard',
  'presencesAsked',
  'presencesTold',
  'probesHeard',
  'absencesTold',
  'unreadCountsChecked',
] as const

export type CounterName = (typeof counterNames)[number]

export interface Counters {
  readonly add: (name: CounterName, by?: number) => void
  readonly get: (name: CounterName) => number
  readonly all: () => Readonly<Record<CounterName, number>>
}

export function createCounters(): Counters {
  const counts = noCounts()
  return {
    add(name, by = 1) {
      counts[name] += by
    },
    get: (name) => counts[name],
    all: () => ({ ...counts }),
  }
}

export function noCounts(): Record<CounterName, number> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries forgets the names it was given
  return Object.fromEntries(counterNames.map((name) => [name, 0])) as Record<CounterName, number>
}
