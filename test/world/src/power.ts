/**
 * The power of one process, device or relay. Whatever the world does to a process goes through `enter`, whatever a
 * process does to the world asks `effect` first: so a process can be stopped between any two effects, even in the
 * middle of one turn of its own code, which then runs on without anybody noticing. Rules WO3, WO4.
 */
export interface Power {
  readonly state: () => 'on' | 'frozen' | 'off'
  /** Runs a piece of the process: now, when it thaws, or never. */
  readonly enter: (run: () => void) => void
  /** Whether the effect may happen. It counts, and a planned death comes in its place. */
  readonly effect: () => boolean
  readonly off: () => void
  readonly freeze: () => void
  readonly thaw: () => void
  /** Dies instead of the effect after the next `effects`. */
  readonly dieAfter: (effects: number) => void
  /** Called once, when the process has died. */
  readonly onOff: (listener: () => void) => void
}

export function createPower(): Power {
  let state: 'on' | 'frozen' | 'off' = 'on'
  let left = Number.POSITIVE_INFINITY
  let waiting: (() => void)[] = []
  const listeners: (() => void)[] = []
  const off = (): void => {
    if (state === 'off') return
    state = 'off'
    waiting = []
    for (const listener of listeners) listener()
  }
  const enter = (run: () => void): void => {
    if (state === 'on') run()
    else if (state === 'frozen') waiting.push(run)
  }
  return {
    state: () => state,
    enter,
    effect() {
      if (state === 'off') return false
      left -= 1
      if (left >= 0) return true
      off()
      return false
    },
    off,
    freeze() {
      if (state === 'on') state = 'frozen'
    },
    thaw() {
      if (state !== 'frozen') return
      state = 'on'
      const due = waiting
      waiting = []
      // What one of them does may end the process.
      for (const run of due) enter(run)
    },
    dieAfter(effects) {
      left = effects
    },
    onOff(listener) {
      listeners.push(listener)
    },
  }
}
