import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clientLimits } from './limits.ts'
import { createParts } from './parts.ts'
import { createSurroundings } from './testing/device.test-kit.ts'
import { lateParts } from './testing/late-parts.test-kit.ts'
import { codeOf, settle } from './testing/values.test-kit.ts'
import { createTurnstile } from './turnstile.ts'
import { wholeParts } from './whole-parts.ts'

const needs = fc.constantFrom<undefined | 'changes' | 'people'>(undefined, 'changes', 'people')

test('[CL413] calls begin in the order they were made, whichever parts they need and whenever those come', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(needs, fc.boolean()), { maxLength: 12 }), async (calls) => {
      const chunks = lateParts()
      const { pass } = createTurnstile(createParts(chunks.sources, createSurroundings().ports, clientLimits))
      const begun: number[] = []
      const done = calls.map(async ([part, comes], index) => {
        const result = pass(part, async () => {
          begun.push(index)
          return Promise.resolve(index)
        })
        if (comes) await chunks.arrive()
        return result
      })
      await chunks.arrive()
      await settle()
      await chunks.arrive()
      expect(await Promise.all(done)).toEqual(calls.map((_, index) => index))
      expect(begun).toEqual(calls.map((_, index) => index))
    }),
  )
})

test('[CL413] with everything there a call begins at once', async () => {
  const { pass } = createTurnstile(createParts(wholeParts, createSurroundings().ports, clientLimits))
  let begun = 0
  const count = async (): Promise<void> => {
    begun += 1
    return Promise.resolve()
  }
  const both = [pass('people', count), pass(undefined, count)]
  expect(begun).toBe(2)
  await Promise.all(both)
})

test('[CL413] [CL414] a call whose part cannot be had is refused with nothing done; those behind it go on', async () => {
  const chunks = lateParts()
  const { pass } = createTurnstile(createParts(chunks.sources, createSurroundings().ports, clientLimits))
  const begun: string[] = []
  const call = (name: string) => async (): Promise<string> => {
    begun.push(name)
    return Promise.resolve(name)
  }
  const refused = codeOf(pass('people', call('refused')))
  const next = pass(undefined, call('next'))
  const fault = pass(undefined, async () => Promise.reject(new Error('its own')))
  const last = pass(undefined, call('last'))
  await expect(Promise.all([chunks.fail(), fault])).rejects.toThrow('its own')
  expect(await refused).toBe('part-missing')
  expect([await next, await last]).toEqual(['next', 'last'])
  expect(begun).toEqual(['next', 'last'])
})
