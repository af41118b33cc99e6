import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import { createMiniRelay } from './testing/relay.test-kit.ts'
import type { Fate } from './testing/relay.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import { conversationId, jerry, pushed, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const text = (words: string) => ({ type: -1, text: words })

type Step =
  | { readonly do: 'send' }
  | { readonly do: 'recall'; readonly which: number }
  | { readonly do: 'add' }
  | { readonly do: 'work'; readonly fates: readonly Fate[] }
  | { readonly do: 'lose'; readonly answersOnly: boolean }
  | { readonly do: 'restart' }
  | { readonly do: 'page' }
  | { readonly do: 'fill'; readonly full: boolean }
  | { readonly do: 'settle'; readonly which: number; readonly retry: boolean }
  | { readonly do: 'wait' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('send' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recall' as const), which: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('add' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('work' as const),
      fates: fc.array(fc.constantFrom<Fate>('accept', 'accept', 'accept', 'refuse', 'later'), {
        minLength: 1,
        maxLength: 6,
      }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), answersOnly: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('page' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fill' as const), full: fc.boolean() }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(9), retry: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
)

test('[CL42] [CL50] [CL51] [CL54] [CL91] however answers, losses, restarts and new pages fall: bytes stay, order stays, nothing is lost or doubled', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40, size: 'max' }), async (steps) => {
      const store = watchStore()
      const script = createScript(lunch, { by: jerry, members: [tom] })
      const relay = createMiniRelay(script, tom)
      let seed = 1
      let device = await startDevice({ store, limits: { maxInFlight: 4 }, seed })
      const written: string[] = []
      const givenUp = new Set<string>()
      const sentBytes = new Map<string, Uint8Array>()
      const lastPlace = new Map<string, string>()
      const born = new Map<string, number>()
      const dead = new Set<string>()
      const wrong: string[] = []
      // A refusal that was heard while the disk was full is forgotten by a restart, and asked for again.
      const everRefused = new Set<string>()
      let pages = 1

      const online = async (): Promise<void> => {
        if (device.engine.connection === 'connected') return
        await device.pass(40_000)
        await device.connect({ news: [relay.catchUp(device.engine.conversation(lunch)?.seq ?? 0)] })
      }
      /** What left, looked at before anything is made of it. */
      const outgoing = () => {
        const frames = device.sent()
        for (const { page, client, clock, update, entry } of pushed(frames)) {
          const writer = `${page}/${client}`
          const place = `${writer}/${clock}`
          const before = sentBytes.get(place)
          const last = lastPlace.get(entry.id) ?? place
          const isVoid = dead.has(last.slice(0, last.lastIndexOf('/')))
          if (last !== place && !isVoid) wrong.push(`${place} was made while ${last} is unanswered`)
          if (before !== undefined && Buffer.compare(before, update) !== 0)
            wrong.push(`${place} has two contents`)
          if (before === undefined && dead.has(writer))
            wrong.push(`${place} is made under what was sent back`)
          if (before === undefined && (born.get(writer) ?? seed) !== seed)
            wrong.push(`${place} is of an earlier start`)
          if (before === undefined) born.set(writer, seed)
          sentBytes.set(place, update)
          lastPlace.set(entry.id, place)
        }
        return frames
      }
      const follow = (id: string, confirmed: Promise<unknown>): void => {
        written.push(id)
        confirmed.catch((error: unknown) => {
          if ((error as { code: string }).code === 'withdrawn') givenUp.add(id)
        })
      }
      const work = async (fates: readonly Fate[]): Promise<void> => {
        let n = 0
        const answers = relay.take(outgoing(), ({ entry }) => {
          n += 1
          const fate = fates[n % fates.length] ?? 'accept'
          if (fate === 'refuse') everRefused.add(entry.id)
          return fate
        })
        for (const frame of answers) {
          if (frame.frame !== 'answer') continue
          for (const { page, client, verdict } of frame.answers)
            if (verdict.class === 'rewrite' || verdict.class === 'refused') dead.add(`${page}/${client}`)
        }
        await device.say(...answers)
      }

      await online()
      for (const one of steps) {
        if (one.do === 'send') {
          const sent = await device.engine.send(lunch, text(`${written.length}`)).catch(() => undefined)
          if (sent !== undefined) follow(sent.id, sent.confirmed)
        } else if (one.do === 'recall') {
          const target = written[one.which % Math.max(1, written.length)]
          const waits = (): boolean => device.engine.unsent().some(({ id }) => id === target)
          const waited = waits()
          if (target !== undefined) await device.engine.recall(lunch, target as never).catch(() => undefined)
          // What was never sent is taken out.
          if (target !== undefined && waited && !waits()) givenUp.add(target)
        } else if (one.do === 'add') {
          const members = [user(`u${written.length}`)]
          const added = await device.engine.command(lunch, { op: 'add', members }).catch(() => undefined)
          if (added !== undefined) follow(added.id, added.confirmed)
        } else if (one.do === 'fill') {
          store.refuse(one.full ? 'quota' : undefined)
        } else if (one.do === 'settle') {
          const kept = device.engine.unsent()
          const item = kept[one.which % Math.max(1, kept.length)]
          if (item === undefined) continue
          const done = one.retry ? device.engine.retryUnsent(item.id) : device.engine.discardUnsent(item.id)
          // A command is tried again under another id.
          const isDone = await done.then(
            () => true,
            () => false,
          )
          if (isDone && (!one.retry || item.kind === 'command')) givenUp.add(item.id)
        } else if (one.do === 'work') {
          await online()
          await work(one.fates)
        } else if (one.do === 'lose') {
          const frames = outgoing()
          if (one.answersOnly) relay.take(frames, () => 'accept')
          await device.cut()
        } else if (one.do === 'restart') {
          outgoing()
          seed += 1
          device = await startDevice({ store, limits: { maxInFlight: 4 }, seed })
        } else if (one.do === 'page') {
          await online()
          pages += 1
          await device.say(script.frame(script.change({ op: 'page', pages })))
        } else await device.pass(3000)
      }
      store.refuse(undefined)
      for (let round = 0; round < 200; round += 1) {
        await online()
        if (device.engine.unsent().every(({ state }) => state === 'refused')) break
        await work(['accept'])
        await device.pass(3000)
      }

      expect(wrong).toEqual([])
      const { engine } = device
      const kept = engine.unsent()
      expect(kept.filter(({ state }) => state === 'waiting')).toEqual([])
      const [log, refused] = [new Set(relay.log), new Set(kept.map(({ id }) => id as string))]
      expect(relay.log).toHaveLength(log.size)
      // Each is at the relay or kept as refused, or was given up before it ever left; never two of these.
      for (const id of written) {
        const fates = [log, refused, givenUp].filter((fate) => fate.has(id))
        expect(`${id} ${fates.length}`).toBe(`${id} 1`)
      }
      const inOrder = written.filter((id) => log.has(id) && !everRefused.has(id))
      expect(relay.log.filter((id) => inOrder.includes(id))).toEqual(inOrder)
      const { messages } = await engine.history(lunch, { limit: 100 })
      const shown = messages.filter(({ state }) => state === 'sent').map(({ id }) => id as string)
      expect(shown).toEqual(relay.log.filter((id) => shown.includes(id)))
      for (const id of written.filter((one) => log.has(one) && !shown.includes(one)))
        expect(relay.log).toContain(id)
      expect(device.errors.filter((error) => error !== 'the device cannot store')).toEqual([])
      await engine.close()
    }),
    { numRuns: 150 },
  )
}, 60_000)
