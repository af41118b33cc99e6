/**
 * One WebSocket of the Parley protocol, as the core's peer.
 *
 * The core judges frames; here is what only a socket knows: how much has not left yet, when it has, whether anything has
 * come lately, and how to end. Frames sent in one turn leave together. The failure frame always goes before the close,
 * and a peer that does not answer the close is cut off. Rules RE95 to RE102.
 */
import type { Duplex } from 'node:stream'
import { type FailureCode, failures, maxDeviceFrameBytes } from '@parley/wire'
import type { RawData, WebSocket } from 'ws'
import type { Connection, Logger, Peer } from '../ports.ts'
import { paced, restful } from '../pace.ts'
import { maxEarlyBytes, maxPingsPerSecond, maxReadAtOnceBytes, type ServerTimings } from './server-limits.ts'
import type { Greeter } from './server-greeters.ts'
import { describeError } from './server-log.ts'
import type { Metrics } from './server-metrics.ts'
import { createOutgoing } from './server-outgoing.ts'
import type { Session } from './server-session.ts'

export interface SocketSetting {
  readonly socket: WebSocket
  /** What lies below it. */
  readonly stream: Duplex
  readonly cork: Cork
  readonly accept: (peer: Peer) => Connection
  readonly now: () => number
  readonly timings: ServerTimings
  /** Half of what the core lets wait before it calls a peer behind. */
  readonly lowWaterBytes: number
  readonly metrics: Metrics
  readonly logger: Logger
  /** How the log names this session. */
  readonly number: number
  /** The socket is gone. */
  readonly whenClosed: () => void
}

