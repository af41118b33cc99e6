/** How the network behaves just now: chances per frame, times in milliseconds. */
export interface Weather {
  readonly delayMs: readonly [low: number, high: number]
  readonly lose: number
  readonly double: number
  readonly reorder: number
  /** Of a new connection: it takes frames slowly. */
  readonly slow: number
  /** Of a try to connect: nothing comes back, not even a refusal. */
  readonly hang: number
}

export const fairWeather: Weather = { delayMs: [5, 60], lose: 0, double: 0, reorder: 0, slow: 0, hang: 0 }

/** Every frame takes the same time, so that what was sent is all that differs between two runs. */
export const stillWeather: Weather = { ...fairWeather, delayMs: [10, 10] }
