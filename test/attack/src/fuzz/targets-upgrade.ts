/** The upgrade of a stock tool: which document its path names, and which token its subprotocols hold. */
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { parseDocumentName } from '@parley/document'
import { createYEndpoint, type YSetting } from '@parley/relay/node/testing'
import { createTestRelay } from '@parley/relay/testing'
import { lines, readRequest } from './requests.ts'
import type { Random } from './random.ts'
import type { Part } from './parts.ts'
import { hold, type Target } from './target.ts'

interface Ground {
  readonly endpoint: ReturnType<typeof createYEndpoint>
  readonly shown: string[]
  readonly errors: string[]
}

let ground: Ground | undefined

/** Nobody is let in: it is about what is asked for. */
function createGround(): Ground {
  const shown: string[] = []
  const errors: string[] = []
  const { relay, store } = createTestRelay({
    authenticate: async (token) => {
      shown.push(token)
      return { ok: false, code: 'bad-token', detail: 'The token is nobody’s.' }
    },
  })
  const logger = {
    error: (event: string, facts: unknown) => {
      errors.push(`${event} ${JSON.stringify(facts)}`)
    },
    info: () => undefined,
    debug: () => undefined,
  }
  const used = { relay, store, logger, now: () => 1, random: (count: number) => new Uint8Array(count) }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of it is used before somebody is let in
  return { endpoint: createYEndpoint(used as unknown as YSetting), shown, errors }
}

/** Path and subprotocols, where a request has its path and its first header. */
async function run(bytes: Uint8Array): Promise<void> {
  ground ??= createGround()
  const { endpoint, shown, errors } = ground
  const { url, headers } = readRequest(bytes)
  const offered = headers['host'] ?? ''
  const asked = new IncomingMessage(new Socket())
  if (offered !== '') asked.headers['sec-websocket-protocol'] = offered
  const answers: number[] = []
  await new Promise<void>((resolve) => {
    endpoint.upgrade(asked, asked.socket, Buffer.alloc(0), url, (status) => {
      answers.push(status)
      resolve()
    })
  })
  asked.socket.destroy()
  hold(errors.splice(0).length === 0, 'the relay logged a fault of its own')
  const tokens = shown.splice(0)
  hold(answers.length === 1 && tokens.length <= 1, 'an upgrade is answered more than once')
  hold(answers[0] === 404 || answers[0] === 401, `an upgrade is answered ${answers[0] ?? 0}`)
  hold((answers[0] === 404) === (nameOf(url) === undefined), 'a document has another name than it has')
  const [token] = tokens
  if (token === undefined) return
  const words = offered.split(',').map((word) => word.trim())
  hold(
    words.includes('parley.y1') && words.includes(`token.${token}`),
    'a token is read that was not offered',
  )
  hold(words.filter((word) => word.startsWith('token.')).length === 1, 'one of several tokens is chosen')
}

function nameOf(path: string): unknown {
  try {
    return parseDocumentName(decodeURIComponent(path))
  } catch {
    return undefined
  }
}

const paths = [
  'c/c1/1',
  'c/c1',
  'c/r---------------------F/300',
  'c%2Fc1%2F1',
  'c/c1/0',
  'c/%',
  'd/c1',
  'c/c1/1/2',
  '',
] as const
const protocols = [
  'parley.y1, token.a.b.c',
  'parley.y1,token.a',
  'parley.y1, token.a, token.b',
  'token.a',
  'parley.y1',
  'parley.y1, token.',
  ' , ,',
  '',
] as const

function upgrade(random: Random): Part {
  return lines(['GET', random.pick(paths), random.pick(protocols)])
}

export const upgradeTargets: readonly Target[] = [
  {
    name: 'upgrade',
    run,
    make: upgrade,
    edges: [
      ['GET', 'c/c1/1', 'parley.y1, token.a.b.c'],
      ['GET', 'c/%ff', 'parley.y1'],
      ['GET', 'c/c1', `parley.y1${',token.a'.repeat(2000)}`],
      ['GET', 'c/c1', ','.repeat(16_000)],
      ['GET', 'c/c1', ''],
    ].map(lines),
    round: 200,
  },
]
