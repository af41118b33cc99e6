/**
 * The relay on the network: one port for devices, stock Yjs tools, the page, and whoever looks after it.
 *
 * Starting is all or nothing: what cannot be (a port, a directory, a secret) is a `RelayServerError` before anything is
 * written. Stopping is a drain: no new sockets, what is under way is finished and answered, sessions end with
 * `shutting-down`, the store is closed last. Rules RE95 to RE109, RE120, RE123 and RE124.
 */
import { randomBytes } from 'node:crypto'
import { type Server, createServer } from 'node:http'
import { createRelay } from '../create-relay.ts'
import { type RelayLimits, defaultLimits } from '../limits.ts'
import type { Logger } from '../ports.ts'
import type { RelayStore } from '../store.ts'
import { plain } from './http-page.ts'
import { countCommits } from './server-counting.ts'
import { deflatePage } from './server-deflate.ts'
import { explainListen, explainStore } from './server-errors.ts'
import { createGathering } from './server-gathering.ts'
import {
  type ServerTimings,
  defaultMaxGreeting,
  defaultMaxSockets,
  defaultTimings,
  headersTimeoutMs,
  maxHeaderBytes,
  requestTimeoutMs,
  requestsLookedAtMs,
} from './server-limits.ts'
import { describeError, silentLogger } from './server-log.ts'
import { createMetrics } from './server-metrics.ts'
import { type Network, createNetwork } from './server-network.ts'
import { checkAdminSecret, checkDevHost, checkDirectory, checkTokens, openPage } from './server-start.ts'
import { refuseUpgrade } from './server-upgrade.ts'
import { openSqliteRelayStore } from './sqlite-store.ts'
import { makeDevSecret } from './token-dev.ts'
import { maxLifeOf, type TokenRules, revocationsKeptMs } from './token-rules.ts'
import { createTokenCheck, mintToken } from './token.ts'

export interface RelayServerOptions {
  /** 0 for any that is free. */
  readonly port: number
  readonly host: string
  /** Where the data lies; made when it is not there. */
  readonly directory: string
  /** How tokens are checked; may be left out with `dev`. */
  readonly tokens?: TokenRules
  /** Of whoever may revoke tokens; without it nobody may. */
  readonly adminSecret?: Uint8Array
  /** For development: a secret made by itself, and tokens for whoever asks on this machine. */
  readonly dev?: boolean
  /** The folder of a built page to serve. */
  readonly page?: string
  /** Pages of other origins that may use this relay; `*` for all. */
  readonly origins?: readonly string[]
  readonly logger?: Logger
  readonly limits?: Partial<RelayLimits>
  readonly timings?: Partial<ServerTimings>
  readonly maxSockets?: number
  /** Sockets of one address that have no session yet. */
  readonly maxGreeting?: number
  /** The clock, in milliseconds. */
  readonly now?: () => number
}

export interface RelayServer {
  readonly port: number
  /** Settles when the relay has stopped: true when it was asked to, false after a fault of its own. */
  readonly ended: Promise<boolean>
  /** Drains. Calling it again changes nothing. */
  readonly stop: () => Promise<void>
}

