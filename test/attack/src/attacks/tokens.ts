/** Tokens that are forged, worn out, stolen from another device, or more than they may be; at both doors. */
import { createHmac } from 'node:crypto'
import type { Attack } from '../attack.ts'
import type { Network } from '../ground.ts'
import { helloOf } from '../hello.ts'
import type { Line } from '../line.ts'
import type { Scene } from '../scene.ts'
import { nextDevice } from '../session.ts'
import { openStock, type StockLine } from '../stock-line.ts'

type Json = Readonly<Record<string, unknown>>

interface Forging {
  readonly header?: Json
  readonly claims?: Json
  /** Undefined: not signed at all. */
  readonly secret?: string | undefined
  readonly hash?: string
}

async function revoke({ http, adminSecret }: Network, whose: Json): Promise<void> {
  await fetch(`${http}/admin/revoke`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminSecret}`, 'content-type': 'application/json' },
    body: JSON.stringify(whose),
  })
}

async function endOf(line: Line | StockLine | string): Promise<string> {
  if (typeof line === 'string') return line
  if ('end' in line) return line.end()
  await line.when('the end', () => false)
  return line.ended() ?? 'open'
}

function part(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** A token as anybody can write it. */
function forge(
  { ground, mallory }: Scene,
  { header = {}, claims = {}, hash = 'sha256', ...more }: Forging,
): string {
  const now = Math.floor(Date.now() / 1000)
  const body = [
    part({ alg: 'HS256', typ: 'JWT', ...header }),
    part({ sub: mallory, iat: now, exp: now + 3600, ...claims }),
  ].join('.')
  const secret = 'secret' in more ? more.secret : ground.network?.secret
  return `${body}.${secret === undefined ? '' : createHmac(hash, secret).update(body).digest('base64url')}`
}

function shown(
  name: string,
  says: string,
  make: (scene: Scene) => Promise<string> | string,
  parley = 'failure bad-token',
  breaks: readonly string[] = ['RE80', 'RE61'],
): Attack {
  return {
    name,
    says,
    breaks: [...breaks, 'RE104'],
    scene: 'member',
    expects: { parley: { answers: [parley] }, stock: { answers: ['http 401'] } },
    async run(attacker, scene) {
      const token = await make(scene)
      if (attacker.door === 'stock') {
        const line = await openStock(attacker.network(), `c/${scene.conversation}/1`, token)
        return [typeof line === 'string' ? line : 'let in']
      }
      const line = await attacker.open()
      line.send(helloOf(token, nextDevice()))
      return [await line.end()]
    },
  }
}

const signatures: readonly Attack[] = [
  shown('unsigned', 'a token that says it needs no signature', (scene) =>
    forge(scene, { header: { alg: 'none' }, secret: undefined }),
  ),
  shown('no-signature', 'a token without its signature', (scene) => forge(scene, { secret: undefined })),
  shown('another-secret', 'a token signed with another secret', (scene) =>
    forge(scene, { secret: 'x'.repeat(40) }),
  ),
  shown('empty-secret', 'a token signed with an empty secret', (scene) => forge(scene, { secret: '' })),
  shown('another-algorithm', 'the right secret, by an algorithm nobody allowed', (scene) =>
    forge(scene, { header: { alg: 'HS512' }, hash: 'sha512' }),
  ),
  shown('key-in-the-token', 'a token that brings its own key along', (scene) =>
    forge(scene, { header: { jwk: { kty: 'oct', k: 'eHh4eA' } }, secret: 'xxxx' }),
  ),
  shown('key-at-an-address', 'a token that says where its key is', (scene) =>
    forge(scene, { header: { jku: 'http://127.0.0.1:9/keys', kid: '../../etc/passwd' }, secret: 'xxxx' }),
  ),
  shown('critical-header', 'a token with a header that must be understood, and is not', (scene) =>
    forge(scene, { header: { crit: ['wish'], wish: 1 } }),
  ),
  shown('changed-claims', "an honest token, with Tom's name put in", async (scene) => {
    const [head = '', , signature = ''] = (await scene.ground.token(scene.mallory)).split('.')
    return [head, part({ sub: scene.tom.user, exp: Math.floor(Date.now() / 1000) + 3600 }), signature].join(
      '.',
    )
  }),
]

const claims: readonly Attack[] = [
  shown('no-end', 'a token without an end', (scene) => forge(scene, { claims: { exp: undefined } })),
  shown(
    'endless',
    'a token until the end of time',
    (scene) => forge(scene, { claims: { exp: 1e300 } }),
    undefined,
    ['RE81'],
  ),
  shown(
    'end-is-a-text',
    'a token whose end is a text',
    (scene) => forge(scene, { claims: { exp: 'never' } }),
    undefined,
    ['RE81'],
  ),
  shown(
    'expired',
    'a token that ended an hour ago',
    (scene) => forge(scene, { claims: { iat: 1, exp: Math.floor(Date.now() / 1000) - 3600 } }),
    'failure token-expired',
    ['RE82'],
  ),
  shown(
    'not-yet',
    'a token for tomorrow',
    (scene) => forge(scene, { claims: { nbf: Math.floor(Date.now() / 1000) + 86_400 } }),
    undefined,
    ['RE82'],
  ),
  shown('made-tomorrow', 'a token that will be made tomorrow', (scene) =>
    forge(scene, { claims: { iat: Math.floor(Date.now() / 1000) + 86_400 } }),
  ),
  shown('a-year-long', 'a token for a year', (scene) =>
    forge(scene, { claims: { exp: Math.floor(Date.now() / 1000) + 365 * 86_400 } }),
  ),
  shown('nobody', 'a token of nobody', (scene) => forge(scene, { claims: { sub: undefined } }), undefined, [
    'RE81',
  ]),
  shown(
    'user-is-an-object',
    'a token whose user is an object',
    (scene) => forge(scene, { claims: { sub: { toString: scene.tom.user } } }),
    undefined,
    ['RE81'],
  ),
  shown(
    'user-is-a-list',
    'a token whose user is a list with Tom in it',
    (scene) => forge(scene, { claims: { sub: [scene.tom.user] } }),
    undefined,
    ['RE81'],
  ),
  shown(
    'user-is-a-path',
    'a token whose user is a path',
    (scene) => forge(scene, { claims: { sub: '../../etc/passwd' } }),
    undefined,
    ['RE81', 'DO1'],
  ),
  shown(
    'token-device-of-no-form',
    'a token for a device whose id is none',
    (scene) => forge(scene, { claims: { device: 'mine' } }),
    undefined,
    ['RE194'],
  ),
]

const forms: readonly Attack[] = [
  shown('garbage-token', 'a token that is none', () => 'not-a-token'),
  shown(
    'five-parts',
    'a token of five parts',
    async (scene) => `${await scene.ground.token(scene.mallory)}.x.y`,
  ),
  {
    name: 'token-of-another-device',
    says: 'a token for one device, shown by another',
    breaks: ['RE194'],
    scene: 'member',
    expects: { parley: { answers: ['failure bad-token'] } },
    async run(attacker, { ground, mallory }) {
      const line = await attacker.open()
      const token = await ground.token(mallory, { device: nextDevice() })
      line.send(helloOf(token, nextDevice()))
      return [await line.end()]
    },
  },
  {
    name: 'two-tokens',
    says: 'two tokens at once',
    breaks: ['RE104'],
    scene: 'member',
    expects: { stock: { answers: ['http 401'] } },
    async run(attacker, { conversation, ground, mallory, tom }) {
      const protocols = [
        'parley.y1',
        `token.${await ground.token(mallory)}`,
        `token.${await ground.token(tom.user)}`,
      ]
      const line = await openStock(attacker.network(), `c/${conversation}/1`, '', { protocols })
      return [typeof line === 'string' ? line : 'let in']
    },
  },
  {
    name: 'no-token',
    says: 'no token at all',
    breaks: ['RE104'],
    scene: 'member',
    expects: { stock: { answers: ['http 401'] } },
    async run(attacker, { conversation }) {
      const line = await openStock(attacker.network(), `c/${conversation}/1`, '', {
        protocols: ['parley.y1'],
      })
      return [typeof line === 'string' ? line : 'let in']
    },
  },
  {
    name: 'revoked',
    says: 'a token that was revoked, in the session it opened and afterwards',
    breaks: ['RE192', 'RE202'],
    scene: 'member',
    expects: {
      parley: { answers: ['failure revoked', 'failure revoked'] },
      stock: { answers: ['closed 4412 revoked', 'http 401'] },
    },
    async run(attacker, { conversation, ground, mallory }) {
      const network = attacker.network()
      const token = await ground.token(mallory)
      const isStock = attacker.door === 'stock'
      const first = isStock ? await attacker.stock() : await attacker.session()
      await revoke(network, { user: mallory })
      if (typeof first === 'string') return [first]
      if ('line' in first) {
        const ended = await first.line.end()
        const line = await attacker.open()
        line.send(helloOf(token, nextDevice()))
        return [ended, await line.end()]
      }
      const ended = await endOf(first)
      return [ended, await endOf(await openStock(network, `c/${conversation}/1`, token))]
    },
  },
  {
    name: 'revoked-device',
    says: 'the token of a device that was revoked, in its session and afterwards; his other device stays',
    breaks: ['RE192', 'RE194', 'RE202'],
    scene: 'member',
    expects: {
      parley: { answers: ['failure revoked', 'failure revoked', 'the other is open'] },
      stock: { answers: ['closed 4412 revoked', 'http 401', 'the other is open'] },
    },
    async run(attacker, { conversation, ground, mallory }) {
      const network = attacker.network()
      const device = nextDevice()
      const token = await ground.token(mallory, { device })
      const other = await attacker.session()
      const enter = async (): Promise<Line | StockLine | string> => {
        if (attacker.door === 'stock') return openStock(network, `c/${conversation}/1`, token)
        const line = await attacker.open()
        line.send(helloOf(token, device))
        return line
      }
      const first = await enter()
      if (typeof first === 'string') return [first]
      if ('next' in first) await first.next('welcome')
      await revoke(network, { user: mallory, device })
      const ends = [await endOf(first), await endOf(await enter())]
      await other.settle()
      return [...ends, `the other is ${other.line.ended() ?? 'open'}`]
    },
  },
]

export const tokens: readonly Attack[] = [...signatures, ...claims, ...forms]
