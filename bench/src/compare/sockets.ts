/** The sockets of a conversation's members, as one thing: added up, and closed together. */
import type { Traffic } from './contender.ts'
import type { RawSocket } from './raw-socket.ts'

export interface Sockets {
  readonly add: (socket: RawSocket) => void
  readonly lose: (reason: string) => void
  readonly lost: () => string | undefined
  readonly traffic: () => Traffic
  readonly close: () => Promise<void>
}

export function createSockets(): Sockets {
  const all: RawSocket[] = []
  let lost: string | undefined
  return {
    add: (socket) => all.push(socket),
    lose(reason) {
      lost ??= reason
    },
    lost: () => lost,
    traffic() {
      const total = { framesIn: 0, framesOut: 0, bytesIn: 0, bytesOut: 0 }
      for (const { traffic } of all) {
        total.framesIn += traffic.framesIn
        total.framesOut += traffic.framesOut
        total.bytesIn += traffic.bytesIn
        total.bytesOut += traffic.bytesOut
      }
      return total
    },
    async close() {
      await Promise.all(all.map(async (socket) => socket.close()))
    },
  }
}
