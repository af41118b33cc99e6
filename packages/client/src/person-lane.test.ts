import type { PersonCommand } from '@parley/document'
import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createPersonRelay } from './testing/person.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import { codeOf, conversationId, jerry, mary, settle, texts, tom } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const dinner = conversationId(2)

const ask = (user: typeof jerry, text?: string): PersonCommand => ({
  op: 'contact',
  user,
  act: 'request',
  ...(text === undefined ? undefined : { text }),
})

function commands(frames: ReturnType<Awaited<ReturnType<typeof startDevice>>['sent']>): readonly unknown[] {
  return frames.flatMap((frame) =>
    frame.frame === 'command' && frame.conversation === '' ? [frame.command] : [],
  )
}

test('[CL262] commands made offline survive a restart, and leave one after the other in the order they were made', async () => {
  const relay = createPersonRelay()
  const device = await startDevice()
  await device.engine.person(ask(jerry, 'it is me'))
  await device.engine.person({ op: 'block', users: [mary] })
  await device.engine.person({ op: 'profile', set: { name: 'Tom Cat' } })
  const again = await startDevice({ store: device.store, seed: 2 })
  expect(
    again.engine.unsent().map(({ kind, person, conversation }) => [kind, person?.op, conversation]),
  ).toEqual([
    ['person', 'contact', ''],
    ['person', 'block', ''],
    ['person', 'profile', ''],
  ])
  await relay.connect(again)
  expect(commands(again.sent())).toEqual([ask(jerry, 'it is me')])
  await again.cut()
  const third = await startDevice({ store: device.store, seed: 3 })
  await relay.connect(third)
  for (const op of ['contact', 'block', 'profile']) {
    const sent = third.sent()
    expect(commands(sent)).toMatchObject([{ op }])
    const frame = sent.find((one) => one.frame === 'command')
    const verdict = {
      class: 'accepted',
      seq: 0,
      time: 5,
      outcome: { successfulClientIds: [], failures: [] },
    } as const
    await third.say({
      frame: 'command-answer',
      conversation: '',
      id: frame?.frame === 'command' ? frame.id : '',
      verdict,
    })
  }
  expect(third.engine.unsent()).toEqual([])
  expect(third.sent()).toEqual([])
})

test('[CL262] what was sent and not answered leaves again under its id, and counts once', async () => {
  const relay = createPersonRelay()
  const device = await startDevice()
  await relay.connect(device)
  const { confirmed, id } = await device.engine.person(ask(jerry))
  const first = device.sent().find((frame) => frame.frame === 'command')
  expect(first).toMatchObject({ id })
  await relay.cut(device)
  await relay.connect(device)
  await relay.settle()
  await expect(confirmed).resolves.toMatchObject({ successfulClientIds: [jerry] })
  expect(relay.row(jerry, 'contact', tom)).toMatchObject({ state: 'incoming' })
})

test('[CL262] no conversation waits for a person’s commands, and they wait for none', async () => {
  const device = await startDevice()
  await device.connect({ news: [createScript(lunch, { by: jerry, members: [tom] }).news()] })
  device.sent()
  await device.engine.person(ask(jerry))
  await device.engine.send(lunch, { type: -1, text: 'one' })
  await device.engine.person({ op: 'setting', conversation: lunch, pinned: true })
  const sent = device.sent()
  expect([commands(sent), texts(sent)]).toEqual([[ask(jerry)], ['one']])
  const frame = sent.find((one) => one.frame === 'command')
  const verdict = { class: 'later', code: 'overloaded', waitMs: 2000 } as const
  await device.say({
    frame: 'command-answer',
    conversation: '',
    id: frame?.frame === 'command' ? frame.id : '',
    verdict,
  })
  await device.engine.send(lunch, { type: -1, text: 'two' })
  const meanwhile = device.sent()
  expect([commands(meanwhile), texts(meanwhile)]).toEqual([[], ['two']])
  await device.pass(2001)
  expect(commands(device.sent())).toEqual([ask(jerry)])
})

test('[CL262] nothing leaves before the catch-up is stored', async () => {
  const device = await startDevice()
  await device.engine.person(ask(jerry))
  await device.opens()
  await device.say({ frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 5, expires: 0 })
  expect(commands(device.sent())).toEqual([])
  await device.say({ frame: 'sync', cursor: 1, frames: 0, full: true, more: false, news: [] })
  expect(commands(device.sent())).toHaveLength(1)
})

