import type { Verdict } from '@parley/wire'
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
  pushed,
  texts,
  textOf,
  tom,
} from './testing/values.test-kit.ts'
import type { Pushed } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const text = (words: string) => ({ type: -1, text: words })

async function atLunch(limits = {}) {
  const device = await startDevice({ limits })
  const script = createScript(lunch, { by: jerry, members: [tom] })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  device.sent()
  return { script, device, engine: device.engine }
}

/** Sends these texts, and answers what left. */
async function sendAll(device: TestDevice, ...words: readonly string[]): Promise<readonly Pushed[]> {
  await Promise.all(words.map(async (one) => device.engine.send(lunch, text(one))))
  return pushed(device.sent())
}

async function answer(
  device: TestDevice,
  ...answers: readonly (readonly [Pushed | undefined, Verdict])[]
): Promise<void> {
  await device.say({
    frame: 'answer',
    conversation: lunch,
    answers: answers.map(([entry, verdict]) => {
      if (entry === undefined) throw new Error('nothing to answer')
      const { page, client, clock } = entry
      return { page, client, clock, verdict }
    }),
  })
}

const states = ({ engine }: TestDevice): readonly string[] =>
  engine
    .unsent()
    .map(
      ({ entry, state, error }) => `${textOf(entry)} ${state}${error === undefined ? '' : ` ${error.code}`}`,
    )

const accepted = (seq: number): Verdict => ({ class: 'accepted', seq, time: 1000 + seq })
const gap: Verdict = { class: 'rewrite', code: 'gap', page: 1 }
const refused: Verdict = { class: 'refused', code: 'bad-content', detail: 'no' }

test('[CL40] an answer settles exactly the bytes it names; for anything else it is nobody’s', async () => {
  const { device } = await atLunch()
  const [one, two] = await sendAll(device, 'one', 'two')
  if (one === undefined || two === undefined) throw new Error('two leave')
  for (const wrong of [
    { ...one, page: 2 },
    { ...one, client: one.client + 1 },
    { ...one, clock: 7 },
  ])
    await answer(device, [wrong, accepted(2)])
  await device.say({
    frame: 'answer',
    conversation: conversationId(7),
    answers: [{ ...one, verdict: accepted(2) }],
  })
  expect(states(device)).toEqual(['one waiting', 'two waiting'])
  await answer(device, [two, accepted(2)])
  expect(states(device)).toEqual(['one waiting'])
  // Once is enough.
  await answer(device, [two, refused])
  expect(states(device)).toEqual(['one waiting'])
})

test('[CL40] an answer to a command settles the one with its id', async () => {
  const { device, engine } = await atLunch()
  const { id, confirmed } = await engine.command(lunch, { op: 'add', members: [jerry] })
  const outcome = { successfulClientIds: [jerry], failures: [] }
  const verdict = { class: 'accepted', seq: 1, time: 1, outcome } as const
  await device.say({ frame: 'command-answer', conversation: lunch, id: entryId(9), verdict })
  await device.say({ frame: 'command-answer', conversation: conversationId(3), id, verdict })
  expect(engine.unsent()).toHaveLength(1)
  await device.say({ frame: 'command-answer', conversation: lunch, id, verdict })
  expect(engine.unsent()).toEqual([])
  expect(await confirmed).toEqual(outcome)
})

test('[CL41] what is answered stays shown, as sent, until its row is here', async () => {
  for (const known of [false, true]) {
    const { script, device, engine } = await atLunch()
    const [one] = await sendAll(device, 'one')
    if (one === undefined) throw new Error('nothing left')
    const row = script.accept(one)
    const { seq, time } = row
    const { page, client, clock } = one
    await answer(device, [
      one,
      known ? { class: 'duplicate', seq, time, page, client, clock } : accepted(seq),
    ])
    const shown = async () =>
      (await engine.history(lunch, {})).messages.map(({ text: words, state, seq: at }) => ({
        words,
        state,
        at,
      }))
    expect(engine.unsent()).toEqual([])
    expect(await shown()).toEqual([{ words: 'one', state: 'sent', at: seq }])
    expect(engine.conversation(lunch)?.lastMessage).toMatchObject({ text: 'one', state: 'sent' })
    await device.say(script.frame(row))
    expect(await shown()).toEqual([{ words: 'one', state: 'sent', at: seq }])
    expect(take(device.events, 'message')).toEqual([])
  }
})

