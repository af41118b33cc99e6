import { createMemoryState, createMemoryStore } from '@parley/storage/memory'
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import { codeOf, conversationId, createGroup, jerry, settle, texts, tom } from './testing/values.test-kit.ts'
import { ParleyError } from './errors.ts'
import { createEngine } from './engine.ts'
import { deviceLayout } from './records.ts'

const lunch = conversationId(1)

async function atLunch() {
  const store = watchStore()
  const device = await startDevice({ store })
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  device.sent()
  return { store, device, script, engine: device.engine }
}

test('[CL20] what came while the store refuses is shown, said to be unsaved, and written after 1, 5 and 30 seconds', async () => {
  const { store, device, script, engine } = await atLunch()
  store.refuse('quota')
  await device.say(script.frame(script.text(jerry, 'one')))
  await device.say(script.frame(script.text(jerry, 'two')))
  expect((await engine.history(lunch, {})).messages.map(({ text }) => text)).toEqual(['one', 'two'])
  expect(take(device.events, 'storage')).toEqual([{ type: 'storage', degraded: true, kind: 'quota' }])

  const tries: number[] = []
  for (let second = 1; second <= 100; second += 1) {
    const before = store.refusals
    await device.pass(1000)
    if (store.refusals > before) tries.push(second)
  }
  expect(tries).toEqual([1, 6, 36, 66, 96])
  expect(take(device.events, 'storage')).toEqual([])

  store.refuse(undefined)
  const before = store.batches.length
  await device.pass(30_000)
  expect(take(device.events, 'storage')).toEqual([{ type: 'storage', degraded: false }])
  expect(store.batches.length).toBe(before + 1)

  const again = await startDevice({ store })
  expect((await again.engine.history(lunch, {})).messages.map(({ text }) => text)).toEqual(['one', 'two'])
})

test('[CL20] a call that is stored after a failure takes along what waited, and says that all is well', async () => {
  const { store, device, script, engine } = await atLunch()
  store.refuse('quota')
  await device.say(script.frame(script.text(jerry, 'one')))
  store.refuse(undefined)
  await engine.setDraft(lunch, { type: -1, text: 'saved' })
  expect(take(device.events, 'storage').map(({ degraded }) => degraded)).toEqual([true, false])
  await device.pass(120_000)
  expect(take(device.events, 'storage')).toEqual([])
  expect(device.timers).toBe(1)
})

test('[CL20] [CL51] bytes that could not be stored do not leave, and leave when they could', async () => {
  const { store, device, engine } = await atLunch()
  await device.cut()
  await engine.send(lunch, { type: -1, text: 'waits' })
  await device.pass(1000)
  store.refuse('unavailable')
  await device.connect()
  expect(texts(device.sent())).toEqual([])
  expect(take(device.events, 'storage')).toEqual([{ type: 'storage', degraded: true, kind: 'unavailable' }])
  store.refuse(undefined)
  await device.pass(1000)
  expect(texts(device.sent())).toEqual(['waits'])
  expect(take(device.events, 'storage')).toEqual([{ type: 'storage', degraded: false }])
})

test('[CL21] a call whose change cannot be stored rejects, and nothing of it stands or leaves', async () => {
  const { store, device, engine } = await atLunch()
  for (const [kind, code] of [
    ['quota', 'storage-full'],
    ['unavailable', 'storage-unavailable'],
  ] as const) {
    store.refuse(kind)
    expect(await codeOf(engine.send(lunch, { type: -1, text: 'lost' }))).toBe(code)
    expect(await codeOf(engine.setDraft(lunch, { type: -1, text: 'lost' }))).toBe(code)
    store.refuse(undefined)
    await device.pass(60_000)
  }
  expect(engine.unsent()).toEqual([])
  expect(engine.conversation(lunch)?.draft).toBeNull()
  expect(texts(device.sent())).toEqual([])
})

test('[CL20] a device whose store is full still starts, and comes to be stored with its first change', async () => {
  const store = watchStore()
  store.refuse('quota')
  const device = await startDevice({ store })
  expect(take(device.events, 'storage')).toEqual([{ type: 'storage', degraded: true, kind: 'quota' }])
  store.refuse(undefined)
  await device.engine.command(lunch, createGroup([jerry]))
  expect(store.batches.at(-1)?.puts?.map(({ table }) => table)).toContain('device')
})

