/** Requests as lines of text: method, path, then headers by their place, then the body. */
import { type Part, raw, row } from './parts.ts'
import type { Random } from './random.ts'

const latin = new TextDecoder('latin1')

export function asText(bytes: Uint8Array): string {
  return latin.decode(bytes)
}

export function textPart(value: string): Part {
  return raw(Uint8Array.from(value, (character) => character.charCodeAt(0)))
}

export const origins = [
  'http://localhost:5173',
  'http://127.0.0.1:8080',
  'https://chat.example',
  'https://evil.example',
  'http://relay.example',
  'null',
  'http://user@localhost',
  'http://localhost:5173/',
  'file://',
  'HTTP://LOCALHOST',
] as const
export const hosts = [
  'localhost:8080',
  '127.0.0.1:8080',
  '[::1]:8080',
  'relay.example',
  'relay.example:443',
  'a b',
  '',
] as const
const paths = [
  '/',
  '/index.html',
  '/assets/a-12345678.js',
  '/dev/token',
  '/admin/revoke',
  '/healthz',
  '/readyz',
  '/metrics',
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/.env',
  '/link.txt',
  '/up/secret.txt',
  '/folder',
  '/a.b',
  '/c/1?x=%',
  '/%',
  '/%00',
  '//',
  '*',
  '',
] as const
const bodies = [
  '{"user":"Tom"}',
  '{"user":"Tom","device":"0123456789abcdef0123456789abcdef"}',
  '{"user":""}',
  '{}',
  '[]',
  'null',
  '{',
  '',
] as const

export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const names = ['host', 'origin', 'content-type', 'authorization', 'if-none-match'] as const

/** What Node's own parser would let through: no control characters in a header, no spaces in a path. */
export function readRequest(bytes: Uint8Array): Asked {
  const [method = '', url = '', ...rest] = asText(bytes).split('\n')
  const headers: Record<string, string> = {}
  for (const [index, name] of names.entries()) {
    // oxlint-disable-next-line no-control-regex -- these are what no header holds
    const value = (rest[index] ?? '').replaceAll(/[\u0000-\u001f\u007f]/g, '').trim()
    if (value !== '') headers[name] = value
  }
  return {
    method: /^[A-Z]{1,12}$/.test(method) ? method : 'GET',
    // oxlint-disable-next-line no-control-regex -- these are what no path holds
    url: url.replaceAll(/[\u0000-\u0020\u007f]/g, ''),
    headers,
    body: rest.slice(names.length).join('\n'),
  }
}

export function request(random: Random): Part {
  const bearer = random.pick([
    '',
    '',
    'Bearer admin-secret',
    'Bearer x',
    'bearer admin-secret',
    'Basic admin-secret',
  ])
  return lines([
    random.pick(['GET', 'GET', 'HEAD', 'POST', 'POST', 'OPTIONS', 'PUT']),
    random.pick(paths),
    random.pick(hosts),
    random.once(2) ? '' : random.pick(origins),
    random.pick(['', 'application/json', 'application/json; charset=utf-8', 'text/plain']),
    bearer,
    random.pick(['', '"1-1"']),
    random.pick(bodies),
  ])
}

export function lines(values: readonly string[]): Part {
  return row(
    ...values.flatMap((value, index) =>
      index === 0 ? [textPart(value)] : [textPart('\n'), textPart(value)],
    ),
  )
}
