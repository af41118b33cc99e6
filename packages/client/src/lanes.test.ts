import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import {
  codeOf,
  conversationId,
  createGroup,
  jerry,
  mary,
  pushed,
  settle,
  texts,
  textOf,
  tom,
} from './testing/values.test-kit.ts'
import type { Pushed } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const text = (words: string) => ({ type: -1, text: words })

async function atLunch(options: Parameters<typeof startDevice>[0] = {}) {
  const device = await startDevice(options)
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  device.sent()
  return { script, device, engine: device.engine }
}

test('[CL50] changes leave in the order they were made; a command waits for all before it, and all behind it for the command', async () => {
  const { script, device, engine } = await atLunch()
  await Promise.all([
    engine.send(lunch, text('one')),
    engine.send(lunch, text('two')),
    engine.command(lunch, { op: 'add', members: [mary] }),
    engine.send(lunch, text('three')),
  ])
  const first = pushed(device.sent())
  expect(first.map(({ entry }) => textOf(entry))).toEqual(['one', 'two'])
  const rows = first.map((entry) => script.accept(entry))
  await device.say(script.accepted(first.slice(0, 1), rows))
  expect(device.sent()).toEqual([])
  await device.say(script.accepted(first.slice(1), rows.slice(1)))
  const [command, ...more] = device.sent()
  expect(more).toEqual([])
  expect(command).toMatchObject({ frame: 'command', command: { op: 'add' } })
  if (command?.frame !== 'command') throw new Error('no command')
  const outcome = { successfulClientIds: [mary], failures: [] }
  await device.say({
    frame: 'command-answer',
    conversation: lunch,
    id: command.id,
    verdict: { class: 'accepted', seq: 4, time: 1004, outcome },
  })
  expect(texts(device.sent())).toEqual(['three'])
})

test('[CL50] an operation on an unanswered message waits for it, and for its page', async () => {
  const { script, device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('oops'))
  const first = pushed(device.sent())
  await engine.recall(lunch, id)
  await engine.send(lunch, text('after'))
  expect(device.sent()).toEqual([])
  await device.say(
    script.accepted(
      first,
      first.map((entry) => script.accept(entry)),
    ),
  )
  expect(pushed(device.sent()).map(({ entry }) => ('op' in entry ? entry.target : textOf(entry)))).toEqual([
    id,
    'after',
  ])
})

test('[CL51] bytes are stored strictly before they leave, and resent unchanged until answered, by the next start too', async () => {
  const store = watchStore()
  const { device, engine } = await atLunch({ store })
  await engine.send(lunch, text('one'))
  const [first] = pushed(device.sent())
  const stored = store.batches.findLast(({ puts }) => puts?.some(({ table }) => table === 'outbox'))
  expect(stored).toMatchObject({
    durability: 'strict',
    puts: [{ value: { made: { update: first?.update } } }],
  })
  await device.cut()
  await device.pass(1000)
  await device.connect()
  const again = await startDevice({ store, seed: 5 })
  await again.connect()
  expect(pushed(device.sent())).toEqual([first])
  expect(pushed(again.sent())).toEqual([first])
})

test('[CL52] at most `maxInFlight` are on the way at once, and no lane keeps another waiting for long', async () => {
  const { script, device, engine } = await atLunch({ limits: { maxInFlight: 8 } })
  const other = createScript(conversationId(2), { by: jerry, members: [tom] })
  await device.say({ frame: 'sync', cursor: 3, frames: 0, full: false, more: false, news: [other.news()] })
  device.sent()
  await Promise.all(Array.from({ length: 30 }, async (_, n) => engine.send(lunch, text(`${n}`))))
  await engine.send(other.id, text('elsewhere'))
  const first = pushed(device.sent())
  expect(first).toHaveLength(8)
  await device.say(
    script.accepted(
      first,
      first.map((entry) => script.accept(entry)),
    ),
  )
  const second = device.sent()
  expect(pushed(second)).toHaveLength(8)
  expect(texts(second)).toContain('elsewhere')
})

test('[CL53] an entry follows the last own one on its way to its page, else the last one confirmed there', async () => {
  const { script, device, engine } = await atLunch()
  await Promise.all([engine.send(lunch, text('one')), engine.send(lunch, text('two'))])
  const [one, two] = pushed(device.sent())
  expect(one?.origin).toBeNull()
  expect(two?.origin).toEqual({ client: one?.client, clock: one?.clock })
  if (one === undefined || two === undefined) throw new Error('two leave')
  const rows = [script.accept(one), script.accept(two)]
  await device.say(
    script.accepted([one, two], rows),
    script.frame(...rows),
    script.frame(script.text(jerry, 'three')),
  )
  await engine.send(lunch, text('four'))
  expect(pushed(device.sent())[0]?.origin).toEqual({ client: 77, clock: 0 })
})