export function serveSocket(setting: SocketSetting): Session & Greeter {
  const { socket, metrics, logger, timings, lowWaterBytes, number } = setting
  const opened = setting.now()
  let heard = opened
  let spoken = false
  let state: 'open' | 'closing' | 'closed' = 'open'
  let closeBy = Number.POSITIVE_INFINITY
  let behind = false
  let pings = restful
  // The core may end a peer before it has given it a connection: a relay that drains does.
  const core: { connection?: Connection } = {}

  const send = (bytes: Uint8Array): void => {
    if (socket.readyState !== socket.OPEN) return
    metrics.add('frames_sent_total')
    metrics.add('bytes_sent_total', bytes.length)
    outgoing.add(bytes)
    setting.cork(outgoing)
    if (buffered() > lowWaterBytes) behind = true
  }
  /** All of it is ours, but for some answers to pings: `ws` holds nothing back of what is not compressed. */
  const buffered = (): number => setting.stream.writableLength + outgoing.waiting
  const outgoing = createOutgoing({
    stream: setting.stream,
    isOpen: () => socket.readyState === socket.OPEN,
    whenLeft: () => (behind ? left : undefined),
  })

  /** Something has left, or the socket is gone (then `closed` follows, and says it better than an error here). */
  function left(): void {
    if (!behind || buffered() > lowWaterBytes) return
    behind = false
    core.connection?.drained()
  }

  const close = (code: FailureCode, detail: string): void => {
    if (state !== 'open') return
    state = 'closing'
    closeBy = setting.now() + timings.closeMs
    metrics.addFailure(code)
    logger.info('session-failed', { session: number, user: core.connection?.identity?.user, code, detail })
    outgoing.uncork()
    socket.close(failures[code].closeCode, code)
  }

  let read = 0
  /** The system hands over megabytes of one socket before it looks at the next: after so much the others come first. */
  const takeTurns = (bytes: number): void => {
    read += bytes
    if (read < maxReadAtOnceBytes) return
    read = 0
    socket.pause()
    setImmediate(() => {
      socket.resume()
    })
  }

  core.connection = setting.accept({ send, buffered, close })

  socket.on('message', (data: RawData, binary: boolean) => {
    heard = setting.now()
    spoken = true
    const bytes = wholeFrame(data)
    metrics.add('frames_received_total')
    metrics.add('bytes_received_total', bytes.length)
    takeTurns(bytes.length)
    if (state !== 'open') return
    try {
      if (!binary)
        core.connection?.fail('malformed', 'The frame is text. Frames of this protocol are binary.')
      else if (bytes.length > maxDeviceFrameBytes) core.connection?.fail('too-large')
      else core.connection?.receiveBytes(bytes)
    } catch (error) {
      // A bug of ours that a frame has found ends the one who brought it, and not the process.
      logger.error('session-failed', { session: number, error: describeError(error) })
      core.connection?.fail('internal')
    }
  })
  let early = 0
  /** After `ws`, which listens first: a hello that is whole has been taken by then. */
  const countEarly = (data: Buffer): void => {
    if (core.connection?.state !== 'hello') {
      setting.stream.off('data', countEarly)
      return
    }
    early += data.length
    if (early <= maxEarlyBytes) return
    core.connection.fail('too-large', `Before the hello is answered ${maxEarlyBytes} bytes are too many.`)
    // Nothing more is read, the answer to our close neither.
    setting.stream.off('data', countEarly)
    setting.stream.pause()
    closeBy = setting.now()
  }
  setting.stream.on('data', countEarly)
  // By hand, because a peer that pings and never reads would otherwise fill our memory with the answers.
  socket.on('ping', (data) => {
    pings = paced(pings, setting.now())
    if (pings.count > maxPingsPerSecond) socket.terminate()
    else if (socket.readyState === socket.OPEN && socket.bufferedAmount < lowWaterBytes) socket.pong(data)
  })
  // Broken frames, resets: `close` follows. Without a listener the process would end.
  socket.on('error', (error) => {
    logger.debug('socket-error', { session: number, error: error.message })
  })
  socket.on('close', (code) => {
    state = 'closed'
    outgoing.drop()
    logger.debug('session-closed', { session: number, user: core.connection?.identity?.user, code })
    core.connection?.closed()
    setting.whenClosed()
  })

  return {
    waiting: () => state === 'open' && core.connection?.state === 'hello',
    end(code) {
      core.connection?.fail(code)
    },
    sweep(now) {
      if (now >= closeBy) socket.terminate()
      const { connection } = core
      if (state !== 'open' || connection === undefined) return
      const expires = connection.identity?.expires
      const waiting = connection.state === 'hello'
      if (waiting && !spoken && now - opened >= timings.helloMs) connection.fail('hello-timeout')
      else if (waiting && now - opened >= timings.greetMs)
        connection.fail('overloaded', 'The hello could not be looked at in time.')
      else if (expires !== undefined && now >= expires) connection.fail('token-expired')
      else if (now - heard >= timings.idleMs)
        connection.fail('out-of-step', 'Nothing was heard for too long.')
    },
  }
}

/** What holds back what it is given until the end of the turn. */
export type Corked = Pick<Duplex, 'cork' | 'uncork'>
export type Cork = (stream: Corked) => void

/** Everything a turn sends to a socket goes to the system in one call; one for all sockets of a server. */
export function createCork(): Cork {
  let corked = new Set<Corked>()
  const uncork = (): void => {
    const streams = corked
    corked = new Set()
    for (const stream of streams) stream.uncork()
  }
  return (stream) => {
    if (corked.has(stream)) return
    if (corked.size === 0) setImmediate(uncork)
    corked.add(stream)
    stream.cork()
  }
}

/** What a frame may keep beside itself, of the bytes it came among. */
const maxKeptBytes = 1024

/**
 * `ws` gives one Buffer, unless told otherwise; its other shapes are the types'. It is a part of what the system gave, and a
 * push stays in it while it waits: one that came among much else is taken out of it. Rule RE320.
 */
export function wholeFrame(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return data.buffer.byteLength > 2 * data.length + maxKeptBytes ? new Uint8Array(data) : data
}
