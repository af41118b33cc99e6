/**
 * A socket's life: it says hello, is recognised, is in session, ends. Rules RE60 to RE64.
 *
 * Before it is recognised nothing is queued: a second frame ends it.
 */
import { type DeviceId, parseDeviceId, type UserId } from '@parley/document'
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

/** `entered`: a session that needs no hello. */
export function createConnection(desk: Desk, channel: Channel, entered?: Session): Connection {
  return new DeviceConnection(desk, channel, entered)
}

/** There is one for each socket: its methods are shared. Rule RE360. */
class DeviceConnection implements Connection {
  readonly #desk: Desk
  readonly #channel: Channel
  #session: Session | undefined
  #at: 'hello' | 'authenticating' | 'open' | 'closed'
  #received = 0
  #renewing = false

  constructor(desk: Desk, channel: Channel, entered: Session | undefined) {
    this.#desk = desk
    this.#channel = channel
    this.#session = entered
    this.#at = entered === undefined ? 'hello' : 'open'
  }

  get state(): Connection['state'] {
    if (this.#hasEnded()) return 'closed'
    return this.#at === 'open' ? 'open' : 'hello'
  }

  get identity(): Identity | undefined {
    return this.#session?.identity
  }

  receive(frame: DeviceFrame): void {
    if (this.#hasEnded()) return
    const before = this.#received
    this.#received += 1
    const session = this.#session
    if (session !== undefined) this.#inSession(session, frame, before)
    else if (this.#at === 'authenticating' || frame.frame !== 'hello')
      this.#end('malformed', 'hello comes first, and alone until it is answered')
    else if (frame.version !== protocolVersion) this.#end('wrong-version')
    else {
      this.#at = 'authenticating'
      this.#greet(frame).catch((error: unknown) => this.#tokenFailed(error))
    }
  }

  receiveBytes(bytes: Uint8Array): void {
    if (this.#hasEnded()) return
    const decoded = decodeDeviceFrame(bytes)
    if (decoded.ok) this.receive(decoded.frame)
    else this.#end(decoded.failure.code, decoded.failure.detail)
  }

  drained(): void {
    if (!this.#hasEnded() && this.#session !== undefined) this.#desk.resume(this.#session)
  }

  closed(): void {
    this.#channel.drop()
    this.#leave()
  }

  fail(code: FailureCode, detail?: string): void {
    if (!this.#hasEnded()) this.#end(code, detail)
  }

  #leave(): void {
    if (this.#session !== undefined) this.#desk.leave(this.#session)
    this.#session = undefined
    this.#at = 'closed'
  }

  #end(code: FailureCode, detail?: string): void {
    this.#channel.end(code, detail)
    this.#leave()
  }

  /** A session may also be ended from inside: replaced, drained. */
  #hasEnded(): boolean {
    if (this.#at !== 'closed' && !this.#channel.open) this.#leave()
    return this.#at === 'closed'
  }

  #hasExpired({ expires }: Identity): boolean {
    return expires !== undefined && this.#desk.clock.now() >= expires
  }

  #inSession(session: Session, frame: DeviceFrame, before: number): void {
    if (frame.frame === 'hello') this.#end('malformed', 'hello comes once')
    else if (this.#hasExpired(session.identity)) this.#end('token-expired')
    else if (frame.frame !== 'token') this.#desk.receive(session, frame, before)
    else if (this.#renewing) this.#end('malformed', 'one token is looked at after the other')
    else {
      this.#renewing = true
      this.#renew(session, frame.token).catch((error: unknown) => this.#tokenFailed(error))
    }
  }

  #tokenFailed(error: unknown): void {
    this.#desk.logger.error('a token could not be checked', { error })
    this.#end('internal')
  }

  async #greet(hello: Hello): Promise<void> {
    const device = parseDeviceId(hello.device)
    if (device === undefined) {
      this.#end('malformed', 'the device is not a device id')
      return
    }
    const identity = await this.#recognised(hello.token, device)
    if (identity === undefined) return
    const { epoch, cursor, tag, login, inflates } = hello
    this.#desk.enter(identity, { epoch, cursor, tag, login, inflates }, this.#channel, (result) => {
      if (typeof result === 'string') this.#end(result)
      else {
        this.#session = result
        this.#at = 'open'
      }
    })
  }

  /** A session outlives its token when a fresh one comes in time; what came before it was taken under the old one. */
  async #renew(session: Session, token: string): Promise<void> {
    const { user, device } = session.identity
    const identity = await this.#recognised(token, device, user)
    this.#renewing = false
    if (identity === undefined) return
    session.identity = identity
    this.#channel.send({ frame: 'token-taken', expires: identity.expires ?? 0 })
  }

  /** Whose token it is; undefined when that has ended the connection, or it has ended meanwhile. */
  async #recognised(token: string, device: DeviceId, user?: UserId): Promise<Identity | undefined> {
    const { authenticate, clock } = this.#desk
    const who = await authenticate(token, clock.now(), device)
    if (this.#hasEnded()) return undefined
    if (!who.ok) {
      this.#end(who.code, who.detail)
      return undefined
    }
    if (user !== undefined && who.user !== user) {
      this.#end('bad-token', 'The fresh token is of another user.')
      return undefined
    }
    const identity = identityOf(who, device)
    if (identity === undefined) this.#end('bad-token', ofAnotherDevice)
    else if (this.#hasExpired(identity)) this.#end('token-expired')
    else return identity
    return undefined
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
