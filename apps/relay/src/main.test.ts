import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseUserId } from '@parley/document'
import { mintToken, openSqliteRelayStore } from '@parley/relay/node'
import { createPen, testConversationId, testEntryId } from '@parley/relay/testing'
import { type DeviceFrame, type RelayFrame, decodeRelayFrame, encodeDeviceFrame } from '@parley/wire'
import { expect, onTestFinished, test } from 'vitest'

const secret = 'a secret of 32 characters, or more'

function user(name: string): NonNullable<ReturnType<typeof parseUserId>> {
  const id = parseUserId(name)
  if (id === undefined) throw new Error(name)
  return id
}

interface Relay {
  readonly url: string
  readonly kill: (signal: NodeJS.Signals) => void
  readonly ended: Promise<number | null>
}

async function startRelay(directory: string): Promise<Relay> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = spawn(
    process.execPath,
    ['--conditions=parley-source', main, 'relay', '--port', '0', '--data', directory],
    { env: { PARLEY_SECRET: secret }, stdio: ['ignore', 'pipe', 'ignore'] },
  )
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const ended = once(child, 'exit').then(([code]: readonly unknown[]) =>
    typeof code === 'number' ? code : null,
  )
  const line = once(createInterface(child.stdout), 'line').then(([text]: readonly unknown[]) => String(text))
  const port = /relay-started .*port=(\d+)/.exec(String(await Promise.race([line, ended])))?.[1] ?? ''
  return { url: `ws://127.0.0.1:${port}`, ended, kill: (signal) => child.kill(signal) }
}

test('[AR17] stopped in the middle of a burst, what is on disk is what was answered', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-main-'))
  onTestFinished(async () => {
    await rm(directory, { recursive: true })
  })
  const relay = await startRelay(directory)
  const tom = user('Tom')
  const conversation = testConversationId(1)
  const token = await mintToken({
    secret: new TextEncoder().encode(secret),
    user: tom,
    lifetimeSeconds: 60,
    now: Date.now(),
  })
  const socket = new WebSocket(relay.url)
  socket.binaryType = 'arraybuffer'
  const send = (frame: DeviceFrame): void => {
    socket.send(encodeDeviceFrame(frame))
  }
  const frames: RelayFrame[] = []
  const create = { op: 'create', kind: 'group', unique: false, members: [], name: null, attributes: {} }
  const pen = createPen({ user: tom, client: 7 })
  let accepted = 0
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => {
    const decoded = decodeRelayFrame(new Uint8Array(data))
    if (!decoded.ok) throw new Error(decoded.failure.detail)
    const { frame } = decoded
    frames.push(frame)
    if (frame.frame === 'welcome') {
      send({ frame: 'command', conversation, id: testEntryId(), command: create })
    } else if (frame.frame === 'command-answer') {
      for (let count = 0; count < 250; count += 1) {
        send({ frame: 'push', conversation, page: 1, updates: [pen.text(`message ${count}`).update] })
      }
    } else if (frame.frame === 'answer') {
      if (accepted === 0) relay.kill('SIGTERM')
      accepted += frame.answers.filter(({ verdict }) => verdict.class === 'accepted').length
    }
  })
  await once(socket, 'open')
  send({
    frame: 'hello',
    version: 1,
    token,
    device: '0'.repeat(32),
    epoch: '',
    cursor: 0,
    tag: '',
    login: false,
    inflates: false,
  })
  const [{ code }] = (await once(socket, 'close')) as [{ readonly code: number }]
  expect(code).toBe(1001)
  expect(frames.at(-1)).toMatchObject({ frame: 'failure', code: 'shutting-down' })
  expect(await relay.ended).toBe(0)

  expect(accepted).toBeGreaterThan(0)
  const store = await openSqliteRelayStore({ directory })
  const rows = await store.pageRows(conversation, 1, 0, 1000)
  await store.close()
  expect(rows).toHaveLength(accepted)
})

test('[AR6] [AR8] the process ends with the code of the command', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'parley-main-'))
  onTestFinished(async () => {
    await rm(directory, { recursive: true })
  })
  const relay = await startRelay(directory)
  const second = await startRelay(directory)
  expect(await second.ended).toBe(7)
  relay.kill('SIGINT')
  expect(await relay.ended).toBe(0)
})
