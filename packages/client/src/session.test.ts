import { createMemoryStore } from '@parley/storage/memory'
import { createFaultyStore } from '@parley/storage/testing'
import { encodeRelayFrame, failureFrame } from '@parley/wire'
import { expect, test } from 'vitest'
import { clientLimits } from './limits.ts'
import { deviceLayout } from './records.ts'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import { codeOf, conversationId, jerry, settle, texts, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

test('[CL8] a connection tells of itself as it happens', async () => {
  const device = await startDevice()
  await device.connect()
  await device.cut()
  await device.pass(1000)
  await device.cut()
  expect(take(device.events, 'connection').map(({ event, attempt }) => `${event} ${attempt}`)).toEqual([
    'RECONNECT 0',
    'DISCONNECT 0',
    'SCHEDULE 0',
    'RETRY 0',
    'SCHEDULE 1',
  ])
  expect(take(device.events, 'state').map(({ state }) => state)).toEqual([
    'connected',
    'waiting',
    'connecting',
    'waiting',
  ])
})

test('[CL4] a device that only listens says something before the relay takes it for dead', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  device.sent()
  const said: number[] = []
  for (let second = 0; second < 180; second += 1) {
    await device.say(script.frame(script.text(jerry, `${second}`)))
    await device.pass(1000)
    for (const frame of device.sent()) {
      if (frame.frame !== 'ping') continue
      said.push(second)
      await device.say({ frame: 'pong', nonce: frame.nonce, frames: 0, time: 0 })
    }
  }
  const gaps = [...said, 180].map((second, index) => second - (said[index - 1] ?? 0))
  expect(Math.max(...gaps)).toBeLessThan(45)
  expect(said.length).toBeLessThan(10)
})

test('[CL10] what a socket of an earlier attempt says is dropped', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  await device.cut()
  await device.pass(1000)
  await device.connect({ cursor: 2 })
  const [old, now] = device.sockets
  device.events.splice(0)
  old?.handlers.open()
  old?.handlers.message(encodeRelayFrame(script.frame(script.text(jerry, 'late'))))
  old?.handlers.closed('late')
  await settle()
  expect(device.events).toEqual([])
  expect(device.engine.connection).toBe('connected')
  expect(now?.open).toBe(true)
})

test('[CL10] what came before its socket was lost, and is not worked on yet, is dropped too', async () => {
  const store = watchStore()
  const device = await startDevice({ store })
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  const release = store.hold()
  const saving = device.engine.setDraft(lunch, { type: -1, text: 'x' })
  await settle()
  await device.say(script.frame(script.text(jerry, 'one')))
  await device.cut()
  release()
  await saving
  await settle()
  expect(device.engine.conversation(lunch)?.seq).toBe(1)
})

test('[CL11] one token is asked for at a time, however many attempts wait for it', async () => {
  const answers: ((token: string) => void)[] = []
  const device = await startDevice({
    token: async () =>
      new Promise((resolve) => {
        answers.push(resolve)
      }),
  })
  await device.pass(clientLimits.connectDeadlineMs + 20_000)
  expect(device.tokens).toEqual(['connect'])
  answers[0]?.('slow.token')
  await settle()
  await device.pass(2000)
  expect(device.sockets).toHaveLength(1)
  await device.connect()
  expect(device.sent()[0]).toMatchObject({ frame: 'hello', token: 'slow.token' })
  expect(device.engine.connection).toBe('connected')
})

test('[CL11] a request for a token that never comes back is given up', async () => {
  const device = await startDevice({ token: async () => new Promise(() => {}) })
  await device.pass(clientLimits.maxTokenMs - 1)
  expect(device.tokens).toHaveLength(1)
  await device.pass(clientLimits.maxBackoffMs + 1000)
  expect(device.tokens).toHaveLength(2)
  expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['token-unavailable'])
})

test('[CL11] a token is used again while its expiry lasts, and one without for one session', async () => {
  for (const [life, asked] of [
    [{ tokenMs: 3_600_000 }, ['connect']],
    [{}, ['connect', 'connect', 'connect']],
    [{ tokenMs: 2000 }, ['connect', 'connect', 'connect']],
  ] as const) {
    const device = await startDevice({ token: async () => 'any.token' })
    await device.connect(life)
    for (let time = 0; time < 2; time += 1) {
      await device.cut()
      await device.pass(1000)
      await device.connect(life)
    }
    expect(device.tokens).toEqual(asked)
  }
})

test('[CL11] another one is asked for when the relay wants it, and says why', async () => {
  const device = await startDevice({ token: async () => 'any.token' })
  await device.connect()
  await device.say(failureFrame('token-expired'))
  await device.connect()
  await device.say(failureFrame('bad-token'))
  await device.pass(2000)
  expect(device.tokens).toEqual(['connect', 'expired', 'rejected'])
})

