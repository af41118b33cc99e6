/** What a piece of reading takes: counted at the socket, and by Linux for both processes. */
import { createConnection, type NetConnectOpts, type Socket } from 'node:net'
import { WebSocket } from 'ws'
import { processorSeconds } from '../usage.ts'

/** What a reading program prints, whoever the contender is. */
export interface Reading {
  readonly seconds: number
  readonly serverCpuSeconds: number
  readonly clientCpuSeconds: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly framesIn: number
  readonly framesOut: number
  readonly sockets: number
  /** What was found, each as it was written, and how much there should be. */
  readonly complete: number
  readonly expected: number
}

export type Cost = Omit<Reading, 'complete' | 'expected'>

export interface Meter {
  /** From here on. */
  readonly start: () => void
  readonly stop: () => Cost
}

/** Counts every socket that is opened by the WebSocket this gives. */
export interface CountingSockets {
  readonly WebSocket: new (address: string) => WebSocket
  readonly count: () => Traffic
}

export interface Traffic {
  readonly bytesIn: number
  readonly bytesOut: number
  readonly framesIn: number
  readonly framesOut: number
  readonly sockets: number
}

export function createCountingSockets(): CountingSockets {
  const streams: Socket[] = []
  let framesIn = 0
  let framesOut = 0
  class Counting extends WebSocket {
    constructor(address: string) {
      super(address, { createConnection: connectCounted })
      this.on('message', () => {
        framesIn += 1
      })
    }
    override send(...given: [never, never]): void {
      framesOut += 1
      super.send(...given)
    }
  }
  const connectCounted: typeof createConnection = (...given: readonly unknown[]) => {
    // Called in one way only, with where to.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const stream = createConnection({ ...(given[0] as NetConnectOpts), noDelay: true })
    streams.push(stream)
    return stream
  }
  return {
    WebSocket: Counting,
    count: () => ({
      bytesIn: streams.reduce((total, stream) => total + stream.bytesRead, 0),
      bytesOut: streams.reduce((total, stream) => total + stream.bytesWritten, 0),
      framesIn,
      framesOut,
      sockets: streams.length,
    }),
  }
}

export function createMeter(sockets: Pick<CountingSockets, 'count'>, serverPid: number): Meter {
  let before: Traffic = sockets.count()
  let began = 0
  let own = process.cpuUsage()
  let server = 0
  return {
    start() {
      before = sockets.count()
      server = processorSeconds(serverPid)
      own = process.cpuUsage()
      began = performance.now()
    },
    stop() {
      const seconds = (performance.now() - began) / 1000
      const { user, system } = process.cpuUsage(own)
      const serverCpuSeconds = processorSeconds(serverPid) - server
      const after = sockets.count()
      return {
        seconds,
        serverCpuSeconds,
        clientCpuSeconds: (user + system) / 1_000_000,
        bytesIn: after.bytesIn - before.bytesIn,
        bytesOut: after.bytesOut - before.bytesOut,
        framesIn: after.framesIn - before.framesIn,
        framesOut: after.framesOut - before.framesOut,
        sockets: after.sockets - before.sockets,
      }
    },
  }
}
