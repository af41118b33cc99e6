/**
 * The connection at work: runs the machine's effects on the ports, reads and writes frames, counts them. Rules CL10 to
 * CL16.
 *
 * Every socket has a generation; what an older one says is dropped. Both sides say how many frames they have sent: a count
 * that does not fit means something was lost on the way, and the session starts again. A session outlives its token: see
 * `renewal.ts`.
 */
import { decodeRelayFrame, encodeDeviceFrame, protocolVersion } from '@parley/wire'
import type { DeviceFrame, FailureFrame, Hello, RelayFrame, Welcome } from '@parley/wire'
import { initialConnection, stepConnection } from './connection.ts'
import type { Connection, ConnectionEffect, ConnectionInput } from './connection.ts'
import type { ConnectionState, EngineEvent } from './engine-types.ts'
import type { ClientLimits } from './limits.ts'
import type { Ports, Socket } from './ports.ts'
import { createRenewal } from './renewal.ts'
import { createTokens } from './tokens.ts'

export interface SessionOptions {
  readonly user: string
  readonly ports: Ports
  readonly limits: ClientLimits
  readonly hello: () => Pick<Hello, 'device' | 'epoch' | 'cursor' | 'tag' | 'login' | 'inflates'>
  readonly onWelcome: (welcome: Welcome) => void
  readonly onFrame: (frame: RelayFrame) => void
  /** The relay ends the session; true when the engine takes care of it itself. */
  readonly onFailure: (frame: FailureFrame) => boolean
  readonly onLost: () => void
  readonly emit: (event: EngineEvent) => void
}

export interface Session {
  readonly state: ConnectionState
  /** The welcome has come, and the socket stands. */
  readonly online: boolean
  /** Changes with every socket: what was asked of one is not answered by another. */
  readonly generation: number
  input(input: ConnectionInput): void
  send(frame: DeviceFrame): void
  /** Something does not fit: start again from the cursor. */
  restart(why: string): void
}

