/**
 * The token a session begins with, or goes on with: asked of the app, one request at a time, and used for as long as it
 * lasts. Rules CL11, CL380 and CL385 to CL387.
 *
 * A request outlives the attempt it was made for: an app that refreshes slowly is not asked by every attempt anew.
 */
import { maxTokenBytes } from '@parley/wire'
import type { EngineEvent } from './engine-types.ts'
import type { ParleyErrorCode } from './errors.ts'
import type { ClientLimits } from './limits.ts'
import type { Ports, TokenReason } from './ports.ts'

export interface TokensOptions {
  readonly user: string
  /** Another one since the last request, where this store turned out to be a copy. */
  readonly device: () => string
  readonly ports: Pick<Ports, 'token' | 'now' | 'timer' | 'log'>
  readonly limits: Pick<ClientLimits, 'maxTokenMs' | 'connectDeadlineMs'>
  /** There is one to say hello with, or there is none. */
  readonly ready: () => void
  readonly failed: () => void
  /** There is one that the session does not know yet, or there is none. */
  readonly fresh: () => void
  readonly stale: () => void
  readonly emit: (event: EngineEvent) => void
}

export interface Tokens {
  /** To connect: `ready` or `failed` follows, perhaps at once. */
  ask(reason: TokenReason): void
  /** For the session that runs: `fresh` or `stale` follows, perhaps at once, unless `ask` comes before. */
  refresh(): void
  /** What was ready, to say hello with. */
  greet(): string
  /** What was fresh. */
  text(): string
  /** The relay takes it, for so long; undefined: it does not say, or for ever. */
  taken(ms: number | undefined): void
}

interface Token {
  readonly text: string
  /** When it runs out, as the relay has said; one of which it has not is good for one session. */
  readonly until: number | undefined
  /** The relay has been given it at a hello, or has taken it: what it says of a token it says of this one. */
  readonly offered: boolean
  /** A session has begun, or goes on, with it. */
  readonly taken: boolean
}

export function createTokens(options: TokensOptions): Tokens {
  const { user, device, ports, limits, ready, failed, fresh, stale, emit } = options
  let token: Token | undefined
  let asking: (() => void) | undefined
  /** A connection waits for what is asked for. */
  let wanted = false
  /** Why the relay does not take what was there, until the app has given another. */
  let why: TokenReason = 'connect'
  let refusedText = ''
  let told = false

  function request(reason: TokenReason): void {
    const giveUp = (): void => none(mine, reason, new Error('It did not answer.'))
    const cancelTimer = ports.timer(limits.maxTokenMs, giveUp)
    const mine = (): void => {
      asking = undefined
      cancelTimer()
    }
    asking = mine
    Promise.resolve()
      .then(async () => ports.token({ clientId: user, deviceId: device(), reason }))
      .then(
        (text: unknown) => {
          if (asking !== mine) return
          if (isToken(text)) given(mine, text)
          else if (isNothing(text)) none(mine, 'expired', new Error('It says that there is none.'))
          else none(mine, reason, new Error('What it gave is no token.'))
        },
        (error: unknown) => none(mine, reason, error),
      )
  }

  function given(mine: () => void, text: string): void {
    mine()
    const isNew = token?.text !== text
    if (isNew) token = { text, until: undefined, offered: false, taken: false }
    if (wanted) {
      wanted = false
      why = 'connect'
      if (text === refusedText) tell('SESSION_EXPIRED', 'The app gives the token that the relay has refused.')
      ready()
    } else if (isNew) fresh()
    else stale()
  }

  function none(mine: () => void, reason: TokenReason, error: unknown): void {
    if (asking !== mine) return
    mine()
    ports.log.error('the app gave no token', { error: String(error) })
    if (!wanted) {
      stale()
      return
    }
    wanted = false
    if (reason === 'connect' || reason === 'refresh')
      tell('token-unavailable', 'The token callback failed; it is asked again.')
    else
      tell(
        'SESSION_EXPIRED',
        'The app gives no token that the relay would take: sign in again. What waits is kept.',
      )
    failed()
  }

  /** That a session has expired is told once, until the relay takes a token again. */
  function tell(code: ParleyErrorCode, detail: string): void {
    if (told) return
    told = code === 'SESSION_EXPIRED'
    emit({ type: 'error', code, detail })
  }

  function isUsable(): boolean {
    if (token === undefined) return false
    return token.until === undefined ? !token.taken : ports.now() < token.until
  }

  return {
    ask(reason) {
      // What ran out may be the one before: this one may have been on its way.
      const mayHold = reason === 'connect' || (reason === 'expired' && token?.offered === false)
      if (mayHold && isUsable()) {
        ready()
        return
      }
      if (reason !== 'connect') {
        why = reason
        refusedText = token?.text ?? refusedText
      }
      token = undefined
      wanted = true
      if (asking === undefined) request(why)
    },
    refresh() {
      if (token?.offered === false && isUsable()) fresh()
      else if (asking === undefined) request('refresh')
    },
    greet() {
      if (token === undefined) return ''
      token = { ...token, offered: true }
      return token.text
    },
    text: () => token?.text ?? '',
    taken(ms) {
      told = false
      refusedText = ''
      if (token === undefined) return
      // By the relay's clock, which this device's may be far from.
      const until = ms === undefined ? token.until : ports.now() + ms - limits.connectDeadlineMs
      token = { ...token, until, offered: true, taken: true }
    },
  }
}

/** The app has nobody signed in. */
function isNothing(text: unknown): boolean {
  return text === null || text === undefined || text === ''
}

/** Tokens are printable ASCII, and the relay reads no longer ones. */
function isToken(text: unknown): text is string {
  return typeof text === 'string' && text.length <= maxTokenBytes && /^[ -~]+$/.test(text)
}
