import type { EntryId } from '@parley/document'
import type { EntryRow, Row } from '@parley/wire'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { entryId, jerry, mary, pushed, tom } from './testing/values.test-kit.ts'
import { lunch, text, atLunch, shown, digestOf } from './testing/operation-rows.test-kit.ts'

test('[CL123] [CL125] a live edit replaces the message, here and in the list, and is told once', async () => {
  const { script, device, engine } = await atLunch()
  const row = script.text(jerry, 'helo')
  await device.say(script.frame(row))
  const edit = script.edit(row, { type: 7, text: 'hello', body: { b: 1 }, mentions: [mary] })
  await device.say(script.frame(edit), script.frame(edit))
  const expected = {
    id: entryId(501),
    seq: row.seq,
    time: row.time,
    from: jerry,
    type: 7,
    text: 'hello',
    body: { b: 1 },
    mentions: [mary],
    editedAt: edit.time,
    state: 'sent',
  }
  expect(take(device.events, 'edited')).toMatchObject([{ message: expected }])
  expect(await shown(device)).toMatchObject([expected])
  expect(engine.conversation(lunch)?.lastMessage).toMatchObject(expected)
  expect(await digestOf(device, 1)).toMatchObject({
    held: edit.seq,
    known: edit.seq,
    digest: script.digest(1),
  })
})

test('[CL125] reactions are told with the message as it is then', async () => {
  const { script, device, engine } = await atLunch()
  const row = script.text(jerry, 'hello')
  const rows = [
    script.react(mary, row, '👍'),
    script.react(jerry, row, '👍'),
    script.react(mary, row, '👍', false),
    script.react(tom, row, '👎'),
  ]
  await device.say(script.frame(row, ...rows))
  const told = take(device.events, 'reaction').map(({ by, sign, on, message }) => ({
    what: `${by} ${sign} ${on ? 'on' : 'off'}`,
    reactions: message.reactions.map((one) => `${one.sign} ${one.users.join(' ')}`),
  }))
  expect(told).toEqual([
    { what: 'Mary 👍 on', reactions: ['👍 Mary'] },
    { what: 'Jerry 👍 on', reactions: ['👍 Mary Jerry'] },
    { what: 'Mary 👍 off', reactions: ['👍 Jerry'] },
    { what: 'Tom 👎 on', reactions: ['👍 Jerry', '👎 Tom'] },
  ])
  expect(await shown(device)).toMatchObject([
    {
      reactions: [
        { sign: '👍', users: [jerry] },
        { sign: '👎', users: [tom] },
      ],
    },
  ])
  expect(engine.conversation(lunch)).toMatchObject({
    unread: 1,
    seq: 6,
    lastMessage: { text: 'hello', reactions: [] },
  })
})

test('[CL125] what came row by row while away is told as replayed; the first sync of a device tells nothing', async () => {
  const { script, device } = await atLunch()
  const row = script.text(jerry, 'helo')
  await device.say(script.frame(row))
  take(device.events, 'message')
  await device.cut()
  await device.pass(1000)
  const missed = [script.edit(row, 'hello'), script.react(mary, row, '👍')]
  await device.connect({ news: [script.news({ rows: missed })] })
  expect(take(device.events, 'edited')).toMatchObject([{ replayed: true, message: { text: 'hello' } }])
  expect(take(device.events, 'reaction')).toMatchObject([
    { replayed: true, by: mary, sign: '👍', on: true, message: { text: 'hello' } },
  ])
  const fresh = await startDevice({ limits: { maxIdleConversations: 0 } })
  await fresh.connect({ news: [script.news()] })
  expect(take(fresh.events, 'edited')).toEqual([])
  expect(take(fresh.events, 'reaction')).toEqual([])
  expect(await shown(fresh)).toMatchObject([{ text: 'hello', reactions: [{ sign: '👍', users: [mary] }] }])
})