test('[CL263] what the rules forbid here rejects at once, and nothing of it stands', async () => {
  const device = await startDevice()
  const bad: readonly (readonly [PersonCommand, string])[] = [
    [ask(tom), 'bad-content'],
    [{ op: 'contact', user: jerry, act: 'accept' }, 'not-found'],
    [{ op: 'contact', user: jerry, act: 'decline' }, 'not-found'],
    [{ op: 'contact', user: jerry, act: 'remark', text: 'Jer' }, 'not-found'],
    [{ op: 'profile', set: {} }, 'bad-content'],
    [{ op: 'profile', set: { fields: { long: 'x'.repeat(9000) } } }, 'too-large'],
    [{ op: 'setting', conversation: dinner, pinned: true }, 'unknown-conversation'],
    [{ op: 'block', users: [] }, 'bad-content'],
    [{ op: 'nothing' } as never, 'bad-content'],
  ]
  for (const [command, code] of bad) expect(await codeOf(device.engine.person(command))).toBe(code)
  expect(await codeOf(device.engine.hide(dinner))).toBe('unknown-conversation')
  expect(await codeOf(device.engine.clear(dinner))).toBe('unknown-conversation')
  expect([device.engine.unsent(), device.engine.contacts(), device.engine.blocked()]).toEqual([[], [], []])
  await device.engine.person({ op: 'block', users: [jerry] })
  expect(await codeOf(device.engine.person(ask(jerry)))).toBe('blocked')
})

test('[CL263] what waits is laid over what is confirmed, in the order it was made', async () => {
  const relay = createPersonRelay()
  const device = await startDevice()
  await relay.connect(device)
  await device.engine.person(ask(jerry, 'hello'))
  await relay.settle()
  await relay.cut(device)
  await device.engine.person({ op: 'contact', user: jerry, act: 'remark', text: 'the mouse' })
  await device.engine.person(ask(mary))
  await device.engine.person({ op: 'contact', user: jerry, act: 'remove' })
  await device.engine.person({ op: 'profile', set: { name: 'Tom', fields: { town: 'X' } } })
  await device.engine.person({ op: 'profile', set: { fields: { town: null, age: 3 } } })
  expect(device.engine.contacts()).toMatchObject([{ user: mary, state: 'outgoing' }])
  expect(device.engine.profile(tom)).toMatchObject({ name: 'Tom', fields: { age: 3 } })
  await device.engine.person(ask(jerry))
  expect(device.engine.contacts()).toHaveLength(2)
})

test('[CL264] an answered change stays shown until its rows are here, and what came elsewhere meanwhile counts', async () => {
  const device = await startDevice()
  await device.connect({ news: [createScript(lunch, { by: jerry, members: [tom] }).news()], cursor: 5 })
  const pinned = (): number | null | undefined => device.engine.conversation(lunch)?.pinnedAt
  const { confirmed, id } = await device.engine.person({ op: 'setting', conversation: lunch, pinned: true })
  const outcome = { successfulClientIds: [], failures: [] }
  await device.say({
    frame: 'command-answer',
    conversation: '',
    id,
    verdict: { class: 'accepted', seq: 9, time: 77, outcome },
  })
  expect(pinned()).toBe(77)
  await confirmed
  expect(device.engine.unsent()).toEqual([])
  const again = await startDevice({ store: device.store, seed: 2 })
  expect(again.engine.conversation(lunch)?.pinnedAt).toBe(77)
  await again.connect({ cursor: 8 })
  expect(again.engine.conversation(lunch)?.pinnedAt).toBe(77)
  // Another device has unpinned it since: the row says so.
  await again.say({ frame: 'own', rows: [{ kind: 'setting', key: lunch, value: null, time: 80 }] })
  expect(again.engine.conversation(lunch)?.pinnedAt).toBeNull()
  const third = await startDevice({ store: device.store, seed: 3 })
  expect(third.engine.conversation(lunch)?.pinnedAt).toBeNull()
})

