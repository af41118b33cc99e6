import type { DeviceFrame } from '@parley/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MessageView } from '../engine-types.ts'
import type { TestDevice } from '../testing/device.test-kit.ts'
import { everythingOf, holder, idsOf, lunch, served, talk } from '../testing/history.test-kit.ts'
import type { Talk } from '../testing/history.test-kit.ts'
import type { Script } from '../testing/script.test-kit.ts'
import { jerry, pushed, settle } from '../testing/values.test-kit.ts'
import type { MessagesBatch } from './history-iterator.ts'
import { drain, iterate } from '../testing/history-iterator.test-kit.ts'

const steps = fc.array(
  fc.oneof(
    fc.constant('arrival' as const),
    fc.constant('own' as const),
    fc.constant('accept' as const),
    fc.constant('page' as const),
    fc.constant('nothing' as const),
  ),
  { maxLength: 30 },
)

const journeys = fc.record({
  sizes: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 6 }),
  together: fc.constantFrom(1, 1000),
  holes: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }),
  limit: fc.integer({ min: 1, max: 7 }),
  direction: fc.constantFrom('new-to-old' as const, 'old-to-new' as const),
  waiting: fc.integer({ min: 0, max: 3 }),
  steps,
})

async function heldDevice(
  { sizes, together }: Talk,
  holes: readonly number[],
): Promise<{ script: Script; device: TestDevice; held: readonly number[] }> {
  const script = talk({ sizes, ...(together === undefined ? {} : { together }) })
  const held = sizes.map((_, at) => at + 1).filter((page) => !holes.includes(page))
  return { script, held, device: await holder(script, held) }
}

test('[CL211] no gaps and no doubles, whatever comes, is answered, and opens meanwhile', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(journeys, async ({ sizes, holes, limit, direction, waiting, steps: planned }) => {
      const { script, device } = await heldDevice({ sizes }, holes)
      const own = async (text: string): Promise<void> => {
        await device.engine.send(lunch, { type: -1, text })
        await settle()
      }
      for (let n = 0; n < waiting; n += 1) await own(`first ${n}`)
      const atFirst = await served(
        device,
        script,
        device.engine.history(lunch, { limit: 1000, from: 'device' }),
      )
      expect(atFirst.messages.length).toBeGreaterThanOrEqual(waiting)
      const beginning = [...(await everythingOf(script)), ...atFirst.messages.filter(({ seq }) => seq === 0)]
      const onTheWay: DeviceFrame[] = [...device.sent()]
      const rest = [...planned]
      const batches = await drain(device, script, iterate(device, { limit, direction }), async (left) => {
        onTheWay.push(...left)
        accepted += await takeStep(device, script, rest.shift() ?? 'nothing', { own, onTheWay })
      })
      const given = batches.flatMap(({ value }) => idsOf(value))
      expect(new Set(given).size).toBe(given.length)
      expect(beginning.filter(({ id }) => !given.includes(id))).toEqual([])
      for (const { value } of batches.slice(0, -1)) expect(value).toHaveLength(limit)
      checkOrder(batches, beginning, direction === 'old-to-new')
    }),
    { numRuns: 120 },
  )
  expect(accepted).toBeGreaterThan(0)
}, 60_000)

/** What was there from the beginning and confirmed comes in its order; from new to old nothing else comes. */
function checkOrder(
  batches: readonly MessagesBatch[],
  beginning: readonly MessageView[],
  forward: boolean,
): void {
  const ordered = (forward ? batches : batches.toReversed()).flatMap(({ value }) => idsOf(value))
  const confirmed = idsOf(beginning.filter(({ seq }) => seq > 0))
  expect(ordered.filter((id) => confirmed.includes(id))).toEqual(confirmed)
  const others = ordered.filter((id) => !idsOf(beginning).includes(id))
  expect(forward ? [] : others).toEqual([])
}

async function takeStep(
  device: TestDevice,
  script: Script,
  step: 'arrival' | 'own' | 'accept' | 'page' | 'nothing',
  { own, onTheWay }: { readonly own: (text: string) => Promise<void>; readonly onTheWay: DeviceFrame[] },
): Promise<number> {
  if (step === 'arrival') await device.say(script.frame(script.text(jerry, 'news')))
  if (step === 'own') await own('later')
  if (step === 'page') await device.say(script.frame(script.change({ op: 'page', pages: script.pages + 1 })))
  if (step === 'accept') {
    const updates = pushed([...onTheWay.splice(0), ...device.sent()])
    const taken = updates.filter(({ page }) => page === script.pages)
    const rows = taken.map((update) => script.accept(update))
    if (rows.length > 0) await device.say(script.frame(...rows), script.accepted(taken, rows))
    return rows.length
  }
  return 0
}

test('[CL213] offline it gives what is held, in order, each once, and names what may lack', async () => {
  await fc.assert(
    fc.asyncProperty(journeys, async ({ sizes, together, holes, limit, direction, waiting }) => {
      const { script, device, held } = await heldDevice({ sizes, together }, holes)
      await device.cut()
      for (let n = 0; n < waiting; n += 1) await device.engine.send(lunch, { type: -1, text: `own ${n}` })
      const shown = (await device.engine.history(lunch, { limit: 1000 })).messages
      const batches = await drain(device, script, iterate(device, { limit, direction }))
      const ordered = direction === 'old-to-new' ? batches : batches.toReversed()
      expect(ordered.flatMap(({ value }) => idsOf(value))).toEqual(idsOf(shown))
      const isWhole = held.length === sizes.length
      expect(batches.some(({ value }) => value.missing)).toBe(!isWhole)
      expect(batches.at(-1)?.done === true || !isWhole).toBe(true)
    }),
    { numRuns: 120 },
  )
}, 60_000)