test('[CL125] the device that made it has shown it already; another of the same user hears of it', async () => {
  const { script, device, engine } = await atLunch()
  const other = await startDevice({ limits: { maxIdleConversations: 0 }, seed: 7 })
  await other.connect({ news: [script.news()] })
  const { id } = await engine.send(lunch, text('one'))
  await engine.edit(lunch, id, text('two'))
  await engine.react(lunch, id, '👍', true)
  for (let round = 0; round < 3; round += 1) {
    const updates = pushed(device.sent())
    const rows = updates.map((update) => script.accept(update))
    await device.say(script.accepted(updates, rows), script.frame(...rows))
    await other.say(script.frame(...rows))
  }
  expect(take(device.events, 'edited')).toEqual([])
  expect(take(device.events, 'reaction')).toEqual([])
  expect(take(other.events, 'edited')).toMatchObject([{ message: { id, text: 'two', from: tom } }])
  expect(take(other.events, 'reaction')).toMatchObject([{ by: tom, message: { id, text: 'two' } }])
  expect(await shown(other)).toEqual(await shown(device))
})

test('[CL125] of a message that is not held here there is nothing to tell', async () => {
  const { script, device, engine } = await atLunch()
  const row = script.text(jerry, 'missed')
  const news = script.news({ whole: false, rows: [], touched: [script.touched(1)] })
  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: false, more: false, news: [news] })
  await device.say(script.frame(script.edit(row, 'corrected'), script.react(mary, row, '👍')))
  expect(take(device.events, 'edited')).toEqual([])
  expect(take(device.events, 'reaction')).toEqual([])
  expect(engine.conversation(lunch)).toMatchObject({ seq: 4, lastMessage: { text: 'corrected' } })
  expect(await digestOf(device, 1)).toMatchObject({ known: 4, updates: [] })
})

test('[CL65] [CL125] what was told of a page that was behind is not taken for the page in another log', async () => {
  const { script, device, engine } = await atLunch()
  const row = script.text(jerry, 'one')
  await device.say(script.frame(row))
  script.text(jerry, 'missed')
  const news = script.news({ whole: false, rows: [], touched: [script.touched(1)] })
  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: false, more: false, news: [news] })
  await device.say(script.frame(script.edit(row, 'two')))
  expect(take(device.events, 'edited')).toMatchObject([{ message: { text: 'two' } }])
  await device.cut()
  await device.pass(40_000)
  device.sent()
  const restored = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
  restored.text(jerry, 'one')
  const other = restored.news({ whole: false, rows: [], touched: [restored.touched(1)] })
  await device.connect({ epoch: 'another', full: true, news: [other] })
  const asked = device.sent().find((frame) => frame.frame === 'digests')
  await device.say({
    frame: 'digests-answer',
    request: asked?.frame === 'digests' ? asked.request : 0,
    conversation: lunch,
    pages: [restored.touched(1)],
  })
  expect(engine.conversation(lunch)?.lastMessage).toMatchObject({ text: 'one' })
  expect((await shown(device)).map((message) => message.text)).toEqual(['one'])
})

test('[CL123] catch-up without rows says the edit that stands on the newest message', async () => {
  const { script, device, engine } = await atLunch()
  const row = script.text(jerry, 'helo')
  const edit = script.edit(row, { type: 7, text: 'hello' })
  const news = script.news({ whole: false, rows: [], touched: [script.touched(1)] })
  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: false, more: false, news: [news] })
  expect(engine.conversation(lunch)?.lastMessage).toMatchObject({
    text: 'hello',
    type: 7,
    seq: row.seq,
    editedAt: edit.time,
  })
  expect(engine.conversation(lunch)?.lastMessageAt).toBe(row.time)
  const again = await startDevice({ store: device.store })
  expect(again.engine.conversation(lunch)?.lastMessage).toEqual(engine.conversation(lunch)?.lastMessage)
})

test('[CL123] an edit of an older message leaves the list as it is', async () => {
  const { script, device, engine } = await atLunch()
  const [first, second] = [script.text(jerry, 'one'), script.text(jerry, 'two')]
  await device.say(script.frame(first, second, script.edit(first, 'uno')))
  expect(engine.conversation(lunch)?.lastMessage).toMatchObject({ text: 'two' })
  expect((await shown(device)).map((message) => message.text)).toEqual(['uno', 'two'])
})

test('[CL123] a list row keeps body, mentions and answer across a restart', async () => {
  const { script, device } = await atLunch()
  const asked = script.text(jerry, 'question')
  const replyTo: EntryId = entryId(501)
  const own = {
    type: 9,
    attrs: { a: [1, null, { b: true }] },
    body: { file: { size: 2 } },
    mentions: [tom, '*'] as const,
    replyTo,
  }
  await device.say(script.frame(asked, script.write({ id: entryId(600), from: jerry, sentAt: 5, ...own })))
  const again = await startDevice({ store: device.store })
  expect(again.engine.conversation(lunch)?.lastMessage).toMatchObject({ ...own, id: entryId(600) })
})

