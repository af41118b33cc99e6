/** What is no session: requests to paths that are not there, from pages that may not, by nobody with a secret. */
import type { Attack } from '../attack.ts'
import type { Network } from '../ground.ts'
import { frameOf, holdOpen, sendRaw, upgradeRequest } from '../raw-socket.ts'

interface Request {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

function textOf({ method = 'GET', path = '/', headers = {}, body = '' }: Request): string {
  const length = body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
  const all = { Host: '127.0.0.1', Connection: 'close', ...length, ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`
}

function asks(
  name: string,
  says: string,
  answer: string,
  breaks: readonly string[],
  make: (network: Network) => Request | string,
): Attack {
  return {
    name,
    says,
    breaks,
    scene: 'member',
    expects: { http: { answers: [answer], again: 'same' } },
    async run(attacker) {
      const network = attacker.network()
      const made = make(network)
      const { how, text } = await sendRaw(network, [typeof made === 'string' ? made : textOf(made)])
      attacker.hear(text)
      return [how]
    },
  }
}

const paths: readonly Attack[] = [
  asks('file-by-path', 'a file by a path that leads upwards', 'http 404', ['RE91'], () => ({
    path: '/../../../../etc/passwd',
  })),
  asks('file-by-escaped-path', 'the same, written in percent signs', 'http 404', ['RE91'], () => ({
    path: '/..%2f..%2f..%2fetc%2fpasswd',
  })),
  asks('data-by-path', 'the file with all the data', 'http 404', ['RE91'], () => ({ path: '/relay.sqlite' })),
  asks('path-with-null', 'a path with a NUL in it', 'http 404', ['RE91'], () => ({ path: '/index.html%00' })),
  asks('dev-token', 'a token, as a relay under development gives them', 'http 404', ['RE89'], () => ({
    method: 'POST',
    path: '/dev/token',
    headers: { 'Content-Type': 'application/json' },
    body: '{"user":"Tom"}',
  })),
  asks('path-that-is-none', 'a path that is no path', 'http 400', ['RE91'], () => ({ path: 'etc/passwd' })),
]

const pages: readonly Attack[] = [
  asks('foreign-page', 'a page of another origin that asks for figures', 'http 403', ['RE85'], () => ({
    path: '/metrics',
    headers: { Origin: 'https://evil.example' },
  })),
  asks('null-origin', 'a page without an origin of its own', 'http 403', ['RE85'], () => ({
    path: '/metrics',
    headers: { Origin: 'null' },
  })),
  asks(
    'origin-that-begins-alike',
    "an origin that begins as the relay's own does",
    'http 403',
    ['RE85'],
    ({ port }) => ({ path: '/', headers: { Origin: `http://127.0.0.1:${port}.evil.example` } }),
  ),
  ...(['/', '/y/c/x/1'] as const).map((path): Attack => ({
    name: path === '/' ? 'foreign-page-connects' : 'foreign-page-reads',
    says:
      path === '/'
        ? 'a page of another origin that opens a session'
        : 'a page of another origin that reads as a stock tool',
    breaks: ['RE85'],
    scene: 'member',
    expects: { [path === '/' ? 'parley' : 'stock']: { answers: ['http 403'] } },
    async run(attacker) {
      const headers = { Origin: 'https://evil.example' }
      return [(await sendRaw(attacker.network(), [upgradeRequest(path, headers)])).how]
    },
  })),
  {
    name: 'token-in-the-address',
    says: 'a token in the address, where every proxy writes it down',
    breaks: ['RE83'],
    scene: 'member',
    expects: { parley: { answers: ['http 400'] }, stock: { answers: ['http 400'] } },
    async run(attacker, { ground, mallory, conversation }) {
      const token = await ground.token(mallory)
      const path = attacker.door === 'stock' ? `/y/c/${conversation}/1` : '/'
      const { how, text } = await sendRaw(attacker.network(), [upgradeRequest(`${path}?token=${token}`)])
      return [text.includes(token) ? 'the token again' : how]
    },
  },
]

const revoking: Request = {
  method: 'POST',
  path: '/admin/revoke',
  headers: { 'Content-Type': 'application/json' },
  body: '{"user":"Tom"}',
}

function revokes(name: string, says: string, answer: string, more: (network: Network) => Request): Attack {
  return asks(name, says, answer, ['RE202', 'RE203'], (network) => {
    const made = more(network)
    return { ...revoking, ...made, headers: { ...revoking.headers, ...made.headers } }
  })
}

const admin: readonly Attack[] = [
  revokes('revoke-without-secret', 'everybody signed out, without the secret', 'http 401', () => ({})),
  revokes('revoke-with-another', 'the same, with a secret that is another', 'http 401', () => ({
    headers: { Authorization: 'Bearer hunter2' },
  })),
  revokes(
    'revoke-with-the-token-secret',
    'the same, with the secret that tokens are signed with',
    'http 401',
    ({ secret }) => ({ headers: { Authorization: `Bearer ${secret}` } }),
  ),
  revokes(
    'revoke-by-a-page',
    'the same, by a page that knows the secret',
    'http 403',
    ({ adminSecret, http }) => ({ headers: { Authorization: `Bearer ${adminSecret}`, Origin: http } }),
  ),
  revokes('revoke-by-looking', 'the same, by GET', 'http 405', ({ adminSecret }) => ({
    method: 'GET',
    headers: { Authorization: `Bearer ${adminSecret}` },
  })),
  revokes(
    'revoke-with-more',
    'with the secret, and a key that is not known: nothing is passed over',
    'http 400',
    ({ adminSecret }) => ({
      headers: { Authorization: `Bearer ${adminSecret}` },
      body: '{"user":"Tom","devise":"1"}',
    }),
  ),
  revokes(
    'revoke-at-length',
    'with the secret, and a body of a hundred kilobytes',
    'http 413',
    ({ adminSecret }) => ({
      headers: { Authorization: `Bearer ${adminSecret}` },
      body: `{"user":"${'x'.repeat(100_000)}"}`,
    }),
  ),
]

const forms: readonly Attack[] = [
  asks('large-headers', 'headers of twenty kilobytes', 'http 431', ['RE123'], () => ({
    headers: { 'X-More': 'x'.repeat(20_000) },
  })),
  asks('garbage-request', 'a request that is none', 'http 400', ['RE123'], () => 'HELLO RELAY\r\n\r\n'),
  asks(
    'smuggled-request',
    'a body of two lengths',
    'http 400',
    ['RE123'],
    () =>
      'POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin/revoke HTTP/1.1\r\n\r\n',
  ),
  asks('figures-changed', 'the figures, by POST', 'http 405', ['RE122'], () => ({
    method: 'POST',
    path: '/metrics',
    body: 'x',
  })),
  asks('upgrade-nowhere', 'a WebSocket at a path that is none', 'http 404', ['RE95'], () =>
    upgradeRequest('/admin'),
  ),
  asks('upgrade-of-another-age', 'a WebSocket of another version', 'http 400', ['RE95'], () =>
    upgradeRequest('/', { 'Sec-WebSocket-Version': '7' }),
  ),
  {
    name: 'requests-in-a-row',
    says: 'a thousand requests behind one another, whose answers nobody reads',
    breaks: ['RE260'],
    scene: 'member',
    expects: { http: { answers: ['few answers'], again: 'same' } },
    async run(attacker) {
      const request = textOf({ path: '/metrics', headers: { Connection: 'keep-alive' } })
      const { text } = await sendRaw(attacker.network(), [request.repeat(1000)])
      return [text.split('HTTP/1.1 200').length <= 10 ? 'few answers' : 'many answers']
    },
  },
  {
    name: 'half-requests',
    says: 'three hundred connections that never finish what they ask',
    breaks: ['RE261', 'RE123'],
    scene: 'member',
    expects: { http: { answers: ['http 200'] } },
    async run(attacker) {
      const network = attacker.network()
      const held = Array.from({ length: 300 }, () =>
        holdOpen(network, 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-'),
      )
      const answer = await sendRaw(network, [textOf({ path: '/healthz' })])
      for (const letGo of held) letGo()
      return [answer.how]
    },
  },
  {
    name: 'names-in-figures',
    says: 'the figures, for the names in them',
    breaks: ['RE122', 'RE83'],
    scene: 'member',
    expects: { http: { answers: ['figures without a name'], again: 'same' } },
    async run(attacker, { tom, mallory, conversation }) {
      const { text } = await sendRaw(attacker.network(), [textOf({ path: '/metrics' })])
      const told = [tom.user, mallory, conversation].filter((name) => text.includes(name))
      return [
        text.includes('parley_rows_total') && told.length === 0 ? 'figures without a name' : told.join(),
      ]
    },
  },
  {
    name: 'compression',
    says: 'a wish for compression, in which a little is a lot: it is not granted',
    breaks: ['RE97'],
    scene: 'member',
    expects: { parley: { answers: ['plain'] }, stock: { answers: ['plain'] } },
    async run(attacker, { ground, mallory, conversation, page }) {
      const stock = { 'Sec-WebSocket-Protocol': `parley.y1, token.${await ground.token(mallory)}` }
      const isStock = attacker.door === 'stock'
      const path = isStock ? `/y/c/${conversation}/${page}` : '/'
      const headers = { 'Sec-WebSocket-Extensions': 'permessage-deflate', ...(isStock ? stock : {}) }
      // A close, so that it ends at once.
      const { text } = await sendRaw(attacker.network(), [
        upgradeRequest(path, headers),
        frameOf(0x88, Uint8Array.of(3, 232)),
      ])
      return [text.startsWith('HTTP/1.1 101') && !text.includes('permessage') ? 'plain' : 'granted']
    },
  },
]

export const http: readonly Attack[] = [...paths, ...pages, ...admin, ...forms]
