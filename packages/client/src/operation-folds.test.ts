import { expect, test } from 'vitest'
import { take } from './testing/device.test-kit.ts'
import { codeOf, entryId, jerry, pushed, tom } from './testing/values.test-kit.ts'
import { lunch, text, atLunch, refuse, shown, ops } from './testing/operations.test-kit.ts'

test('[CL122] an edit of what has not left goes into the message, and waits for its answer', async () => {
  const { device, engine, accept, script } = await atLunch()
  await device.cut()
  const asked = script.text(jerry, 'question')
  const answers = entryId(500 + asked.seq - 1)
  const sent = await engine.send(lunch, { ...text('helo'), attrs: { a: 1 }, replyTo: answers })
  const edited = await engine.edit(lunch, sent.id, { type: 7, text: 'hello', body: { b: 2 } })
  expect(edited.id).toBe(sent.id)
  expect(edited.message).toMatchObject({
    id: sent.id,
    type: 7,
    text: 'hello',
    body: { b: 2 },
    replyTo: answers,
  })
  expect(edited.message.attrs).toBeUndefined()
  expect(edited.message.editedAt).toBeUndefined()
  expect(edited.message.sentAt).toBe(sent.message.sentAt)
  await device.pass(1000)
  await device.connect({ news: [script.news({ rows: [asked] })] })
  const updates = await accept()
  expect(updates.map(({ entry }) => entry)).toMatchObject([
    { id: sent.id, type: 7, text: 'hello', body: { b: 2 }, replyTo: answers },
  ])
  expect(await edited.confirmed).toEqual(await sent.confirmed)
  expect(await shown(device, sent.id)).toMatchObject({ text: 'hello', state: 'sent' })
})

test('[CL122] of what may be at the relay it queues behind, and goes to its page once that is answered', async () => {
  const { script, device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('helo'))
  const [first] = pushed(device.sent())
  if (first === undefined) throw new Error('nothing left')
  const edited = await engine.edit(lunch, id, text('hello'))
  expect(edited.id).not.toBe(id)
  expect(edited.message).toMatchObject({ id, text: 'hello', editedAt: 1_000_000, state: 'sending' })
  expect(pushed(device.sent())).toEqual([])
  const row = script.accept(first)
  await device.say(script.accepted([first], [row]), script.frame(row))
  expect(take(device.events, 'message-status').map(({ message }) => message)).toMatchObject([
    { id, text: 'hello', state: 'sent' },
  ])
  const [update] = pushed(device.sent())
  expect(update).toMatchObject({ page: 1, entry: { op: 'edit', target: id, text: 'hello' } })
  if (update === undefined) throw new Error('nothing left')
  const edit = script.accept(update)
  await device.say(script.accepted([update], [edit]), script.frame(edit))
  expect(await edited.confirmed).toEqual({ seq: edit.seq, time: edit.time })
  expect(await shown(device, id)).toMatchObject({ text: 'hello', editedAt: edit.time, seq: row.seq })
  expect(take(device.events, 'edited')).toEqual([])
})

test('[CL122] an edit of an edit that has not left replaces it', async () => {
  const { device, engine, accept, script } = await atLunch()
  const { id } = await engine.send(lunch, text('one'))
  await accept()
  await device.cut()
  const first = await engine.edit(lunch, id, text('two'))
  const second = await engine.edit(lunch, id, text('three'))
  expect(second.id).toBe(first.id)
  expect(engine.unsent()).toHaveLength(1)
  expect(await shown(device, id)).toMatchObject({ text: 'three', state: 'sent' })
  await device.pass(1000)
  await device.connect({ news: [script.news({ rows: [] })] })
  expect(ops(await accept())).toEqual(['edit three'])
  expect(await first.confirmed).toEqual(await second.confirmed)

  const third = await engine.edit(lunch, id, text('four'))
  const sent = pushed(device.sent())
  const fourth = await engine.edit(lunch, id, text('five'))
  expect(fourth.id).not.toBe(third.id)
  expect(ops([...sent, ...pushed(device.sent())])).toEqual(['edit four', 'edit five'])
})

test('[CL122] an edit of a refused message goes into it, and leaves with its next try', async () => {
  const { device, engine, accept } = await atLunch()
  const sent = await engine.send(lunch, text('rude'))
  await refuse(device, pushed(device.sent()), 'bad-content')
  expect(await codeOf(sent.confirmed)).toBe('bad-content')
  const edited = await engine.edit(lunch, sent.id, text('polite'))
  expect(edited).toMatchObject({ id: sent.id, message: { text: 'polite', state: 'failed' } })
  expect(pushed(device.sent())).toEqual([])
  expect(await codeOf(edited.confirmed)).toBe('bad-content')
  const again = await engine.retryUnsent(sent.id)
  expect(ops(await accept())).toEqual(['say polite'])
  await again.confirmed
})

