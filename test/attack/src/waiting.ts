/** Waiting for something to become true, with an end: a machine with other things to do is slow, and not stuck. */

const patienceMs = 20_000

/** Looks now, and whenever it is woken. Throws when nothing has come in time, or what the look throws. */
export async function waitFor<Value>(
  wake: Set<() => void>,
  what: string,
  look: () => Value | undefined,
  ms: number = patienceMs,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const done = (finish: () => void): void => {
      wake.delete(check)
      clearTimeout(timer)
      finish()
    }
    const check = (): void => {
      try {
        const found = look()
        if (found !== undefined) done(() => resolve(found))
      } catch (error) {
        done(() => reject(error instanceof Error ? error : new Error(String(error))))
      }
    }
    const timer = setTimeout(() => {
      done(() => reject(new Error(`${what} did not come within ${ms} ms`)))
    }, ms)
    wake.add(check)
    check()
  })
}

export async function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

/** Looks again and again. */
export async function until(holds: () => boolean, what: string, ms: number = patienceMs): Promise<void> {
  const end = performance.now() + ms
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what} was not so within ${ms} ms`)
    await pause(5)
  }
}
