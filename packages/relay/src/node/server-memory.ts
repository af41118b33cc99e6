/**
 * How much memory a relay takes for what it has only just made. V8 takes two halves and doubles them with what survives in them,
 * up to twice 16 MiB, and gives nothing back while devices come and write. Nearly all that a relay makes is gone with its turn:
 * beyond twice 8 MiB it has no use for more, and the rest is left to devices. Rule RE363.
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Both halves. */
export const maxYoungBytes: number = 16 * 1024 * 1024

/** Growing by one step takes a busy relay some seconds, after it has started. */
const lookMs = 250

export interface YoungMemory {
  readonly bytes: () => number
  /** It grows no more from now on, as long as the process runs. */
  readonly hold: () => void
}

/** Of this process. */
export const youngMemory: YoungMemory = {
  bytes: () => getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0,
  hold: () => setFlagsFromString('--semi-space-growth-factor=1'),
}

/** Looks until it is held; answers how to cease. For a process that is a relay and nothing else. */
export function boundYoungMemory(young: YoungMemory = youngMemory): () => void {
  const look = (): void => {
    if (young.bytes() < maxYoungBytes) return
    young.hold()
    clearInterval(timer)
  }
  const timer = setInterval(look, lookMs)
  timer.unref()
  look()
  return () => clearInterval(timer)
}
