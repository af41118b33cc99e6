/**
 * How much time of a processor a piece of code takes. Unlike the time on the wall it is the same, or nearly so, when others
 * keep the machine busy; what is done on other threads (compiling, part of collecting garbage) is left out.
 */

/** Microseconds a call, the first ones not counted; `call` is given the number of the call. */
export function microseconds(forMs: number, call: (n: number) => unknown): number {
  let n = 0
  const repeat = (ms: number): number => {
    const from = n
    const begin = cpuMicroseconds()
    let spent = 0
    while (spent < ms * 1000) {
      // Asking takes as long as some of what is measured.
      for (let step = 0; step < 64; step += 1, n += 1) call(n)
      spent = cpuMicroseconds() - begin
    }
    return spent / (n - from)
  }
  repeat(forMs / 4)
  return repeat(forMs)
}

function cpuMicroseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}
