/**
 * What arrives on the port, given a relay: requests, upgrades, and the sockets they become.
 *
 * One timer looks at every deadline of every socket. Rules RE95 to RE109.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { maxDeviceFrameBytes } from '@parley/wire'
import { WebSocketServer } from 'ws'
import type { Logger, Peer, Relay } from '../ports.ts'
import type { RelayStore } from '../store.ts'
import { type HttpSetting, createHttpHandler, refuseRequest, requestPath } from './http.ts'
import { holdsToken, tokenInUrl } from './http-url-token.ts'
import {
  type ServerTimings,
  defaultMaxGreeting,
  defaultMaxSockets,
  payloadHeadroom,
} from './server-limits.ts'
import { createGreeters } from './server-greeters.ts'
import type { Metrics } from './server-metrics.ts'
import type { KeepSession, Session } from './server-session.ts'
import { createCork, DeviceSocket, serveSocket } from './server-socket.ts'
import { refuseUpgrade } from './server-upgrade.ts'
import { createYEndpoint } from './y-endpoint.ts'

export interface NetworkSetting {
  readonly relay: Relay
  readonly store: RelayStore
  readonly http: Pick<HttpSetting, 'origins' | 'mint' | 'servePage' | 'admin'>
  readonly metrics: Metrics
  readonly logger: Logger
  readonly timings: ServerTimings
  /** Of both kinds together. */
  readonly maxSockets?: number
  /** Of one address, without a session yet. */
  readonly maxGreeting?: number
  /** When less than this waits for a socket, more may come. */
  readonly lowWaterBytes: number
  readonly now: () => number
  /** `count` random bytes. */
  readonly random: (count: number) => Uint8Array
}

export interface Network {
  readonly request: (request: IncomingMessage, response: ServerResponse) => void
  readonly upgrade: (request: IncomingMessage, stream: Duplex, head: Buffer) => void
  /** No more sockets; `/readyz` says so. */
  readonly close: () => void
  /** Ends who is left, and resolves when every socket is gone: at the latest when those that linger are cut off. */
  readonly empty: () => Promise<void>
}

export function createNetwork(setting: NetworkSetting): Network {
  const { relay, metrics, logger, timings, now } = setting
  const sessions = new Set<Session>()
  let opened = 0
  let closing = false
  let whenEmpty: (() => void) | undefined

  // A subprotocol asked for here is not ours to choose; the stock endpoint has a server of its own.
  const sockets = new WebSocketServer({
    WebSocket: DeviceSocket,
    noServer: true,
    clientTracking: false,
    autoPong: false,
    perMessageDeflate: false,
    maxPayload: maxDeviceFrameBytes * payloadHeadroom,
    handleProtocols: () => false,
  })

  const add = (session: Session): void => {
    sessions.add(session)
    metrics.add('sessions_opened_total')
  }
  const forget = (session: Session): void => {
    sessions.delete(session)
    if (sessions.size === 0) whenEmpty?.()
  }
  const keep: KeepSession = (open) => {
    const session = open(() => forget(session))
    add(session)
  }
  const greeters = createGreeters(setting.maxGreeting ?? defaultMaxGreeting)
  const cork = createCork()
  const service = { ...setting, cork, forget, accept: (peer: Peer) => relay.accept(peer) }
  const stock = createYEndpoint({ ...setting, keep, cork })

  const timer = setInterval(() => {
    const at = now()
    for (const session of sessions) session.sweep(at)
    greeters.sweep()
    stock.sweep()
    relay.sweep()
  }, timings.sweepMs)

  const request = createHttpHandler({
    ...setting.http,
    logger,
    readiness: () => readiness(relay, closing),
    metrics: () =>
      metrics.text({
        sessions: sessions.size - stock.readers(),
        readers: stock.readers(),
        documents: stock.documents(),
        position: relay.health.position,
      }),
  })

  const refuse = (stream: Duplex, status: number, sentence: string): void => {
    metrics.add('upgrades_refused_total')
    logger.debug('upgrade-refused', { status, sentence })
    refuseUpgrade(stream, status, sentence)
  }

  const upgrade = (asked: IncomingMessage, stream: Duplex, head: Buffer): void => {
    const path = requestPath(asked)
    const address = asked.socket.remoteAddress ?? ''
    const refusal = refuseRequest(asked, setting.http)
    if (refusal !== undefined) refuse(stream, 403, refusal)
    else if (holdsToken(asked.url)) refuse(stream, 400, tokenInUrl)
    else if (closing) refuse(stream, 503, 'The relay is being stopped. Connect again in a moment.')
    else if (sessions.size >= (setting.maxSockets ?? defaultMaxSockets))
      refuse(stream, 503, 'The relay holds as many sockets as it may.')
    else if (!greeters.hasRoom(address))
      refuse(stream, 503, 'Too many sockets of this address have not said who they are.')
    else if (path === '/' || path === '/parley') {
      sockets.handleUpgrade(asked, stream, head, (socket) => {
        opened += 1
        const served = serveSocket(service, socket, stream, opened)
        add(served)
        greeters.add(address, served)
      })
    } else if (path?.startsWith('/y/') === true) {
      let waiting = true
      greeters.add(address, { waiting: () => waiting })
      const name = path.slice('/y/'.length)
      const refuseHim = refuse.bind(undefined, stream)
      stock.upgrade(asked, stream, head, name, refuseHim, () => {
        waiting = false
      })
    } else
      refuse(stream, 404, 'There is no endpoint at this path. Devices connect to /, stock Yjs tools to /y.')
  }

  return {
    request,
    upgrade,
    close() {
      closing = true
    },
    async empty() {
      closing = true
      for (const session of sessions) session.end('shutting-down')
      if (sessions.size > 0) {
        await new Promise<void>((resolve) => {
          whenEmpty = resolve
        })
      }
      clearInterval(timer)
    },
  }
}

function readiness(relay: Relay, closing: boolean): { readonly ready: boolean; readonly sentence: string } {
  if (closing) return { ready: false, sentence: 'The relay is being stopped.' }
  switch (relay.health.state) {
    case 'running':
      return { ready: true, sentence: 'The relay takes and gives.' }
    case 'full':
      return {
        ready: false,
        sentence: 'The disk of the relay is full: it gives, but takes nothing. Make room.',
      }
    case 'broken':
      return { ready: false, sentence: 'The store of the relay is broken: it gives, but takes nothing.' }
    case 'ended':
      return { ready: false, sentence: 'The relay has ended.' }
  }
}
