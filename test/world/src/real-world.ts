/**
 * The real world must not get in: while a run lasts nobody may read the real clock, draw real chance or arm a real timer,
 * and no rejection may go unhandled. Rule WO2.
 */
export interface RealWorld {
  /** What got in since the start. */
  readonly end: () => readonly string[]
}

export function watchRealWorld(): RealWorld {
  const got = new Set<string>()
  const { now } = Date
  const { random } = Math
  const { setTimeout: timeout, setInterval: interval } = globalThis
  const unhandled = (reason: unknown): void => {
    got.add(
      `an unhandled rejection: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`,
    )
  }
  const uncaught = (error: Error): void => {
    got.add(`an uncaught error: ${error.stack ?? error.message}`)
  }
  Date.now = () => {
    got.add(`the real clock was read ${from()}`)
    return now()
  }
  Math.random = () => {
    got.add(`real chance was drawn ${from()}`)
    return random()
  }
  Object.assign(globalThis, {
    setTimeout: (...args: Parameters<typeof timeout>) => {
      got.add(`a real timer was armed ${from()}`)
      return timeout(...args)
    },
    setInterval: (...args: Parameters<typeof interval>) => {
      got.add(`a real interval was armed ${from()}`)
      return interval(...args)
    },
  })
  process.on('unhandledRejection', unhandled)
  process.on('uncaughtException', uncaught)
  return {
    end() {
      Date.now = now
      Math.random = random
      Object.assign(globalThis, { setTimeout: timeout, setInterval: interval })
      process.off('unhandledRejection', unhandled)
      process.off('uncaughtException', uncaught)
      return [...got]
    },
  }
}

/** Of the real modules on the stack, the one that called. */
function from(): string {
  const lines = (new Error('where').stack ?? '').split('\n').slice(3)
  return `by ${lines[0]?.trim() ?? 'nobody'}`
}
