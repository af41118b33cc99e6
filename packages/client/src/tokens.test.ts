import { failureFrame } from '@parley/wire'
import { expect, test } from 'vitest'
import { clientLimits } from './limits.ts'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { hour, minute, numbered, tokensSent } from './testing/tokens.test-kit.ts'
import { conversationId, jerry, settle, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

test('[CL385] a session that has run out is made anew; an app without a token is told so once', async () => {
  for (const none of [null, '', undefined as unknown as string]) {
    let given: string | null = 'first'
    const device = await startDevice({ token: async () => given })
    const script = createScript(lunch, { by: jerry, members: [tom] })
    await device.connect({ news: [script.news()] })
    given = none
    await device.say(failureFrame('token-expired'))
    await device.engine.send(lunch, { type: -1, text: 'kept' })
    await device.pass(2 * minute)
    expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['SESSION_EXPIRED'])
    expect(device.tokens.length).toBeGreaterThan(3)
    expect(new Set(device.tokens.slice(1))).toEqual(new Set(['expired']))
    expect(device.engine.unsent()).toMatchObject([{ state: 'waiting' }])
    given = 'second'
    await device.pass(clientLimits.maxBackoffMs)
    await device.connect({ news: [] })
    expect(device.engine.connection).toBe('connected')
    given = none
    await device.pass(clientLimits.heartbeatMs)
    await device.say(failureFrame('token-expired'))
    expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['SESSION_EXPIRED'])
  }
})

test('[CL385] so is one that fails after the relay has refused what it gave; before that it is only asked again', async () => {
  let failing = true
  const device = await startDevice({
    token: async () => {
      if (failing) throw new Error('no network')
      return 'a.token'
    },
  })
  expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['token-unavailable'])
  failing = false
  await device.pass(2000)
  await device.connect()
  failing = true
  await device.say(failureFrame('bad-token'))
  await device.pass(10_000)
  expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['SESSION_EXPIRED'])
})

test('[CL385] so is one with nobody signed in to begin with, and one that gives what was refused', async () => {
  const nobody = await startDevice({ token: async () => null })
  await nobody.pass(minute)
  expect(take(nobody.events, 'error').map(({ code }) => code)).toEqual(['SESSION_EXPIRED'])
  const stubborn = await startDevice({ token: async () => 'the.same' })
  await stubborn.opens()
  await stubborn.say(failureFrame('bad-token'))
  for (let time = 0; time < 3; time += 1) {
    await stubborn.pass(minute)
    await stubborn.opens()
    await stubborn.say(failureFrame('bad-token'))
  }
  expect(take(stubborn.events, 'error').map(({ code }) => code)).toEqual(['SESSION_EXPIRED'])
})

test('[CL386] the app is told why, until it has given another one', async () => {
  for (const [code, reason] of [
    ['token-expired', 'expired'],
    ['bad-token', 'rejected'],
    ['revoked', 'revoked'],
  ] as const) {
    let given: string | null = 'first'
    const device = await startDevice({ token: async () => given })
    await device.connect()
    given = null
    await device.say(failureFrame(code))
    await device.pass(3000)
    const [connect, ...others] = device.tokens
    expect(connect).toBe('connect')
    expect(others.length).toBeGreaterThan(1)
    expect(new Set(others)).toEqual(new Set([reason]))
    given = 'second'
    await device.pass(clientLimits.maxBackoffMs)
    await device.connect()
    await device.cut()
    await device.pass(1000)
    expect(device.tokens.at(-1)).toBe('connect')
  }
})

test('[CL386] a fresh token on its way when the old one ran out is said hello with; a refused one is not', async () => {
  for (const [code, hello, reasons] of [
    ['token-expired', 'token.2', ['connect', 'refresh']],
    ['bad-token', 'token.3', ['connect', 'refresh', 'rejected']],
    ['revoked', 'token.3', ['connect', 'refresh', 'revoked']],
  ] as const) {
    const device = await startDevice({ token: numbered() })
    await device.connect({ tokenMs: minute })
    await device.pass(30_000)
    expect(tokensSent(device)).toEqual(['token.1', 'token.2'])
    await device.say(failureFrame(code))
    await device.opens()
    expect(tokensSent(device)).toEqual([hello])
    expect(device.tokens).toEqual(reasons)
  }
})

test('[CL387] neither app nor relay is hammered by tokens that do not hold', async () => {
  const revoked = await startDevice({ token: async () => 'the.same' })
  await revoked.connect()
  for (let second = 0; second < 600; second += 1) {
    await revoked.pass(1000)
    if (revoked.sockets.at(-1)?.open === true) {
      await revoked.opens()
      await revoked.say(failureFrame('revoked'))
    }
  }
  expect(revoked.sockets.length).toBeLessThan(40)
  expect(revoked.sockets.length).toBeGreaterThan(15)
  const brief = await startDevice({ token: numbered() })
  for (let second = 0; second < 600; second += 1) {
    if (brief.engine.connection === 'connecting') await brief.connect({ tokenMs: 5 })
    if (brief.engine.connection === 'connected') await brief.say(failureFrame('token-expired'))
    await brief.pass(1000)
  }
  expect(brief.sockets.length).toBeLessThan(40)
  expect(brief.tokens.length).toBeLessThan(40)
})

test('[CL388] a relay that lets nobody in for now costs the app no request', async () => {
  const device = await startDevice({ token: numbered() })
  for (let time = 0; time < 4; time += 1) {
    await device.opens()
    if (time % 2 === 0) await device.say(failureFrame('overloaded'))
    else await device.cut()
    await device.pass(minute)
  }
  await device.connect()
  expect(device.tokens).toEqual(['connect'])
  expect(new Set(tokensSent(device))).toEqual(new Set(['token.1']))
})

test('[CL388] how long a token holds is what the relay says, not what this clock makes of it', async () => {
  const device = await startDevice({ token: numbered() })
  await device.connect({ tokenMs: 10 * minute, ahead: 26 * hour })
  await device.cut()
  await device.pass(1000)
  await device.connect({ tokenMs: 9 * minute, ahead: 26 * hour })
  expect(device.tokens).toEqual(['connect'])
  await device.cut()
  device.engine.pause()
  await device.pass(9 * minute)
  device.engine.resume()
  await settle()
  expect(device.tokens).toEqual(['connect', 'connect'])
})

test('[CL389] who is asked for, and on which device, is what the next hello says, also once the store was copied', async () => {
  const asked: unknown[] = []
  const device = await startDevice({
    token: async (_reason, { clientId, deviceId }) => {
      asked.push([clientId, deviceId])
      return `token of ${deviceId}`
    },
  })
  await device.connect()
  // A live session that is replaced by one of the same device: this store is a copy, or was copied.
  await device.say(failureFrame('replaced'))
  await device.pass(clientLimits.maxBackoffMs)
  device.engine.retry()
  await settle()
  await device.opens()
  const greeted = device.sent().filter((frame) => frame.frame === 'hello')
  expect(greeted).toHaveLength(2)
  expect(new Set(greeted.map((hello) => hello.device)).size).toBe(2)
  expect(asked).toEqual(greeted.map((hello) => ['Tom', hello.device]))
  expect(greeted.map(({ token }) => token)).toEqual(greeted.map((hello) => `token of ${hello.device}`))
})
