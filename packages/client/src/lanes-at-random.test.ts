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
  | { readonly do: 'edit'; readonly which: number }
  | { readonly do: 'react'; readonly which: number; readonly sign: string; readonly on: boolean }
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
  { weight: 3, arbitrary: fc.record({ do: fc.constant('edit' as const), which: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('react' as const),
      which: fc.nat(20),
      sign: fc.constantFrom('👍', '👎'),
      on: fc.boolean(),
    }),
  },
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

test('[CL42] [CL50] [CL51] [CL54] [CL91] [CL122] however answers, losses, restarts and new pages fall: bytes stay, order stays, nothing is lost or doubled', async () => {
  let checked = 0
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
      const said: string[] = []
      /** What was asked for last, of each message and sign. */
      const wanted = new Map<string, string>()
      /** Messages of which something was refused or given up: what they end as is the relay's business. */
      const spoiled = new Set<string>()
      let edits = 0

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
      const waiting = (): readonly string[] => device.engine.unsent().map(({ id }) => id)
      /** What is taken out of the outbox by this has been given up. */
      const dropping = async (make: () => Promise<unknown>): Promise<boolean> => {
        const before = waiting()
        const isDone = await make().then(
          () => true,
          () => false,
        )
        const after = new Set(waiting())
        for (const id of before) if (!after.has(id)) givenUp.add(id)
        return isDone
      }
      const followNew = (id: string, confirmed: Promise<unknown>): void => {
        if (!written.includes(id) && waiting().includes(id)) follow(id, confirmed)
      }
      const noteRefusals = (): void => {
        for (const { id, state, entry } of device.engine.unsent()) {
          if (state !== 'refused') continue
          everRefused.add(id)
          if (entry !== undefined && 'op' in entry) spoiled.add(entry.target)
        }
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
          if (sent === undefined) continue
          follow(sent.id, sent.confirmed)
          said.push(sent.id)
        } else if (one.do === 'recall') {
          const target = written[one.which % Math.max(1, written.length)]
          if (target === undefined) continue
          spoiled.add(target)
          // What was never sent is taken out.
          await dropping(async () => {
            const { id, confirmed } = await device.engine.recall(lunch, target as never)
            followNew(id, confirmed)
          })
        } else if (one.do === 'edit') {
          const target = said[one.which % Math.max(1, said.length)]
          if (target === undefined) continue
          edits += 1
          const words = `edit ${edits}`
          const isDone = await dropping(async () => {
            const { id, confirmed } = await device.engine.edit(lunch, target as never, text(words))
            followNew(id, confirmed)
          })
          if (isDone) wanted.set(`${target} text`, words)
        } else if (one.do === 'react') {
          const target = said[one.which % Math.max(1, said.length)]
          if (target === undefined) continue
          const { sign, on } = one
          const isDone = await dropping(async () => {
            const { id, confirmed } = await device.engine.react(lunch, target as never, sign, on)
            followNew(id, confirmed)
          })
          if (isDone) wanted.set(`${target} ${sign}`, on ? 'Tom' : '')
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
          if (item.entry !== undefined && 'op' in item.entry) spoiled.add(item.entry.target)
          // Discarded with it.
          for (const { id, entry } of isDone && !one.retry ? kept : [])
            if (entry !== undefined && 'op' in entry && entry.target === item.id) givenUp.add(id)
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
        noteRefusals()
      }
      store.refuse(undefined)
      for (let round = 0; round < 200; round += 1) {
        await online()
        if (device.engine.unsent().every(({ state }) => state === 'refused')) break
        await work(['accept'])
        noteRefusals()
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
      // What is shown is what anybody else sees, and what was meant last.
      const other = await startDevice({ seed: 99 })
      await other.connect({ news: [script.news()] })
      const theirs = await other.engine.history(lunch, { limit: 100 })
      expect(messages.filter(({ state }) => state === 'sent')).toEqual(theirs.messages)
      for (const [what, value] of wanted) {
        const [target, ...rest] = what.split(' ')
        const found = theirs.messages.find(({ id }) => id === target)
        if (found === undefined || spoiled.has(found.id)) continue
        checked += 1
        const [sign = ''] = rest
        const users = found.reactions.find((reaction) => reaction.sign === sign)?.users ?? []
        expect(`${what} ${sign === 'text' ? (found.text ?? '') : users.join(' ')}`).toBe(`${what} ${value}`)
      }
      expect(device.errors.filter((error) => error !== 'the device cannot store')).toEqual([])
      await engine.close()
    }),
    { numRuns: 150 },
  )
  expect(checked).toBeGreaterThan(100)
}, 60_000)
