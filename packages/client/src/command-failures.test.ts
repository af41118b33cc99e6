import type { Command, Failure, Outcome, UserId } from '@parley/document'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { UnsentItem } from './engine-types.ts'
import { startDevice, take } from './testing/device.test-kit.ts'
import type { TestDevice, TestDeviceOptions } from './testing/device.test-kit.ts'
import { compare, limits, meetRestored } from './testing/restored.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import {
  codeOf,
  conversationId,
  createGroup,
  jerry,
  mary,
  settle,
  tom,
  user,
} from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const spike = user('Spike')
const tyke = user('Tyke')

async function atLunch(options: TestDeviceOptions = {}) {
  const device = await startDevice(options)
  const script = createScript(lunch, { by: tom, members: [jerry], reader: tom })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  device.sent()
  return { script, device, engine: device.engine }
}

const blocked = (...clientIds: readonly UserId[]): Failure => ({ clientIds, code: 'blocked', detail: 'no' })
const declined = (...clientIds: readonly UserId[]): Failure => ({
  clientIds,
  code: 'declined',
  detail: 'nor he',
})

interface Answer {
  readonly id: string
  readonly outcome: Outcome
  readonly seq?: number
  readonly again?: true
}

async function answer(device: TestDevice, { id, outcome, seq = 1, again }: Answer): Promise<void> {
  const verdict = { class: again ? 'duplicate' : 'accepted', seq, time: 1000 + seq, outcome } as const
  await device.say({ frame: 'command-answer', conversation: lunch, id, verdict })
}

/** The commands that left since last asked. */
const commands = (device: TestDevice): readonly { readonly id: string; readonly command: unknown }[] =>
  device
    .sent()
    .flatMap((frame) => (frame.frame === 'command' ? [{ id: frame.id, command: frame.command }] : []))

function onlyUnsent({ engine }: TestDevice): UnsentItem {
  const [item, ...others] = engine.unsent()
  if (item === undefined || others.length > 0) throw new Error('not one is kept')
  return item
}

const shown = async ({ engine }: TestDevice): Promise<readonly UserId[]> =>
  [...((await engine.head(lunch))?.members.keys() ?? [])].toSorted()

const nobody = (...failures: readonly Failure[]): Outcome => ({ successfulClientIds: [], failures })

test('[CL360] a command that failed for everybody is refused: taken back from view, told, and kept with all its reasons', async () => {
  const { device, engine } = await atLunch()
  const { id, confirmed } = await engine.command(lunch, { op: 'add', members: [mary, spike] })
  expect(await shown(device)).toEqual([jerry, mary, spike, tom])
  const outcome = nobody(blocked(mary), declined(spike))
  await answer(device, { id, outcome })
  expect(await shown(device)).toEqual([jerry, tom])
  const item = {
    id,
    conversation: lunch,
    kind: 'command',
    command: { op: 'add', members: [mary, spike] },
    state: 'refused',
    error: { code: 'blocked', detail: 'no', failures: outcome.failures },
  }
  expect(engine.unsent()).toMatchObject([item])
  expect(take(device.events, 'command-refused')).toMatchObject([{ id, code: 'blocked', detail: 'no', item }])
  // Who waits for it is answered as the relay answered.
  expect(await confirmed).toEqual(outcome)
  await answer(device, { id, outcome })
  expect(engine.unsent()).toHaveLength(1)
  expect(take(device.events, 'command-refused')).toEqual([])
})

test('[CL360] it stands after a restart, leaves again only when retried, and can be discarded', async () => {
  const { device, engine } = await atLunch()
  const { id } = await engine.command(lunch, { op: 'mute', members: [jerry], forMs: null })
  const failures = [{ clientIds: [jerry], code: 'not-allowed', detail: 'no' }] as const
  await answer(device, { id, outcome: nobody(...failures) })
  const again = await startDevice({ store: device.store, seed: 2 })
  await again.connect()
  expect(commands(again)).toEqual([])
  expect(again.engine.unsent()).toMatchObject([
    { id, state: 'refused', error: { code: 'not-allowed', failures } },
  ])
  await again.engine.retryUnsent(id)
  await settle()
  expect(again.engine.unsent()).toMatchObject([{ state: 'waiting' }])
  expect(again.engine.unsent()[0]?.error).toBeUndefined()
  const [left] = commands(again)
  if (left === undefined) throw new Error('nothing left')
  expect([left.id === id, left.command]).toEqual([false, { op: 'mute', members: [jerry], forMs: null }])
  await answer(again, { id: left.id, outcome: nobody(...failures) })
  const kept = onlyUnsent(again)
  expect(kept.id).toBe(left.id)
  await again.engine.discardUnsent(kept.id)
  expect(again.engine.unsent()).toEqual([])
  expect(await codeOf(again.engine.discardUnsent(kept.id))).toBe('unknown-message')
})

