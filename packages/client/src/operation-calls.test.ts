import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import {
  codeOf,
  conversationId,
  createGroup,
  entryId,
  jerry,
  mary,
  pushed,
  tom,
  user,
} from './testing/values.test-kit.ts'
import { lunch, text, atLunch, refuse, shown, ops } from './testing/operations.test-kit.ts'

test('[CL121] what the local rules forbid rejects at once and is not queued', async () => {
  const { script, device, engine, accept } = await atLunch()
  const row = script.text(jerry, 'hello')
  const hers = entryId(501)
  await device.say(script.frame(row))
  const { id } = await engine.send(lunch, text('mine'))
  await accept()
  const gone = await engine.send(lunch, text('gone'))
  await accept()
  await engine.recall(lunch, gone.id)
  const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['not-allowed', () => engine.edit(lunch, hers, text('x'))],
    ['target-recalled', () => engine.edit(lunch, gone.id, text('x'))],
    ['target-recalled', () => engine.react(lunch, gone.id, '👍', true)],
    ['unknown-message', () => engine.edit(lunch, entryId(9), text('x'))],
    ['unknown-message', () => engine.react(lunch, entryId(9), '👍', true)],
    ['unknown-message', () => engine.edit(conversationId(9), id, text('x'))],
    ['bad-content', () => engine.react(lunch, hers, '', true)],
    ['too-large', () => engine.react(lunch, hers, 'x'.repeat(1000), true)],
    ['bad-content', () => engine.edit(lunch, id, { type: 0.5 })],
    ['too-large', () => engine.edit(lunch, id, text('x'.repeat(17_000)))],
    ['bad-content', () => engine.edit(lunch, id, { type: 1, mentions: ['not a name' as never] })],
  ]
  for (const [code, attempt] of attempts)
    expect(`${String(attempt)} ${await codeOf(attempt())}`).toBe(`${String(attempt)} ${code}`)
  await accept()
  expect(engine.unsent()).toEqual([])
  expect(await codeOf(engine.react(lunch, gone.id, '👍', true))).toBe('target-recalled')

  await device.say(script.frame(script.change({ op: 'muted', by: jerry, members: [tom], until: 2_000_000 })))
  expect(await codeOf(engine.send(lunch, text('x')))).toBe('muted')
  expect(await codeOf(engine.edit(lunch, id, text('x')))).toBe('muted')
  expect(await codeOf(engine.react(lunch, hers, '👍', true))).toBe('muted')
  await device.pass(1_000_001)
  await engine.edit(lunch, id, text('later'))
  await device.say(script.frame(script.change({ op: 'removed', by: jerry, members: [tom] })))
  expect(await codeOf(engine.edit(lunch, id, text('x')))).toBe('not-a-member')
  expect(await codeOf(engine.react(lunch, hers, '👍', true))).toBe('not-a-member')
})

test('[CL121] a message that was refused is not reacted to', async () => {
  const { device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('rude'))
  await refuse(device, pushed(device.sent()), 'bad-content')
  expect(await codeOf(engine.react(lunch, id, '👍', true))).toBe('target-refused')
})

test('[CL134] a mute is over when the relay’s clock says so, however wrong this one is', async () => {
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  const device = await startDevice({ limits: { maxIdleConversations: 0 } })
  await device.opens()
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 9_000_000, expires: 0 },
    { frame: 'sync', cursor: 1, frames: 1, full: false, more: false, news: [script.news()] },
  )
  const until = (time: number) =>
    script.frame(script.change({ op: 'muted', by: jerry, members: [tom], until: time }))
  await device.say(until(8_999_999))
  await device.engine.send(lunch, text('over'))
  await device.say(until(9_000_001))
  expect(await codeOf(device.engine.send(lunch, text('x')))).toBe('muted')
})

test('[CL46] an operation fails with its message', async () => {
  const { device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('one'))
  const updates = pushed(device.sent())
  const edited = await engine.edit(lunch, id, text('two'))
  const reacted = await engine.react(lunch, id, '👍', true)
  await refuse(device, updates, 'bad-content')
  expect(await codeOf(edited.confirmed)).toBe('target-refused')
  expect(await codeOf(reacted.confirmed)).toBe('target-refused')
  expect(engine.unsent().map(({ kind, state }) => `${kind} ${state}`)).toEqual([
    'message refused',
    'operation refused',
    'operation refused',
  ])
  expect(await shown(device, id)).toMatchObject({ text: 'one', reactions: [], state: 'failed' })
  // Retried, the edit takes its message along.
  await engine.retryUnsent(edited.id)
  expect(ops(pushed(device.sent()))).toEqual(['say one'])
  expect(await shown(device, id)).toMatchObject({ text: 'two', state: 'sending' })
})

test('[CL120] [CL131] editing what was recalled meanwhile is refused, kept, told, and shown no more', async () => {
  const { script, device, engine, accept } = await atLunch()
  const { id } = await engine.send(lunch, text('one'))
  await accept()
  const own = script.rows.at(-1)
  if (own?.kind !== 'entry') throw new Error('it was said')
  await device.cut()
  const edited = await engine.edit(lunch, id, text('two'))
  await device.pass(1000)
  // Another device of his has taken it back.
  const gone = script.recall(own)
  await device.connect({ news: [script.news({ rows: [gone] })] })
  expect(await shown(device, id)).toMatchObject({ recalled: true })
  await refuse(device, pushed(device.sent()), 'target-recalled')
  expect(await codeOf(edited.confirmed)).toBe('target-recalled')
  const [event] = take(device.events, 'operation-refused')
  expect(event).toMatchObject({
    code: 'target-recalled',
    item: { id: edited.id, kind: 'operation', conversation: lunch, entry: { op: 'edit', target: id } },
  })
  expect(engine.unsent()).toMatchObject([
    { id: edited.id, kind: 'operation', state: 'refused', error: { code: 'target-recalled' } },
  ])
  expect(await shown(device, id)).toMatchObject({ recalled: true })
  await engine.discardUnsent(edited.id)
  expect(engine.unsent()).toEqual([])
})

