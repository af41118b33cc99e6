/**
 * `POST /admin/revoke {"user":"Tom"}`, perhaps with a `"device"`: takes the tokens made up to now.
 *
 * For programs that know the admin secret, a key of its own: whoever may sign people in need not be who may throw them
 * out. No page may call it, whatever its origin, and without a secret there is no such path. Rules RE202 and RE203.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type DeviceId, parseDeviceId, parseUserId, type UserId } from '@parley/document'
import type { Logger, Relay } from '../ports.ts'
import { StoreError } from '../store.ts'
import { isJson, readBody } from './http-body.ts'
import { plain } from './http-page.ts'
import { describeError } from './server-log.ts'

export interface Admin {
  readonly secret: Uint8Array
  readonly revoke: Relay['revoke']
}

export const revokePath = '/admin/revoke'

const noStore = { 'Cache-Control': 'no-store' }

export async function answerRevoke(
  request: IncomingMessage,
  response: ServerResponse,
  { secret, revoke }: Admin,
  logger: Logger,
): Promise<void> {
  const refuse = (status: number, sentence: string, more: Readonly<Record<string, string>> = {}): void => {
    // What it still sends is not waited for.
    plain(response, status, sentence, { ...noStore, Connection: 'close', ...more })
  }
  if (request.headers.origin !== undefined) refuse(403, 'No page may revoke tokens; a server may.')
  else if (request.method !== 'POST') refuse(405, 'Revoke with POST.', { Allow: 'POST' })
  else if (!knowsSecret(request.headers.authorization, secret)) {
    logger.info('revoke-refused', { why: 'the admin secret is missing or wrong' })
    refuse(401, 'Show the admin secret as "Authorization: Bearer <secret>".', {
      'WWW-Authenticate': 'Bearer',
    })
  } else if (!isJson(request)) refuse(415, 'Send {"user":"Tom"} as application/json.')
  else {
    const body = await readBody(request)
    if (body === undefined) {
      refuse(413, 'That is too long to be {"user":"Tom"}.')
      return
    }
    const whom = parseRequest(body)
    if (whom === undefined) {
      refuse(
        400,
        'Send {"user":"Tom"}, or {"user":"Tom","device":"…"} with a device id of 32 hexadecimal digits, and nothing else.',
      )
      return
    }
    await carryOut(whom, revoke, response, logger, refuse)
  }
}

async function carryOut(
  { user, device }: Whom,
  revoke: Admin['revoke'],
  response: ServerResponse,
  logger: Logger,
  refuse: (status: number, sentence: string) => void,
): Promise<void> {
  try {
    const { at, sessions } = await revoke(user, device)
    logger.info('revoked', { user, device: device ?? 'all', at, sessions })
    response
      .writeHead(200, {
        ...noStore,
        'Content-Type': 'application/json; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
      })
      .end(JSON.stringify({ revoked: at, sessions }))
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    logger.error('revoke-failed', { user, device: device ?? 'all', error: describeError(error) })
    refuse(
      503,
      'The sessions have ended, but the store could not write it down: after a restart the tokens would hold again. Make room on the disk, and revoke once more.',
    )
  }
}

interface Whom {
  readonly user: UserId
  readonly device?: DeviceId
}

/** A name that is mistyped must not turn one device into all of them: nothing unknown is passed over. */
function parseRequest(body: string): Whom | undefined {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return undefined // not JSON: the same answer as any other wrong body
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const asked: ReadonlyMap<string, unknown> = new Map(Object.entries(value))
  if ([...asked.keys()].some((name) => name !== 'user' && name !== 'device')) return undefined
  const user = parseUserId(asked.get('user'))
  if (user === undefined) return undefined
  if (!asked.has('device')) return { user }
  const device = parseDeviceId(asked.get('device'))
  return device === undefined ? undefined : { user, device }
}

/** Digests are of the same length, whatever is shown, and comparing them takes the same time. */
function knowsSecret(header: string | undefined, secret: Uint8Array): boolean {
  const shown = /^Bearer (.+)$/i.exec(header ?? '')?.[1]
  if (shown === undefined) return false
  return timingSafeEqual(digest(Buffer.from(shown, 'latin1')), digest(secret))
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest()
}
