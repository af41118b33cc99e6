/** How long a piece of code takes, repeated until that can be said. */

/** Microseconds a call, the first ones not counted; `call` is given the number of the call. */
export function microseconds(forMs: number, call: (n: number) => unknown): number {
  let n = 0
  const repeat = (ms: number): number => {
    const from = n
    const begin = performance.now()
    let now = begin
    while (now - begin < ms) {
      // Asking the clock takes as long as some of what is measured.
      for (let step = 0; step < 16; step += 1, n += 1) call(n)
      now = performance.now()
    }
    return ((now - begin) * 1000) / (n - from)
  }
  repeat(forMs / 4)
  return repeat(forMs)
}

/** Milliseconds of one call. */
export function milliseconds(call: () => void): number {
  const begin = performance.now()
  call()
  return performance.now() - begin
}
