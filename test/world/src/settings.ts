/**
 * What kind of world a seed makes. Every seed leaves some things out altogether (swarm testing): a world in which
 * everything happens all the time never gets far enough for anything subtle to happen.
 */
import type { Fault } from './faults.ts'
import type { Random } from './random.ts'
import type { Weather } from './weather.ts'

export const features = [
  'badWeather',
  'cuts',
  'offline',
  'deviceCrashes',
  'relayCrashes',
  'relayRestore',
  'relayFull',
  'storeTrouble',
  'takeOvers',
  'copies',
  'losses',
  'clocks',
  'members',
  'recalls',
  'edits',
  'reactions',
  'mentions',
  'attributes',
  'rights',
  'policies',
  'people',
  'receipts',
  'readReceipts',
  'newDevices',
  'longAbsence',
  'expiringTokens',
  'signals',
  'tags',
] as const
export type Feature = (typeof features)[number]

export interface Settings {
  readonly users: number
  readonly devices: number
  /** What people and machines do of their own accord; everything else follows from it. */
  readonly events: number
  readonly gapMs: number
  readonly features: ReadonlySet<Feature>
  readonly weather: Weather
  readonly page: { readonly entries: number; readonly writers: number }
  readonly inlineRows: number
  readonly maxInFlight: number
  readonly deviceLatencyMs: number
  readonly relayLatencyMs: number
  readonly tokenMs: number
  readonly fault: Fault | null
  /** Of what is due at the same time: drawn, unless two lives are to be compared step by step. */
  readonly ties: 'drawn' | 'ordered'
  /** Machines that die lose what was not flushed. */
  readonly unflushedLost: boolean
  /** Drafts and read marks: off in one of the two lives that must look the same on the wire. */
  readonly privateDeeds: boolean
  /** Some devices load parts of their engine when they need them, as a page does. */
  readonly lateParts: boolean
}

export function drawSettings(random: Random, fault: Fault | null): Settings {
  const chosen = new Set(features.filter(() => random.chance(0.55)))
  return {
    users: random.between(2, 4),
    devices: random.between(1, 2),
    events: random.between(60, 220),
    gapMs: random.pick([100, 300, 800]),
    features: chosen,
    weather: {
      delayMs: [random.between(1, 50), random.between(60, 600)],
      ...drawDisorder(random, chosen),
      slow: random.pick([0, 0.3]),
      hang: random.pick([0, 0.2]),
    },
    page: { entries: random.between(3, 8), writers: random.between(2, 6) },
    inlineRows: random.between(2, 12),
    maxInFlight: random.pick([1, 3, 8, 64]),
    deviceLatencyMs: random.pick([1, 8, 40]),
    relayLatencyMs: random.pick([2, 15, 80]),
    tokenMs: chosen.has('expiringTokens') ? random.between(5000, 60_000) : 24 * 3_600_000,
    fault,
    ties: 'drawn',
    unflushedLost: true,
    privateDeeds: true,
    lateParts: random.chance(0.4),
  }
}

/**
 * The protocol counts frames, and a count is a sum: where one frame is doubled and another one lost, it comes out right.
 * No transport does both, so no world does.
 */
function drawDisorder(
  random: Random,
  chosen: ReadonlySet<Feature>,
): Pick<Weather, 'lose' | 'double' | 'reorder'> {
  if (random.chance(0.35)) return { lose: 0, double: random.pick([0.02, 0.05]), reorder: 0 }
  const lose = random.pick([0, 0.01, 0.05])
  const reorder = random.pick([0, 0.02, 0.08])
  // So it does where a frame is lost and a later one overtakes the count. Rows have their sequences besides; what belongs to a
  // person, and how far somebody has got, has the count alone.
  const counted = chosen.has('people') || chosen.has('receipts') || chosen.has('readReceipts')
  return { lose, double: 0, reorder: counted && lose > 0 ? 0 : reorder }
}

/** A world in which nothing goes wrong by itself: for the directed tests. */
export const calmSettings: Settings = {
  users: 2,
  devices: 1,
  events: 0,
  gapMs: 300,
  features: new Set(),
  weather: { delayMs: [5, 60], lose: 0, double: 0, reorder: 0, slow: 0, hang: 0 },
  page: { entries: 6, writers: 6 },
  inlineRows: 8,
  maxInFlight: 64,
  deviceLatencyMs: 4,
  relayLatencyMs: 10,
  tokenMs: 24 * 3_600_000,
  fault: null,
  ties: 'drawn',
  unflushedLost: true,
  privateDeeds: true,
  lateParts: false,
}