test('[CL11] what is no token is as good as none', async () => {
  for (const given of ['ä', 'x'.repeat(9000), 7 as unknown as string]) {
    const device = await startDevice({ token: async () => given })
    expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['token-unavailable'])
    expect(device.engine.connection).toBe('waiting')
    expect(device.sockets).toEqual([])
  }
})

test('[CL12] a frame count that does not fit what arrived starts the session again from the cursor', async () => {
  for (const frame of [
    { frame: 'cursor', cursor: 9, frames: 3 },
    { frame: 'pong', nonce: 1, frames: 1, time: 0 },
    { frame: 'sync', cursor: 9, frames: 7, full: false, more: false, news: [] },
  ] as const) {
    const device = await startDevice()
    await device.connect({ cursor: 4 })
    device.sent()
    await device.sayAsIs(frame)
    expect(device.sockets[0]?.open).toBe(false)
    await device.pass(1000)
    await device.opens()
    expect(device.sent()).toMatchObject([{ frame: 'hello', cursor: 4 }])
  }
})

test('[CL12] a count that fits goes on', async () => {
  const device = await startDevice()
  await device.connect()
  await device.sayAsIs(
    { frame: 'cursor', cursor: 9, frames: 2 },
    { frame: 'pong', nonce: 1, frames: 3, time: 0 },
  )
  expect(device.engine.connection).toBe('connected')
})

test('[CL13] a frame that cannot be read starts the session again', async () => {
  const device = await startDevice()
  await device.connect()
  await device.sayBytes(Uint8Array.of(99, 1, 2))
  expect(device.sockets[0]?.open).toBe(false)
  expect(device.errors).toEqual(['a frame of the relay cannot be read'])
  await device.pass(1000)
  await device.connect()
  expect(device.engine.connection).toBe('connected')
})

test('[CL13] frames that overtake the welcome do too', async () => {
  const device = await startDevice()
  await device.opens()
  await device.say({ frame: 'cursor', cursor: 1, frames: 0 })
  expect(device.sockets[0]?.open).toBe(false)
})

test('[CL14] a live session that is replaced comes back as a device of its own, with what it holds', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()], cursor: 5 })
  const [first] = device.sent()
  await device.say(failureFrame('replaced'))
  await device.pass(1000)
  await device.opens()
  const [second] = device.sent()
  expect(second).toMatchObject({ frame: 'hello', cursor: 5, epoch: 'epoch' })
  expect(second).not.toMatchObject({ device: first?.frame === 'hello' ? first.device : '' })
  const again = await startDevice({ store: device.store, seed: 2 })
  await again.opens()
  expect(again.sent()).toMatchObject([{ device: second?.frame === 'hello' ? second.device : '' }])
})

test('[CL14] one that has lost its store ends instead', async () => {
  const device = await startDevice()
  await device.connect()
  await startDevice({ store: device.store })
  await device.say(failureFrame('replaced'))
  expect(take(device.events, 'ended').map(({ code }) => code)).toEqual(['superseded'])
  await device.pass(120_000)
  expect(device.sockets).toHaveLength(1)
})

test('[CL14] so does one whose store had no room, and which lives on in memory', async () => {
  const store = createMemoryStore(deviceLayout)
  const device = await startDevice({
    store: createFaultyStore(store, [{ call: 'commit', nth: 2, kind: 'quota' }]),
  })
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  expect(take(device.events, 'storage')).toMatchObject([{ degraded: true, kind: 'quota' }])
  await startDevice({ store })
  await device.say(failureFrame('replaced'))
  expect(take(device.events, 'ended').map(({ code }) => code)).toEqual(['superseded'])
  await device.pass(120_000)
  expect(device.sockets).toHaveLength(1)
})

test('[CL15] a relay that says stop leaves the device at work without it', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  await device.say(failureFrame('wrong-version'))
  expect(take(device.events, 'stopped')).toMatchObject([{ code: 'wrong-version' }])
  expect(device.engine.connection).toBe('stopped')
  await device.engine.send(lunch, { type: -1, text: 'kept' })
  expect((await device.engine.history(lunch, {})).messages.map(({ text }) => text)).toEqual(['kept'])
  device.engine.retry()
  await device.pass(120_000)
  expect(device.sockets).toHaveLength(1)
  expect(texts(device.sent())).toEqual([])
  await device.engine.close()
  expect(take(device.events, 'ended').map(({ code }) => code)).toEqual(['closed'])
  expect(await codeOf(device.engine.send(lunch, { type: -1, text: 'late' }))).toBe('closed')
})

test('[CL16] a socket that cannot even be made is one that was lost', async () => {
  let tries = 0
  const device = await startDevice({
    connect: () => {
      tries += 1
      throw new TypeError('not an address')
    },
  })
  expect(device.engine.connection).toBe('waiting')
  await device.pass(1000)
  expect(tries).toBe(2)
})
