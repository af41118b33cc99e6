import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { entryId, jerry, mary, pushed } from './testing/values.test-kit.ts'
import { lunch, text, atLunch, shown, digestOf, holds } from './testing/operation-rows.test-kit.ts'

test('[CL124] an edit erases the one before it, here too, and the digest stays the relay’s', async () => {
  const { store, script, device } = await atLunch()
  const row = script.text(jerry, 'first words')
  await device.say(script.frame(row, script.edit(row, 'second words'), script.edit(row, 'third words')))
  expect(await digestOf(device, 1)).toMatchObject({ held: 4, known: 4, digest: script.digest(1) })
  expect((await digestOf(device, 1))?.updates.map(({ update }) => update)).toEqual(
    script.page(1).rows.flatMap((one) => (one.kind === 'hidden' ? [] : [one.update])),
  )
  expect(await shown(device)).toMatchObject([{ text: 'third words', recalled: false }])
  expect(await holds(store, 'first words')).toBe(true)
  expect(await holds(store, 'second words')).toBe(false)
})

test('[CL124] an edit is erased by the last of those that replaced it, though the ones between came erased', async () => {
  for (const ends of ['edit', 'recall'] as const) {
    const { store, script, device } = await atLunch()
    const row = script.text(jerry, 'first words')
    await device.say(script.frame(row, script.edit(row, 'second words')))
    await device.cut()
    await device.pass(40_000)
    script.edit(row, 'third words')
    if (ends === 'edit') script.edit(row, 'fourth words')
    else script.recall(row)
    const rows = script.news().rows.slice(3)
    expect(rows.map(({ kind }) => kind)).toEqual(['erased', 'entry'])
    await device.connect({ news: [script.news({ rows })] })
    expect(await digestOf(device, 1)).toMatchObject({ held: 5, digest: script.digest(1) })
    expect(await shown(device)).toMatchObject([
      ends === 'edit' ? { text: 'fourth words' } : { recalled: true },
    ])
    expect(await holds(store, 'second words')).toBe(false)
  }
})

test('[CL124] own edits that were replaced elsewhere are not kept to be offered again; a recall takes the last one', async () => {
  const { store, script, device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('first words'))
  const take1 = pushed(device.sent())
  const said = take1.map((update) => script.accept(update))
  await device.say(script.accepted(take1, said), script.frame(...said))
  await engine.edit(lunch, id, text('second words'))
  const take2 = pushed(device.sent())
  const edited = take2.map((update) => script.accept(update))
  await device.say(script.accepted(take2, edited), script.frame(...edited))
  const [row] = said
  if (row === undefined) throw new Error('nothing left')
  expect(await holds(store, 'second words')).toBe(true)
  const third = await startDevice({ store, limits: { maxIdleConversations: 0 }, seed: 4 })
  await third.connect()
  await third.say(script.frame(script.edit(row, 'third words')))
  const fourth = await startDevice({ store, limits: { maxIdleConversations: 0 }, seed: 5 })
  await fourth.connect()
  await fourth.say(script.frame(script.recall(row)))
  expect(fourth.engine.conversation(lunch)?.lastMessage).toMatchObject({ recalled: true, type: -127 })
  expect(fourth.engine.conversation(lunch)?.lastMessage).not.toHaveProperty('text')
  expect(await shown(fourth)).toMatchObject([{ id, recalled: true, reactions: [] }])
  expect(await digestOf(fourth, 1)).toMatchObject({ digest: script.digest(1) })
  for (const words of ['first words', 'second words', 'third words'])
    expect(`${words} ${await holds(store, words)}`).toBe(`${words} false`)
})

test('[CL33] [CL123] the recall of an edited message is told once, counts once, and shows nothing of it', async () => {
  const { script, device, engine } = await atLunch()
  const row = script.text(jerry, 'helo')
  await device.say(script.frame(row, script.edit(row, 'hello'), script.react(mary, row, '👍')))
  expect(engine.conversation(lunch)?.unread).toBe(1)
  await device.say(script.frame(script.recall(row)))
  expect(take(device.events, 'recalled')).toMatchObject([
    { message: { id: entryId(501), seq: row.seq, time: row.time, from: jerry, recalled: true } },
  ])
  expect(engine.conversation(lunch)).toMatchObject({
    unread: 0,
    lastMessage: { recalled: true, seq: row.seq },
  })
  // What comes late of it is told no more.
  await device.say(script.frame(script.react(mary, row, '👎')))
  expect(take(device.events, 'reaction').map(({ sign }) => sign)).toEqual(['👍'])
})

