/** A relay on a disk in memory, with a clock that stands still until it is moved. */
import { type MemoryDisk, createMemoryDisk, createMemoryRelayStore } from '../memory-store.ts'
import type { Authenticate, Logger, Relay, RelayOptions } from '../ports.ts'
import { createRelayWith } from '../create-relay.ts'
import type { RelayLimits } from '../limits.ts'
import type { RelayStore } from '../store.ts'
import { ownSeams, type Seams } from '../turn.ts'
import { testUser } from './test-device.ts'

export const testEpoch = 'epoch-1'

export interface TestRelay {
  readonly relay: Relay
  readonly disk: MemoryDisk
  readonly store: RelayStore
  readonly clock: { time: number; now(): number }
  /** Bugs of the relay's own. */
  readonly faults: readonly unknown[]
  readonly errors: readonly string[]
}

export interface TestRelayOptions {
  readonly disk?: MemoryDisk
  readonly limits?: Partial<RelayLimits>
  readonly seams?: Partial<Seams>
  readonly wrap?: (store: RelayStore) => RelayStore
  readonly authenticate?: Authenticate
  readonly gathered?: () => Promise<void>
  readonly deflate?: (bytes: Uint8Array) => Uint8Array
  readonly countSignal?: (what: 'passed' | 'dropped') => void
}

export function createTestRelay(options: TestRelayOptions = {}): TestRelay {
  const disk = options.disk ?? createMemoryDisk(testEpoch)
  const wrap = options.wrap ?? ((inner: RelayStore) => inner)
  const store = wrap(createMemoryRelayStore(disk))
  const faults: unknown[] = []
  const errors: string[] = []
  const clock = { time: 1_700_000_000_000, now: () => clock.time }
  const relayOptions: RelayOptions = {
    store,
    clock,
    random: (count) => new Uint8Array(count),
    logger: createTestLogger(errors),
    authenticate: options.authenticate ?? authenticateByName,
    limits: options.limits ?? {},
    ...(options.countSignal === undefined ? {} : { countSignal: options.countSignal }),
    ...(options.deflate === undefined ? {} : { deflate: options.deflate }),
    ...(options.gathered === undefined ? {} : { gathered: options.gathered }),
    onFault: (error) => {
      faults.push(error)
    },
  }
  const relay = createRelayWith(relayOptions, { ...ownSeams, ...options.seams })
  return { relay, disk, store, clock, faults, errors }
}

/** The token is the user's name; that of `expired` has expired. */
async function authenticateByName(token: string): ReturnType<Authenticate> {
  if (token === 'expired') return { ok: false, code: 'token-expired', detail: 'The token has expired.' }
  if (token === '') return { ok: false, code: 'bad-token', detail: 'There is no token.' }
  return { ok: true, user: testUser(token) }
}

function createTestLogger(errors: string[]): Logger {
  return {
    error: (message) => {
      errors.push(message)
    },
    info: () => undefined,
    debug: () => undefined,
  }
}
