/**
 * The connection at work: runs the machine's effects on the ports, reads and writes frames, counts them. Rules CL10 to CL19.
 *
 * Every socket and every token request has a generation; what an older one says is dropped. Both sides say how many
 * frames they have sent: a count that does not fit means something was lost on the way, and the session starts again.
 */
import { decodeRelayFrame, encodeDeviceFrame, protocolVersion } from '@parley/wire'
import type { DeviceFrame, FailureFrame, RelayFrame, Welcome } from '@parley/wire'
import { initialConnection, stepConnection } from './connection.ts'
import type { Connection, ConnectionEffect, ConnectionInput } from './connection.ts'
import type { ConnectionState, EngineEvent } from './engine-types.ts'
import type { ClientLimits } from './limits.ts'
import type { Ports, Socket, TokenReason } from './ports.ts'

export interface SessionOptions {
  readonly user: string
  readonly ports: Ports
  readonly limits: ClientLimits
  readonly hello: () => { readonly device: string; readonly epoch: string; readonly cursor: number }
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
  let token: { readonly text: string; readonly usableUntil: number } | undefined
  let cancelTimer: (() => void) | undefined
  let sent = 0
  let received = 0
  let heard = false
  let nonce = 0
  let restarts = 0
  let stepping = false
  const inputs: ConnectionInput[] = []

  function jitter(): number {
    const [high = 0, low = 0] = ports.random(2)
    return (high * 256 + low) / 65_536
  }

  function input(next: ConnectionInput): void {
    inputs.push(next)
    if (stepping) return
    stepping = true
    for (let one = inputs.shift(); one !== undefined; one = inputs.shift()) {
      const wasOnline = connection.at === 'online'
      const [after, effects] = stepConnection(connection, one, limits)
      connection = after
      for (const effect of effects) run(effect)
      if (wasOnline && connection.at !== 'online') options.onLost()
      show()
    }
    stepping = false
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
        askToken(effect.reason)
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
        write({ frame: 'hello', version: protocolVersion, token: token?.text ?? '', ...options.hello() })
        return
      case 'ping':
        nonce += 1
        heard = false
        write({ frame: 'ping', nonce, frames: sent })
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
      case 'ended':
        options.emit({ type: 'ended', code: effect.code, detail: effect.detail })
    }
  }

  /** Frames put the heartbeat off without arming a timer for each. */
  function onTimer(): void {
    cancelTimer = undefined
    if (connection.at === 'online' && heard) {
      heard = false
      restarts = 0
      input({ on: 'heard' })
    } else {
      input({ on: 'timer', jitter: jitter() })
    }
  }

  function askToken(reason: TokenReason): void {
    generation += 1
    const asked = generation
    if (reason === 'connect' && token !== undefined && ports.now() < token.usableUntil) {
      input({ on: 'token' })
      return
    }
    token = undefined
    ports.token({ clientId: options.user, reason }).then(
      (text) => {
        if (asked !== generation) return
        token = { text, usableUntil: usableUntil(text) }
        input({ on: 'token' })
      },
      (error: unknown) => {
        if (asked !== generation) return
        ports.log.error('the app gave no token', { error: String(error) })
        options.emit({
          type: 'error',
          code: 'token-unavailable',
          detail: 'The token callback failed; it is asked again.',
        })
        input({ on: 'token-failed', jitter: jitter() })
      },
    )
  }

  function openSocket(): void {
    generation += 1
    const mine = generation
    sent = 0
    received = 0
    heard = false
    socket = ports.connect({
      open: () => {
        if (mine === generation) input({ on: 'socket-open' })
      },
      message: (bytes) => {
        if (mine === generation) onBytes(bytes)
      },
      closed: (reason) => {
        if (mine !== generation) return
        ports.log.debug('the socket closed', { reason })
        socket = undefined
        input({ on: 'socket-closed', jitter: jitter() })
      },
    })
  }

  function write(frame: DeviceFrame): void {
    sent += 1
    socket?.send(encodeDeviceFrame(frame))
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
      input({ on: 'failure', again, code, detail, waitMs, jitter: jitter() })
    } else if (frame.frame === 'welcome') {
      if (connection.at !== 'connecting' || connection.stage !== 'hello') return
      options.onWelcome(frame)
      input({ on: 'welcome' })
    } else if (connection.at === 'online') {
      if (connection.pinged) input({ on: 'heard' })
      options.onFrame(frame)
    } else {
      // What overtook the welcome would be dropped and counted all the same.
      restart('frames came before the welcome')
    }
  }

  /** Once at once; again and again with waits that double, until a session has lasted. */
  function restart(why: string): void {
    const waitMs = restarts === 0 ? 0 : Math.min(limits.maxBackoffMs, limits.minBackoffMs * 2 ** restarts)
    restarts += 1
    ports.log.info('the session starts again', { why, waitMs })
    input({ on: 'failure', again: 'retry', code: 'out-of-step', detail: why, waitMs, jitter: jitter() })
  }

  /** The expiry a token carries is a hint for not using it in vain; the relay decides. */
  function usableUntil(text: string): number {
    const payload = text.split('.')[1]
    const expires = payload === undefined ? undefined : /"exp":\s*(\d+)/.exec(decodeBase64Url(payload))?.[1]
    return expires === undefined ? ports.now() : Number(expires) * 1000 - limits.connectDeadlineMs
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

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** ASCII is all that is looked for in it. */
function decodeBase64Url(text: string): string {
  let decoded = ''
  let bits = 0
  let held = 0
  for (const character of text) {
    const value = alphabet.indexOf(character)
    if (value < 0) return ''
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      decoded += String.fromCharCode((held >> bits) & 0xff)
    }
  }
  return decoded
}
