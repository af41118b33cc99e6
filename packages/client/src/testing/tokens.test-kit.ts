/** A relay's part in how long tokens last, for a device whose frames the test answers. */
import type { TestDevice } from './device.test-kit.ts'

export const minute: number = 60_000
export const hour: number = 60 * minute

/** Tokens that say nothing of themselves, each another one. */
export function numbered(): () => Promise<string> {
  let count = 0
  return async () => {
    count += 1
    return `token.${count}`
  }
}

export function tokensSent(device: TestDevice): readonly string[] {
  return device
    .sent()
    .flatMap((frame) => (frame.frame === 'token' || frame.frame === 'hello' ? [frame.token] : []))
}

export interface Serving {
  /** How far the relay's clock is ahead. */
  readonly ahead?: number
  /** How long what it is given holds; left out, it says nothing to it. */
  readonly renewedMs?: number
}

/** Lets time pass with a relay that answers pings, and tokens too. Answers with the tokens it was given. */
export async function pass(
  device: TestDevice,
  ms: number,
  { ahead = 0, renewedMs }: Serving = {},
): Promise<readonly string[]> {
  const given: string[] = []
  for (let left = ms; left > 0; left -= 1000) {
    await device.pass(Math.min(left, 1000))
    const time = device.ports.now() + ahead
    for (const frame of device.sent()) {
      if (frame.frame === 'ping') await device.say({ frame: 'pong', nonce: frame.nonce, frames: 0, time })
      if (frame.frame !== 'token') continue
      given.push(frame.token)
      if (renewedMs !== undefined) await device.say({ frame: 'token-taken', expires: time + renewedMs })
    }
  }
  return given
}
