import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeDeviceFrame, encodeRelayFrame } from '@parley/wire'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { readSyncMessage } from 'y-protocols/sync'
import * as Y from 'yjs'
import type { Peer, Relay } from '../ports.ts'
import { createPen } from '../testing/pen.ts'
import { createTestDevice, settle, testConversationId } from '../testing/test-device.ts'
import { createTestRelay } from '../testing/test-relay.ts'
import { defaultTimings } from './server-limits.ts'
import { silentLogger } from './server-log.ts'
import { createMetrics } from './server-metrics.ts'
import { createNetwork } from './server-network.ts'
import { testSecret, testToken } from './server.test-kit.ts'
import { createTokenCheck } from './token.ts'
import { writeAwareness, writeUpdate } from './y-messages.ts'
import { openReader, stage, texts } from './y-stage.test-kit.ts'

test.each([
  ['text', '-1'],
  ['an unknown message', new Uint8Array([9])],
  ['nothing', new Uint8Array()],
  ['a step 1 that is cut short', new Uint8Array([0, 0, 5, 1])],
  ['a state vector that announces a million', new Uint8Array([0, 0, 3, 0xc0, 0x84, 0x3d])],
  ['a frame of the Parley protocol', encodeDeviceFrame({ frame: 'ping', nonce: 1, frames: 0 })],
])('[RE111] %s ends the session for good', async (_what, bytes) => {
  const scene = await stage()
  const { socket, closed } = await openReader(scene)
  socket.send(bytes)
  expect(await closed).toBe(4404)
})

test('[RE111] who asks for everything over and over is sent away', async () => {
  const scene = await stage()
  const { socket, closed } = await openReader(scene)
  for (let count = 0; count < 31; count += 1) socket.send(new Uint8Array([0, 0, 1, 0]))
  expect(await closed).toBe(4503)
})

test.each([
  ['states, over and over', 2_001, writeAwareness([{ client: 5, clock: 1, state: '{}' }])],
  ['nothing new, over and over', 2_001, new Uint8Array([0, 2, 2, 0, 0])],
  ['what is too long to be read', 28, writeUpdate(new Uint8Array(300 * 1024))],
])('[RE223] who brings %s is sent away', async (_what, times, message) => {
  const clock = { time: 1_800_000_000_000 }
  const scene = await stage({ now: () => clock.time })
  const { socket, closed } = await openReader(scene, 'Mary', clock.time)
  const send = async (count: number): Promise<void> => {
    for (let sent = 0; sent < count; sent += 1) socket.send(message)
    // A ping is answered behind everything before it.
    socket.ping()
    await once(socket, 'pong')
  }
  await send(times - 1)
  clock.time += 10_000
  await send(times - 1)
  expect(socket.readyState).toBe(socket.OPEN)
  socket.send(message)
  expect(await closed).toBe(4503)
})

test('[RE112] who asks for the states of the others gets them', async () => {
  const scene = await stage()
  const [mary, tom] = [await openReader(scene), await openReader(scene, 'Tom')]
  const said = writeAwareness([{ client: 5, clock: 1, state: '{"name":"Mary"}' }])
  const heard = async (): Promise<readonly number[]> =>
    new Promise((resolve) => {
      tom.socket.once('message', (data: Buffer) => {
        resolve([...data])
      })
    })
  const news = heard()
  mary.socket.send(said)
  expect(await news).toEqual([...said])
  const known = heard()
  tom.socket.send(new Uint8Array([3]))
  expect(await known).toEqual([...said])
})

test('[RE119] a reader hears something every 15 seconds, and one that is dead is cut off', async () => {
  const clock = { time: 1_800_000_000_000 }
  const scene = await stage({ now: () => clock.time })
  const { socket, closed } = await openReader(scene, 'Mary', clock.time)
  let pings = 0
  socket.on('ping', () => {
    pings += 1
  })
  clock.time += 15_000
  const heard = await new Promise<Buffer>((resolve) => {
    socket.once('message', resolve)
  })
  expect([...heard]).toEqual([1, 1, 0])
  clock.time += 15_000
  await new Promise((resolve) => {
    socket.once('message', resolve)
  })
  expect(pings).toBe(1)
  socket.pause()
  clock.time += 60_000
  socket.resume()
  expect([1006, 4402]).toContain(await closed)
})

test('[RE100] a reader is sent away when its token ends', async () => {
  const clock = { time: 1_800_000_000_000 }
  const scene = await stage({ now: () => clock.time })
  const { closed } = await openReader(scene, 'Mary', clock.time)
  clock.time += 40_000
  expect(await closed).toBe(4402)
})

test('[RE124] stopping ends readers in order', async () => {
  const scene = await stage()
  const { closed } = await openReader(scene)
  await scene.server.stop()
  expect(await closed).toBe(1001)
})

test('[RE116] a reader that was too slow gets the document again, or hears that it is not his any more', async () => {
  const { relay, store, clock } = createTestRelay({
    authenticate: createTokenCheck({ secret: testSecret }),
  })
  const conversation = testConversationId(1)
  const tom = createTestDevice(relay, { user: 'Tom' })
  const mary = createTestDevice(relay, { user: 'Mary' })
  tom.command(conversation, {
    op: 'create',
    kind: 'group',
    unique: false,
    members: ['Mary'],
    name: null,
    attributes: {},
  })
  await settle()
  // The core says nothing to this reader of what happens, as if it were behind; what it says then, we say.
  let peer: Peer | undefined
  const deaf: Relay = {
    ...relay,
    connect(identity, standing, given) {
      peer = given
      return relay.connect(identity, standing, { ...given, send: () => undefined })
    },
  }
  const network = createNetwork({
    relay: deaf,
    store,
    http: { origins: { allowed: [], loopback: false }, mint: undefined, servePage: undefined },
    metrics: createMetrics(),
    logger: silentLogger,
    timings: defaultTimings,
    lowWaterBytes: 1024,
    now: () => clock.time,
    random: (count) => new Uint8Array(count),
  })
  const server = createServer()
  server.on('upgrade', network.upgrade)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  onTestFinished(async () => {
    await network.empty()
    server.close()
  })
  const pen = createPen({ user: tom.user, client: 7 })
  tom.push(conversation, 1, [pen.text('before').update])
  await settle()
  const { port } = server.address() as AddressInfo
  const token = await testToken('Mary', 60, clock.time)
  const socket = new WebSocket(`ws://127.0.0.1:${port}/y/c/${conversation}/1`, [
    'parley.y1',
    `token.${token}`,
  ])
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve)
  })
  await new Promise((resolve) => {
    socket.on('open', resolve)
  })
  tom.push(conversation, 1, [pen.text('meanwhile').update])
  const news = (await mary.take('sync')).flatMap((frame) => frame.news).at(-1)
  if (news === undefined) throw new Error('Mary has heard nothing')
  const say = (role: string): void => {
    const sync = {
      frame: 'sync',
      frames: 0,
      cursor: store.position,
      full: false,
      more: false,
      news: [{ ...news, role }],
    } as const
    peer?.send(encodeRelayFrame(sync))
  }
  const answer = new Promise<Buffer>((resolve) => {
    socket.once('message', resolve)
  })
  say('member')
  const decoder = decoding.createDecoder(await answer)
  expect(decoding.readVarUint(decoder)).toBe(0)
  const doc = new Y.Doc()
  readSyncMessage(decoder, encoding.createEncoder(), doc, 'relay')
  expect(texts(doc)).toEqual(['before', 'meanwhile'])
  say('')
  expect(await closed).toBe(4440)
})
