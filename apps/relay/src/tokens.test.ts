import { generateKeyPairSync, sign } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { createTokenCheck } from '@parley/relay/node'
import { expect, test } from 'vitest'
import { type Run, expectWrong, folder, now, parley, secret } from './run.test-kit.ts'

const device = '0123456789abcdef'.repeat(2)

async function relay(...args: readonly string[]): Promise<Run> {
  return parley(['relay', '--port', '0', '--data', join(await folder(), 'data'), ...args])
}

test('[AR21] a relay runs with a public key alone, and takes what is signed with it', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const file = join(await folder(), 'key.pem')
  await writeFile(file, publicKey.export({ format: 'pem', type: 'spki' }))
  const run = await relay('--key-file', file, '--algorithm', 'EdDSA', '--max-token-life', '1h')
  const port = /relay-started .*port=(\d+)/.exec(await run.says('epoch='))?.[1] ?? ''
  const upgrade = async (life: number): Promise<number> => {
    const claims = { sub: 'Tom', iat: now / 1000, exp: now / 1000 + life }
    const data = [{ alg: 'EdDSA' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const token = `${data}.${sign(null, Buffer.from(data), privateKey).toString('base64url')}`
    return upgradeStatus(Number(port), token)
  }
  // A token that holds, of a document that does not exist; and one that is refused.
  expect(await upgrade(3600)).toBe(404)
  expect(await upgrade(3601)).toBe(401)
  run.signal('SIGTERM')
  expect(await run.code).toBe(0)
})

test('[AR22] keys that cannot be used, or several of them, are said', async () => {
  const file = join(await folder(), 'key')
  await writeFile(file, 'no key')
  await expectWrong(await relay('--key-file', file), 2, file, 'neither PEM nor JSON')
  await expectWrong(await relay('--key-file', '/nowhere'), 2, '/nowhere', 'cannot be read')
  await expectWrong(await relay('--key-url', 'http://keys.example'), 2, 'https')
  await expectWrong(await relay('--key-file', file, '--secret', secret), 2, 'one of them')
  await expectWrong(await relay('--key-file', file, '--key-url', 'https://keys.example'), 2, 'one of them')
  await expectWrong(await relay('--key-url', 'https://keys.example', '--dev'), 2, '--dev')
  await expectWrong(await relay('--secret', secret, '--algorithm', 'RS256'), 2, 'HS256', '--key-file')
  await expectWrong(
    await relay('--key-url', 'https://keys.example', '--algorithm', 'HS256'),
    2,
    '--secret-file',
  )
  await expectWrong(
    await relay('--secret', secret, '--algorithm', 'none'),
    2,
    'HS256, RS256, EdDSA',
    '"none"',
  )
  await expectWrong(await relay('--secret', secret, '--max-token-life', 'ever'), 2, 'duration')
  await expectWrong(await relay('--secret', secret, '--clock-tolerance', '1'), 2, 'duration')
  await expectWrong(
    await relay('--secret', secret, '--admin-secret', 'short'),
    2,
    'admin secret is too short',
  )
  await expectWrong(await relay(), 2, '--secret-file', '--key-file', '--dev')
})

test('[AR23] a token may name the device that alone may show it, and holds no longer than relays take', async () => {
  const token = (...args: readonly string[]): Run =>
    parley(['token', '--user', 'Tom', '--secret', secret, ...args])
  const bound = token('--device', device, '--expires', '30d')
  expect(await bound.code).toBe(0)
  const check = createTokenCheck({ secret: new TextEncoder().encode(secret) })
  expect(await check(bound.printed().trim(), now)).toMatchObject({ ok: true, device })
  await expectWrong(token('--device', 'phone'), 2, '"phone" is no device id')
  await expectWrong(token('--expires', '31d'), 2, '30d at most', '--max-token-life')
  await expectWrong(token('--expires', '2h', '--max-token-life', '1h'), 2, '1h at most')
  expect(await token('--expires', '31d', '--max-token-life', '60d').code).toBe(0)
})

/** What a stock tool with this token is answered for a document that does not exist. */
async function upgradeStatus(port: number, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      path: `/y/c/r${'0'.repeat(26)}/1`,
      agent: false,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        'Sec-WebSocket-Protocol': `parley.y1, token.${token}`,
      },
    })
    asked.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', reject)
    asked.end()
  })
}
