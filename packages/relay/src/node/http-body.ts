/** What a request brings, when that can only be short. */
import type { IncomingMessage } from 'node:http'
import { maxRequestBytes } from './server-limits.ts'

export function isJson(request: IncomingMessage): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')
}

/** `undefined` when it is too long. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = []
  let size = 0
  // No encoding is set, so parts are bytes.
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxRequestBytes) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
