import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clientLimits } from './limits.ts'
import { createRenewal, refreshIn } from './renewal.ts'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { hour, minute, numbered, pass, tokensSent } from './testing/tokens.test-kit.ts'
import { conversationId, jerry, settle, texts, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)

/** It gives its first token at once, and the next when the test says so. */
function slowApp() {
  let answer = (_token: string): void => undefined
  let count = 0
  return {
    answer: (token: string) => answer(token),
    token: async (): Promise<string> => {
      count += 1
      return count === 1
        ? 'first'
        : new Promise((resolve) => {
            answer = resolve
          })
    },
  }
}

test('[CL380] a fresh token is asked for a fifth of the life before its end, within bounds', () => {
  const long = fc.integer({ min: 60_000, max: 400 * 24 * hour })
  const spread = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(long, spread, (left, jitter) => {
      const before = left - refreshIn(left, jitter, clientLimits)
      expect(before).toBeGreaterThanOrEqual(29_999)
      expect(before).toBeLessThanOrEqual(5 * minute + 1)
      expect(before).toBeLessThanOrEqual(Math.max(30_000, left / 5) + 1)
    }),
  )
  expect(refreshIn(hour, 0, clientLimits)).toBe(55 * minute)
  expect(refreshIn(hour, 0.999999, clientLimits)).toBeGreaterThan(57 * minute)
  expect(refreshIn(10 * minute, 0, clientLimits)).toBe(8 * minute)
})

test('[CL380] a short life is renewed at its half, and never in no time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -hour, max: minute }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (left, j) => {
        const wait = refreshIn(left, j, clientLimits)
        expect(wait).toBe(Math.max(1000, Math.round(Math.max(left / 2, left - 30_000))))
      },
    ),
  )
})

test('[CL380] the clock of the device has no part in it, however wrong it is', async () => {
  for (const ahead of [0, -26 * hour, 26 * hour]) {
    const device = await startDevice({ token: numbered(), now: 200 * hour })
    await device.connect({ tokenMs: 10 * minute, ahead })
    device.sent()
    await pass(device, 5 * minute, { ahead, renewedMs: hour })
    expect(device.tokens).toEqual(['connect'])
    await pass(device, 4 * minute, { ahead, renewedMs: hour })
    expect(device.tokens).toEqual(['connect', 'refresh'])
    expect(device.engine.connection).toBe('connected')
  }
})

test('[CL380] a machine that slept finds at its first pong that it is time', async () => {
  const device = await startDevice({ token: numbered() })
  await device.connect({ tokenMs: hour })
  await device.say({ frame: 'pong', nonce: 1, frames: 0, time: device.ports.now() + 59 * minute })
  await device.pass(30_000)
  expect(device.tokens).toEqual(['connect', 'refresh'])
})

test('[CL380] a life longer than any timer is waited for in parts', () => {
  const armed: { readonly ms: number; readonly callback: () => void }[] = []
  let asked = 0
  const renewal = createRenewal({
    timer: (ms, callback) => {
      armed.push({ ms, callback })
      return () => undefined
    },
    jitter: () => 0,
    limits: clientLimits,
    ask: () => {
      asked += 1
    },
    send: () => undefined,
    taken: () => undefined,
    late: () => undefined,
  })
  const life = 100 * 24 * hour
  renewal.begin(1000 + life, 1000)
  let waited = 0
  // The list grows while it is gone through.
  for (const { ms, callback } of armed) {
    expect(ms).toBeLessThan(2 ** 31)
    waited += ms
    callback()
  }
  expect(asked).toBe(1)
  expect(waited).toBe(life - 5 * minute)
})

test('[CL381] the fresh token is sent once, and said hello with the next time', async () => {
  const device = await startDevice({ token: numbered() })
  await device.connect({ tokenMs: 10 * minute })
  expect(tokensSent(device)).toEqual(['token.1'])
  expect(await pass(device, 20 * minute, { renewedMs: hour })).toEqual(['token.2'])
  expect(device.tokens).toEqual(['connect', 'refresh'])
  await device.cut()
  await device.pass(1000)
  await device.opens()
  expect(tokensSent(device)).toEqual(['token.2'])
  expect(device.tokens).toEqual(['connect', 'refresh'])
})

test('[CL381] what came after the session had ended is kept for the next one', async () => {
  const app = slowApp()
  const device = await startDevice({ token: app.token })
  await device.connect({ tokenMs: minute })
  await device.pass(31_000)
  expect(device.tokens).toEqual(['connect', 'refresh'])
  await device.cut()
  app.answer('second')
  await device.pass(1000)
  await device.opens()
  expect(tokensSent(device).at(-1)).toBe('second')
  expect(device.tokens).toEqual(['connect', 'refresh'])
})

