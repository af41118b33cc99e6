/**
 * One WebSocket of the Parley protocol, as the core's peer.
 *
 * The core judges frames; here is what only a socket knows: how much has not left yet, when it has, whether anything has
 * come lately, and how to end. Frames sent in one turn leave together. The failure frame always goes before the close,
 * and a peer that does not answer the close is cut off. Rules RE95 to RE102.
 */
import type { Duplex } from 'node:stream'
import {
  type Answer,
  type CommandAnswer,
  type FailureCode,
  failures,
  maxDeviceFrameBytes,
} from '@parley/wire'
import { type RawData, WebSocket } from 'ws'
import type { Connection, Logger, Peer } from '../ports.ts'
import { paced, restful } from '../pace.ts'
import { countAnswer } from './server-counting.ts'
import { maxEarlyBytes, maxPingsPerSecond, maxReadAtOnceBytes, type ServerTimings } from './server-limits.ts'
import type { Greeter } from './server-greeters.ts'
import { describeError } from './server-log.ts'
import { takeFrames } from './server-incoming.ts'
import type { Metrics } from './server-metrics.ts'
import { createOutgoing, type Outgoing, type Way } from './server-outgoing.ts'
import type { Session } from './server-session.ts'

/** What all sockets of a server share. */
export interface SocketService {
  readonly cork: Cork
  readonly accept: (peer: Peer) => Connection
  readonly now: () => number
  readonly timings: ServerTimings
  /** Half of what the core lets wait before it calls a peer behind. */
  readonly lowWaterBytes: number
  readonly metrics: Metrics
  readonly logger: Logger
  /** The socket is gone. */
  readonly forget: (session: Session) => void
}

/** Of the server's making: it knows whom to tell, so that all of them share their listeners. */
export class DeviceSocket extends WebSocket {
  served: ServedSocket | undefined = undefined
}

/** `stream` lies below the socket; the log names the session by `number`. */
export function serveSocket(
  service: SocketService,
  socket: DeviceSocket,
  stream: Duplex,
  number: number,
): Session & Greeter {
  return new ServedSocket(service, socket, stream, number)
}

/** There is one for each device that is connected, and most have nothing to say: it holds what it must. Rule RE360. */
class ServedSocket implements Peer, Session, Greeter, Way {
  readonly stream: Duplex
  readonly #service: SocketService
  readonly #socket: DeviceSocket
  readonly #number: number
  readonly #outgoing: Outgoing
  /** The core may end a peer before it has given it a connection: a relay that drains does. */
  readonly #connection: Connection | undefined
  #state: 'open' | 'closing' | 'closed' = 'open'
  readonly #opened: number
  #heard: number
  #spoken = false
  #behind = false
  /** Since others were read last. */
  #read = 0
  #pings = restful
  #closeBy: number | undefined

  constructor(service: SocketService, socket: DeviceSocket, stream: Duplex, number: number) {
    this.stream = stream
    this.#service = service
    this.#socket = socket
    this.#number = number
    this.#opened = service.now()
    this.#heard = this.#opened
    this.#outgoing = createOutgoing(this)
    this.#connection = service.accept(this)
    socket.served = this
    socket.on('message', onMessage).on('ping', onPing).on('error', onError).on('close', onClose)
    takeFrames(stream, this)
    this.#limitEarly()
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN
  }

  get whenLeft(): (() => void) | undefined {
    return this.#behind ? () => this.#left() : undefined
  }

