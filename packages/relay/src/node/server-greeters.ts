/** Sockets that have no session yet, by the address they come from: nobody takes all places by saying nothing. Rule RE250. */

/** A socket that may be waiting for its session still. */
export interface Greeter {
  readonly waiting: () => boolean
}

export interface Greeters {
  readonly hasRoom: (address: string) => boolean
  readonly add: (address: string, greeter: Greeter) => void
  /** Forgets those that wait no more. */
  readonly sweep: () => void
}

export function createGreeters(most: number): Greeters {
  const byAddress = new Map<string, Set<Greeter>>()
  const prune = (address: string, greeters: Set<Greeter>): void => {
    for (const greeter of greeters) if (!greeter.waiting()) greeters.delete(greeter)
    if (greeters.size === 0) byAddress.delete(address)
  }
  return {
    hasRoom(address) {
      const greeters = byAddress.get(address)
      if (greeters === undefined || greeters.size < most) return true
      prune(address, greeters)
      return greeters.size < most
    },
    add(address, greeter) {
      byAddress.set(address, (byAddress.get(address) ?? new Set()).add(greeter))
    },
    sweep() {
      for (const [address, greeters] of byAddress) prune(address, greeters)
    },
  }
}
