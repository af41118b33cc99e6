/** Requests and upgrades, answered by the relay's own handlers: no server between. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { createHttpHandler, createPageServer } from '@parley/relay/node/testing'
import { lines, readRequest, request, type Asked } from './requests.ts'
import { hold, type Target } from './target.ts'

const statuses = new Set([200, 204, 304, 400, 401, 403, 404, 405, 413, 415])
/** What stands in the folder of the page; all else is not ours to give. */
const files = ['the page', 'code', '{"a":1}']
const secret = new TextEncoder().encode('admin-secret')

interface Ground {
  readonly handle: ReturnType<typeof createHttpHandler>
  readonly errors: string[]
  minted: string[]
  revoked: string[]
}

let ground: Promise<Ground> | undefined

async function createGround(): Promise<Ground> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-fuzz-'))
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true })
  })
  const page = join(folder, 'page')
  mkdirSync(join(page, 'assets'), { recursive: true })
  mkdirSync(join(page, 'folder'))
  writeFileSync(join(folder, 'secret.txt'), 'outside')
  writeFileSync(join(page, 'index.html'), 'the page')
  writeFileSync(join(page, 'empty.css'), '')
  writeFileSync(join(page, '.env'), 'hidden')
  writeFileSync(join(page, 'assets', 'a-12345678.js'), 'code')
  writeFileSync(join(page, 'a.json'), '{"a":1}')
  symlinkSync(join(folder, 'secret.txt'), join(page, 'link.txt'))
  symlinkSync(folder, join(page, 'up'))
  const made: Omit<Ground, 'handle'> = { errors: [], minted: [], revoked: [] }
  const logger = {
    error: (event: string, facts: unknown) => {
      made.errors.push(`${event} ${JSON.stringify(facts)}`)
    },
    info: () => undefined,
    debug: () => undefined,
  }
  const handle = createHttpHandler({
    origins: { allowed: ['https://chat.example'], loopback: true },
    mint: async (user) => {
      made.minted.push(user)
      return `token-of-${user}`
    },
    servePage: await createPageServer(page),
    admin: {
      secret,
      revoke: async (user) => {
        made.revoked.push(user)
        return { at: 1, sessions: 0 }
      },
    },
    readiness: () => ({ ready: true, sentence: 'The relay is ready.' }),
    metrics: () => 'metrics',
    logger,
  })
  return { ...made, handle }
}

const revocation = '{"user":"Tom","device":"0123456789abcdef0123456789abcdef"}'

/** The lines of a request to revoke. */
function revoking(body: string, type = 'application/json'): readonly string[] {
  return ['POST', '/admin/revoke', 'localhost', '', type, 'Bearer admin-secret', '', body]
}

const http: Target = {
  name: 'http',
  async run(bytes) {
    ground ??= createGround()
    const { handle, errors, minted, revoked } = await ground
    const asked = readRequest(bytes)
    const answer = await answered(handle, asked)
    hold(errors.splice(0).length === 0, 'the relay logged a fault of its own')
    hold(statuses.has(answer.status), `a request is answered ${answer.status}`)
    holdHead(answer.head)
    const path = asked.url.split(/[?#]/, 1)[0]
    for (const user of minted.splice(0)) {
      hold(
        path === '/dev/token' && asked.method === 'POST' && asked.body.includes(user),
        'a token is made unasked',
      )
    }
    const knows = /^bearer admin-secret$/i.test(asked.headers['authorization'] ?? '')
    if (revoked.splice(0).length > 0) {
      hold(
        knows && path === '/admin/revoke' && asked.headers['origin'] === undefined,
        'revoked by a stranger',
      )
    }
    hold(
      !answer.body.includes('outside') && !answer.body.includes('hidden'),
      'a file is served that lies outside',
    )
    const served = answer.status === 200 && /^ETag:/im.test(answer.head) && asked.method === 'GET'
    if (served) hold([...files, ''].includes(answer.body), 'something is served that is no file of the page')
  },
  make: request,
  edges: [
    ['POST', '/dev/token', 'localhost', '', 'application/json', '', '', `{"user":"${'x'.repeat(5000)}"}`],
    ...[
      'x'.repeat(5000),
      '{"user":"Tom"}',
      '{"user":"Tom","x":1}',
      '{"user":"Tom","device":1}',
      '{"user":1}',
      '[]',
      revocation,
      '{',
    ].map((body) => revoking(body)),
    revoking('[]', ''),
    ['OPTIONS', '/dev/token', 'localhost', 'http://localhost:1'],
    ['GET', '/dev/token', 'localhost'],
    ['POST', '/dev/token', 'localhost', '', 'text/plain', '', '', '{"user":"Tom"}'],
    ...['{"user":"Tom"}', '{}', 'null', '1', '{'].map((body) => {
      return ['POST', '/dev/token', 'localhost', 'http://localhost:1', 'application/json', '', '', body]
    }),
    ['GET', '/', 'localhost'],
    ['GET', '/empty.css', 'localhost'],
    ['GET', '/a.json', 'localhost'],
    ['GET', '/%2f%2e%2e%2fsecret.txt', 'localhost'],
    ['GET', '/folder/', 'localhost'],
    ['GET', `/${'a'.repeat(5000)}`, 'localhost'],
    ['GET', `/${'a/'.repeat(3000)}`, 'localhost'],
  ].map(lines),
  round: 60,
}

/** Exactly one header a line, each of a name we give. */
function holdHead(head: string): void {
  const [status = '', ...headers] = head.split('\r\n')
  hold(/^HTTP\/1\.1 \d{3} [\w ]+$/.test(status), 'the status line is no status line')
  const known =
    /^(?:Cache-Control|Access-Control-Allow-(?:Origin|Methods|Headers)|Vary|Allow|Content-(?:Type|Length|Security-Policy)|X-Content-Type-Options|Referrer-Policy|ETag|Connection|WWW-Authenticate|Date|Keep-Alive|Transfer-Encoding): /
  for (const header of headers) hold(known.test(header), `a header nobody wrote: ${header.slice(0, 80)}`)
}

interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

async function answered(handle: Ground['handle'], asked: Asked): Promise<Answer> {
  const message = new IncomingMessage(new Socket())
  message.method = asked.method
  message.url = asked.url
  message.httpVersion = '1.1'
  message.httpVersionMajor = 1
  message.httpVersionMinor = 1
  for (const [name, value] of Object.entries(asked.headers)) message.headers[name] = value
  const response = new ServerResponse(message)
  const parts: Buffer[] = []
  const sink = new Writable({
    write(part: Buffer, _encoding, done) {
      parts.push(part)
      done()
    },
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is asked of a socket here is to be written to
  response.assignSocket(sink as unknown as Socket)
  message.push(Buffer.from(asked.body, 'latin1'))
  message.push(null)
  await new Promise<void>((resolve) => {
    response.once('finish', resolve)
    response.once('close', resolve)
    handle(message, response)
  })
  message.destroy()
  const whole = Buffer.concat(parts).toString('latin1')
  const end = whole.indexOf('\r\n\r\n')
  return { status: response.statusCode, head: whole.slice(0, end), body: whole.slice(end + 4) }
}

export const httpTargets: readonly Target[] = [http]
