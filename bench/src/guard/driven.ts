/** A relay with devices that are ready: what a stretch took it, again and again, checked each time. */
export interface Sample {
  /** Of the relay's process. */
  readonly cpuMicroseconds: number
  /** Messages, or catch-ups. */
  readonly units: number
  /** What was looked at, and was where it should be. */
  readonly checked: number
}

export interface Driven {
  readonly stretch: () => Promise<Sample>
  readonly close: () => Promise<void>
}
