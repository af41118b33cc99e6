import { once } from 'node:events'
import { type AddressInfo, type Socket, connect } from 'node:net'
import { type IncomingMessage, createServer } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FailureCode } from '@parley/wire'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { Connection, Peer } from '../ports.ts'
import { defaultTimings, maxPingsPerSecond, maxReadAtOnceBytes } from './server-limits.ts'
import { silentLogger } from './server-log.ts'
import { createMetrics } from './server-metrics.ts'
import { createCork, DeviceSocket, serveSocket, type SocketService, wholeFrame } from './server-socket.ts'

interface Pair {
  readonly peer: Peer
  readonly client: WebSocket
  /** How often the core has been told that all has left. */
  readonly drained: () => number
  /** Resolves when something has come that is no frame. */
  readonly failed: Promise<FailureCode>
  /** What lies below the server's end. */
  readonly stream: Duplex
  readonly socket: DeviceSocket
}

/** A socket with a core behind it that does nothing by itself. */
async function pair(lowWaterBytes: number, receiveBytes: () => void = () => undefined): Promise<Pair> {
  const server = createServer()
  const sockets = new WebSocketServer({
    noServer: true,
    autoPong: false,
    clientTracking: false,
    WebSocket: DeviceSocket,
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  let drained = 0
  let fail: (code: FailureCode) => void
  const failed = new Promise<FailureCode>((resolve) => {
    fail = resolve
  })
  const served = new Promise<Pick<Pair, 'peer' | 'stream' | 'socket'>>((resolve) => {
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      sockets.handleUpgrade(request, stream, head, (socket: DeviceSocket) => {
        const service: SocketService = {
          cork: createCork(),
          accept: (peer) => {
            resolve({ peer, stream, socket })
            const ignore = (): void => undefined
            const connection: Connection = {
              state: 'open',
              identity: undefined,
              receiveBytes,
              receive: ignore,
              drained: () => {
                drained += 1
              },
              closed: ignore,
              fail,
            }
            return connection
          },
          now: Date.now,
          timings: defaultTimings,
          lowWaterBytes,
          metrics: createMetrics(),
          logger: silentLogger,
          forget: () => undefined,
        }
        serveSocket(service, socket, stream, 1)
      })
    })
  })
  const { port } = server.address() as AddressInfo
  const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
  onTestFinished(() => {
    client.terminate()
    server.close()
  })
  await once(client, 'open')
  return { ...(await served), client, failed, drained: () => drained }
}

test('[RE102] what a slow peer leaves waiting is told, and that it has left is told once', async () => {
  const { peer, client, drained } = await pair(512 * 1024)
  client.pause()
  const chunk = new Uint8Array(256 * 1024)
  let sent = 0
  // The system takes some megabytes by itself.
  while (peer.buffered() < 1024 * 1024) {
    peer.send(chunk)
    sent += 1
    await new Promise(setImmediate)
  }
  expect(drained()).toBe(0)
  let heard = 0
  const all = new Promise<void>((resolve) => {
    client.on('message', () => {
      heard += 1
      if (heard === sent) resolve()
    })
  })
  client.resume()
  await all
  expect(drained()).toBe(1)
  expect(peer.buffered()).toBe(0)
})

test('[RE102] a peer that keeps up is never asked to go on', async () => {
  const { peer, client, drained } = await pair(512 * 1024)
  for (let sent = 0; sent < 20; sent += 1) {
    peer.send(new Uint8Array(1000))
    await once(client, 'message')
  }
  expect(drained()).toBe(0)
})

test('[RE102] frames of one turn leave together', async () => {
  const { peer, stream, client } = await pair(512 * 1024)
  const socket = stream as Socket
  const written = (): number => socket.bytesWritten - socket.writableLength
  const before = written()
  const heard: number[] = []
  client.on('message', (data: Buffer) => {
    heard.push(data.length)
  })
  for (const size of [1, 2, 3]) peer.send(new Uint8Array(size))
  expect(written()).toBe(before)
  while (heard.length < 3) await once(client, 'message')
  expect(heard).toEqual([1, 2, 3])
})

test('[RE102] short frames and long ones arrive as they are, in their order, whatever their header takes', async () => {
  const { peer, client } = await pair(512 * 1024)
  const sizes = [0, 1, 125, 126, 2048, 2049, 7, 65_535, 65_536, 200_000, 3]
  const heard: Buffer[] = []
  client.on('message', (data: Buffer, binary: boolean) => {
    expect(binary).toBe(true)
    heard.push(data)
  })
  for (const [index, size] of sizes.entries()) peer.send(new Uint8Array(size).fill(index + 1))
  expect(peer.buffered()).toBe(sizes.reduce((sum, size) => sum + size))
  while (heard.length < sizes.length) await once(client, 'message')
  expect(heard.map((data) => data.length)).toEqual(sizes)
  for (const [index, data] of heard.entries()) expect(data.every((byte) => byte === index + 1)).toBe(true)
})

test('[RE102] a long frame for many arrives whole at each of them', async () => {
  const pairs = [await pair(512 * 1024), await pair(512 * 1024)]
  const frame = new Uint8Array(10_000).fill(9)
  for (const { client, peer } of pairs) {
    for (const bytes of [new Uint8Array(3), frame, new Uint8Array(4)]) peer.send(bytes)
    const heard: number[] = []
    client.on('message', (data: Buffer) => heard.push(data.length))
    while (heard.length < 3) await once(client, 'message')
    expect(heard).toEqual([3, 10_000, 4])
  }
})