test('[CL381] what comes while the next session runs on the old one is given to it when it is due', async () => {
  const app = slowApp()
  const device = await startDevice({ token: app.token })
  await device.connect({ tokenMs: 2 * minute })
  await pass(device, 91_000)
  expect(device.tokens).toEqual(['connect', 'refresh'])
  await device.cut()
  await device.pass(1000)
  await device.connect({ tokenMs: 40_000 })
  expect(tokensSent(device)).toEqual(['first'])
  app.answer('second')
  await settle()
  expect(tokensSent(device)).toEqual([])
  await device.pass(19_000)
  expect(tokensSent(device)).toEqual([])
  await device.pass(2000)
  expect(tokensSent(device)).toEqual(['second'])
  expect(device.tokens).toEqual(['connect', 'refresh'])
})

test('[CL382] an app that fails is asked again, ever more slowly, and nobody hears of it', async () => {
  let failing = false
  const next = numbered()
  const device = await startDevice({
    token: async () => {
      if (failing) throw new Error('the server is busy')
      return next()
    },
  })
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()], tokenMs: 10 * minute })
  failing = true
  device.sent()
  await pass(device, 9 * minute)
  const asked = device.tokens.length
  expect(asked).toBeGreaterThan(4)
  expect(asked).toBeLessThan(12)
  await device.engine.send(lunch, { type: -1, text: 'goes on' })
  await settle()
  expect(texts(device.sent())).toEqual(['goes on'])
  await pass(device, 50_000)
  expect(device.tokens.length - asked).toBeLessThan(6)
  expect(device.engine.connection).toBe('connected')
  expect(take(device.events, 'error')).toEqual([])
  failing = false
  expect(await pass(device, clientLimits.maxBackoffMs)).toEqual(['token.2'])
})

test('[CL382] one that gives the same token again has given none', async () => {
  const device = await startDevice({ token: async () => 'the.same' })
  await device.connect({ tokenMs: 2 * minute })
  device.sent()
  expect(await pass(device, 2 * minute - 1000)).toEqual([])
  expect(device.tokens.length).toBeGreaterThan(2)
  expect(device.tokens.length).toBeLessThan(10)
  expect(device.sockets).toHaveLength(1)
})

test('[CL382] one that never answers is given up and asked again while there is time', async () => {
  let count = 0
  const device = await startDevice({
    token: async () => {
      count += 1
      return count === 2 ? new Promise<string>(() => {}) : `token.${count}`
    },
  })
  await device.connect({ tokenMs: 2 * minute })
  await pass(device, 90_000 + clientLimits.maxTokenMs - 1000)
  expect(device.tokens).toEqual(['connect', 'refresh'])
  await pass(device, 3000)
  expect(device.tokens).toEqual(['connect', 'refresh', 'refresh'])
})

test('[CL383] a relay that does not say that it takes the fresh token is met again with it', async () => {
  const device = await startDevice({ token: numbered() })
  await device.connect({ tokenMs: minute })
  await device.pass(30_000)
  expect(tokensSent(device)).toEqual(['token.1', 'token.2'])
  await pass(device, clientLimits.connectDeadlineMs - 1000)
  expect(device.engine.connection).toBe('connected')
  await device.pass(2500)
  await device.opens()
  expect(tokensSent(device)).toEqual(['token.2'])
  expect(device.tokens).toEqual(['connect', 'refresh'])
})

test('[CL383] one that takes it counts from there; what says so twice says nothing new', async () => {
  const device = await startDevice({ token: numbered() })
  await device.connect({ tokenMs: minute })
  await device.pass(30_000)
  const now = device.ports.now()
  await device.say(
    { frame: 'pong', nonce: 1, frames: 0, time: now },
    { frame: 'token-taken', expires: now + minute },
    { frame: 'token-taken', expires: now + hour },
  )
  await pass(device, 29_000)
  expect(device.tokens).toHaveLength(2)
  await pass(device, 2000)
  expect(device.tokens).toEqual(['connect', 'refresh', 'refresh'])
})

test('[CL384] without a session, and for a token that holds for ever, nobody is asked', async () => {
  for (const end of ['pause', 'network', 'ever', 'renewed for ever'] as const) {
    const device = await startDevice({ token: numbered() })
    await device.connect(end === 'ever' ? {} : { tokenMs: minute })
    if (end === 'pause') device.engine.pause()
    if (end === 'network') device.engine.network(false)
    if (end === 'renewed for ever') {
      await device.pass(30_000)
      await device.say({ frame: 'token-taken', expires: 0 })
    }
    const asked = device.tokens.length
    await pass(device, 10 * minute)
    expect(device.tokens).toHaveLength(asked)
  }
})
