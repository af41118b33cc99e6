/**
 * What happened, in order: always as a hash (two runs of one seed must agree in it, WO1), and as lines when somebody
 * wants to read them.
 */
export interface Trace {
  /** `more` is for readers alone: it is not part of the hash, and not made when nobody reads. */
  readonly note: (who: string, what: string, more?: () => string) => void
  readonly hash: () => string
  readonly lines: readonly string[]
}

export function createTrace(now: () => number, keep: boolean): Trace {
  let low = 0x811c9dc5
  let high = 0x1b873593
  const lines: string[] = []
  const mix = (code: number): void => {
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (low >>> 13)
  }
  return {
    lines,
    note(who, what, more) {
      const line = `${now().toFixed(3).padStart(12)} ${who.padEnd(8)} ${what}`
      for (let index = 0; index < line.length; index += 1) mix(line.charCodeAt(index))
      if (keep) lines.push(more === undefined ? line : `${line} ${more()}`)
    },
    hash: () => hex(low) + hex(high),
  }
}

/** A short name for bytes, equal for equal bytes. */
export function bytesName(bytes: Uint8Array): string {
  let value = 0x811c9dc5
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193)
  return hex(value)
}

function hex(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}
