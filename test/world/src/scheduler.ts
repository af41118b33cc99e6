/**
 * Simulated time. Events wait in a heap by time; what is due at the same time comes in an order drawn from the seed.
 * After each event every microtask runs to its end before the next one: an event is one indivisible step of the world.
 * Rules WO1, WO2.
 */
import type { Random } from './random.ts'

export type Cancel = () => void

export interface Scheduler {
  /** Milliseconds since the world began; has fractions. */
  readonly now: () => number
  readonly after: (ms: number, run: () => void) => Cancel
  /** Lets everything happen that is due up to `time`, then stands there. Rejects with what an event throws. */
  readonly runTo: (time: number) => Promise<void>
  /** How many events have happened. */
  readonly steps: () => number
}

interface Event {
  readonly time: number
  readonly tie: number
  run: (() => void) | null
}

/** As many turns are asked for at once: a turn of the real loop costs more than an event. */
const turnsAtOnce = 32

/** `ordered`: what is due at the same time comes in the order it was asked for, and nothing is left to chance. */
export function createScheduler(random: Random, ties: 'drawn' | 'ordered' = 'drawn'): Scheduler {
  const heap: Event[] = []
  let now = 0
  let steps = 0
  let asked = 0

  const next = (until: number): Event | undefined => {
    for (;;) {
      const first = heap[0]
      if (first === undefined || first.time > until) return undefined
      pop(heap)
      if (first.run !== null) return first
    }
  }

  return {
    now: () => now,
    steps: () => steps,
    after(ms, run) {
      asked += 1
      const event: Event = {
        time: now + Math.max(0, ms),
        tie: ties === 'drawn' ? random.float() : asked,
        run,
      }
      push(heap, event)
      return () => {
        event.run = null
      }
    },
    runTo(time) {
      return new Promise((resolve, reject) => {
        let done = false
        let waiting = 0
        const turn = (): void => {
          waiting -= 1
          if (done) return
          const event = next(time)
          if (event === undefined) {
            done = true
            now = Math.max(now, time)
            resolve()
            return
          }
          now = event.time
          steps += 1
          try {
            event.run?.()
          } catch (error) {
            done = true
            reject(error instanceof Error ? error : new Error(String(error)))
            return
          }
          if (waiting === 0) ask()
        }
        const ask = (): void => {
          for (; waiting < turnsAtOnce; waiting += 1) setImmediate(turn)
        }
        ask()
      })
    },
  }
}

function before(a: Event, b: Event): boolean {
  return a.time < b.time || (a.time === b.time && a.tie < b.tie)
}

function push(heap: Event[], event: Event): void {
  let index = heap.push(event) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    const above = heap[parent]
    if (above === undefined || !before(event, above)) break
    heap[index] = above
    index = parent
  }
  heap[index] = event
}

function pop(heap: Event[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let index = 0
  for (;;) {
    const left = heap[2 * index + 1]
    const right = heap[2 * index + 2]
    const smaller = right !== undefined && left !== undefined && before(right, left) ? right : left
    if (smaller === undefined || before(last, smaller)) break
    heap[index] = smaller
    index = smaller === left ? 2 * index + 1 : 2 * index + 2
  }
  heap[index] = last
}
