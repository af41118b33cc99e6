/** So many at once; the others wait, in the order in which they came. */
export function inLine<Given extends readonly unknown[], Value>(
  most: number,
  run: (...given: Given) => Promise<Value>,
): (...given: Given) => Promise<Value> {
  const waiting: (() => void)[] = []
  let running = 0
  const leave = (): void => {
    const next = waiting.shift()
    // His place is handed on, so that nobody who comes now gets before him.
    if (next === undefined) running -= 1
    else next()
  }
  return async (...given) => {
    if (running < most) running += 1
    else
      await new Promise<void>((resolve) => {
        waiting.push(resolve)
      })
    try {
      return await run(...given)
    } finally {
      leave()
    }
  }
}
