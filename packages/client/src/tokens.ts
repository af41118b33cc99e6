/**
 * The token a session begins with: asked of the app, one request at a time, and used for as long as it lasts. Rule CL11.
 *
 * A request outlives the attempt it was made for: an app that refreshes slowly is not asked by every attempt anew.
 */
import { maxTokenBytes } from '@parley/wire'
import type { EngineEvent } from './engine-types.ts'
import type { ClientLimits } from './limits.ts'
import type { Ports, TokenReason } from './ports.ts'

export interface TokensOptions {
  readonly user: string
  readonly ports: Pick<Ports, 'token' | 'now' | 'timer' | 'log'>
  readonly limits: Pick<ClientLimits, 'maxTokenMs' | 'connectDeadlineMs'>
  readonly ready: () => void
  readonly failed: () => void
  readonly emit: (event: EngineEvent) => void
}

export interface Tokens {
  /** `ready` or `failed` follows, perhaps at once. */
  ask(reason: TokenReason): void
  /** What was ready, to say hello with. */
  use(): string
}

export function createTokens({ user, ports, limits, ready, failed, emit }: TokensOptions): Tokens {
  /** `until`: when it runs out, where it says so; one that does not is good for one session. */
  let token: { readonly text: string; readonly until: number | undefined; used: boolean } | undefined
  let asking: (() => void) | undefined

  function request(reason: TokenReason): void {
    const giveUp = (): void => refused(mine, new Error('It did not answer.'))
    const cancelTimer = ports.timer(limits.maxTokenMs, giveUp)
    const mine = (): void => {
      asking = undefined
      cancelTimer()
    }
    asking = mine
    Promise.resolve()
      .then(async () => ports.token({ clientId: user, reason }))
      .then(
        (text: unknown) => {
          if (asking !== mine) return
          if (!isToken(text)) {
            refused(mine, new Error('What it gave is no token.'))
            return
          }
          mine()
          token = { text, until: usableUntil(text), used: false }
          ready()
        },
        (error: unknown) => refused(mine, error),
      )
  }

  function refused(mine: () => void, error: unknown): void {
    if (asking !== mine) return
    mine()
    ports.log.error('the app gave no token', { error: String(error) })
    emit({
      type: 'error',
      code: 'token-unavailable',
      detail: 'The token callback failed; it is asked again.',
    })
    failed()
  }

  /** The expiry a token carries is a hint for not using it in vain; the relay decides. */
  function usableUntil(text: string): number | undefined {
    const payload = text.split('.')[1]
    const expires = payload === undefined ? undefined : /"exp":\s*(\d+)/.exec(decodeBase64Url(payload))?.[1]
    return expires === undefined ? undefined : Number(expires) * 1000 - limits.connectDeadlineMs
  }

  function isUsable(): boolean {
    if (token === undefined) return false
    return token.until === undefined ? !token.used : ports.now() < token.until
  }

  return {
    ask(reason) {
      if (reason === 'connect' && isUsable()) {
        ready()
        return
      }
      token = undefined
      if (asking === undefined) request(reason)
    },
    use() {
      if (token === undefined) return ''
      token.used = true
      return token.text
    },
  }
}

/** Tokens are printable ASCII, and the relay reads no longer ones. */
function isToken(text: unknown): text is string {
  return typeof text === 'string' && text.length <= maxTokenBytes && /^[ -~]+$/.test(text)
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
