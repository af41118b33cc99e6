import { uniqueConversationId } from '@parley/document/commands'
import type { Command } from '@parley/document'
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import {
  codeOf,
  conversationId,
  createGroup,
  entryId,
  jerry,
  mary,
  pushed,
  settle,
  texts,
  tom,
  user,
} from './testing/values.test-kit.ts'

const lunch = conversationId(1)

async function atLunch(device?: TestDevice) {
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
  const joined = device ?? (await startDevice())
  await joined.connect({ news: [script.news()] })
  joined.events.splice(0)
  joined.sent()
  return { script, device: joined, engine: joined.engine }
}

const text = (words: string) => ({ type: -1, text: words })

test('[CL90] what the local rules forbid rejects at once and is not queued', async () => {
  const { script, device, engine } = await atLunch()
  const theirs = script.text(jerry, 'mine')
  await device.say(script.frame(theirs))
  const unique = uniqueConversationId('group', [jerry, mary])
  const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['unknown-conversation', () => engine.send(conversationId(9), text('x'))],
    ['too-large', () => engine.send(lunch, text('x'.repeat(17_000)))],
    ['unknown-conversation', () => engine.command(conversationId(9), { op: 'add', members: [mary] })],
    ['not-allowed', () => engine.command(lunch, { op: 'remove', members: [mary] })],
    ['bad-content', () => engine.command(lunch, { op: 'add', members: [] })],
    ['wrong-id', () => engine.command(unique, createGroup([]))],
    ['not-found', () => engine.command(unique, { op: 'join' })],
    ['already-exists', () => engine.command(lunch, createGroup([mary]))],
    ['unknown-message', () => engine.recall(lunch, entryId(9))],
    ['not-allowed', () => engine.recall(lunch, entryId(501))],
    ['unknown-message', () => engine.retryUnsent(entryId(9))],
    ['unknown-message', () => engine.discardUnsent(entryId(9))],
    ['unknown-conversation', () => engine.read(conversationId(9))],
    ['unknown-conversation', () => engine.setDraft(conversationId(9), { type: -1, text: 'x' })],
    ['unknown-conversation', () => engine.history(conversationId(9), {})],
  ]
  for (const [code, attempt] of attempts)
    expect(`${String(attempt)} ${await codeOf(attempt())}`).toBe(`${String(attempt)} ${code}`)
  expect(engine.unsent()).toEqual([])
  expect(device.sent().filter(({ frame }) => frame !== 'people')).toEqual([])
  expect(engine.conversation(conversationId(9))).toBeUndefined()
})

test('[CL90] a change that could not be read again is refused before it is stored', async () => {
  const device = await startDevice()
  const many = Array.from({ length: 4000 }, (_, n) => user(`${'x'.repeat(59)}${n}`))
  const refused: readonly (readonly [string, Command])[] = [
    ['too-large', createGroup([jerry], 'n'.repeat(201))],
    ['bad-content', createGroup([jerry], '\uD800')],
    ['too-large', createGroup(many)],
    ['too-large', { ...createGroup([jerry]), attributes: { key: 'x'.repeat(17_000) } } as Command],
  ]
  for (const [code, wanted] of refused) expect(await codeOf(device.engine.command(lunch, wanted))).toBe(code)
  await device.engine.command(lunch, createGroup([jerry, jerry]))
  await device.engine.command(lunch, { op: 'add', members: [mary, mary] })
  const again = await startDevice({ store: device.store })
  expect(again.engine.unsent().map(({ command }) => command)).toMatchObject([
    { op: 'create', members: [jerry] },
    { op: 'add', members: [mary] },
  ])
})

test('[CL90] who has quit, as far as this device knows, writes and changes no more', async () => {
  const { script, device, engine } = await atLunch()
  await engine.command(lunch, { op: 'quit' })
  expect(await codeOf(engine.send(lunch, text('x')))).toBe('not-a-member')
  expect(await codeOf(engine.command(lunch, { op: 'add', members: [jerry] }))).toBe('not-found')
  expect(engine.conversation(lunch)?.role).toBe('')
  await device.say(script.frame(script.change({ op: 'quit', by: tom }, engine.unsent()[0]?.id)))
  expect(engine.conversation(lunch)).toMatchObject({ role: '', syncState: 'left', memberCount: 2 })
  expect(await codeOf(engine.send(lunch, text('x')))).toBe('not-a-member')
})

test('[CL91] a message is on the disk when its call resolves, and confirmed at the relay’s answer', async () => {
  const { device, engine } = await atLunch()
  const { id, message, confirmed } = await engine.send(lunch, text('one'))
  expect(message).toMatchObject({ id, state: 'sending', seq: 0, text: 'one', from: tom })
  const copy = await startDevice({ store: device.store })
  expect(copy.engine.unsent().map((item) => item.id)).toEqual([id])
  expect(await codeOf(engine.setDraft(lunch, { type: -1, text: 'x' }))).toBe('superseded')
  expect(await codeOf(confirmed)).toBe('superseded')

  const other = await atLunch()
  const sent = await other.engine.send(lunch, text('two'))
  const [update] = pushed(other.device.sent())
  if (update === undefined) throw new Error('nothing left')
  const row = other.script.accept(update)
  await other.device.say(other.script.accepted([update], [row]))
  expect(await sent.confirmed).toEqual({ seq: row.seq, time: row.time })
  expect(
    take(other.device.events, 'message-status').map(({ message: { state, seq } }) => ({ state, seq })),
  ).toEqual([{ state: 'sent', seq: row.seq }])
})

