import { expect, test } from 'vitest'
import { clientLimits } from './limits.ts'
import { ParleyError } from './errors.ts'
import { createParts } from './parts.ts'
import { createSurroundings } from './testing/device.test-kit.ts'
import { lateParts } from './testing/late-parts.test-kit.ts'
import { codeOf, settle } from './testing/values.test-kit.ts'
import { wholeParts } from './whole-parts.ts'

function late() {
  const surroundings = createSurroundings()
  const chunks = lateParts()
  return { surroundings, chunks, parts: createParts(chunks.sources, surroundings.ports, clientLimits) }
}

test('[CL411] what is there from the start is held and used at once', async () => {
  const parts = createParts(wholeParts, createSurroundings().ports, clientLimits)
  const used: string[] = []
  parts.use('people', (people) => used.push(typeof people.applyOwn))
  expect(used).toEqual(['function'])
  expect(parts.held('repair')).toBe(await parts.load('repair'))
})

test('[CL411] a part is asked for once, whoever needs it meanwhile, and used in the order it was wanted', async () => {
  const { chunks, parts } = late()
  const used: number[] = []
  expect(parts.held('people')).toBeUndefined()
  for (const n of [1, 2, 3]) parts.use('people', () => used.push(n))
  const [one, two] = [parts.load('people'), parts.load('people')]
  expect(chunks.wanted()).toEqual(['people'])
  await chunks.arrive()
  expect(await one).toBe(await two)
  expect(used).toEqual([1, 2, 3])
  expect(parts.held('people')).toBe(await one)
  expect(parts.held('live')).toBeUndefined()
})

test('[CL414] a part that cannot be had is said, in words that help, and asked for again by the next one', async () => {
  const { surroundings, chunks, parts } = late()
  const failed = parts.load('live')
  const code = codeOf(failed)
  let isUsed = false
  parts.use('live', () => {
    isUsed = true
  })
  await chunks.fail()
  expect(await code).toBe('part-missing')
  await expect(failed).rejects.toThrow(/“live”.*reload the page/)
  expect(surroundings.errors).toEqual(['a part was not used'])
  expect(isUsed).toBe(false)
  const again = parts.load('live')
  await chunks.arrive()
  await expect(again).resolves.toBe(parts.held('live'))
})

test('[CL414] nobody waits for ever, and what comes late is there for the next one', async () => {
  const { surroundings, chunks, parts } = late()
  const code = codeOf(parts.load('live'))
  await surroundings.pass(20_000)
  expect(await code).toBe('part-missing')
  await chunks.arrive()
  expect(parts.held('live')).toBeDefined()
  expect(surroundings.timers).toBe(0)
})

test('[CL415] all of them can be had before they are needed', async () => {
  const { chunks, parts } = late()
  const all = parts.preload()
  expect(chunks.wanted().toSorted()).toEqual(Object.keys(wholeParts).toSorted())
  await chunks.arrive()
  await expect(all).resolves.toBeUndefined()
  const other = late()
  const some = codeOf(other.parts.preload())
  await other.chunks.fail()
  expect(await some).toBe('part-missing')
  await settle()
})

test('[CL422] whoever waits at the end, or asks after it, is told of the end at once; what is there stays there', async () => {
  const { surroundings, chunks, parts } = late()
  const held = parts.load('people')
  await chunks.arrive()
  const waits = codeOf(parts.load('past'))
  parts.end(new ParleyError('closed', 'The client was closed.'))
  expect(await waits).toBe('closed')
  expect(await codeOf(parts.load('past'))).toBe('closed')
  expect(await codeOf(parts.load('repair'))).toBe('closed')
  expect(await codeOf(parts.preload())).toBe('closed')
  expect(chunks.wanted()).toEqual(['past'])
  expect(await parts.load('people')).toBe(await held)
  expect(surroundings.timers).toBe(0)
})