test('[CL126] an erased edit is no message: it is not counted, not shown and not told', async () => {
  const { script, device, engine } = await atLunch()
  await device.cut()
  await device.pass(1000)
  const row = script.text(jerry, 'one')
  script.edit(row, 'two')
  script.edit(row, 'three')
  const rows = script.news().rows.slice(1)
  expect(rows.map(({ kind }) => kind)).toEqual(['entry', 'erased', 'entry'])
  await device.connect({ news: [script.news({ rows })] })
  expect(engine.conversation(lunch)).toMatchObject({ unread: 1, seq: 4, lastMessage: { text: 'three' } })
  expect(await shown(device)).toMatchObject([{ text: 'three' }])
  expect(take(device.events, 'edited').map(({ message }) => message.text)).toEqual(['three'])
  expect(take(device.events, 'message')).toHaveLength(1)
  expect(await digestOf(device, 1)).toMatchObject({ held: 4, digest: script.digest(1) })

  // A device that begins there counts from the relay’s totals.
  const fresh = await startDevice({ limits: { maxIdleConversations: 0 } })
  await fresh.connect({ news: [] })
  const news = script.news({ rows: script.news().rows, joinedSeq: 1 })
  await fresh.say({ frame: 'sync', cursor: 9, frames: 0, full: false, more: false, news: [news] })
  expect(fresh.engine.conversation(lunch)).toMatchObject({ unread: 1 })
})

test('[CL124] a page that was behind is fetched with its edits and reactions', async () => {
  const { script, device, engine } = await atLunch()
  const row = script.text(jerry, 'one')
  script.edit(row, 'two')
  script.edit(row, 'three')
  script.react(mary, row, '👍')
  const news = script.news({ whole: false, rows: [], touched: [script.touched(1, true)] })
  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: false, more: false, news: [news] })
  const reading = engine.history(lunch, {})
  await device.pass(0)
  const fetch = device.sent().find((frame) => frame.frame === 'fetch')
  const request = fetch?.frame === 'fetch' ? fetch.request : 0
  const after = fetch?.frame === 'fetch' ? fetch.after : 0
  await device.say({ frame: 'fetch-answer', request, conversation: lunch, fetched: script.page(1, after) })
  expect(await reading).toMatchObject({
    missing: [],
    messages: [{ text: 'three', reactions: [{ sign: '👍', users: [mary] }] }],
  })
  expect(await digestOf(device, 1)).toMatchObject({ held: 5, digest: script.digest(1) })
  // Ranges fetched later raise nothing.
  expect(take(device.events, 'edited')).toEqual([])
})

test('[CL137] a recall is told to other devices, and not on the one it was made on', async () => {
  const { device, engine, script } = await atLunch()
  const { id } = await engine.send(lunch, text('oops'))
  const updates = pushed(device.sent())
  const rows = updates.map((update) => script.accept(update))
  await device.say(script.accepted(updates, rows), script.frame(...rows))
  const other = await startDevice({ seed: 2 })
  await other.connect({ news: [script.news()] })
  await engine.recall(lunch, id)
  const [row] = rows
  const recall = pushed(device.sent())
  if (row === undefined) throw new Error('nothing left')
  const gone = script.recall(row)
  await device.say(script.accepted(recall, [gone]))
  const [made] = recall
  if (made === undefined) throw new Error('nothing left')
  await device.say(script.frame({ ...gone, update: made.update }))
  expect(take(device.events, 'recalled')).toEqual([])
  expect((await engine.history(lunch, {})).messages).toMatchObject([{ id, recalled: true }])
  await other.say(script.frame(gone))
  expect(take(other.events, 'recalled')).toMatchObject([{ message: { id, recalled: true } }])
})
