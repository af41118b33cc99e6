/**
 * The machine the relay runs on: starts the real core over the simulated disk and network, stops it, and does what the
 * core leaves to its shell: tokens, time limits, connections that have fallen silent, and telling it the time. Rule WO79.
 */
import { deflateRawSync } from 'node:zlib'
import type { UserId } from '@parley/document'
import type { Connection, Peer, Relay, RelayLimits, RelayOptions } from '@parley/relay'
import { createClock, type SkewedClock } from './clock.ts'
import type { Counters } from './counters.ts'
import type { Fault } from './faults.ts'
import type { Network } from './network.ts'
import { hearing, makeRelay } from './passing-faults.ts'
import { createPower, type Power } from './power.ts'
import type { Random } from './random.ts'
import type { RelayDisk } from './relay-disk.ts'
import type { Scheduler } from './scheduler.ts'
import { createTokenOffice } from './token-office.ts'
import type { Trace } from './trace.ts'

export interface RelayHost {
  readonly clock: SkewedClock
  readonly disk: RelayDisk
  /** Of the process that runs now. */
  readonly power: () => Power | null
  readonly start: () => Promise<void>
  readonly crash: () => void
  /** What a server gives that signs tokens for this relay. */
  readonly mint: (user: UserId, lifeMs: number) => string
  /** All devices of a user are signed out, if the relay runs. */
  readonly revoke: (user: UserId) => void
  /** What the core logged as errors: it should have had no reason. */
  readonly errors: readonly string[]
}

export interface RelayHostOptions {
  readonly scheduler: Scheduler
  readonly random: Random
  readonly trace: Trace
  readonly counters: Counters
  readonly network: Network
  readonly disk: RelayDisk
  readonly limits: Partial<RelayLimits>
  readonly fault: Fault | null
}

const helloMs = 10_000
const sweepMs = 1000
/** Some heartbeats of a device: as long as that its connection may say nothing. */
const idleMs = 20_000
export const idleDetail = 'Nothing was heard for too long.'

export function createRelayHost(settings: RelayHostOptions): RelayHost {
  const { scheduler, random, trace, counters, network, disk, limits, fault } = settings
  const clock = createClock(scheduler.now, 0)
  const errors: string[] = []
  const office = createTokenOffice(clock.now, counters)
  let running: Relay | null = null
  let power: Power | null = null
  let starts = 0

  const accept = (relay: Relay, own: Power, peer: Peer): Connection => {
    const connection = relay.accept(peer)
    office.opened(connection)
    let heard = scheduler.now()
    const later = (ms: number, run: () => void): void => {
      scheduler.after(ms, () => {
        own.enter(run)
      })
    }
    later(helloMs, () => {
      if (connection.state === 'hello') connection.fail('hello-timeout')
    })
    const watchExpiry = (): void => {
      const expires = connection.identity?.expires
      if (connection.state === 'closed') return
      if (expires !== undefined && expires <= clock.now()) connection.fail('token-expired')
      else if (scheduler.now() - heard >= idleMs) {
        counters.add('silentConnections')
        connection.fail('out-of-step', idleDetail)
      } else later(sweepMs, watchExpiry)
    }
    later(sweepMs, watchExpiry)
    return hearing(connection, (bytes) => {
      heard = scheduler.now()
      const before = connection.identity
      connection.receiveBytes(bytes)
      const wrong = office.check(connection, before)
      if (wrong !== undefined && own.state() === 'on') errors.push(wrong)
    })
  }

  /** As long as it lives. */
  const sweep = (relay: Relay, own: Power): void => {
    scheduler.after(sweepMs, () => {
      if (own.state() === 'off') return
      own.enter(() => relay.sweep())
      sweep(relay, own)
    })
  }

  return {
    clock,
    disk,
    errors,
    power: () => power,
    async start() {
      if (power !== null) return
      starts += 1
      const own = createPower()
      power = own
      own.onOff(() => {
        counters.add('relayCrashes')
        trace.note('relay', 'dies')
        power = null
        running = null
        office.died()
      })
      const options: RelayOptions = {
        store: await disk.open(own),
        clock,
        random: random.fork(`relay ${starts}`).bytes,
        authenticate: (token, now) => Promise.resolve(office.authenticate(token, now)),
        logger: {
          error: (message, facts) => {
            // The world fills the disk on purpose.
            if (message.startsWith('the store is full')) return
            errors.push(`${message} ${JSON.stringify(facts ?? {})}`)
            trace.note('relay', `error: ${message}`)
          },
          info: () => undefined,
          debug: () => undefined,
        },
        countSignal: (what) => counters.add(what === 'passed' ? 'signalsPassed' : 'signalsDropped'),
        limits,
        deflate: (bytes) => new Uint8Array(deflateRawSync(bytes)),
        onFault: (error) => {
          errors.push(`fault: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
          own.off()
        },
      }
      const relay = makeRelay(fault, options)
      if (own.state() === 'off') return
      running = relay
      trace.note('relay', `starts, epoch ${disk.epoch()}`)
      sweep(relay, own)
      network.setDoor({ power: own, accept: (peer) => accept(relay, own, peer) })
    },
    crash() {
      power?.off()
    },
    mint: office.mint,
    revoke(user) {
      const relay = running
      if (relay === null) return
      trace.note('relay', `signs ${user} out`)
      power?.enter(() => {
        const wrong = office.revoke(relay, user)
        if (wrong !== undefined && power?.state() === 'on') errors.push(wrong)
      })
    },
  }
}
