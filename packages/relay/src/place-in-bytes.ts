/**
 * Where an update that is no append claims to stand, as far as its first bytes tell: the refusal then names what its
 * sender can find again. Nothing else is believed of such bytes.
 */
export interface Place {
  readonly client: number
  readonly clock: number
}

/** The client and clock of the first struct of a V1 update; zeros where there are none. */
export function placeInBytes(update: Uint8Array): Place {
  const numbers: number[] = []
  let value = 0
  let scale = 1
  for (const byte of update.subarray(0, 4 * 8)) {
    value += (byte & 127) * scale
    scale *= 128
    if (value > Number.MAX_SAFE_INTEGER) break
    if (byte >= 128) continue
    numbers.push(value)
    value = 0
    scale = 1
    if (numbers.length === 4) break
  }
  const [, , client, clock] = numbers
  return client === undefined || clock === undefined ? { client: 0, clock: 0 } : { client, clock }
}