test('[RE102] nothing follows the answer to a close', async () => {
  const { client, peer, stream } = await pair(512 * 1024)
  const heard: number[] = []
  const faults: unknown[] = []
  client.on('message', (data: Buffer) => heard.push(data.length))
  client.on('error', (error) => faults.push(error))
  peer.send(new Uint8Array(10))
  expect(peer.buffered()).toBe(10)
  // A close, as its client would mask it.
  stream.emit('data', Buffer.from([0x88, 0x80, 0, 0, 0, 0]))
  await once(client, 'close')
  expect(heard).toEqual([])
  expect(faults).toEqual([])
  expect(peer.buffered()).toBe(0)
})

test('[RE102] what was sent before the end arrives before it', async () => {
  const { peer, client } = await pair(512 * 1024)
  const heard: number[] = []
  client.on('message', (data: Buffer) => heard.push(data.length))
  peer.send(new Uint8Array(10))
  peer.close('shutting-down', 'enough')
  peer.send(new Uint8Array(20))
  await once(client, 'close')
  expect(heard).toEqual([10])
})

test('[RE320] a frame that came among much else keeps nothing of that', () => {
  const chunk = Buffer.alloc(64 * 1024, 7)
  const few = wholeFrame(chunk.subarray(100, 300))
  expect(few.buffer.byteLength).toBe(200)
  expect(few.every((byte) => byte === 7)).toBe(true)
  expect(wholeFrame(chunk.subarray(100, 50_000)).buffer).toBe(chunk.buffer)
  const small = Buffer.allocUnsafeSlow(4 * 1024 + 200)
  expect(wholeFrame(small.subarray(0, 100)).buffer).toBe(small.buffer)
  expect(wholeFrame(small.subarray(0, 99)).buffer.byteLength).toBe(99)
})

test('[RE102] a peer that pings and never reads fills nothing', async () => {
  const { peer, client, failed } = await pair(16 * 1024)
  client.pause()
  while (peer.buffered() < 1024 * 1024) {
    peer.send(new Uint8Array(256 * 1024))
    await new Promise(setImmediate)
  }
  const waiting = peer.buffered()
  for (let sent = 0; sent < maxPingsPerSecond; sent += 1) client.ping('x'.repeat(100))
  client.send('that was all')
  await failed
  expect(peer.buffered()).toBeLessThanOrEqual(waiting)
})

test('[RE265] who sends one WebSocket ping after the other is cut off, and who pings now and then is not', async () => {
  const { client } = await pair(512 * 1024)
  let answered = 0
  client.on('pong', () => {
    answered += 1
  })
  for (let sent = 0; sent < maxPingsPerSecond; sent += 1) client.ping()
  await expect.poll(() => answered).toBe(maxPingsPerSecond)
  const closed = once(client, 'close')
  for (let sent = 0; sent < 2 * maxPingsPerSecond; sent += 1) client.ping()
  await closed
  expect(answered).toBeLessThanOrEqual(2 * maxPingsPerSecond)
})

test('[RE266] a bug that a frame finds ends its bearer as internal, and not the process', async () => {
  const { client, failed } = await pair(512 * 1024, () => {
    throw new TypeError('a bug')
  })
  client.send(new Uint8Array([1]))
  expect(await failed).toBe('internal')
})

test('[RE97] broken frames end the socket and nothing else', async () => {
  const { client } = await pair(1024)
  const { port } = new URL(client.url)
  const upgrade = [
    'GET / HTTP/1.1',
    'Host: 127.0.0.1',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    '\r\n',
  ].join('\r\n')
  const broken = [
    [0xf2, 0x80, 0, 0, 0, 0], // reserved bits
    [0x8f, 0x80, 0, 0, 0, 0], // an unknown opcode
    [0x82, 0x05, 1, 2, 3, 4, 5], // not masked
    [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], // an announcement of 2^63 bytes
    [0x09, 0x80, 0, 0, 0, 0], // a ping in parts
    [0x88, 0x81, 0, 0, 0, 0, 0], // a close of one byte
    [0x80, 0x80, 0, 0, 0, 0], // the rest of nothing
  ]
  for (const bytes of broken) {
    const raw = connect(Number(port), '127.0.0.1')
    raw.write(upgrade)
    await once(raw, 'data')
    raw.write(new Uint8Array(bytes))
    raw.resume()
    await once(raw, 'end')
    raw.destroy()
  }
  expect(client.readyState).toBe(WebSocket.OPEN)
})

test('[RE279] who sends megabytes at once is read a little at a time, between the others', async () => {
  const size = 10_000
  const count = 400
  let turn = 0
  const turns: number[] = []
  const { client } = await pair(1, () => turns.push(turn))
  for (let sent = 0; sent < count; sent += 1) client.send(new Uint8Array(size))
  for (; turns.length < count; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
  const most = Math.max(...turns.map((one) => turns.filter((other) => other === one).length))
  // What was under way, and one chunk more.
  expect(most * size).toBeLessThanOrEqual(3 * maxReadAtOnceBytes)
})

test('[RE360] sockets share what listens to them', async () => {
  const [one, other] = [(await pair(1024)).socket, (await pair(1024)).socket]
  for (const event of ['message', 'ping', 'error', 'close']) {
    expect(one.listeners(event)).toHaveLength(1)
    expect(one.listeners(event)).toEqual(other.listeners(event))
  }
})
