import type { ConversationId, EntryId } from '@parley/document'
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import {
  codeOf,
  conversationId,
  createGroup,
  jerry,
  pushed,
  texts,
  textOf,
  tom,
} from './testing/values.test-kit.ts'
import type { Pushed } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const text = (words: string) => ({ type: -1, text: words })

async function atLunch() {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  device.sent()
  return { script, device, engine: device.engine }
}

async function refuse(
  device: TestDevice,
  { page, client, clock }: Pushed,
  code = 'bad-content',
): Promise<void> {
  const verdict = { class: 'refused', code, detail: 'no' } as const
  await device.say({ frame: 'answer', conversation: lunch, answers: [{ page, client, clock, verdict }] })
}

async function refuseCommand(device: TestDevice, id: EntryId, conversation: ConversationId): Promise<void> {
  await device.say({
    frame: 'command-answer',
    conversation,
    id,
    verdict: { class: 'refused', code: 'not-allowed', detail: 'no' },
  })
}

function only<T>(all: readonly T[]): T {
  const [one] = all
  if (one === undefined || all.length !== 1) throw new Error(`${all.length} instead of one`)
  return one
}

const states = ({ engine }: TestDevice): readonly string[] =>
  engine
    .unsent()
    .map(({ kind, state, error }) => `${kind} ${state}${error === undefined ? '' : ` ${error.code}`}`)

test('[CL93] a refused message can be retried, and its new try is answered', async () => {
  const { script, device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('again'))
  await refuse(device, only(pushed(device.sent())))
  expect(states(device)).toEqual(['message refused bad-content'])
  expect(take(device.events, 'message-status').map(({ message }) => message.state)).toEqual(['failed'])
  const { confirmed } = await engine.retryUnsent(id)
  const update = only(pushed(device.sent()))
  expect(update.entry.id).toBe(id)
  const row = script.accept(update)
  await device.say(script.accepted([update], [row]), script.frame(row))
  expect(await confirmed).toEqual({ seq: row.seq, time: row.time })
  expect(take(device.events, 'message-status').map(({ message }) => message.state)).toEqual([
    'sending',
    'sent',
  ])
  expect(engine.unsent()).toEqual([])
})

test('[CL93] retried without a network it waits, and goes behind what was written meanwhile', async () => {
  const { device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('first'))
  await refuse(device, only(pushed(device.sent())))
  await device.cut()
  await engine.send(lunch, text('second'))
  await engine.retryUnsent(id)
  expect(states(device)).toEqual(['message waiting', 'message waiting'])
  await device.pass(1000)
  await device.connect()
  expect(texts(device.sent())).toEqual(['second', 'first'])
  expect(await codeOf(engine.retryUnsent(id))).toBe('unknown-message')
})

test('[CL93] a refused message can be discarded', async () => {
  const { device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('never mind'))
  await refuse(device, only(pushed(device.sent())))
  await engine.discardUnsent(id)
  expect(engine.unsent()).toEqual([])
  expect((await engine.history(lunch, {})).messages).toEqual([])
  const again = await startDevice({ store: device.store })
  expect(again.engine.unsent()).toEqual([])
})

test('[CL93] what waits and never left can be discarded; what may have been sent cannot', async () => {
  const { device, engine } = await atLunch()
  const sent = await engine.send(lunch, text('sent'))
  expect(texts(device.sent())).toEqual(['sent'])
  await device.cut()
  const unsent = await engine.send(lunch, text('unsent'))
  expect(await codeOf(engine.discardUnsent(sent.id))).toBe('bad-argument')
  await engine.discardUnsent(unsent.id)
  expect(await codeOf(unsent.confirmed)).toBe('withdrawn')
  await device.pass(1000)
  await device.connect()
  expect(texts(device.sent())).toEqual(['sent'])
  const command = await engine.command(lunch, { op: 'quit' })
  const [later] = pushed(device.sent())
  expect(later).toBeUndefined()
  await engine.discardUnsent(command.id)
  const other = conversationId(2)
  const { id } = await engine.command(other, createGroup([]))
  expect(await codeOf(engine.discardUnsent(id))).toBe('bad-argument')
})