test('[CL93] [CL131] a refused reaction is shown no more; retried it waits again, discarded it is gone', async () => {
  const { script, device, engine, accept } = await atLunch()
  const id = entryId(501)
  await device.say(script.frame(script.text(jerry, 'hello')))
  const { id: own } = await engine.react(lunch, id, '👍', true)
  await refuse(device, pushed(device.sent()), 'page-full')
  expect((await shown(device, id)).reactions).toEqual([])
  await engine.retryUnsent(own)
  expect((await shown(device, id)).reactions).toEqual([{ sign: '👍', users: ['Tom'] }])
  await refuse(device, pushed(device.sent()), 'page-full')
  await engine.discardUnsent(own)
  expect((await shown(device, id)).reactions).toEqual([])
  await engine.react(lunch, id, '👎', true)
  expect(ops(await accept())).toEqual(['react 👎 on'])
})

test('[CL120] what waits survives a restart, in the list too, and leaves in its order', async () => {
  const { script, device, engine, accept } = await atLunch()
  const { id } = await engine.send(lunch, text('one'))
  await accept()
  await device.cut()
  await engine.edit(lunch, id, { ...text('two'), mentions: [user('Mary')] })
  await engine.react(lunch, id, '👍', true)
  const again = await startDevice({ store: device.store, seed: 5, limits: { maxIdleConversations: 0 } })
  const expected = {
    text: 'two',
    mentions: ['Mary'],
    reactions: [{ sign: '👍', users: ['Tom'] }],
    state: 'sent',
  }
  expect(await shown(again, id)).toMatchObject(expected)
  expect(again.engine.conversation(lunch)?.lastMessage).toMatchObject(expected)
  await again.connect({ news: [script.news({ rows: [] })] })
  expect(ops(pushed(again.sent()))).toEqual(['edit two', 'react 👍 on'])
})

test('[CL120] in a conversation that is only here, edits and reactions wait behind its creation', async () => {
  const { device, engine } = await atLunch()
  await device.cut()
  const other = conversationId(2)
  await engine.command(other, createGroup([jerry]))
  const { id } = await engine.send(other, text('one'))
  await engine.edit(other, id, text('two'))
  await engine.react(other, id, '👍', true)
  expect((await engine.history(other, {})).messages).toMatchObject([
    { id, text: 'two', reactions: [{ sign: '👍', users: ['Tom'] }], state: 'sending' },
  ])
  expect(engine.unsent().map(({ kind }) => kind)).toEqual(['command', 'message', 'operation'])
})

test('[CL121] what is shown of a page that is not held whole can be edited, reacted to and recalled', async () => {
  const { script, device, engine } = await atLunch()
  const row = script.text(tom, 'one')
  const edit = script.edit(row, 'two')
  await device.say(script.frame(row, edit))
  const id = entryId(501)
  script.text(jerry, 'missed')
  const news = script.news({ whole: false, rows: [], touched: [script.touched(1)] })
  await device.say({ frame: 'sync', cursor: 9, frames: 0, full: false, more: false, news: [news] })
  // An erasure on a page that is behind: it counts as not held, and is still shown.
  await device.say(script.frame(script.edit(row, 'three')))
  await device.cut()
  expect(await shown(device, id)).toMatchObject({ recalled: false })
  await engine.react(lunch, id, '👍', true)
  await engine.edit(lunch, id, text('four'))
  expect(await shown(device, id)).toMatchObject({ text: 'four', reactions: [{ sign: '👍', users: [tom] }] })
  await engine.recall(lunch, id)
  expect(await shown(device, id)).toMatchObject({ recalled: true })
})

test('[CL55] what is about a message on a page that is hidden from him now is not looked for there', async () => {
  const { script, device, engine } = await atLunch()
  await device.say(script.frame(script.text(jerry, 'one')))
  await device.cut()
  await engine.react(lunch, entryId(501), '👍', true)
  await device.pass(40_000)
  // In another life of the log he has come back after its page was closed, and the past is hidden.
  const restored = createScript(lunch, { by: jerry, members: [mary], reader: tom })
  restored.text(jerry, 'one')
  restored.change({ op: 'page', pages: 2 })
  restored.change({ op: 'added', by: jerry, members: [tom], since: 2 })
  const news = restored.news({ whole: false, rows: [], touched: [restored.touched(2)], joinedSeq: 4 })
  await device.connect({ epoch: 'another', full: true, news: [news] })
  for (let round = 0; round < 6; round += 1) {
    for (const frame of device.sent()) {
      if (frame.frame === 'digests')
        await device.say({
          frame: 'digests-answer',
          request: frame.request,
          conversation: lunch,
          pages: [restored.touched(2)],
        })
      if (frame.frame !== 'fetch') continue
      const fetched =
        frame.page === 0
          ? restored.head()
          : frame.page === 2
            ? restored.page(2, frame.after)
            : ({ result: 'failed', code: 'not-found', detail: 'no' } as const)
      await device.say({ frame: 'fetch-answer', request: frame.request, conversation: lunch, fetched })
    }
    if (round === 1) engine.open(lunch).catch(() => undefined)
    await engine.setDraft(lunch, { type: -1, text: `${round}` })
    await device.pass(10)
  }
  expect(engine.unsent()).toMatchObject([
    { kind: 'operation', state: 'refused', error: { code: 'target-unknown' } },
  ])
})