test('[CL42] a rewrite voids the named bytes and all later ones of the same client id; all leave again, in order, under a new one', async () => {
  for (const code of ['gap', 'clock-reused', 'client-id-taken', 'origin-unknown', 'a-code-of-tomorrow']) {
    const { device } = await atLunch()
    const first = await sendAll(device, 'one', 'two', 'three')
    await answer(device, [first[1], { class: 'rewrite', code, page: 1 }])
    const again = pushed(device.sent())
    expect(again.map(({ entry }) => textOf(entry))).toEqual(['two', 'three'])
    expect(again[0]?.client).not.toBe(first[0]?.client)
    expect(again.map(({ clock }) => clock)).toEqual([0, 1])
    // The answers to what is void are nobody's.
    await answer(device, [first[2], refused])
    expect(states(device)).toEqual(['one waiting', 'two waiting', 'three waiting'])
  }
})

test('[CL42] a gap behind a refusal is no error', async () => {
  const { device } = await atLunch()
  const [one, two, three] = await sendAll(device, 'one', 'two', 'three')
  await answer(device, [one, refused], [two, gap], [three, gap])
  expect(states(device)).toEqual(['one refused bad-content', 'two waiting', 'three waiting'])
  const again = pushed(device.sent())
  expect(again.map(({ entry }) => textOf(entry))).toEqual(['two'])
  await answer(device, [again[0], accepted(2)])
  expect(texts(device.sent())).toEqual(['three'])
})

test('[CL43] after page-closed nothing is made for the newest page before it is known here', async () => {
  const { script, device, engine } = await atLunch()
  const [one] = await sendAll(device, 'one')
  const page = script.change({ op: 'page', pages: 2 })
  await answer(device, [one, { class: 'rewrite', code: 'page-closed', page: 2 }])
  await engine.send(lunch, text('two'))
  expect(texts(device.sent())).toEqual([])
  await device.say(script.frame(page))
  const again = pushed(device.sent())
  expect(again.map(({ entry, page: to }) => `${textOf(entry)} ${to}`)).toEqual(['one 2', 'two 2'])
  expect(again[0]?.origin).toBeNull()
})

test('[CL43] an operation sent to the wrong page goes to the one the relay names', async () => {
  const { script, device, engine } = await atLunch()
  const [one] = await sendAll(device, 'oops')
  if (one === undefined) throw new Error('nothing left')
  const row = script.accept(one)
  await answer(device, [one, accepted(row.seq)])
  await engine.recall(lunch, one.entry.id)
  const [recall] = pushed(device.sent())
  await answer(device, [recall, { class: 'rewrite', code: 'page-closed', page: 3 }])
  expect(pushed(device.sent())).toMatchObject([{ page: 3, entry: { op: 'recall' } }])
})

test('[CL44] later sends the same bytes again after the wait, and holds only its own lane', async () => {
  const { device, engine } = await atLunch()
  const other = createScript(conversationId(2), { by: jerry, members: [tom] })
  await device.say({ frame: 'sync', cursor: 3, frames: 0, full: false, more: false, news: [other.news()] })
  device.sent()
  const first = await sendAll(device, 'one')
  await answer(device, [first[0], { class: 'later', code: 'disk-full', waitMs: 4000 }])
  await engine.send(lunch, text('two'))
  await engine.send(other.id, text('elsewhere'))
  expect(texts(device.sent())).toEqual(['elsewhere'])
  await device.pass(3999)
  expect(texts(device.sent())).toEqual([])
  // The timer decides, not the clock, which may have been set back.
  device.setClock(0)
  await device.pass(1_100_000)
  const again = pushed(device.sent())
  expect(again.map(({ entry }) => textOf(entry))).toEqual(['one', 'two'])
  expect(again[0]?.update).toEqual(first[0]?.update)
})

test('[CL44] a relay cannot ask for more than `maxLaterMs`, and a command waits likewise', async () => {
  const { device, engine } = await atLunch({ heartbeatMs: 1_000_000 })
  const { id } = await engine.command(lunch, { op: 'quit' })
  device.sent()
  const verdict = { class: 'later', code: 'overloaded', waitMs: 10_000_000 } as const
  await device.say({ frame: 'command-answer', conversation: lunch, id, verdict })
  await device.pass(60_002)
  expect(device.sent().filter(({ frame }) => frame === 'command')).toMatchObject([{ id }])
})

