/** All three ways of reading, over a device whose relay answers as strictly as the protocol. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startDevice } from '../testing/device.test-kit.ts'
import type { TestDevice } from '../testing/device.test-kit.ts'
import { idsOf, lunch } from '../testing/history.test-kit.ts'
import { createMiniRelay } from '../testing/relay.test-kit.ts'
import type { Fate, MiniRelay } from '../testing/relay.test-kit.ts'
import { createScript } from '../testing/script.test-kit.ts'
import type { Script } from '../testing/script.test-kit.ts'
import { jerry, settle, tom } from '../testing/values.test-kit.ts'
import { createMessagesIterator } from './history-iterator.ts'
import { createMessageClasses } from './message-classes.ts'
import { createOutgoing } from './outgoing.ts'
import { createTimeline } from './timeline.ts'
import type { MessageTimeline } from './timeline.ts'

type What =
  | 'send'
  | 'recall'
  | 'deliver'
  | 'refuse'
  | 'later'
  | 'arrival'
  | 'page'
  | 'cut'
  | 'older'
  | 'newest'

const steps = fc.array(
  fc.record({
    do: fc.constantFrom<What>(
      'send',
      'send',
      'recall',
      'deliver',
      'deliver',
      'refuse',
      'later',
      'arrival',
      'page',
      'cut',
      'older',
      'newest',
    ),
    which: fc.nat(),
  }),
  { minLength: 3, maxLength: 30, size: 'max' },
)

interface Life {
  readonly device: TestDevice
  readonly script: Script
  readonly relay: MiniRelay
  readonly timeline: MessageTimeline
  readonly written: string[]
}

async function comeBack({ device, relay }: Pick<Life, 'device' | 'relay'>): Promise<void> {
  if (device.engine.connection === 'connected') return
  await device.pass(40_000)
  await device.connect({ news: [relay.catchUp(device.engine.conversation(lunch)?.seq ?? 0)] })
}

async function deliver(life: Life, fate: Fate): Promise<void> {
  await comeBack(life)
  await settle()
  await life.device.say(...life.relay.take(life.device.sent(), () => fate))
}

async function live(life: Life, what: What, which: number): Promise<void> {
  const { device, script, timeline, written } = life
  const { engine } = device
  const isHeard = engine.connection === 'connected'
  if (what === 'send') written.push((await engine.send(lunch, { type: -1, text: `${written.length}` })).id)
  if (what === 'recall' && written.length > 0)
    await engine.recall(lunch, written[which % written.length] as never).catch(() => undefined)
  if (what === 'deliver') await deliver(life, 'accept')
  if (what === 'refuse') await deliver(life, 'refuse')
  if (what === 'later') await deliver(life, 'later')
  if (what === 'cut') await device.cut()
  if (what === 'older') await timeline.loadOlder(1 + (which % 5))
  if (what === 'newest') await timeline.jumpTo('newest')
  if (what !== 'arrival' && what !== 'page') return
  const row =
    what === 'arrival' ? script.text(jerry, 'news') : script.change({ op: 'page', pages: script.pages + 1 })
  // Whoever is away hears of it when he comes back.
  if (isHeard) await device.say(script.frame(row))
}

function checkWindow(timeline: MessageTimeline, all: readonly string[]): void {
  const here = idsOf(timeline.messages)
  const at = all.indexOf(here[0] ?? '')
  expect(all.slice(at, at + here.length)).toEqual(here)
  expect(timeline.hasNewer || at + here.length === all.length || all.length === 0).toBe(true)
}

test('[CL211] [CL217] whatever a relay answers, and whenever it is away, all ways of reading agree', async () => {
  let own = 0
  await fc.assert(
    fc.asyncProperty(steps, async (planned) => {
      const script = createScript(lunch, { by: jerry, members: [tom] })
      const relay = createMiniRelay(script, tom)
      const device = await startDevice({ limits: { maxInFlight: 3 } })
      await comeBack({ device, relay })
      const { engine } = device
      const faults: unknown[] = []
      const fault = (error: unknown): void => void faults.push(error)
      const classes = createMessageClasses(fault)
      const timeline = createTimeline({ engine, classes, fault }, lunch, { limit: 4, max: 9 })
      await timeline.ready
      const life: Life = { device, script, relay, timeline, written: [] }
      for (const { do: what, which } of planned) {
        await live(life, what, which)
        await settle()
        checkWindow(timeline, idsOf((await engine.history(lunch, { limit: 1000, from: 'device' })).messages))
      }
      await device.pass(5000)
      for (let rounds = 0; rounds < 12; rounds += 1) await deliver(life, 'accept')
      const { messages, missing } = await engine.history(lunch, { limit: 1000 })
      own += messages.filter(
        ({ from, state, recalled }) => from === tom && state === 'sent' && !recalled,
      ).length
      const all = idsOf(messages)
      expect(missing).toEqual([])
      for (const direction of ['old-to-new', 'new-to-old'] as const) {
        const outgoing = createOutgoing(engine, classes)
        const batches: (readonly string[])[] = []
        for await (const batch of createMessagesIterator({ engine, outgoing }, lunch, {
          limit: 3,
          direction,
        }))
          batches.push(idsOf(batch))
        expect((direction === 'old-to-new' ? batches : batches.toReversed()).flat()).toEqual(all)
      }
      await timeline.jumpTo('newest')
      checkWindow(timeline, all)
      expect(faults).toEqual([])
    }),
    { numRuns: 60 },
  )
  expect(own).toBeGreaterThan(20)
}, 90_000)
