/** Memory that the fuzzing thread writes and the other one reads: a count of inputs, which target, how long, and the input. */
export interface Standing {
  readonly header: Int32Array<SharedArrayBuffer>
  readonly bytes: Uint8Array<SharedArrayBuffer>
}

export interface WorkerData {
  readonly milliseconds: number
  readonly seed: string
  /** The address of what exports `targets`. */
  readonly module: string
  /** Of the targets, in an order that the standing counts by. */
  readonly names: readonly string[]
  readonly standing: Standing
}

/** Nothing that is made is longer. */
const maxInputBytes = 4 * 1024 * 1024

export function createStanding(): Standing {
  return {
    header: new Int32Array(new SharedArrayBuffer(12)),
    bytes: new Uint8Array(new SharedArrayBuffer(maxInputBytes)),
  }
}

export function inputOf({ header, bytes }: Standing): Uint8Array {
  return Uint8Array.from(bytes.subarray(0, header[2]))
}