export async function startRelayServer(options: RelayServerOptions): Promise<RelayServer> {
  const { host, directory, tokens, dev = false, logger = silentLogger, now = Date.now } = options
  if (dev) checkDevHost(host)
  await checkTokens(tokens, dev)
  checkAdminSecret(options.adminSecret)
  const servePage = await openPage(options.page)
  await checkDirectory(directory)

  // The port comes first: it is given back without a trace, a directory that has been made is not.
  const timings = { ...defaultTimings, ...options.timings }
  const door = await openDoor(options.port, host, timings.takenMs)
  const { store, rules } = await openData(directory, tokens).catch(async (error: unknown) => {
    await door.close()
    throw explainStore(error, directory)
  })

  const limits = { ...defaultLimits, ...options.limits }
  const metrics = createMetrics()
  const ending = createEnding(logger)
  const relay = createRelay({
    store: countCommits(store, metrics),
    clock: { now },
    random: randomBytes,
    logger,
    authenticate: createTokenCheck(rules, { logger }),
    revocationsKeptMs: revocationsKeptMs(rules),
    limits,
    deflate: deflatePage,
    countSignal: (what) => metrics.add(`signals_${what}_total`),
    gathered: createGathering(),
    onFault(error) {
      logger.error('relay-fault', { error: describeError(error) })
      ending.begin('fault', shutDown)
    },
  })
  const network = createNetwork({
    relay,
    store,
    http: {
      origins: { allowed: options.origins ?? [], loopback: dev },
      mint:
        dev && 'secret' in rules
          ? async (user, seconds) =>
              mintToken({ ...rules, user, lifetimeSeconds: Math.min(seconds, maxLifeOf(rules)), now: now() })
          : undefined,
      servePage,
      admin:
        options.adminSecret === undefined
          ? undefined
          : { secret: options.adminSecret, revoke: async (...whom) => relay.revoke(...whom) },
    },
    metrics,
    logger,
    timings,
    maxSockets: options.maxSockets ?? defaultMaxSockets,
    maxGreeting: options.maxGreeting ?? defaultMaxGreeting,
    lowWaterBytes: limits.maxBufferedBytes / 2,
    now,
    random: randomBytes,
  })
  door.lead(network)
  logger.info('relay-started', { host, port: door.port, directory, epoch: store.epoch, dev })

  async function shutDown(): Promise<void> {
    network.close()
    const closed = door.close()
    await relay.drain()
    await network.empty()
    await closed
    await store.close()
    logger.info('relay-stopped', {})
  }

  return {
    port: door.port,
    ended: ending.ended,
    stop: async () => {
      ending.begin('stop', shutDown)
      await ending.ended
    },
  }
}

/** The port: held from the first moment, answering only when there is something behind it. */
interface Door {
  readonly port: number
  readonly lead: (network: Network) => void
  readonly close: () => Promise<void>
}

async function openDoor(port: number, host: string, takenMs: number): Promise<Door> {
  let network: Network | undefined
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: requestsLookedAtMs,
  })
  // Of a connection that has become a socket, `ws` takes this back.
  server.setTimeout(takenMs)
  server.on('request', (request, response) => {
    // A second request behind one that is not answered yet: Node would keep the answers to thousands for who never reads.
    if (response.socket === null) request.socket.destroy()
    else if (network === undefined) plain(response, 503, 'The relay is starting.', { Connection: 'close' })
    else network.request(request, response)
  })
  server.on('upgrade', (request, stream, head) => {
    if (network === undefined) refuseUpgrade(stream, 503, 'The relay is starting.')
    else network.upgrade(request, stream, head)
  })
  await listen(server, port, host)
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    lead(to) {
      network = to
    },
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
        // Requests are short; who holds a connection open without one, or asks slowly, is let go.
        server.closeIdleConnections()
        setTimeout(() => {
          server.closeAllConnections()
        }, defaultTimings.closeMs).unref()
      })
    },
  }
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      const explained = explainListen(error, host, port)
      reject(explained instanceof Error ? explained : error)
    }
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      resolve()
    })
  })
}

async function openData(
  directory: string,
  tokens: TokenRules | undefined,
): Promise<{ readonly store: RelayStore; readonly rules: TokenRules }> {
  const store = await openSqliteRelayStore({ directory })
  try {
    return { store, rules: tokens ?? { secret: await makeDevSecret(directory) } }
  } catch (error) {
    await store.close()
    throw error
  }
}

interface Ending {
  readonly ended: Promise<boolean>
  readonly begin: (why: 'stop' | 'fault', shutDown: () => Promise<void>) => void
}

/** Ends once, whoever asks for it and how often; true when it was asked for and went well. */
function createEnding(logger: Logger): Ending {
  let begun = false
  let settle: (orderly: boolean) => void
  const ended = new Promise<boolean>((resolve) => {
    settle = resolve
  })
  return {
    ended,
    begin(why, shutDown) {
      if (begun) return
      begun = true
      shutDown().then(
        () => {
          settle(why === 'stop')
        },
        (error: unknown) => {
          logger.error('stop-failed', { error: describeError(error) })
          settle(false)
        },
      )
    },
  }
}