test('[CL93] retrying a creation retries its lane, under a new id, in the order it was written', async () => {
  const device = await startDevice()
  const { engine } = device
  await device.connect()
  const { id } = await engine.command(lunch, createGroup([jerry]))
  const one = await engine.send(lunch, text('one'))
  await engine.send(lunch, text('two'))
  device.sent()
  await refuseCommand(device, id, lunch)
  expect(states(device)).toEqual([
    'command refused not-allowed',
    'message refused conversation-refused',
    'message refused conversation-refused',
  ])
  expect(engine.conversation(lunch)).toMatchObject({ role: '', syncState: 'local' })
  expect(await codeOf(engine.send(lunch, text('three')))).toBe('not-a-member')
  expect(await codeOf(engine.retryUnsent(one.id))).toBe('conversation-refused')

  await engine.retryUnsent(id)
  expect(states(device)).toEqual(['command waiting', 'message waiting', 'message waiting'])
  expect(engine.conversation(lunch)).toMatchObject({ role: 'owner', syncState: 'local' })
  const command = only(device.sent())
  expect(command).toMatchObject({ frame: 'command', command: { op: 'create' } })
  if (command.frame !== 'command') throw new Error('not a command')
  expect(command.id).not.toBe(id)
  const script = createScript(lunch, { by: tom, members: [jerry], reader: tom })
  await device.say(
    {
      frame: 'command-answer',
      conversation: lunch,
      id: command.id,
      verdict: {
        class: 'accepted',
        seq: 1,
        time: 1001,
        outcome: { successfulClientIds: [jerry], failures: [] },
      },
    },
    { frame: 'sync', cursor: 2, frames: 0, full: false, more: false, news: [script.news()] },
  )
  expect(texts(device.sent())).toEqual(['one', 'two'])
})

test('[CL93] discarding a creation discards its lane and leaves nothing', async () => {
  const device = await startDevice()
  const { engine } = device
  const { id } = await engine.command(lunch, createGroup([jerry]))
  await engine.send(lunch, text('one'))
  await engine.setDraft(lunch, { type: -1, text: 'half' })
  await engine.discardUnsent(id)
  expect(engine.unsent()).toEqual([])
  expect(engine.conversation(lunch)).toBeUndefined()
  const again = await startDevice({ store: device.store })
  expect(again.engine.conversations()).toEqual([])
  await again.engine.command(lunch, createGroup([jerry]))
  expect(again.engine.conversation(lunch)?.draft).toBeNull()
})

test('[CL46] [CL93] a joining that is refused leaves the conversation unknown, and takes what was written with it', async () => {
  const device = await startDevice()
  const { engine } = device
  await device.connect()
  const { id } = await engine.command(lunch, { op: 'join' })
  await engine.send(lunch, text('hello'))
  await refuseCommand(device, id, lunch)
  expect(states(device)).toEqual(['command refused not-allowed', 'message refused conversation-refused'])
  expect(engine.conversation(lunch)?.syncState).toBe('unknown')
  await engine.retryUnsent(id)
  expect(states(device)).toEqual(['command waiting', 'message waiting'])
  const [again] = engine.unsent()
  if (again === undefined) throw new Error('nothing waits')
  await refuseCommand(device, again.id, lunch)
  await engine.discardUnsent(again.id)
  expect(engine.unsent()).toEqual([])
  expect(engine.conversation(lunch)).toBeUndefined()
  expect(engine.conversations()).toEqual([])
})

test('[CL93] retrying what is about a refused message retries that too, first; discarding it takes both', async () => {
  const { device, engine } = await atLunch()
  const { id } = await engine.send(lunch, text('oops'))
  const recall = await engine.recall(lunch, id)
  await refuse(device, only(pushed(device.sent())))
  expect(states(device)).toEqual(['message refused bad-content', 'operation refused target-refused'])
  await engine.retryUnsent(recall.id)
  expect(states(device)).toEqual(['message waiting', 'operation waiting'])
  const update = only(pushed(device.sent()))
  expect(textOf(update.entry)).toBe('oops')
  await refuse(device, update)
  await engine.discardUnsent(id)
  expect(engine.unsent()).toEqual([])
  // The lane is open: nothing waits for what is gone.
  await engine.send(lunch, text('next'))
  expect(texts(device.sent())).toEqual(['next'])
})