test('[CL132] a hidden row moves the sequence and the time, and nothing else', async () => {
  const { script, device, engine } = await atLunch()
  const before = engine.conversation(lunch)
  await device.say(script.frame(script.hide(), script.text(jerry, 'one')))
  expect(engine.conversation(lunch)).toMatchObject({ seq: 3, unread: 1, lastMessage: { text: 'one' } })
  await device.say(script.frame(script.hide()))
  expect(engine.conversation(lunch)).toMatchObject({ seq: 4, unread: 1, syncState: before?.syncState })
  expect(take(device.events, 'error')).toEqual([])
  expect(device.engine.connection).toBe('connected')
  expect(await digestOf(device, 1)).toMatchObject({ held: 3, known: 3, digest: script.digest(1) })
})

interface Step {
  readonly do: 'say' | 'page' | 'restart' | 'away' | 'edit' | 'recall' | 'react'
  readonly which: number
  readonly by: 'Tom' | 'Mary'
  readonly on: boolean
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom<Step['do']>(
    ...([
      'say',
      'say',
      'say',
      'page',
      'restart',
      'away',
      'edit',
      'edit',
      'recall',
      'react',
      'react',
      'react',
    ] as const),
  ),
  which: fc.nat(9),
  by: fc.constantFrom<Step['by']>('Tom', 'Mary'),
  on: fc.boolean(),
})

test('[CL125] [CL126] what is told of a message is what is shown of it, however rows come, and pages stay the relay’s', async () => {
  let told = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 30, size: 'max' }), async (steps) => {
      const limits = { maxIdleConversations: 0, heartbeatMs: 10 ** 12 }
      let device = await startDevice({ limits })
      const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
      await device.connect({ news: [script.news()] })
      const said: EntryRow[] = []
      const gone = new Set<EntryRow>()
      let pages = 1
      const hear = async (row: Row): Promise<void> => {
        if (device.engine.connection === 'connected') await device.say(script.frame(row))
      }
      for (const one of steps) {
        if (one.do === 'say') {
          const row = script.text(jerry, `${script.seq}`)
          said.push(row)
          await hear(row)
        } else if (one.do === 'page') {
          pages += 1
          await hear(script.change({ op: 'page', pages }))
        } else if (one.do === 'away') {
          if (device.engine.connection === 'connected') await device.cut()
          else {
            const since = device.engine.conversation(lunch)?.seq ?? 0
            await device.pass(40_000)
            await device.connect({
              news: [script.news({ rows: script.news().rows.filter((row) => row.seq > since) })],
            })
          }
        } else if (one.do === 'restart') device = await startDevice({ store: device.store, limits, seed: 2 })
        else {
          const row = said[one.which % Math.max(1, said.length)]
          if (row === undefined || gone.has(row)) continue
          if (one.do === 'recall') gone.add(row)
          const by = one.by === 'Tom' ? tom : mary
          const done =
            one.do === 'recall'
              ? script.recall(row)
              : one.do === 'edit'
                ? script.edit(row, `edit ${script.seq}`)
                : script.react(by, row, '👍', one.on)
          await hear(done)
        }
        const messages = await shown(device)
        const last = new Map<string, unknown>()
        for (const event of device.events.splice(0))
          if (event.type === 'edited' || event.type === 'reaction') last.set(event.message.id, event.message)
        told += last.size
        const compared = messages.filter(({ id, recalled }) => !recalled && last.has(id))
        expect(compared.map(({ id }) => last.get(id))).toEqual(compared)
      }
      const isUpToDate = device.engine.connection === 'connected'
      const numbers = Array.from({ length: isUpToDate ? pages : 0 }, (_, at) => at + 1)
      const held = await Promise.all(numbers.map(async (page) => (await digestOf(device, page))?.digest))
      expect(held).toEqual(numbers.map((page) => script.digest(page)))
    }),
    { numRuns: 150 },
  )
  expect(told).toBeGreaterThan(200)
}, 60_000)