test('[CL91] a refusal rejects, and nobody has to look', async () => {
  const { device, engine } = await atLunch()
  const { confirmed } = await engine.send(lunch, text('one'))
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('nothing left')
  const { page, client, clock } = update
  await device.say({
    frame: 'answer',
    conversation: lunch,
    answers: [
      {
        page,
        client,
        clock,
        verdict: { class: 'refused', code: 'not-a-member', detail: 'only members write' },
      },
    ],
  })
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  await expect(confirmed).rejects.toMatchObject({ code: 'not-a-member', detail: 'only members write' })
})

test('[CL92] recalling what was never sent takes it out of the outbox, and nothing of it leaves', async () => {
  const { device, engine } = await atLunch()
  await device.cut()
  const { id, confirmed } = await engine.send(lunch, text('oops'))
  const recall = await engine.recall(lunch, id)
  await recall.confirmed
  expect(await codeOf(confirmed)).toBe('withdrawn')
  expect(engine.unsent()).toEqual([])
  expect((await engine.history(lunch, {})).messages).toEqual([])
  expect(take(device.events, 'message-status').map(({ message }) => message)).toMatchObject([
    { id, state: 'failed', error: { code: 'withdrawn' } },
  ])
  await device.pass(1000)
  await device.connect()
  expect(texts(device.sent())).toEqual([])
})

test('[CL92] what may be at the relay is recalled there, once, also when its bytes turned out void', async () => {
  const { script, device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('oops'))
  const [update] = pushed(device.sent())
  if (update === undefined) throw new Error('nothing left')
  const first = await engine.recall(lunch, id)
  const second = await engine.recall(lunch, id)
  expect(second).toEqual(first)
  const page = script.change({ op: 'page', pages: 2 })
  await device.say(script.frame(page), {
    frame: 'answer',
    conversation: lunch,
    answers: [{ ...update, verdict: { class: 'rewrite', code: 'page-closed', page: 2 } }],
  })
  const [again] = pushed(device.sent())
  expect(again).toMatchObject({ page: 2, entry: { id } })
  if (again === undefined) throw new Error('nothing left')
  const row = script.accept(again)
  await device.say(script.accepted([again], [row]))
  expect(pushed(device.sent())).toMatchObject([{ page: 2, entry: { op: 'recall', target: id } }])
})

test('[CL94] creating a unique conversation that is here with everybody in it asks nobody', async () => {
  const device = await startDevice()
  const id = uniqueConversationId('group', [tom, jerry])
  const script = createScript(id, { by: jerry, members: [tom], unique: true })
  await device.connect({ news: [script.news()] })
  device.sent()
  const wanted: Command = { ...createGroup([jerry]), unique: true } as Command
  const { predicted, confirmed } = await device.engine.command(id, wanted)
  expect(await confirmed).toEqual(predicted)
  expect(device.sent()).toEqual([])
  expect(device.engine.unsent()).toEqual([])
})

test('[CL94] creating it twice while the first waits asks once, and both hear the answer', async () => {
  const device = await startDevice()
  const id = uniqueConversationId('group', [tom, jerry])
  const wanted: Command = { ...createGroup([jerry]), unique: true } as Command
  const first = await device.engine.command(id, wanted)
  const second = await device.engine.command(id, wanted)
  expect(second.id).toBe(first.id)
  expect(device.engine.unsent()).toHaveLength(1)
  await device.connect()
  const outcome = { successfulClientIds: [jerry], failures: [] }
  await device.say({
    frame: 'command-answer',
    conversation: id,
    id: first.id,
    verdict: { class: 'accepted', seq: 1, time: 1, outcome },
  })
  expect(await Promise.all([first.confirmed, second.confirmed])).toEqual([outcome, outcome])
})

test('[CL97] what was done without a network survives a restart and goes out in order', async () => {
  const { device, engine, script } = await atLunch()
  await device.cut()
  await engine.send(lunch, text('one'))
  await engine.command(lunch, { op: 'add', members: [user('Spike')] })
  await engine.send(lunch, text('two'))
  await engine.send(lunch, text('three'))
  await engine.close()

  const again = await startDevice({ store: device.store, seed: 3 })
  expect((await again.engine.history(lunch, {})).messages.map((message) => message.text)).toEqual([
    'one',
    'two',
    'three',
  ])
  expect([...((await again.engine.head(lunch))?.members.keys() ?? [])]).toContain('Spike')
  await again.connect()
  const [one] = pushed(again.sent())
  if (one === undefined) throw new Error('nothing left')
  const row = script.accept(one)
  await again.say(script.accepted([one], [row]), script.frame(row))
  const [command] = again.sent()
  expect(command).toMatchObject({ frame: 'command', command: { op: 'add' } })
  if (command?.frame !== 'command') throw new Error('no command left')
  const outcome = { successfulClientIds: ['Spike'], failures: [] }
  const added = script.change({ op: 'added', by: tom, members: [user('Spike')] }, command.id)
  await again.say({
    frame: 'command-answer',
    conversation: lunch,
    id: command.id,
    verdict: { class: 'accepted', seq: added.seq, time: added.time, outcome },
  })
  await settle()
  expect(texts(again.sent())).toEqual(['two', 'three'])
})

test('[CL323] who was blocked may try to join again, and the relay says whether he may', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  await device.say(script.frame(script.change({ op: 'blocked', by: jerry, members: [tom], left: [tom] })))
  expect(device.engine.conversation(lunch)?.role).toBe('')
  device.sent()
  const { predicted, confirmed } = await device.engine.command(lunch, { op: 'join' })
  expect(predicted).toEqual({ successfulClientIds: [tom], failures: [] })
  confirmed.catch(() => undefined)
  await settle()
  expect(device.sent()).toMatchObject([{ frame: 'command', command: { op: 'join' } }])
  expect(await codeOf(device.engine.command(lunch, { op: 'add', members: [jerry] }))).toBe('not-found')
})
