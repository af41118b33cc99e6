import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ConversationId } from '@parley/document'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Relay } from '../ports.ts'
import type { RelayStore } from '../store.ts'
import { createPen } from '../testing/pen.ts'
import { createTestDevice, settle, type TestDevice, testConversationId } from '../testing/test-device.ts'
import { createTestRelay } from '../testing/test-relay.ts'
import { defaultTimings } from './server-limits.ts'
import { silentLogger } from './server-log.ts'
import { createMetrics } from './server-metrics.ts'
import { createNetwork } from './server-network.ts'
import { testSecret, testToken } from './server.test-kit.ts'
import { createTokenCheck } from './token.ts'
import { writeAwareness } from './y-messages.ts'

interface Ground {
  readonly conversation: ConversationId
  readonly tom: TestDevice
  /** Mary's, for the first page. */
  readonly open: () => Promise<WebSocket>
}

interface Faults {
  /** The core takes stock readers for slow: they are told of nothing. */
  readonly deaf?: boolean
  readonly store?: (store: RelayStore) => RelayStore
}

/** The second door before a relay on a disk in memory, with a group of Tom and Mary and a message. */
async function ground({ deaf = false, store: wrap = (store) => store }: Faults): Promise<Ground> {
  const core = createTestRelay({ authenticate: createTokenCheck({ secret: testSecret }) })
  const relay: Relay = {
    ...core.relay,
    connect: (identity, standing, peer) =>
      core.relay.connect(identity, standing, deaf ? { ...peer, send: () => undefined } : peer),
  }
  const network = createNetwork({
    relay,
    store: wrap(core.store),
    http: { origins: { allowed: [], loopback: false }, mint: undefined, servePage: undefined },
    metrics: createMetrics(),
    logger: silentLogger,
    timings: defaultTimings,
    lowWaterBytes: 1024,
    now: () => core.clock.time,
    random: (count) => new Uint8Array(count),
  })
  const server = createServer()
  server.on('upgrade', network.upgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    await network.empty()
    server.close()
  })
  const conversation = testConversationId(1)
  const tom = createTestDevice(core.relay, { user: 'Tom' })
  tom.command(conversation, {
    op: 'create',
    kind: 'group',
    unique: false,
    members: ['Mary'],
    name: null,
    attributes: {},
  })
  await settle()
  tom.push(conversation, 1, [createPen({ user: tom.user, client: 7 }).text('before').update])
  await settle()
  const { port } = server.address() as AddressInfo
  const token = await testToken('Mary', 60, core.clock.time)
  const open = async (): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/y/c/${conversation}/1`, [
      'parley.y1',
      `token.${token}`,
    ])
    onTestFinished(() => {
      socket.terminate()
    })
    await once(socket, 'open')
    return socket
  }
  return { conversation, tom, open }
}

const step1 = new Uint8Array([0, 0, 1, 0])
const query = new Uint8Array([3])

test.each([
  ['for the document', step1, '0,1'],
  ['who is there', query, '1,1'],
])(
  '[RE264] who was removed and has not heard it yet is told when he asks %s',
  async (_what, question, kind) => {
    const { conversation, tom, open } = await ground({ deaf: true })
    const socket = await open()
    const answers: Buffer[] = []
    socket.on('message', (data: Buffer) => {
      if (data.subarray(0, 2).join(',') === kind) answers.push(data)
    })
    socket.send(question)
    await expect.poll(() => answers.length).toBe(1)
    tom.command(conversation, { op: 'remove', members: ['Mary'] })
    await settle()
    const closed = once(socket, 'close')
    socket.send(question)
    expect((await closed)[0]).toBe(4440)
    expect(answers).toHaveLength(1)
  },
)

test('[RE264] who is removed while a document is read for him is not let in', async () => {
  const reading = Promise.withResolvers<void>()
  const removed = Promise.withResolvers<void>()
  const { conversation, tom, open } = await ground({
    store: (store) =>
      new Proxy(store, {
        get: (target, name): unknown =>
          name === 'pages'
            ? async (...asked: Parameters<RelayStore['pages']>) => {
                reading.resolve()
                await removed.promise
                return target.pages(...asked)
              }
            : Reflect.get(target, name, target),
      }),
  })
  const opening = open()
  await reading.promise
  tom.command(conversation, { op: 'remove', members: ['Mary'] })
  await settle()
  removed.resolve()
  await expect(opening).rejects.toThrow('404')
})

test('[RE264] a reader whose rights cannot be read is sent away, and comes again', async () => {
  let broken = false
  const { open } = await ground({
    store: (store) =>
      new Proxy(store, {
        get: (target, name): unknown =>
          name === 'member' && broken
            ? async () => Promise.reject(new Error('the disk is gone'))
            : Reflect.get(target, name, target),
      }),
  })
  const socket = await open()
  broken = true
  const closed = once(socket, 'close')
  // What he says of himself needs no rights; what he asks does.
  socket.send(writeAwareness([{ client: 5, clock: 1, state: '{}' }]))
  socket.send(step1)
  expect((await closed)[0]).toBe(1011)
})
