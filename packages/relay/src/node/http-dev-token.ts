/**
 * `POST /dev/token {"user":"Tom"}`: a token of one day for whoever asks, while one develops.
 *
 * That this is safe rests on its surroundings: the server is bound to this machine alone, answers only to its names, and
 * to its pages. JSON must be named as the content type, which a form of a foreign page cannot do. Rules RE87 to RE89.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type UserId, parseUserId } from '@parley/document'
import { isJson, readBody } from './http-body.ts'
import { plain } from './http-page.ts'
import { devTokenLifetimeSeconds } from './server-limits.ts'

export type Mint = (user: UserId, lifetimeSeconds: number) => Promise<string>

/** `origin` has been checked; it may read the answer. */
export async function answerDevToken(
  request: IncomingMessage,
  response: ServerResponse,
  mint: Mint,
): Promise<void> {
  const { origin } = request.headers
  const shared = {
    'Cache-Control': 'no-store',
    ...(origin === undefined ? {} : { 'Access-Control-Allow-Origin': origin, Vary: 'Origin' }),
  }
  if (request.method === 'OPTIONS') {
    response
      .writeHead(204, {
        ...shared,
        'Access-Control-Allow-Methods': 'POST',
        'Access-Control-Allow-Headers': 'Content-Type',
      })
      .end()
    return
  }
  if (request.method !== 'POST') {
    plain(response, 405, 'Ask for a token with POST.', { ...shared, Allow: 'POST, OPTIONS' })
    return
  }
  if (!isJson(request)) {
    plain(response, 415, 'Send {"user":"Tom"} as application/json.', shared)
    return
  }
  const body = await readBody(request)
  if (body === undefined) {
    plain(response, 413, 'That is too long to be {"user":"Tom"}.', { ...shared, Connection: 'close' })
    return
  }
  const user = parseRequest(body)
  if (user === undefined) {
    plain(
      response,
      400,
      'Send {"user":"Tom"}; a user id is 1 to 64 characters of A-Z a-z 0-9 _ - . @ and colon.',
      shared,
    )
    return
  }
  const token = await mint(user, devTokenLifetimeSeconds)
  response
    .writeHead(200, {
      ...shared,
      'Content-Type': 'application/json; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
    })
    .end(JSON.stringify({ token, user }))
}

function parseRequest(body: string): UserId | undefined {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null && 'user' in value
      ? parseUserId(value.user)
      : undefined
  } catch {
    return undefined // not JSON: the same answer as any other wrong body
  }
}