export function createSession(options: SessionOptions): Session {
  const { ports, limits } = options
  let connection: Connection = initialConnection
  let shown: ConnectionState = 'connecting'
  let socket: Socket | undefined
  let generation = 0
  let cancelTimer: (() => void) | undefined
  let sent = 0
  let received = 0
  let heard = false
  let said = false
  let nonce = 0
  let restarts = 0
  let stepping = false
  const inputs: ConnectionInput[] = []
  const tokens = createTokens({
    user: options.user,
    device: () => options.hello().device,
    ports,
    limits,
    ready: () => input({ on: 'token' }),
    failed: () => input({ on: 'token-failed', jitter: jitter() }),
    fresh: () => renewal.fresh(),
    stale: () => renewal.stale(),
    emit: options.emit,
  })
  const renewal = createRenewal({
    timer: ports.timer,
    jitter,
    limits,
    ask: () => tokens.refresh(),
    send: () => {
      // Its answer says what time it is for the relay just before the one that says how long the token holds.
      ping()
      write({ frame: 'token', token: tokens.text() })
    },
    taken: (ms) => tokens.taken(ms),
    late: () => restart('no answer to a token'),
  })

  function jitter(): number {
    const [high = 0, low = 0] = ports.random(2)
    return (high * 256 + low) / 65_536
  }

  function input(next: ConnectionInput): void {
    inputs.push(next)
    if (stepping) return
    stepping = true
    try {
      for (let one = inputs.shift(); one !== undefined; one = inputs.shift()) step(one)
    } finally {
      stepping = false
    }
  }

  function step(one: ConnectionInput): void {
    const wasOnline = connection.at === 'online'
    const [after, effects] = stepConnection(connection, one, limits)
    connection = after
    for (const effect of effects) run(effect)
    if (wasOnline && connection.at !== 'online') {
      renewal.stop()
      options.onLost()
    }
    show()
  }

  function show(): void {
    const now = stateOf(connection)
    if (now === shown) return
    shown = now
    options.emit({ type: 'state', state: now })
  }

  function run(effect: ConnectionEffect): void {
    switch (effect.do) {
      case 'ask-token':
        tokens.ask(effect.reason)
        return
      case 'open-socket':
        openSocket()
        return
      case 'close-socket':
        generation += 1
        socket?.close()
        socket = undefined
        return
      case 'hello':
        write({ frame: 'hello', version: protocolVersion, token: tokens.greet(), ...options.hello() })
        return
      case 'ping':
        heard = false
        ping()
        return
      case 'timer':
        cancelTimer?.()
        cancelTimer = ports.timer(effect.ms, onTimer)
        return
      case 'no-timer':
        cancelTimer?.()
        cancelTimer = undefined
        return
      case 'emit':
        options.emit({ type: 'connection', event: effect.event, attempt: effect.attempt })
        return
      case 'emit-schedule':
        options.emit({
          type: 'connection',
          event: 'SCHEDULE',
          attempt: effect.attempt,
          delayMs: effect.delayMs,
        })
        return
      case 'tell-stop':
        options.emit({ type: 'stopped', code: effect.code, detail: effect.detail })
    }
  }

  /** Frames put the heartbeat off without arming a timer for each. */
  function onTimer(): void {
    cancelTimer = undefined
    const lives = connection.at === 'online' && heard
    if (lives) restarts = 0
    // Whoever only listens is silent to the relay, which ends that after a minute.
    if (lives && said) {
      heard = false
      said = false
      input({ on: 'heard' })
    } else {
      input({ on: 'timer', jitter: jitter() })
    }
  }

  function openSocket(): void {
    generation += 1
    const mine = generation
    sent = 0
    received = 0
    heard = false
    const closed = (reason: string): void => {
      if (mine !== generation) return
      ports.log.debug('the socket closed', { reason })
      socket = undefined
      input({ on: 'socket-closed', jitter: jitter() })
    }
    try {
      socket = ports.connect({
        open: () => {
          if (mine === generation) input({ on: 'socket-open' })
        },
        message: (bytes) => {
          if (mine === generation) onBytes(bytes)
        },
        closed,
      })
    } catch (error) {
      // An address that is none, or one a page may not connect to: as if it had closed at once.
      ports.log.error('no socket could be made', { error: String(error) })
      closed(String(error))
    }
  }

  function write(frame: DeviceFrame): void {
    sent += 1
    said = true
    socket?.send(encodeDeviceFrame(frame))
  }

  function ping(): void {
    nonce += 1
    write({ frame: 'ping', nonce, frames: sent })
  }

  function onBytes(bytes: Uint8Array): void {
    heard = true
    const decoded = decodeRelayFrame(bytes)
    if (!decoded.ok) {
      ports.log.error('a frame of the relay cannot be read', { code: decoded.failure.code })
      restart(decoded.failure.code)
      return
    }
    const { frame } = decoded
    if ('frames' in frame && frame.frames !== received) {
      restart('frames were lost')
      return
    }
    received += 1
    onFrame(frame)
  }

  function onFrame(frame: RelayFrame): void {
    if (frame.frame === 'failure') {
      if (options.onFailure(frame)) return
      const { again, code, detail, waitMs } = frame
      // One at once; an app that gives tokens which hold for moments is not asked again and again.
      const pause = again === 'token' && connection.at === 'online' ? pauseMs() : 0
      input({ on: 'failure', again, code, detail, waitMs: Math.max(waitMs, pause), jitter: jitter() })
    } else if (frame.frame === 'welcome') {
      if (connection.at !== 'connecting' || connection.stage !== 'hello') return
      options.onWelcome(frame)
      tokens.taken(frame.expires === 0 ? undefined : frame.expires - frame.time)
      renewal.begin(frame.expires, frame.time)
      input({ on: 'welcome' })
    } else if (connection.at === 'online') {
      if (connection.pinged) input({ on: 'heard' })
      if (frame.frame === 'pong') renewal.time(frame.time)
      if (frame.frame === 'token-taken') renewal.taken(frame.expires)
      options.onFrame(frame)
    } else {
      // What overtook the welcome would be dropped and counted all the same.
      restart('frames came before the welcome')
    }
  }

  /** Once at once; again and again with waits that double, until a session has lasted. */
  function pauseMs(): number {
    const waitMs = restarts === 0 ? 0 : Math.min(limits.maxBackoffMs, limits.minBackoffMs * 2 ** restarts)
    restarts += 1
    return waitMs
  }

  function restart(why: string): void {
    const waitMs = pauseMs()
    ports.log.info('the session starts again', { why, waitMs })
    input({ on: 'failure', again: 'retry', code: 'out-of-step', detail: why, waitMs, jitter: jitter() })
  }

  return {
    get state() {
      return shown
    },
    get online() {
      return connection.at === 'online'
    },
    get generation() {
      return generation
    },
    input,
    send(frame) {
      if (connection.at === 'online') write(frame)
    },
    restart,
  }
}

function stateOf(connection: Connection): ConnectionState {
  switch (connection.at) {
    case 'idle':
    case 'connecting':
      return 'connecting'
    case 'online':
      return 'connected'
    case 'waiting':
    case 'offline':
    case 'paused':
    case 'stopped':
      return connection.at
  }
}
