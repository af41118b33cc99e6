/**
 * One direction of a connection. Frames arrive in order, each after a delay, unless the weather loses, doubles or
 * reorders them: no TCP does that, but proxies, buggy shells and torn workers have, and the protocol counts frames to
 * notice. A slow pipe takes so many bytes a millisecond; what it has not taken is `buffered`. Rule WO8.
 */
import type { Counters } from './counters.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Weather } from './weather.ts'

export interface PipeOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly counters: Counters
  readonly weather: () => Weather
  /** Bytes a millisecond; infinite for what nobody notices. */
  readonly speed: number
  /** What nobody gets past if it comes twice. */
  readonly once?: (bytes: Uint8Array) => boolean
  readonly arrived: (bytes: Uint8Array) => void
  readonly lost: (bytes: Uint8Array) => void
  /** Everything has been taken. */
  readonly drained: () => void
}

export interface Pipe {
  readonly send: (bytes: Uint8Array) => void
  readonly buffered: () => number
  /** Runs after everything sent so far has arrived. */
  readonly afterwards: (run: () => void) => void
  /** Nothing arrives or leaves any more. */
  readonly cut: () => void
}

export function createPipe({
  scheduler,
  random,
  counters,
  weather,
  speed,
  once = () => false,
  arrived,
  lost,
  drained,
}: PipeOptions): Pipe {
  let lastArrival = 0
  let freeAt = 0
  let buffered = 0
  let whole = true
  let first = true

  const arrive = (at: number, bytes: Uint8Array): void => {
    scheduler.after(at - scheduler.now(), () => {
      if (whole) arrived(bytes)
      else lost(bytes)
    })
  }
  const delay = (): number => {
    const [low, high] = weather().delayMs
    return low + random.float() * (high - low)
  }
  const fly = (bytes: Uint8Array): void => {
    const now = scheduler.now()
    const luck = weather()
    if (random.chance(luck.lose)) {
      counters.add('lostFrames')
      lost(bytes)
      return
    }
    if (random.chance(luck.reorder)) {
      // Held back, and overtaken by what is sent meanwhile.
      counters.add('reorderedFrames')
      arrive(now + delay() + random.float() * 500, bytes)
      return
    }
    lastArrival = Math.max(lastArrival + 0.001, now + delay())
    arrive(lastArrival, bytes)
    // A second hello is a fault of its sender, and final, and so is a token while one is looked at: no device would ever get
    // past such weather.
    const greeting = first
    first = false
    if (greeting || !random.chance(luck.double) || once(bytes)) return
    counters.add('doubledFrames')
    arrive(lastArrival + 0.001 + (random.chance(0.5) ? 0 : random.float() * 200), bytes)
  }
  /** While the pipe is cut its sender does not know, and what he sends piles up. */
  const take = (bytes: Uint8Array): void => {
    if (!whole) return
    buffered -= bytes.length
    fly(bytes)
    if (buffered === 0) drained()
  }

  return {
    send(bytes) {
      if (Number.isFinite(speed) || !whole) {
        buffered += bytes.length
        freeAt = Math.max(freeAt, scheduler.now()) + bytes.length / speed
        scheduler.after(freeAt - scheduler.now(), () => {
          take(bytes)
        })
      } else fly(bytes)
      if (!whole) lost(bytes)
    },
    buffered: () => buffered,
    afterwards(run) {
      const taken = Math.max(freeAt, scheduler.now()) - scheduler.now()
      scheduler.after(taken, () => {
        scheduler.after(Math.max(lastArrival - scheduler.now(), 0) + delay(), run)
      })
    },
    cut() {
      whole = false
    },
  }
}
