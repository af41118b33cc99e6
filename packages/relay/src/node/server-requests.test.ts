import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startTestServer, type TestServer } from './server.test-kit.ts'

interface Caller {
  readonly socket: Socket
  readonly heard: () => string
  readonly closed: Promise<void>
}

/** Somebody who writes requests by hand. */
function call({ port }: TestServer): Caller {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  let heard = ''
  socket.on('error', () => undefined)
  socket.on('data', (data: Buffer) => {
    heard += data.toString('latin1')
  })
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      resolve()
    })
  })
  return { socket, heard: () => heard, closed }
}

const ask = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'

test('[RE260] who asks again before he has his answer is cut off, and who waits for it is not', async () => {
  const server = await startTestServer()
  onTestFinished(server.dispose)
  const patient = call(server)
  for (let asked = 1; asked <= 5; asked += 1) {
    patient.socket.write(ask)
    await expect.poll(() => patient.heard().split('The relay is alive.').length - 1).toBe(asked)
  }
  const greedy = call(server)
  greedy.socket.write(ask.repeat(1000))
  await greedy.closed
  expect(greedy.heard().split('HTTP/1.1 200').length).toBeLessThan(10)
})

test('[RE261] who asks for a file and takes nothing of it is cut off after 30 seconds', async () => {
  const page = await mkdtemp(join(tmpdir(), 'parley-page-'))
  onTestFinished(async () => rm(page, { recursive: true, force: true }))
  await mkdir(join(page, 'assets'))
  await writeFile(join(page, 'index.html'), 'hello')
  await writeFile(join(page, 'assets', 'large.js'), Buffer.alloc(16 * 1024 * 1024))
  const server = await startTestServer({ page, timings: { takenMs: 200 } })
  onTestFinished(server.dispose)
  const stuck = call(server)
  stuck.socket.pause()
  stuck.socket.write('GET /assets/large.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
  await new Promise((resolve) => {
    setTimeout(resolve, 1000)
  })
  stuck.socket.resume()
  await stuck.closed
  expect(stuck.heard().length).toBeLessThan(16 * 1024 * 1024)
  const reading = call(server)
  reading.socket.write('GET /assets/large.js HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
  await reading.closed
  expect(reading.heard().length).toBeGreaterThan(16 * 1024 * 1024)
})