test('[CL122] a reaction undone before it has left leaves nothing; one that may have left is undone behind it', async () => {
  const { device, engine, accept, script } = await atLunch()
  const row = script.text(jerry, 'hello')
  const id = entryId(501)
  await device.say(script.frame(row))
  await device.cut()
  const on = await engine.react(lunch, id, '👍', true)
  const again = await engine.react(lunch, id, '👍', true)
  expect(again.id).toBe(on.id)
  await engine.react(lunch, id, '👎', true)
  expect((await shown(device, id)).reactions).toEqual([
    { sign: '👍', users: ['Tom'] },
    { sign: '👎', users: ['Tom'] },
  ])
  const off = await engine.react(lunch, id, '👍', false)
  await off.confirmed
  expect(await codeOf(on.confirmed)).toBe('withdrawn')
  expect((await shown(device, id)).reactions).toEqual([{ sign: '👎', users: ['Tom'] }])
  await device.pass(1000)
  await device.connect({ news: [script.news({ rows: [] })] })
  expect(ops(await accept())).toEqual(['react 👎 on'])

  await engine.react(lunch, id, '👍', true)
  expect(ops(pushed(device.sent()))).toEqual(['react 👍 on'])
  await engine.react(lunch, id, '👍', false)
  expect(ops(pushed(device.sent()))).toEqual(['react 👍 off'])
  expect((await shown(device, id)).reactions).toEqual([{ sign: '👎', users: ['Tom'] }])
})

test('[CL122] what is so already asks nobody, unless what is held may be behind', async () => {
  const { device, engine, accept, script } = await atLunch()
  const row = script.text(jerry, 'hello')
  const id = entryId(501)
  await device.say(script.frame(row))
  await (
    await engine.react(lunch, id, '👍', false)
  ).confirmed
  expect(pushed(device.sent())).toEqual([])
  await engine.react(lunch, id, '👍', true)
  await accept()
  const same = await engine.react(lunch, id, '👍', true)
  expect(await same.confirmed).toMatchObject({ seq: row.seq })
  expect(pushed(device.sent())).toEqual([])
  // Something happened on the page that is not here: it may have been taken away by another device of his.
  script.react(tom, row, '👍', false)
  const news = script.news({ whole: false, rows: [], touched: [script.touched(1)] })
  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: false, more: false, news: [news] })
  await engine.react(lunch, id, '👍', true)
  expect(ops(pushed(device.sent()))).toEqual(['react 👍 on'])
})

test('[CL122] undone, one that was to say again what stands is said after all', async () => {
  const { device, engine, accept, script } = await atLunch()
  const row = script.text(jerry, 'hello')
  const id = entryId(501)
  await device.say(script.frame(row))
  await engine.react(lunch, id, '👍', true)
  await accept()
  script.text(jerry, 'missed')
  const news = script.news({ whole: false, rows: [], touched: [script.touched(1)] })
  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: false, more: false, news: [news] })
  await device.cut()
  await engine.react(lunch, id, '👍', true)
  await engine.react(lunch, id, '👍', false)
  expect((await shown(device, id)).reactions).toEqual([])
  await device.pass(1000)
  await device.connect({ news: [] })
  expect(ops(pushed(device.sent()))).toEqual(['react 👍 off'])
})

test('[CL92] [CL122] a recall drops what was to be done to its message before, and leaves alone', async () => {
  const { device, engine, accept, script } = await atLunch()
  const { id } = await engine.send(lunch, text('one'))
  await accept()
  await device.cut()
  const edited = await engine.edit(lunch, id, text('two'))
  const reacted = await engine.react(lunch, id, '👍', true)
  await engine.recall(lunch, id)
  expect(await codeOf(edited.confirmed)).toBe('withdrawn')
  expect(await codeOf(reacted.confirmed)).toBe('withdrawn')
  expect(await shown(device, id)).toMatchObject({ recalled: true, reactions: [], state: 'sent' })
  await device.pass(1000)
  await device.connect({ news: [script.news({ rows: [] })] })
  expect(ops(await accept())).toEqual(['recall'])
  expect(engine.unsent()).toEqual([])
})

test('[CL92] [CL122] what is asked of a message in the turn that takes it back is taken back with it', async () => {
  const { device, engine } = await atLunch()
  await device.cut()
  const sent = await engine.send(lunch, text('one'))
  const reacted = await engine.react(lunch, sent.id, '👍', true)
  const [edited, again] = await Promise.all([
    engine.edit(lunch, sent.id, text('two')),
    engine.react(lunch, sent.id, '👍', true),
    engine.recall(lunch, sent.id),
  ])
  const settled = Promise.all([sent, reacted, edited, again].map(async ({ confirmed }) => codeOf(confirmed)))
  expect(await settled).toEqual(['withdrawn', 'withdrawn', 'withdrawn', 'withdrawn'])
  expect(engine.unsent()).toEqual([])
})

test('[CL92] recalling what never left takes its reactions and edits with it', async () => {
  const { device, engine } = await atLunch()
  await device.cut()
  const { id } = await engine.send(lunch, text('one'))
  const reacted = await engine.react(lunch, id, '👍', true)
  expect(await shown(device, id)).toMatchObject({ reactions: [{ sign: '👍', users: ['Tom'] }] })
  await engine.recall(lunch, id)
  expect(await codeOf(reacted.confirmed)).toBe('withdrawn')
  expect(engine.unsent()).toEqual([])
})