test('[CL361] of one that failed for some the rest stands, and they are told and kept as a command of their own', async () => {
  const { device, engine, script } = await atLunch()
  const { id, confirmed } = await engine.command(lunch, { op: 'add', members: [mary, spike, tyke] })
  commands(device)
  const added = script.change({ op: 'added', by: tom, members: [mary] }, id)
  const outcome = { successfulClientIds: [mary], failures: [blocked(spike), declined(tyke)] }
  await answer(device, { id, outcome, seq: added.seq })
  // Neither of them flickers until the row is here.
  expect(await shown(device)).toEqual([jerry, mary, tom])
  expect(await confirmed).toEqual(outcome)
  const rest = { op: 'add', members: [spike, tyke] }
  const kept = onlyUnsent(device)
  expect(engine.unsent()).toMatchObject([
    { command: rest, state: 'refused', error: { code: 'blocked', failures: outcome.failures } },
  ])
  expect(take(device.events, 'command-refused')).toMatchObject([
    { id: kept.id, command: rest, code: 'blocked', item: { error: { failures: outcome.failures } } },
  ])
  await device.say(script.frame(added))
  expect(await shown(device)).toEqual([jerry, mary, tom])
  expect(engine.unsent()).toHaveLength(1)

  await engine.retryUnsent(kept.id)
  await settle()
  const [left] = commands(device)
  expect(left?.command).toEqual(rest)
  if (left === undefined) throw new Error('nothing left')
  await answer(device, { id: left.id, outcome: nobody(blocked(spike), declined(tyke)), seq: added.seq })
  await engine.discardUnsent(onlyUnsent(device).id)
  expect(engine.unsent()).toEqual([])
})

test('[CL361] a conversation was made whoever could not be brought in: those are kept as an adding', async () => {
  const device = await startDevice()
  const { engine } = device
  await device.connect()
  const { id } = await engine.command(lunch, createGroup([jerry, mary]))
  await answer(device, { id, outcome: { successfulClientIds: [jerry], failures: [declined(mary)] } })
  expect(engine.unsent()).toMatchObject([
    { command: { op: 'add', members: [mary] }, state: 'refused', error: { code: 'declined' } },
  ])
  const alone = await startDevice()
  await alone.connect()
  const made = await alone.engine.command(lunch, createGroup([jerry]))
  await answer(alone, { id: made.id, outcome: nobody(declined(jerry)) })
  expect(alone.engine.unsent()).toMatchObject([
    { command: { op: 'add', members: [jerry] }, state: 'refused' },
  ])
  expect(alone.engine.conversation(lunch)).toMatchObject({ role: 'owner' })
})

test('[CL361] whoever failed is kept, once, and nobody else', async () => {
  const all = ['u1', 'u2', 'u3', 'u4', 'u5'].map((name) => user(name))
  const some = fc.subarray(all, { minLength: 1 })
  await fc.assert(
    fc.asyncProperty(some, fc.subarray(all), fc.nat(5), async (members, failing, cut) => {
      const { device, engine } = await atLunch()
      const { id } = await engine.command(lunch, { op: 'block', members })
      const failures = [blocked(...failing.slice(0, cut)), declined(...failing.slice(cut))]
      await answer(device, { id, outcome: { successfulClientIds: [], failures } })
      const expected = members.filter((member) => failing.includes(member))
      const kept = engine.unsent().flatMap(({ command }) => (command?.op === 'block' ? command.members : []))
      expect(kept).toEqual(expected)
      expect(take(device.events, 'command-refused')).toHaveLength(expected.length === 0 ? 0 : 1)
    }),
    { numRuns: 40 },
  )
})

const lateCommands: readonly (readonly [Command, Outcome])[] = [
  [{ op: 'add', members: [mary] }, nobody(declined(mary))],
  [
    { op: 'add', members: [mary, spike] },
    { successfulClientIds: [mary], failures: [declined(spike)] },
  ],
]

