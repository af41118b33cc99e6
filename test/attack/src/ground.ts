/** What attacks are carried out on: a relay behind doors. */
import type { DeviceId, UserId } from '@parley/document'
import type { Line } from './line.ts'

export interface Ground {
  /** A connection that has said nothing yet. `options` only over a network. */
  readonly open: (options?: OpenOptions) => Promise<Line>
  readonly token: (user: UserId, options?: { readonly device?: DeviceId }) => Promise<string>
  /** Where the port is; nothing where there is none. */
  readonly network?: Network | undefined
}

export interface OpenOptions {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Network {
  readonly port: number
  readonly secret: string
  readonly adminSecret: string
  readonly http: string
  readonly ws: string
  readonly directory: string
  readonly pid: number
  readonly alive: () => boolean
  /** Everything it printed. */
  readonly output: () => string
  /** For how long its loop was held at a stretch since the last call: milliseconds of the processor. */
  readonly held: () => Promise<number>
  readonly metrics: () => Promise<Metrics>
  /** Stops it, answers its code, and removes its data. A code of 0: it has finished, told everybody and closed its files. */
  readonly end: () => Promise<number | null>
}

/** `parley_failures_total{code="malformed"}` to its number. */
export type Metrics = ReadonlyMap<string, number>

export function readMetrics(text: string): Metrics {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line): [string, number] => {
      const gap = line.lastIndexOf(' ')
      return [line.slice(0, gap), Number(line.slice(gap + 1))]
    }),
  )
}