test('[CL45] what is refused is kept with its reason and shown as failed; what does not depend on it goes on', async () => {
  const { device, engine } = await atLunch()
  const [one, two] = await sendAll(device, 'one', 'two')
  await answer(device, [one, { class: 'refused', code: 'a-code-of-tomorrow', detail: 'because' }])
  expect(take(device.events, 'message-status').map(({ message }) => message)).toMatchObject([
    { text: 'one', state: 'failed', error: { code: 'a-code-of-tomorrow', detail: 'because' } },
  ])
  expect((await engine.history(lunch, {})).messages).toMatchObject([
    { text: 'one', state: 'failed' },
    { text: 'two', state: 'sending' },
  ])
  const again = pushed(device.sent())
  expect(again.map(({ entry }) => textOf(entry))).toEqual(['two'])
  expect(two?.entry.id).toBe(again[0]?.entry.id)
  const restarted = await startDevice({ store: device.store })
  expect(states(restarted)).toEqual(['one refused a-code-of-tomorrow', 'two waiting'])
})

test('[CL45] a refused command is told of, kept, and taken back from what is shown', async () => {
  const { device, engine } = await atLunch()
  const { id, confirmed } = await engine.command(lunch, { op: 'quit' })
  expect((await engine.head(lunch))?.members.has(tom)).toBe(false)
  const verdict = { class: 'refused', code: 'members-fixed', detail: 'no' } as const
  await device.say({ frame: 'command-answer', conversation: lunch, id, verdict })
  expect(take(device.events, 'command-refused')).toMatchObject([
    { id, code: 'members-fixed', command: { op: 'quit' }, item: { id, state: 'refused' } },
  ])
  expect((await engine.head(lunch))?.members.has(tom)).toBe(true)
  expect(await codeOf(confirmed)).toBe('members-fixed')
  expect(engine.unsent()).toMatchObject([{ id, state: 'refused', error: { code: 'members-fixed' } }])
})

test('[CL46] an operation whose target is refused fails with it; after a refused creation its lane does', async () => {
  const { device, engine } = await atLunch()
  const [one] = await sendAll(device, 'oops')
  if (one === undefined) throw new Error('nothing left')
  const { confirmed } = await engine.recall(lunch, one.entry.id)
  await answer(device, [one, refused])
  expect(await codeOf(confirmed)).toBe('target-refused')
  expect(take(device.events, 'operation-refused')).toMatchObject([
    { code: 'target-refused', item: { kind: 'operation' } },
  ])

  const other = conversationId(2)
  const { id } = await engine.command(other, createGroup([]))
  const sent = await engine.send(other, text('hello'))
  const add = await engine.command(other, { op: 'add', members: [jerry] })
  await engine.command(other, { op: 'join' })
  expect(engine.conversation(other)?.role).toBe('owner')
  const verdict = { class: 'refused', code: 'already-exists', detail: 'no' } as const
  await device.say({ frame: 'command-answer', conversation: other, id, verdict })
  expect(await Promise.all([codeOf(sent.confirmed), codeOf(add.confirmed)])).toEqual([
    'conversation-refused',
    'conversation-refused',
  ])
  expect(await engine.head(other)).toBeUndefined()
  expect(engine.conversation(other)?.role).toBe('')
})

test('[CL47] a confirmed row that carries an id of the outbox is its answer, wherever it stands', async () => {
  const { script, device, engine } = await atLunch()
  const { id, confirmed } = await engine.send(lunch, text('one'))
  const row = script.write({ id, from: tom, sentAt: 1_000_000, type: -1, text: 'one' }, { client: 4242 })
  await device.say(script.frame(row))
  expect(await confirmed).toEqual({ seq: row.seq, time: row.time })
  expect(engine.unsent()).toEqual([])
  expect((await engine.history(lunch, {})).messages).toHaveLength(1)
  expect(take(device.events, 'message')).toEqual([])
  const restarted = await startDevice({ store: device.store })
  expect(restarted.engine.unsent()).toEqual([])
})

test('[CL48] a duplicate at another place voids the later bytes of that client id', async () => {
  const { script, device } = await atLunch()
  const [one, two] = await sendAll(device, 'one', 'two')
  if (one === undefined || two === undefined) throw new Error('two leave')
  const row = script.write(one.entry, { client: 4242 })
  await answer(device, [
    one,
    { class: 'duplicate', seq: row.seq, time: row.time, page: 1, client: 4242, clock: 0 },
  ])
  const [again] = pushed(device.sent())
  expect(again?.entry.id).toBe(two.entry.id)
  expect(again?.client).not.toBe(two.client)
  await answer(device, [two, gap])
  expect(states(device)).toEqual(['two waiting'])
})