  send(bytes: Uint8Array): void {
    if (!this.isOpen) return
    const { metrics, cork, lowWaterBytes } = this.#service
    metrics.add('frames_sent_total')
    metrics.add('bytes_sent_total', bytes.length)
    this.#outgoing.add(bytes)
    cork(this.#outgoing)
    if (this.buffered() > lowWaterBytes) this.#behind = true
  }

  answered(frame: Answer | CommandAnswer): void {
    countAnswer(frame, this.#service.metrics)
  }

  /** All of it is ours, but for some answers to pings: `ws` holds nothing back of what is not compressed. */
  buffered(): number {
    return this.stream.writableLength + this.#outgoing.waiting
  }

  close(code: FailureCode, detail: string): void {
    if (this.#state !== 'open') return
    const { metrics, logger, now, timings } = this.#service
    this.#state = 'closing'
    this.#closeBy = now() + timings.closeMs
    metrics.addFailure(code)
    logger.info('session-failed', { ...this.#named, code, detail })
    this.#outgoing.uncork()
    this.#socket.close(failures[code].closeCode, code)
  }

  waiting(): boolean {
    return this.#state === 'open' && this.#connection?.state === 'hello'
  }

  end(code: FailureCode): void {
    this.#connection?.fail(code)
  }

  sweep(now: number): void {
    const { timings } = this.#service
    if (this.#closeBy !== undefined && now >= this.#closeBy) this.#socket.terminate()
    const connection = this.#connection
    if (this.#state !== 'open' || connection === undefined) return
    const expires = connection.identity?.expires
    const waiting = connection.state === 'hello'
    const open = now - this.#opened
    if (waiting && !this.#spoken && open >= timings.helloMs) connection.fail('hello-timeout')
    else if (waiting && open >= timings.greetMs)
      connection.fail('overloaded', 'The hello could not be looked at in time.')
    else if (expires !== undefined && now >= expires) connection.fail('token-expired')
    else if (now - this.#heard >= timings.idleMs)
      connection.fail('out-of-step', 'Nothing was heard for too long.')
  }

  message(data: RawData, binary: boolean): void {
    const { now, metrics, logger } = this.#service
    const connection = this.#connection
    this.#heard = now()
    this.#spoken = true
    const bytes = wholeFrame(data)
    metrics.add('frames_received_total')
    metrics.add('bytes_received_total', bytes.length)
    this.#takeTurns(bytes.length)
    if (this.#state !== 'open') return
    try {
      if (!binary) connection?.fail('malformed', 'The frame is text. Frames of this protocol are binary.')
      else if (bytes.length > maxDeviceFrameBytes) connection?.fail('too-large')
      else connection?.receiveBytes(bytes)
    } catch (error) {
      // A bug of ours that a frame has found ends the one who brought it, and not the process.
      logger.error('session-failed', { session: this.#number, error: describeError(error) })
      connection?.fail('internal')
    }
  }

  /** By hand, because a peer that pings and never reads would otherwise fill our memory with the answers. */
  ping(data: Buffer): void {
    const socket = this.#socket
    this.#pings = paced(this.#pings, this.#service.now())
    if (this.#pings.count > maxPingsPerSecond) socket.terminate()
    else if (this.isOpen && socket.bufferedAmount < this.#service.lowWaterBytes) socket.pong(data)
  }

  failed({ message }: Error): void {
    this.#service.logger.debug('socket-error', { session: this.#number, error: message })
  }

  gone(code: number): void {
    this.#state = 'closed'
    this.#outgoing.drop()
    this.#service.logger.debug('session-closed', { ...this.#named, code })
    this.#connection?.closed()
    this.#service.forget(this)
  }

  get #named(): { readonly session: number; readonly user: string | undefined } {
    return { session: this.#number, user: this.#connection?.identity?.user }
  }

  /** Something has left, or the socket is gone (then `gone` follows, and says it better than an error here). */
  #left(): void {
    if (!this.#behind || this.buffered() > this.#service.lowWaterBytes) return
    this.#behind = false
    this.#connection?.drained()
  }

  /** The system hands over megabytes of one socket before it looks at the next: after so much the others come first. */
  #takeTurns(bytes: number): void {
    this.#read += bytes
    if (this.#read < maxReadAtOnceBytes) return
    this.#read = 0
    this.#socket.pause()
    setImmediate(() => {
      this.#socket.resume()
    })
  }

  /** Listens after `ws`, which listens first: a hello that is whole has been taken by then. */
  #limitEarly(): void {
    const { stream } = this
    let early = 0
    const count = (data: Buffer): void => {
      if (this.#connection?.state !== 'hello') {
        stream.off('data', count)
        return
      }
      early += data.length
      if (early <= maxEarlyBytes) return
      this.#connection.fail('too-large', `Before the hello is answered ${maxEarlyBytes} bytes are too many.`)
      // Nothing more is read, the answer to our close neither.
      stream.off('data', count)
      stream.pause()
      this.#closeBy = this.#service.now()
    }
    stream.on('data', count)
  }
}

function servedBy(socket: WebSocket): ServedSocket | undefined {
  return socket instanceof DeviceSocket ? socket.served : undefined
}

function onMessage(this: WebSocket, data: RawData, binary: boolean): void {
  servedBy(this)?.message(data, binary)
}

function onPing(this: WebSocket, data: Buffer): void {
  servedBy(this)?.ping(data)
}

/** Broken frames, resets: `close` follows. Without a listener the process would end. */
function onError(this: WebSocket, error: Error): void {
  servedBy(this)?.failed(error)
}

function onClose(this: WebSocket, code: number): void {
  servedBy(this)?.gone(code)
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
const maxKeptBytes = 4 * 1024

/**
 * `ws` gives one Buffer, unless told otherwise; its other shapes are the types'. It is a part of what the system gave, and a
 * push stays in it while it waits: one that came among much else is taken out of it. Rule RE320.
 */
export function wholeFrame(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data)
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return data.buffer.byteLength > 2 * data.length + maxKeptBytes ? new Uint8Array(data) : data
}
