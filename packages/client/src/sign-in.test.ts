import { createMemoryStore } from '@parley/storage/memory'
import { failureFrame, type Hello } from '@parley/wire'
import { expect, test } from 'vitest'
import { deviceLayout } from './records.ts'
import { startDevice, take, type TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { codeOf, conversationId, jerry, tom } from './testing/values.test-kit.ts'

async function hello(device: TestDevice): Promise<Pick<Hello, 'tag' | 'login'> | undefined> {
  await device.opens()
  const frame = device.sent().find((one): one is Hello => one.frame === 'hello')
  return frame === undefined ? undefined : { tag: frame.tag, login: frame.login }
}

const welcome = { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 1, expires: 0 } as const

test('[CL230] a new device signs in, and from its welcome on only comes back', async () => {
  const device = await startDevice({ tag: 'web' })
  expect(await hello(device)).toEqual({ tag: 'web', login: true })
  await device.cut()
  await device.pass(2000)
  expect(await hello(device)).toEqual({ tag: 'web', login: true })
  await device.say(welcome)
  await device.cut()
  await device.pass(2000)
  expect(await hello(device)).toEqual({ tag: 'web', login: false })
})

test('[CL230] the next life of a device comes back, under another tag it signs in', async () => {
  const store = createMemoryStore(deviceLayout)
  const first = await startDevice({ store, tag: 'web' })
  await first.connect()
  await first.engine.close()
  for (const [tag, login] of [
    ['web', false],
    ['web', false],
    ['mobile', true],
    ['mobile', false],
    ['', false],
    ['mobile', true],
  ] as const) {
    const next = await startDevice({ store, tag })
    expect(await hello(next)).toEqual({ tag, login })
    await next.say(welcome)
    await next.engine.close()
  }
})

test('[CL230] the app may say that somebody signs in, or that nobody does', async () => {
  const store = createMemoryStore(deviceLayout)
  const never = await startDevice({ store, tag: 'web', login: false })
  expect(await hello(never)).toEqual({ tag: 'web', login: false })
  await never.say(welcome)
  await never.engine.close()
  const always = await startDevice({ store, tag: 'web', login: true })
  expect(await hello(always)).toEqual({ tag: 'web', login: true })
  await always.say(welcome)
  await always.cut()
  await always.pass(2000)
  expect(await hello(always)).toEqual({ tag: 'web', login: false })
})

test('[CL230] without a tag nobody signs in', async () => {
  const device = await startDevice({ login: true })
  expect(await hello(device)).toEqual({ tag: '', login: false })
})

test('[CL231] a conflict ends all connecting, and the device goes on without', async () => {
  const store = createMemoryStore(deviceLayout)
  const device = await startDevice({ store, tag: 'web' })
  const lunch = conversationId(1)
  const script = createScript(lunch, { by: jerry, members: [tom], name: 'Lunch' })
  await device.connect({ news: [script.news()] })
  await device.say(failureFrame('conflict', 'Signed in elsewhere.'))
  expect(take(device.events, 'stopped')).toEqual([
    { type: 'stopped', code: 'conflict', detail: 'Signed in elsewhere.' },
  ])
  expect(device.engine.connection).toBe('stopped')
  device.engine.retry()
  await device.pass(3_600_000)
  expect(device.sockets).toHaveLength(1)
  expect(device.engine.conversation(lunch)?.name).toBe('Lunch')
  await device.engine.send(lunch, { type: -1, text: 'later' })
  expect(device.engine.unsent()).toHaveLength(1)
  expect(await codeOf(device.engine.presence([jerry]))).toBe('OFFLINE')
  await device.engine.close()
  const reloaded = await startDevice({ store, tag: 'web' })
  expect(await hello(reloaded)).toEqual({ tag: 'web', login: false })
  await reloaded.say(failureFrame('conflict'))
  expect(reloaded.engine.connection).toBe('stopped')
  expect(reloaded.engine.unsent()).toHaveLength(1)
})
