/**
 * What a relay is put under, and what must hold meanwhile: each scenario runs against a relay process of its own and
 * answers figures and checks. Rules BE8 to BE10.
 */
import type { RelayProcess, RelayProcessOptions } from '../relay-process.ts'
import type { Figure } from '../scenario.ts'
import type { Crew } from './crew.ts'

export interface Check {
  /** A `truth` holds in every size; a `speed` means something only in full size. */
  readonly kind: 'truth' | 'speed'
  readonly says: string
  readonly holds: boolean
  readonly found: string
}

export interface LoadRun {
  readonly figures: readonly Figure[]
  readonly checks: readonly Check[]
}

/** Sizes, times and bounds by name; each is an option of the command. */
export type Numbers = Readonly<Record<string, number>>

/** What a scenario works with. All of it is ended when it has run. */
export interface Stage {
  readonly number: (name: string) => number
  readonly startRelay: (options?: RelayProcessOptions) => Promise<RelayProcess>
  /** Another process full of devices. */
  readonly startCrew: () => Promise<Crew>
  readonly tell: (text: string) => void
}

export interface LoadScenario {
  readonly name: string
  readonly about: string
  readonly full: Numbers
  /** Tens of devices for seconds: everything happens, no figure of it means anything. */
  readonly quick: Numbers
  /** Options of the relay that are not its defaults. */
  readonly limits: (number: Stage['number']) => readonly string[]
  /** Sockets that one process holds at most: the relay, or one of devices. */
  readonly sockets: (number: Stage['number']) => number
  readonly run: (stage: Stage) => Promise<LoadRun>
}

export function isTrue(says: string, holds: boolean, found: number | string): Check {
  return { kind: 'truth', says, holds, found: String(found) }
}

export function atMost(says: string, value: number, bound: number, unit: string): Check {
  const found = `${Number(value.toPrecision(4))} ${unit}`
  return { kind: 'speed', says: `${says}: at most ${bound} ${unit}`, holds: value <= bound, found }
}
