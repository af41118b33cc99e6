/** Tokens of this world: who, and until when by the relay's clock. */
import { parseUserId, type UserId } from '@parley/document'

export interface WorldToken {
  readonly user: UserId
  readonly expires: number
}

export function writeToken({ user, expires }: WorldToken): string {
  return `world ${user} ${expires}`
}

export function readToken(text: string): WorldToken | null {
  const [kind, name, expires] = text.split(' ')
  const user = parseUserId(name)
  return kind !== 'world' || user === undefined ? null : { user, expires: Number(expires) }
}
