import { writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Run, expectWrong, folder, now, parley, secret } from './run.test-kit.ts'

const adminSecret = 'the admin secret, of 32 characters or more'
const device = '0123456789abcdef'.repeat(2)

async function startRelay(...more: readonly string[]): Promise<string> {
  const data = await folder()
  const relay = parley(['relay', '--port', '0', '--data', data, '--secret', secret, ...more])
  onTestFinished(async () => {
    relay.signal('SIGTERM')
    await relay.code
    expect(relay.printed()).not.toContain(adminSecret)
  })
  const port = /relay-started .*port=(\d+)/.exec(await relay.says('epoch='))?.[1] ?? ''
  return `http://127.0.0.1:${port}`
}

/** A server that is no relay. */
async function startServer(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const revoke = (...args: readonly string[]): Run => parley(['revoke', '--user', 'Tom', ...args])

test('[AR18] a running relay takes the tokens of a user, or of a device, and says how many sessions ended', async () => {
  const file = join(await folder(), 'admin')
  await writeFile(file, `${adminSecret}\n`)
  const server = await startRelay('--admin-secret-file', file)
  const all = revoke('--server', server, '--admin-secret-file', file)
  expect(await all.code).toBe(0)
  expect(all.printed()).toBe(
    `The tokens of Tom made up to ${new Date(now).toISOString()} are taken no more; 0 sessions have ended.\n`,
  )
  const one = revoke('--server', `${server}/`, '--device', device, '--admin-secret', adminSecret)
  expect(await one.code).toBe(0)
  expect(one.printed()).toContain(`Tom on ${device}`)
})

test('[AR19] what the relay refuses is said, and ends with exit code 1', async () => {
  const server = await startRelay('--admin-secret', adminSecret)
  const other = ['--admin-secret', `${adminSecret}!`]
  await expectWrong(revoke('--server', server, ...other), 1, 'not the admin secret')
  const without = await startRelay()
  const own = ['--admin-secret', adminSecret]
  await expectWrong(revoke('--server', without, ...own), 1, '--admin-secret-file', without)
  const full = await startServer((_request, response) => response.writeHead(503).end('No room.\nNone.'))
  await expectWrong(revoke('--server', full, ...own), 1, 'answered 503: No room. None.')
  const page = await startServer((_request, response) => response.end('<p>Hello.'))
  await expectWrong(revoke('--server', page, ...own), 1, 'answered 200')
})

test('[AR19] the secret goes nowhere else', async () => {
  const seen: unknown[] = []
  const thief = await startServer((request, response) => {
    seen.push(request.headers)
    response.end('{"revoked":1,"sessions":0}')
  })
  const mover = await startServer((_request, response) => response.writeHead(307, { Location: thief }).end())
  const run = revoke('--server', mover, '--admin-secret', adminSecret)
  await expectWrong(run, 2, 'No relay answers', '--server')
  expect(seen).toEqual([])
})

test('[AR20] without somebody, a secret or a relay that can be, nothing is asked', async () => {
  const own = ['--admin-secret', adminSecret]
  await expectWrong(parley(['revoke', ...own]), 2, '--user Tom')
  await expectWrong(parley(['revoke', '--user', 'Tom Sawyer', ...own]), 2, 'user id')
  await expectWrong(revoke('--device', 'phone', ...own), 2, '"phone" is no device id')
  await expectWrong(revoke(), 2, '--admin-secret-file')
  await expectWrong(revoke('--admin-secret', 'short'), 2, 'admin secret is too short')
  await expectWrong(revoke('--admin-secret-file', '/nowhere', ...own), 2, 'not both')
  await expectWrong(revoke('--admin-secret-file', '/nowhere'), 2, '/nowhere')
  for (const server of ['here', 'ftp://relay', 'http://tom:secret@relay'])
    await expectWrong(revoke('--server', server, ...own), 2, 'must be an address')
  await expectWrong(revoke('--server', 'http://127.0.0.1:1', ...own), 2, 'No relay answers')
})