test('[CL20] what comes while the store cannot be read comes again', async () => {
  const { store, device, script, engine } = await atLunch()
  const fresh = createScript(conversationId(2), { by: jerry, members: [tom] })
  const news = fresh.news({ whole: false, rows: [], touched: [fresh.touched(1)] })
  store.refuseReads('unavailable')
  await device.say({ frame: 'sync', cursor: 5, frames: 0, full: false, more: false, news: [news] })
  expect(device.sockets.at(-1)?.open).toBe(false)
  expect(engine.conversation(conversationId(2))).toBeUndefined()
  store.refuseReads(undefined)
  await device.pass(1000)
  await device.connect({ news: [news, script.news()] })
  expect(engine.conversation(conversationId(2))?.seq).toBe(1)
  expect(device.errors).not.toContain('a job failed')
})

test('[CL22] a store that belongs to another owner ends the engine, and every call says why', async () => {
  const state = createMemoryStore(deviceLayout)
  const first = await startDevice({ store: state })
  const second = await startDevice({ store: state })
  expect(await codeOf(first.engine.command(lunch, createGroup([jerry])))).toBe('superseded')
  expect(take(first.events, 'ended').map(({ code }) => code)).toEqual(['superseded'])
  expect(await codeOf(first.engine.history(lunch, {}))).toBe('superseded')
  // What was known last can still be looked at.
  expect(first.engine.conversations()).toEqual([])
  expect(first.engine.connection).toBe('stopped')
  await second.engine.command(lunch, createGroup([jerry]))
  expect(second.engine.unsent()).toHaveLength(1)
})

test('[CL22] also frames do', async () => {
  const { store, device, script } = await atLunch()
  store.refuse('stale-epoch')
  await device.say(script.frame(script.text(jerry, 'one')))
  expect(take(device.events, 'ended').map(({ code }) => code)).toEqual(['superseded'])
  expect(take(device.events, 'message')).toEqual([])
  expect(device.timers).toBe(0)
})

test('[CL23] a stored record that cannot be read is said when the store is opened, and the store is let go', async () => {
  for (const [table, value] of [
    ['conversations', { id: 'not one' }],
    ['outbox', { n: 1 }],
    ['device', 'nonsense'],
  ] as const) {
    const store = createMemoryStore(deviceLayout)
    const owner = await store.open()
    await owner.commit({ durability: 'strict', puts: [{ table, key: ['x'], value }] })
    await owner.close()
    const { ports } = await startDevice()
    const engine = createEngine({ user: tom, ports: { ...ports, store } })
    const reason = await engine.start().catch((error: unknown) => error)
    expect(reason).toMatchObject({ code: 'storage-unavailable', cause: { kind: 'corrupt' } })
  }
})

test('[CL322] a store is one user’s: for another one nothing is shown, and nothing leaves', async () => {
  const store = createMemoryStore(deviceLayout)
  const first = await startDevice({ store })
  await first.engine.person({ op: 'profile', set: { name: 'Thomas' } })
  await first.engine.close()
  const { ports } = await startDevice()
  const other = createEngine({ user: jerry, ports: { ...ports, store } })
  expect(await codeOf(other.start())).toBe('bad-argument')
  expect(other.unsent.bind(other)).toThrow(ParleyError)
  const again = await startDevice({ store })
  expect(again.engine.profile(tom).name).toBe('Thomas')
  expect(again.engine.unsent()).toHaveLength(1)
})

test('[CL334] a store that is open here stays with its user when somebody else tries to open it', async () => {
  const store = createMemoryStore(deviceLayout)
  const first = await startDevice({ store })
  const { ports } = await startDevice()
  const hers = { user: jerry, ports: { ...ports, store } }
  expect(await codeOf(createEngine(hers).start())).toBe('bad-argument')
  await first.engine.person({ op: 'profile', set: { name: 'Thomas' } })
  expect(first.engine.profile(tom).name).toBe('Thomas')
  expect(first.events.filter(({ type }) => type === 'ended')).toEqual([])

  const second = await startDevice({ store })
  expect(await codeOf(first.engine.person({ op: 'profile', set: { name: 'Tom' } }))).toBe('superseded')
  expect(take(first.events, 'ended')).toMatchObject([{ code: 'superseded' }])
  expect(await codeOf(createEngine(hers).start())).toBe('bad-argument')
  expect(take(second.events, 'ended')).toEqual([])
  await second.engine.wipe()
  const other = createEngine(hers)
  await other.start()
  expect(other.unsent()).toEqual([])
  await other.close()
})

