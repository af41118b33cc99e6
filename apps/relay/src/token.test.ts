import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createTokenCheck } from '@parley/relay/node'
import { expect, test } from 'vitest'
import { type Run, expectWrong, folder, now, parley, secret } from './run.test-kit.ts'

test('[AR11] a token is printed alone, and holds with the secret it was made with', async () => {
  const file = join(await folder(), 'secret')
  await writeFile(file, `${secret}\n`)
  const names = ['--issuer', 'login', '--audience', 'parley']
  const check = createTokenCheck({
    secret: new TextEncoder().encode(secret),
    issuer: 'login',
    audience: 'parley',
  })
  for (const from of [
    ['--secret', secret],
    ['--secret-file', file],
  ]) {
    const run = parley(['token', '--user', 'Tom', ...from, ...names])
    expect(await run.code).toBe(0)
    expect(run.printed()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(await check(run.printed().trim(), now)).toMatchObject({ ok: true, user: 'Tom' })
    expect(run.complained()).toBe('')
  }
})

test('[AR12] for nobody, for ever or without a secret there is no token', async () => {
  const token = (...args: readonly string[]): Run => parley(['token', '--secret', secret, ...args])
  await expectWrong(token(), 2, '--user Tom')
  await expectWrong(token('--user', 'Tom Sawyer'), 2, 'Tom Sawyer', 'user id')
  for (const expires of ['0d', '1', 'd', '1w', '1.5h', '1000000000d', 'ever']) {
    await expectWrong(token('--user', 'Tom', '--expires', expires), 2, 'duration')
  }
  await expectWrong(parley(['token', '--user', 'Tom']), 2, '--secret-file', '--dev')
  await expectWrong(parley(['token', '--user', 'Tom', '--secret', 'short']), 2, '32')
  await expectWrong(token('--user', 'Tom', '--secret-file', '/nowhere'), 2, 'not both')
  await expectWrong(parley(['token', '--user', 'Tom', '--secret-file', '/nowhere']), 2, '/nowhere')
})

test('[AR13] with --dev a token is signed with what the relay keeps in its data', async () => {
  const data = await folder()
  await expectWrong(parley(['token', '--user', 'Tom', '--dev', '--data', data]), 2, 'no secret', data)
  const odd = await folder()
  await mkdir(join(odd, 'dev-secret'))
  await expectWrong(parley(['token', '--user', 'Tom', '--dev', '--data', odd]), 2, odd, 'cannot be read')
  const relay = parley(['relay', '--dev', '--port', '0', '--data', data])
  await relay.says('relay-started')
  const run = parley(['token', '--user', 'Tom', '--dev', '--data', data])
  expect(await run.code).toBe(0)
  const kept = (await readFile(join(data, 'dev-secret'), 'utf8')).trim()
  const check = createTokenCheck({ secret: new TextEncoder().encode(kept) })
  expect(await check(run.printed().trim(), now)).toMatchObject({ ok: true, user: 'Tom' })
  relay.signal('SIGTERM')
  await relay.code
  expect(relay.printed()).not.toContain(kept)
})
