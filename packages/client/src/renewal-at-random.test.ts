import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clientLimits } from './limits.ts'
import { startDevice, take, type TestDevice } from './testing/device.test-kit.ts'

test('[CL381] [CL382] at random: one request and one token at a time, and no way out of a session but the relay', async () => {
  const answers = fc.array(
    fc.record({
      after: fc.integer({ min: 0, max: 90_000 }),
      gives: fc.constantFrom('new', 'new', 'same', 'none', 'fails', 'never'),
      takes: fc.boolean(),
    }),
    { minLength: 5, maxLength: 20 },
  )
  await fc.assert(
    fc.asyncProperty(answers, fc.integer({ min: 1, max: 3_000_000 }), async (script, life) => {
      let turn = 0
      let running = 0
      let count = 0
      const device: TestDevice = await startDevice({
        token: async (reason) => {
          const { after, gives } = script[turn % script.length] ?? { after: 0, gives: 'new' }
          turn += 1
          if (reason === 'connect') return 'token.0'
          running += 1
          expect(running).toBe(1)
          await new Promise<void>((resolve) => {
            device.ports.timer(Math.min(after, clientLimits.maxTokenMs - 1), resolve)
          })
          running -= 1
          if (gives === 'fails') throw new Error('no')
          if (gives === 'none') return null
          count += gives === 'new' ? 1 : 0
          return `token.${count}`
        },
      })
      await device.connect({ tokenMs: life })
      device.sent()
      let waiting = 0
      for (let step = 0; step < 60; step += 1) {
        await device.pass(5000)
        for (const frame of device.sent()) {
          if (frame.frame === 'ping')
            await device.say({ frame: 'pong', nonce: frame.nonce, frames: 0, time: device.ports.now() })
          if (frame.frame !== 'token') continue
          expect(waiting).toBe(0)
          waiting += 1
        }
        if (waiting > 0 && step % 2 === 0) {
          waiting = 0
          await device.say({ frame: 'token-taken', expires: device.ports.now() + life })
        }
        expect(device.engine.connection).toBe('connected')
      }
      expect(device.sockets).toHaveLength(1)
      expect(take(device.events, 'error')).toEqual([])
      await device.engine.close()
    }),
    { numRuns: 40 },
  )
})
