/**
 * The app around an engine, as far as tokens go: it asks its own server, which takes its time, and now and then does not
 * answer well. Rule WO82.
 */
import type { Ports } from '@parley/client/engine'
import type { Counters } from './counters.ts'
import type { Power } from './power.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

export interface AppOptions {
  readonly scheduler: Scheduler
  readonly power: Power
  /** Of the process, drawn from in every world. */
  readonly chance: Random
  /** Of the app alone. */
  readonly mood: Random
  readonly counters: Counters
  readonly online: () => boolean
  /** Whether its server has bad moments just now. */
  readonly moody: () => boolean
  readonly mint: () => string
  readonly violate: (what: string) => void
}

const moods = [
  [12, 'gives'],
  [2, 'slow'],
  [3, 'fails'],
  [1, 'none'],
  [1, 'same'],
] as const

/** Shorter than an engine waits for it. */
const slowMs = 30_000

export function createApp(options: AppOptions): Ports['token'] {
  const { scheduler, power, chance, mood, counters, online, moody, mint, violate } = options
  let open = 0
  let given: string | undefined
  return async ({ reason }) =>
    new Promise((resolve, reject) => {
      open += 1
      if (open > 1) violate('the app was asked for a token while it was asked for one')
      const reachable = online()
      const does = moody() ? mood.weighted(moods) : 'gives'
      const ms = does === 'slow' ? mood.float() * slowMs : chance.float() * 50
      scheduler.after(ms, () => {
        power.enter(() => {
          open -= 1
          if (does === 'fails' || does === 'none') counters.add('tokensNotGiven')
          if (!reachable || does === 'fails') {
            reject(new Error('no network'))
            return
          }
          if (does === 'none') {
            resolve(null)
            return
          }
          if (does !== 'same' || given === undefined) given = mint()
          if (reason === 'refresh') counters.add('tokensRefreshed')
          resolve(given)
        })
      })
    })
}
