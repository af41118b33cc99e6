/** Tokens of this world: who, and from when until when by the relay's clock. */
import { parseUserId, type UserId } from '@parley/document'
import { decodeDeviceFrame } from '@parley/wire'

export interface WorldToken {
  readonly user: UserId
  readonly expires: number
  readonly issued: number
}

export function writeToken({ user, expires, issued }: WorldToken): string {
  return `world ${user} ${expires} ${issued}`
}

export function readToken(text: string): WorldToken | null {
  const [kind, name, expires, issued] = text.split(' ')
  const user = parseUserId(name)
  return kind !== 'world' || user === undefined
    ? null
    : { user, expires: Number(expires), issued: Number(issued) }
}

/** A frame that brings a session a fresh one. */
export function bringsToken(bytes: Uint8Array): boolean {
  const read = decodeDeviceFrame(bytes)
  return read.ok && read.frame.frame === 'token'
}