test('[CL264] a cursor beyond an answer says that there are no more rows of it', async () => {
  const device = await startDevice()
  await device.connect({ news: [createScript(lunch, { by: jerry, members: [tom] }).news()], cursor: 5 })
  const { id } = await device.engine.person({ op: 'setting', conversation: lunch, muted: true })
  const outcome = { successfulClientIds: [], failures: [] }
  const verdict = { class: 'accepted', seq: 9, time: 77, outcome } as const
  await device.say({ frame: 'command-answer', conversation: '', id, verdict })
  expect(device.engine.conversation(lunch)?.muted).toBe(true)
  await device.say({ frame: 'cursor', cursor: 8, frames: 0 })
  expect(device.engine.conversation(lunch)?.muted).toBe(true)
  await device.say({ frame: 'cursor', cursor: 9, frames: 0 })
  expect(device.engine.conversation(lunch)?.muted).toBe(false)
})

test('[CL265] a late refusal is told, taken back from view, kept with its reason, and can be tried again', async () => {
  const device = await startDevice()
  await device.connect()
  const { id, confirmed } = await device.engine.person(ask(jerry))
  device.sent()
  const verdict = { class: 'refused', code: 'rate-limited', detail: 'slower' } as const
  await device.say({ frame: 'command-answer', conversation: '', id, verdict })
  expect(await codeOf(confirmed)).toBe('refused')
  expect(device.engine.contacts()).toEqual([])
  expect(take(device.events, 'person-refused')).toMatchObject([{ code: 'rate-limited', item: { id } }])
  const error = { code: 'rate-limited', detail: 'slower' }
  expect(device.engine.unsent()).toMatchObject([{ id, state: 'refused', error, person: { op: 'contact' } }])
  const again = await startDevice({ store: device.store, seed: 2 })
  expect(again.engine.unsent()).toMatchObject([{ id, state: 'refused', error }])
  const queued = await again.engine.retryUnsent(id)
  expect(queued.id).not.toBe(id)
  expect(again.engine.contacts()).toMatchObject([{ user: jerry, state: 'outgoing' }])
  expect(again.engine.confirmed(queued.id)).toBeDefined()
  expect(await codeOf(again.engine.retryUnsent(queued.id))).toBe('unknown-message')
})

test('[CL265] what never left can be discarded, and so can what was refused; what may be at the relay cannot', async () => {
  const device = await startDevice()
  const first = await device.engine.person(ask(jerry))
  await device.engine.discardUnsent(first.id)
  expect(await codeOf(first.confirmed)).toBe('withdrawn')
  expect([device.engine.unsent(), device.engine.contacts()]).toEqual([[], []])
  expect(await codeOf(device.engine.discardUnsent(first.id))).toBe('unknown-message')
  await device.connect()
  const second = await device.engine.person(ask(mary))
  expect(await codeOf(device.engine.discardUnsent(second.id))).toBe('bad-argument')
  const verdict = { class: 'refused', code: 'too-many', detail: 'enough' } as const
  await device.say({ frame: 'command-answer', conversation: '', id: second.id, verdict })
  await device.engine.discardUnsent(second.id)
  expect(device.engine.unsent()).toEqual([])
})

test('[CL265] an answer to nothing, and a second answer, change nothing', async () => {
  const device = await startDevice()
  await device.connect()
  const { id, confirmed } = await device.engine.person(ask(jerry))
  const outcome = { successfulClientIds: [], failures: [] }
  const accepted = { class: 'accepted', seq: 0, time: 5, outcome } as const
  const refused = { class: 'refused', code: 'too-many', detail: 'no' } as const
  await device.say(
    { frame: 'command-answer', conversation: '', id: 'nobody', verdict: refused },
    { frame: 'command-answer', conversation: '', id, verdict: accepted },
    { frame: 'command-answer', conversation: '', id, verdict: refused },
  )
  await expect(confirmed).resolves.toEqual(outcome)
  await settle()
  expect(take(device.events, 'person-refused')).toEqual([])
  expect(device.engine.unsent()).toEqual([])
})

test('[CL262] a command whose departure could not be stored leaves when the store takes something again', async () => {
  const store = watchStore()
  const device = await startDevice({ store })
  await device.engine.person(ask(jerry))
  store.refuse('quota')
  await device.connect()
  expect(commands(device.sent())).toEqual([])
  expect(await codeOf(device.engine.person(ask(mary)))).toBe('storage-full')
  expect(device.engine.contacts().map((contact) => contact.user)).toEqual([jerry])
  store.refuse(undefined)
  await device.pass(1000)
  expect(commands(device.sent())).toEqual([ask(jerry)])
})