test('[CL54] a client id is not used again after a rewrite, a refusal or a restart', async () => {
  const { script, device, engine } = await atLunch()
  const clients: number[] = []
  const next = async (from: TestDevice, words: string): Promise<Pushed> => {
    await from.engine.send(lunch, text(words))
    const [left] = pushed(from.sent())
    if (left === undefined) throw new Error('nothing left')
    clients.push(left.client)
    return left
  }
  const first = await next(device, 'one')
  const verdict = { class: 'rewrite', code: 'clock-reused', page: 1 } as const
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ ...first, verdict }] })
  const [second] = pushed(device.sent())
  if (second === undefined) throw new Error('it is made again')
  clients.push(second.client)
  const refused = { class: 'refused', code: 'bad-content', detail: 'no' } as const
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ ...second, verdict: refused }] })
  const third = await next(device, 'two')
  await device.say(script.accepted([third], [script.accept(third)]))
  await engine.close()
  const again = await startDevice({ store: device.store, seed: 11 })
  await again.connect()
  await next(again, 'three')
  expect(new Set(clients).size).toBe(clients.length)
})

test('[CL55] an operation goes to the page of its target, open or closed', async () => {
  const { script, device, engine } = await atLunch()
  await engine.send(lunch, text('oops'))
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('nothing left')
  const row = script.accept(update)
  await device.say(
    script.accepted([update], [row]),
    script.frame(row, script.change({ op: 'page', pages: 2 })),
  )
  await engine.recall(lunch, update.entry.id)
  await engine.send(lunch, text('next'))
  const [recall] = pushed(device.sent())
  expect(recall).toMatchObject({
    page: 1,
    entry: { op: 'recall' },
    origin: { client: update.client, clock: update.clock },
  })
})

test('[CL56] nothing leaves before the catch-up of its session is stored', async () => {
  const store = watchStore()
  const { script, device, engine } = await atLunch({ store })
  await device.cut()
  await engine.send(lunch, text('waits'))
  await device.pass(1000)
  await device.opens()
  const release = store.hold()
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 0, expires: 0 },
    { frame: 'sync', cursor: 5, frames: 1, full: false, more: true, news: [script.news({ rows: [] })] },
  )
  expect(texts(device.sent())).toEqual([])
  await device.say({ frame: 'sync', cursor: 6, frames: 2, full: false, more: false, news: [] })
  expect(texts(device.sent())).toEqual([])
  release()
  await settle()
  expect(texts(device.sent())).toEqual(['waits'])
})

test('[CL56] a session that ends while its catch-up is stored lets nothing leave, and nobody wait', async () => {
  const store = watchStore()
  const { script, device, engine } = await atLunch({ store })
  await device.cut()
  await engine.send(lunch, text('waits'))
  await device.pass(1000)
  await device.opens()
  const release = store.hold()
  const behind = script.news({
    whole: false,
    rows: [],
    touched: [{ page: 1, version: 9, digest: '00', erased: false }],
  })
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 0, expires: 0 },
    { frame: 'sync', cursor: 5, frames: 1, full: false, more: false, news: [behind] },
  )
  await device.cut()
  release()
  await settle()
  expect((await engine.history(lunch, {})).missing).toEqual([1])
  expect(await codeOf(engine.look(conversationId(8)))).toBe('OFFLINE')
  await device.pass(1000)
  await device.opens()
  await device.say({ frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 0, expires: 0 })
  expect(texts(device.sent())).toEqual([])
})

test('[CL50] a creation leaves alone, and what is written in it after the relay has made it', async () => {
  const device = await startDevice()
  await device.engine.command(lunch, createGroup([jerry]))
  await device.engine.send(lunch, text('hello'))
  await device.connect()
  expect(device.sent().map(({ frame }) => frame)).toEqual(['hello', 'command'])
})

test('[CL57] after a refusal one leaves at a time, until one is taken', async () => {
  const { script, device, engine } = await atLunch({ limits: { maxInFlight: 8 } })
  await Promise.all(Array.from({ length: 20 }, async (_, n) => engine.send(lunch, text(`${n}`))))
  const left: string[] = []
  for (let round = 0; round < 12; round += 1) {
    const updates = pushed(device.sent())
    left.push(...updates.map(({ entry }) => textOf(entry)))
    const answers = updates.map(({ page, client, clock }, index) => {
      const verdict =
        index === 0
          ? ({ class: 'refused', code: 'not-a-member', detail: 'no' } as const)
          : ({ class: 'rewrite', code: 'gap', page } as const)
      return { page, client, clock, verdict }
    })
    await device.say({ frame: 'answer', conversation: lunch, answers })
  }
  expect(left.slice(0, 8)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  expect(left.slice(8)).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11'])
  const [next] = pushed(device.sent())
  if (next === undefined) throw new Error('nothing left')
  await device.say(script.accepted([next], [script.accept(next)]))
  expect(texts(device.sent())).toEqual(['13', '14', '15', '16', '17', '18', '19'])
})