test('[CL334] nor is it taken from another process, which goes on undisturbed', async () => {
  const state = createMemoryState()
  const onDisk = () => createMemoryStore(deviceLayout, state)
  const first = await startDevice({ store: onDisk() })
  await first.engine.person({ op: 'profile', set: { name: 'Thomas' } })
  const { ports } = await startDevice()
  async function triesInVain(): Promise<void> {
    const hers = createEngine({ user: jerry, ports: { ...ports, store: onDisk() } })
    const reason = await hers.start().catch((error: unknown) => error)
    expect(reason).toBeInstanceOf(ParleyError)
    expect(reason).toMatchObject({ code: 'bad-argument', detail: expect.stringContaining('Tom') as string })
    expect(() => hers.unsent()).toThrow(ParleyError)
    await hers.close()
  }

  await triesInVain()
  await first.engine.person({ op: 'profile', set: { name: 'Tom' } })
  expect(first.engine.profile(tom).name).toBe('Tom')
  expect(take(first.events, 'ended')).toEqual([])
  await first.engine.close()
  await triesInVain()
  const again = await startDevice({ store: onDisk() })
  expect(again.engine.profile(tom).name).toBe('Tom')
  expect(again.engine.unsent()).toHaveLength(2)
})

test('[CL25] calls made together share one transaction, and frames likewise', async () => {
  const { store, device, script, engine } = await atLunch()
  await device.cut()
  const before = store.batches.length
  await Promise.all(['a', 'b', 'c'].map(async (text) => engine.send(lunch, { type: -1, text })))
  expect(store.batches.length).toBe(before + 1)
  await device.pass(1000)
  await device.connect()
  const later = store.batches.length
  await device.say(script.frame(script.text(jerry, 'one')), script.frame(script.text(jerry, 'two')))
  expect(store.batches.length).toBe(later + 1)
})

test('[CL25] jobs take effect in the order they came, one at a time', async () => {
  const { store, device, script, engine } = await atLunch()
  const release = store.hold()
  const order: string[] = []
  const note = (what: string) => () => order.push(what)
  const calls = [
    engine.setDraft(lunch, { type: -1, text: 'first' }).then(note('first')),
    settle().then(async () => device.say(script.frame(script.text(jerry, 'one')))),
    settle().then(async () => engine.setDraft(lunch, { type: -1, text: 'second' }).then(note('second'))),
    settle().then(async () =>
      engine.history(lunch, {}).then(({ messages }) => note(`read ${messages.length}`)()),
    ),
  ]
  await settle()
  expect(order).toEqual([])
  release()
  await Promise.all(calls)
  expect(order).toEqual(['first', 'second', 'read 1'])
  expect(engine.conversation(lunch)?.draft?.text).toBe('second')
})

test('[CL26] a call that fails its checks changes nothing and does not disturb those beside it', async () => {
  const { device, engine } = await atLunch()
  const [one, two, three] = await Promise.allSettled([
    engine.send(lunch, { type: -1, text: 'good' }),
    engine.send(conversationId(9), { type: -1, text: 'to nowhere' }),
    engine.send(lunch, { type: -1, text: 'good too' }),
  ])
  expect([one.status, two.status, three.status]).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(texts(device.sent())).toEqual(['good', 'good too'])
  expect(engine.unsent()).toHaveLength(2)
})

test('[CL27] after the end every call rejects with the reason, what waited too, and nothing is heard any more', async () => {
  const { store, device, script, engine } = await atLunch()
  const release = store.hold()
  const running = engine.send(lunch, { type: -1, text: 'running' })
  await settle()
  const waiting = codeOf(engine.setDraft(lunch, { type: -1, text: 'waits' }))
  const closing = engine.close()
  expect(await waiting).toBe('closed')
  release()
  const { confirmed } = await running
  await closing
  expect(await codeOf(confirmed)).toBe('closed')
  expect(await codeOf(engine.send(lunch, { type: -1, text: 'late' }))).toBe('closed')
  expect(await codeOf(engine.read(lunch))).toBe('closed')
  await device.say(script.frame(script.text(jerry, 'late')))
  expect(device.events.at(-1)).toEqual({ type: 'ended', code: 'closed', detail: 'The client was closed.' })
  expect(device.timers).toBe(0)
  // What ran was stored, and its promise was one: the next engine has it.
  const again = await startDevice({ store })
  expect(again.engine.unsent().map(({ entry }) => entry)).toMatchObject([{ text: 'running' }])
})

test('[CL27] an engine closed before it was ready lets its store go, and never begins', async () => {
  const store = watchStore()
  const { ports, sockets } = await startDevice()
  const engine = createEngine({ user: tom, ports: { ...ports, store } })
  const starting = codeOf(engine.start())
  await engine.close()
  expect(await starting).toBe('closed')
  expect(sockets).toHaveLength(1)
  expect(await codeOf(engine.send(lunch, { type: -1, text: 'x' }))).toBe('closed')
})
