/**
 * What the relay answers over plain HTTP: how it is, how much it did, what revokes, a token while developing, the page.
 *
 * Paths of the relay's own come before those of the page. Rules RE85 to RE94, RE122 and RE123.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from '../ports.ts'
import { type Admin, answerRevoke, revokePath } from './http-admin.ts'
import { type Mint, answerDevToken } from './http-dev-token.ts'
import { type OriginRules, hostIsLoopback, originAllowed } from './http-origin.ts'
import { type ServePage, plain } from './http-page.ts'
import { describeError } from './server-log.ts'

export interface HttpSetting {
  readonly origins: OriginRules
  /** Given when developing: then nothing is answered but to this machine's own names. */
  readonly mint: Mint | undefined
  readonly servePage: ServePage | undefined
  /** Given when there is an admin secret: then tokens can be revoked. */
  readonly admin?: Admin | undefined
  /** A sentence for people; `ready` decides the status. */
  readonly readiness: () => { readonly ready: boolean; readonly sentence: string }
  readonly metrics: () => string
  readonly logger: Logger
}

export function createHttpHandler(
  setting: HttpSetting,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    answer(setting, request, response).catch((error: unknown) => {
      // A reader that went away in the middle of a file is nobody's fault.
      if (!response.writableEnded && !response.destroyed) {
        setting.logger.error('http-failed', { error: describeError(error) })
      }
      if (response.headersSent) response.destroy()
      else
        plain(response, 500, 'The relay met a fault of its own; its log says more.', { Connection: 'close' })
    })
  }
}

/** Why a request is not answered at all, or nothing. Asked of upgrades too. */
export function refuseRequest(
  request: IncomingMessage,
  setting: Pick<HttpSetting, 'origins' | 'mint'>,
): string | undefined {
  const { host, origin } = request.headers
  if (setting.mint !== undefined && !hostIsLoopback(host)) {
    return 'A relay under development answers only as localhost, 127.0.0.1 or [::1].'
  }
  if (!originAllowed(origin, host, setting.origins)) {
    return 'Pages of this origin may not use this relay. Name the origin with --origin to allow it.'
  }
  return undefined
}

/** The path of a request, without its query; nothing for what is no path. */
export function requestPath(request: IncomingMessage): string | undefined {
  const [path] = (request.url ?? '').split(/[?#]/, 1)
  return path?.startsWith('/') === true ? path : undefined
}

async function answer(
  setting: HttpSetting,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = requestPath(request)
  if (path === undefined) {
    plain(response, 400, 'The request names no path.')
    return
  }
  const refusal = refuseRequest(request, setting)
  if (refusal !== undefined) {
    plain(response, 403, refusal)
    return
  }
  if (path === '/dev/token' && setting.mint !== undefined) {
    await answerDevToken(request, response, setting.mint)
    return
  }
  if (path === revokePath) {
    if (setting.admin === undefined) plain(response, 404, 'There is nothing at this path.')
    else await answerRevoke(request, response, setting.admin, setting.logger)
    return
  }
  const text = report(setting, path)
  if (text !== undefined) {
    if (request.method === 'GET' || request.method === 'HEAD')
      plain(response, text.status, text.body, noStore)
    else plain(response, 405, 'Only GET and HEAD are answered here.', { Allow: 'GET, HEAD' })
    return
  }
  if (setting.servePage !== undefined) {
    await setting.servePage(request, response, path)
    return
  }
  if (path === '/')
    plain(response, 200, 'This is a Parley relay. Devices connect to it by WebSocket.', noStore)
  else plain(response, 404, 'There is nothing at this path.')
}

const noStore = { 'Cache-Control': 'no-store' }

function report(
  setting: HttpSetting,
  path: string,
): { readonly status: number; readonly body: string } | undefined {
  switch (path) {
    case '/healthz':
      return { status: 200, body: 'The relay is alive.' }
    case '/readyz': {
      const { ready, sentence } = setting.readiness()
      return { status: ready ? 200 : 503, body: sentence }
    }
    case '/metrics':
      return { status: 200, body: setting.metrics() }
    default:
      return undefined
  }
}