test('[CL362] a device that ends between the answer and the store hears of it again, once', async () => {
  for (const [command, outcome] of lateCommands) {
    const store = watchStore()
    const first = await atLunch({ store })
    const { id } = await first.engine.command(lunch, command)
    store.refuse('quota')
    await answer(first.device, { id, outcome })
    expect(first.engine.unsent()).toMatchObject([{ state: 'refused' }])
    store.refuse(undefined)
    const next = await startDevice({ store, seed: 2 })
    expect(next.engine.unsent()).toMatchObject([{ id, state: 'waiting' }])
    await next.connect()
    expect(commands(next)).toEqual([{ id, command }])
    await answer(next, { id, outcome, again: true })
    expect(take(next.events, 'command-refused')).toMatchObject([{ code: 'declined' }])
    expect(next.engine.unsent()).toMatchObject([{ state: 'refused', error: { failures: outcome.failures } }])
    const last = await startDevice({ store, seed: 3 })
    await last.connect()
    expect(commands(last)).toEqual([])
    expect(last.engine.unsent()).toMatchObject([{ state: 'refused', error: { failures: outcome.failures } }])
  }
})

test('[CL363] what is offered to a new epoch and fails there for some, or all, is neither told nor kept', async () => {
  for (const failing of [[mary], [mary, spike]]) {
    const { device, engine, script } = await atLunch({ limits })
    const { id } = await engine.command(lunch, { op: 'add', members: [mary, spike, tyke] })
    const added = script.change({ op: 'added', by: tom, members: [mary, spike] }, id)
    const outcome = { successfulClientIds: [mary, spike], failures: [blocked(tyke)] }
    await answer(device, { id, outcome, seq: added.seq })
    await device.say(script.frame(added))
    await engine.discardUnsent(onlyUnsent(device).id)
    await device.cut()
    await device.pass(40_000)
    device.sent()
    device.events.splice(0)
    const restored = createScript(lunch, { by: tom, members: [jerry], reader: tom })
    await meetRestored(device, restored)
    await compare(device, restored)
    // Who was refused then, and given up, is not asked for again.
    expect(commands(device)).toEqual([{ id, command: { op: 'add', members: [mary, spike] } }])
    const left = [mary, spike].filter((member) => !failing.includes(member))
    await answer(device, { id, outcome: { successfulClientIds: left, failures: [blocked(...failing)] } })
    expect(engine.unsent()).toEqual([])
    expect(take(device.events, 'command-refused')).toEqual([])
  }
})

const tooMany = (...clientIds: readonly UserId[]): Failure => ({
  clientIds,
  code: 'too-many',
  detail: 'enough',
})

test('[CL365] of a block that failed for some, or all, those are told and kept; retrying repeats it for them', async () => {
  for (const done of [[jerry], []]) {
    const device = await startDevice()
    const { engine } = device
    await device.connect()
    const users = [...done, mary, spike]
    const { id, confirmed } = await engine.person({ op: 'block', users: [...users, tom] })
    expect(commands(device)).toHaveLength(1)
    const himself = { clientIds: [tom], code: 'bad-content', detail: 'nobody blocks himself' } as const
    const failures = [himself, tooMany(mary, spike)]
    const outcome = { successfulClientIds: done, failures }
    const verdict = { class: 'accepted', seq: 9, time: 1001, outcome } as const
    await device.say({ frame: 'command-answer', conversation: '', id, verdict })
    expect(await confirmed).toEqual(outcome)
    expect(engine.blocked()).toEqual(done)
    const kept = {
      person: { op: 'block', users: [mary, spike] },
      state: 'refused',
      error: { code: 'too-many', failures: [tooMany(mary, spike)] },
    }
    expect(onlyUnsent(device).id === id).toBe(done.length === 0)
    expect(take(device.events, 'person-refused')).toMatchObject([{ code: 'too-many', item: kept }])
    const again = await startDevice({ store: device.store, seed: 2 })
    await again.connect()
    expect(commands(again)).toEqual([])
    expect(onlyUnsent(again)).toMatchObject(kept)
    await again.engine.retryUnsent(onlyUnsent(again).id)
    await settle()
    expect(commands(again)).toMatchObject([{ command: { op: 'block', users: [mary, spike] } }])
  }
})

test('[CL365] that nobody blocks himself was said by the call, and is not kept', async () => {
  const device = await startDevice()
  await device.connect()
  const { id, predicted } = await device.engine.person({ op: 'block', users: [mary, tom] })
  expect(predicted.failures).toMatchObject([{ clientIds: [tom] }])
  const verdict = {
    class: 'accepted',
    seq: 1,
    time: 1001,
    outcome: { ...predicted, failures: [...predicted.failures] },
  } as const
  await device.say({ frame: 'command-answer', conversation: '', id, verdict })
  expect(device.engine.unsent()).toEqual([])
  expect(take(device.events, 'person-refused')).toEqual([])
})
