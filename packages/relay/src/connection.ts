/**
 * A socket's life: it says hello, is recognised, is in session, ends. Rules RE60 to RE64.
 *
 * Before it is recognised nothing is queued: a second frame ends it.
 */
import { type DeviceId, parseDeviceId } from '@parley/document'
import {
  type DeviceFrame,
  decodeDeviceFrame,
  type FailureCode,
  type Hello,
  protocolVersion,
  type TokenRenewal,
} from '@parley/wire'
import type { Channel } from './channel.ts'
import type { Authenticated, Clock, Connection, Identity, Logger, Standing } from './ports.ts'
import type { Revocations } from './revocations.ts'
import type { Session } from './session.ts'

/** What a session can do with the relay. */
export interface Desk {
  readonly clock: Clock
  readonly logger: Logger
  readonly authenticate: Revocations['authenticate']
  /** Once, at once or later, unless the channel has ended: its session, or why there is none. */
  readonly enter: (
    identity: Identity,
    standing: Greeting,
    channel: Channel,
    entered: (session: Session | FailureCode) => void,
  ) => void
  readonly receive: (session: Session, frame: SessionFrame, received: number) => void
  readonly resume: (session: Session) => void
  readonly leave: (session: Session) => void
}

export type Greeting = Standing & Pick<Hello, 'tag' | 'login' | 'inflates'>

export type SessionFrame = Exclude<DeviceFrame, Hello | TokenRenewal>

type State =
  | { readonly at: 'hello' }
  | { readonly at: 'authenticating' }
  | { readonly at: 'open'; readonly session: Session }
  | { readonly at: 'closed' }

/** `entered`: a session that needs no hello. */
export function createConnection(desk: Desk, channel: Channel, entered?: Session): Connection {
  let state: State = entered === undefined ? { at: 'hello' } : { at: 'open', session: entered }
  let received = 0
  let renewing = false

  const leave = (): void => {
    if (state.at === 'open') desk.leave(state.session)
    state = { at: 'closed' }
  }
  const fail = (code: FailureCode, detail?: string): void => {
    channel.end(code, detail)
    leave()
  }
  /** A session may also be ended from inside: replaced, drained. */
  const closed = (): boolean => {
    if (state.at !== 'closed' && !channel.open) leave()
    return state.at === 'closed'
  }
  const expired = ({ expires }: Identity): boolean => expires !== undefined && desk.clock.now() >= expires

  const greet = async (hello: Hello): Promise<void> => {
    const device = parseDeviceId(hello.device)
    if (device === undefined) {
      fail('malformed', 'the device is not a device id')
      return
    }
    const who = await desk.authenticate(hello.token, desk.clock.now(), device)
    if (closed()) return
    if (!who.ok) {
      fail(who.code, who.detail)
      return
    }
    const identity = identityOf(who, device)
    if (identity === undefined) {
      fail('bad-token', ofAnotherDevice)
      return
    }
    if (expired(identity)) {
      fail('token-expired')
      return
    }
    const { epoch, cursor, tag, login, inflates } = hello
    desk.enter(identity, { epoch, cursor, tag, login, inflates }, channel, (result) => {
      if (typeof result === 'string') fail(result)
      else state = { at: 'open', session: result }
    })
  }

  /** A session outlives its token when a fresh one comes in time; what came before it was taken under the old one. */
  const renew = async (session: Session, token: string): Promise<void> => {
    const { user, device } = session.identity
    const who = await desk.authenticate(token, desk.clock.now(), device)
    renewing = false
    if (closed()) return
    if (!who.ok) {
      fail(who.code, who.detail)
      return
    }
    if (who.user !== user) {
      fail('bad-token', 'The fresh token is of another user.')
      return
    }
    const identity = identityOf(who, device)
    if (identity === undefined) {
      fail('bad-token', ofAnotherDevice)
      return
    }
    if (expired(identity)) {
      fail('token-expired')
      return
    }
    session.identity = identity
    channel.send({ frame: 'token-taken', expires: identity.expires ?? 0 })
  }

  const receive = (frame: DeviceFrame): void => {
    if (closed()) return
    const before = received
    received += 1
    if (state.at === 'open') {
      if (frame.frame === 'hello') fail('malformed', 'hello comes once')
      else if (expired(state.session.identity)) fail('token-expired')
      else if (frame.frame === 'token') {
        if (renewing) {
          fail('malformed', 'one token is looked at after the other')
          return
        }
        renewing = true
        renew(state.session, frame.token).catch((error: unknown) => {
          desk.logger.error('a token could not be checked', { error })
          fail('internal')
        })
      } else desk.receive(state.session, frame, before)
    } else if (state.at === 'authenticating' || frame.frame !== 'hello') {
      fail('malformed', 'hello comes first, and alone until it is answered')
    } else if (frame.version !== protocolVersion) fail('wrong-version')
    else {
      state = { at: 'authenticating' }
      greet(frame).catch((error: unknown) => {
        desk.logger.error('a token could not be checked', { error })
        fail('internal')
      })
    }
  }

  return {
    get state() {
      if (closed()) return 'closed'
      return state.at === 'open' ? 'open' : 'hello'
    },
    get identity() {
      return state.at === 'open' ? state.session.identity : undefined
    },
    receive,
    receiveBytes(bytes) {
      if (closed()) return
      const decoded = decodeDeviceFrame(bytes)
      if (decoded.ok) receive(decoded.frame)
      else fail(decoded.failure.code, decoded.failure.detail)
    },
    drained() {
      if (!closed() && state.at === 'open') desk.resume(state.session)
    },
    closed() {
      channel.drop()
      leave()
    },
    fail(code, detail) {
      if (!closed()) fail(code, detail)
    },
  }
}

const ofAnotherDevice = 'The token names another device than the one that shows it.'

/** Nothing when the token names another device. */
function identityOf(
  who: Extract<Authenticated, { readonly ok: true }>,
  device: DeviceId,
): Identity | undefined {
  if (who.device !== undefined && who.device !== device) return undefined
  return {
    user: who.user,
    device,
    ...(who.expires === undefined ? {} : { expires: who.expires }),
    ...(who.issuedAt === undefined ? {} : { issuedAt: who.issuedAt }),
    ...(who.device === undefined ? {} : { boundTo: who.device }),
  }
}
