import type { Change, Command, EntryId } from '@parley/document'
import { forever } from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import { expect, test } from 'vitest'
import type { EngineEvent } from './engine-types.ts'
import { startDevice, take } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import {
  codeOf,
  conversationId,
  createGroup,
  jerry,
  mary,
  pushed,
  tom,
  user,
} from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const limits = { maxIdleConversations: 0, heartbeatMs: 10 ** 12 }
const text = (words: string) => ({ type: -1, text: words })

async function atLunch(name = 'Tom', by = jerry) {
  const device = await startDevice({ limits, name })
  const members = [tom, mary, jerry].filter((member) => member !== by)
  const script = createScript(lunch, { by, members, reader: user(name), name: 'Lunch' })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  device.sent()
  return { device, script, engine: device.engine }
}

function told(events: readonly EngineEvent[]): readonly string[] {
  return events.flatMap((event) => {
    if (event.type === 'changed') return [`changed ${event.change.op} by ${event.change.by}`]
    if (event.type === 'kicked') return [`kicked by ${event.kickedBy}`]
    if (event.type === 'members-left') return [`left ${event.members.join(' ')} ${event.kickedBy ?? ''}`]
    return []
  })
}

const changes: readonly Change[] = [
  { op: 'updated', by: jerry, name: 'Dinner', icon: 'https://example.com/i.png', set: { a: 1 } },
  { op: 'role', by: jerry, members: [tom], role: 'manager' },
  { op: 'muted', by: jerry, members: [mary], until: forever },
  { op: 'unmuted', by: jerry, members: [mary] },
  { op: 'blocked', by: jerry, members: [user('Spike')], left: [] },
  { op: 'unblocked', by: jerry, members: [user('Spike')] },
]

test('[CL128] changes of a head move the list row and are told as they are, row by row or in catch-up', async () => {
  for (const live of [true, false]) {
    const { device, script, engine } = await atLunch()
    if (!live) {
      await device.cut()
      await device.pass(40_000)
    }
    const rows = changes.map((change) => script.change(change))
    if (live) await device.say(script.frame(...rows))
    else await device.connect({ news: [script.news({ rows })] })
    expect(take(device.events, 'changed')).toEqual(
      changes.map((change) => ({
        type: 'changed',
        conversation: lunch,
        change,
        ...(live ? undefined : { replayed: true }),
      })),
    )
    expect(engine.conversation(lunch)).toMatchObject({
      name: 'Dinner',
      icon: 'https://example.com/i.png',
      role: 'manager',
      memberCount: 3,
      syncState: 'synced',
    })
    const head = await engine.head(lunch)
    expect(head?.info).toMatchObject({ name: 'Dinner', icon: 'https://example.com/i.png' })
    expect(head?.attributes.get('a')).toBe(1)
    expect(head?.members.get(tom)?.role).toBe('manager')
    await device.say(script.frame(script.change({ op: 'updated', by: jerry, name: null, icon: null })))
    expect(engine.conversation(lunch)).toMatchObject({ name: null, icon: null })
  }
})

test('[CL128] who is blocked is out, and hears it; the others hear who is gone, and by whom; who was not in is only blocked', async () => {
  const blocked = (left: readonly (typeof tom)[]): Change => ({
    op: 'blocked',
    by: jerry,
    members: [mary],
    left,
  })
  const hers = await atLunch('Mary')
  await hers.device.say(hers.script.frame(hers.script.change(blocked([mary]))))
  expect(told(hers.device.events)).toEqual(['kicked by Jerry', 'changed blocked by Jerry'])
  expect(hers.engine.conversation(lunch)).toMatchObject({ role: '', syncState: 'left', memberCount: 2 })
  expect(await codeOf(hers.engine.send(lunch, text('x')))).toBe('not-a-member')

  const his = await atLunch('Tom')
  await his.device.say(his.script.frame(his.script.change(blocked([mary]))))
  expect(told(his.device.events)).toEqual(['left Mary Jerry', 'changed blocked by Jerry'])
  expect(his.engine.conversation(lunch)).toMatchObject({ role: 'member', memberCount: 2 })

  const other = await atLunch('Tom')
  await other.device.say(
    other.script.frame(other.script.change({ op: 'blocked', by: jerry, members: [user('Spike')], left: [] })),
  )
  expect(told(other.device.events)).toEqual(['changed blocked by Jerry'])
  expect(other.engine.conversation(lunch)).toMatchObject({ memberCount: 3 })
  expect((await other.engine.head(lunch))?.blocked.has(user('Spike'))).toBe(true)
})

test('[CL128] who was blocked while away hears it once, though nothing came row by row', async () => {
  const { device, script, engine } = await atLunch()
  await device.cut()
  await device.pass(40_000)
  script.change({ op: 'blocked', by: jerry, members: [tom], left: [tom] })
  await device.connect({ news: [script.news({ whole: false, rows: [], removedBy: 'Jerry' })] })
  expect(told(device.events)).toEqual(['kicked by Jerry'])
  expect(engine.conversation(lunch)?.role).toBe('')
})

test('[CL128] a list row that came with catch-up says name and icon', async () => {
  const { device, script, engine } = await atLunch()
  script.change({ op: 'updated', by: jerry, name: 'Dinner', icon: 'i' })
  const news = script.news({ whole: false, rows: [] })
  await device.say({ frame: 'sync', cursor: 4, frames: 0, full: false, more: false, news: [news] })
  expect(engine.conversation(lunch)).toMatchObject({ name: 'Dinner', icon: 'i' })
  const again = await startDevice({ store: device.store, limits })
  expect(again.engine.conversation(lunch)).toMatchObject({ name: 'Dinner', icon: 'i' })
})

test('[CL129] waiting updates show one after the other, in the head and in the list, and fall back when refused', async () => {
  const { device, script, engine } = await atLunch('Jerry')
  await device.cut()
  const updates: readonly Command[] = [
    { op: 'update', name: 'Dinner', set: { 'seat.row': 1, colour: 'red' } },
    { op: 'update', icon: 'i', set: { 'seat.place': 2 }, unset: ['colour'] },
    { op: 'update', set: { 'seat.row': 3 } },
    { op: 'role', members: [tom], role: 'manager' },
    { op: 'mute', members: [mary], forMs: null },
    { op: 'block', members: [user('Spike'), mary] },
  ]
  const ids: EntryId[] = []
  for (const update of updates) {
    const { id, predicted } = await engine.command(lunch, update)
    ids.push(id)
    expect(predicted.failures).toEqual([])
  }
  const shown = async () => {
    const head = await engine.head(lunch)
    if (head === undefined) throw new Error('no head')
    return {
      name: head.info.name,
      icon: head.info.icon,
      attributes: Object.fromEntries(head.attributes),
      tom: head.members.get(tom)?.role,
      muted: [...head.muted.keys()],
      blocked: [...head.blocked.keys()],
      mary: head.members.has(mary),
    }
  }
  const all = {
    name: 'Dinner',
    icon: 'i',
    attributes: { seat: { row: 3, place: 2 } },
    tom: 'manager',
    muted: [mary],
    blocked: [user('Spike'), mary],
    mary: false,
  }
  expect(await shown()).toEqual(all)
  expect(engine.conversation(lunch)).toMatchObject({ name: 'Dinner', icon: 'i' })
  expect((await engine.confirmedHead(lunch))?.info.name).toBe('Lunch')
  const again = await startDevice({ store: device.store, limits, name: 'Jerry', seed: 3 })
  expect(again.engine.conversation(lunch)).toMatchObject({ name: 'Dinner', icon: 'i' })
  expect((await again.engine.head(lunch))?.attributes.get('seat')).toEqual({ row: 3, place: 2 })

  await again.connect({ news: [script.news({ rows: [] })] })
  const refused = { class: 'refused', code: 'not-allowed', detail: 'no' } as const
  await again.say({ frame: 'command-answer', conversation: lunch, id: ids[0] ?? '', verdict: refused })
  expect(again.engine.conversation(lunch)).toMatchObject({ name: 'Lunch', icon: 'i' })
  expect((await again.engine.head(lunch))?.attributes.get('seat')).toEqual({ row: 3, place: 2 })
  expect(take(again.events, 'command-refused')).toMatchObject([{ id: ids[0], command: updates[0] }])
})

test('[CL129] a creation that waits shows its icon and policy', async () => {
  const { device, engine } = await atLunch()
  await device.cut()
  const other = conversationId(2)
  const wanted = { ...createGroup([jerry], 'Other'), icon: 'i', policy: { speak: 'managers' } } as Command
  await engine.command(other, wanted)
  expect(engine.conversation(other)).toMatchObject({ name: 'Other', icon: 'i', role: 'owner' })
  expect((await engine.head(other))?.info).toMatchObject({ icon: 'i', policy: { speak: 'managers' } })
})

test('[CL90] [CL121] commands and words the policy forbids are refused at once', async () => {
  const { device, script, engine } = await atLunch()
  await device.say(
    script.frame(script.change({ op: 'updated', by: jerry, policy: { update: 'owner', speak: 'managers' } })),
  )
  expect(await codeOf(engine.command(lunch, { op: 'update', name: 'x' }))).toBe('not-allowed')
  expect(await codeOf(engine.command(lunch, { op: 'mute', members: [mary], forMs: 5 }))).toBe('not-allowed')
  expect(await codeOf(engine.send(lunch, text('x')))).toBe('not-allowed')
  expect(await codeOf(engine.command(lunch, { op: 'update' }))).toBe('bad-content')
  expect(engine.unsent()).toEqual([])
  expect(device.sent()).toEqual([])
})

for (const op of ['removed', 'blocked'] as const) {
  test(`[CL130] the queue of one who was ${op} is refused one by one, kept, and not sent again by itself`, async () => {
    const { device, script, engine } = await atLunch()
    const row = script.text(jerry, 'hello')
    await device.say(script.frame(row))
    const [hers] = (await engine.history(lunch, {})).messages
    await device.cut()
    const { id } = await engine.send(lunch, text('one'))
    await engine.react(lunch, hers?.id ?? id, '👍', true)
    await engine.command(lunch, { op: 'update', name: 'Dinner' })
    await device.pass(40_000)
    const gone: Change =
      op === 'removed' ? { op, by: jerry, members: [tom] } : { op, by: jerry, members: [tom], left: [tom] }
    await device.connect({ news: [script.news({ rows: [script.change(gone)], removedBy: 'Jerry' })] })
    expect(told(device.events).slice(0, 1)).toEqual(['kicked by Jerry'])

    const refused = { class: 'refused', code: 'not-a-member', detail: 'no' } as const
    for (let round = 0; round < 4; round += 1) {
      const frames = device.sent()
      const answers = pushed(frames).map(({ page, client, clock }) => ({
        page,
        client,
        clock,
        verdict: refused,
      }))
      if (answers.length > 0) await device.say({ frame: 'answer', conversation: lunch, answers })
      for (const frame of frames)
        if (frame.frame === 'command')
          await device.say({ frame: 'command-answer', conversation: lunch, id: frame.id, verdict: refused })
    }
    expect(engine.unsent().map(({ kind, state, error }) => `${kind} ${state} ${error?.code ?? ''}`)).toEqual([
      'message refused not-a-member',
      'operation refused not-a-member',
      'command refused not-a-member',
    ])
    expect(take(device.events, 'operation-refused')).toHaveLength(1)
    expect(take(device.events, 'command-refused')).toHaveLength(1)
    const { messages } = await engine.history(lunch, {})
    expect(messages).toMatchObject([
      { text: 'hello', reactions: [] },
      { id, text: 'one', state: 'failed' },
    ])
    expect(engine.conversation(lunch)).toMatchObject({ name: 'Lunch', role: '', syncState: 'left' })
    expect(await codeOf(engine.send(lunch, text('two')))).toBe('not-a-member')
    expect(await codeOf(engine.command(lunch, { op: 'update', name: 'x' }))).toBe('not-found')
    await device.cut()
    await device.pass(40_000)
    await device.connect({ news: [] })
    expect(device.sent().map(({ frame }) => frame)).toEqual(['hello'])
  })
}

test('[CL136] a list row says when its head last changed, however that came', async () => {
  const script = createScript(lunch, { by: jerry, members: [tom], reader: tom })
  const device = await startDevice()
  await device.connect({ news: [script.news()] })
  const updatedAt = (): number | undefined => device.engine.conversation(lunch)?.updatedAt
  expect(updatedAt()).toBe(1001)
  await device.say(script.frame(script.text(jerry, 'hello'), script.change({ op: 'page', pages: 2 })))
  expect(updatedAt()).toBe(1001)
  await device.say(script.frame(script.change({ op: 'updated', by: jerry, name: 'Dinner' })))
  expect(updatedAt()).toBe(1004)
  const changed = script.change({ op: 'role', by: jerry, members: [tom], role: 'manager' })
  await device.cut()
  await device.pass(40_000)
  await device.connect({ news: [script.news({ whole: false, rows: [], headTime: changed.time })] })
  expect(updatedAt()).toBe(changed.time)
})

test('[CL138] who made a unique conversation that somebody else had made goes on seeing its members', async () => {
  const id = uniqueConversationId('group', [tom, jerry])
  const device = await startDevice()
  const create: Command = {
    op: 'create',
    kind: 'group',
    unique: true,
    members: [jerry],
    name: 'Mine',
    attributes: {},
  }
  const { id: command } = await device.engine.command(id, create)
  expect([...((await device.engine.head(id))?.members.keys() ?? [])]).toEqual([tom, jerry])
  const script = createScript(id, { by: jerry, members: [tom], reader: tom, name: 'Theirs', unique: true })
  await device.connect({ news: [script.news()] })
  expect(device.engine.peekHead(id)?.info.name).toBe('Theirs')
  const outcome = { successfulClientIds: [jerry], failures: [] }
  const verdict = { class: 'accepted', seq: 1, time: 1001, outcome } as const
  await device.say({ frame: 'command-answer', conversation: id, id: command, verdict })
  const head = device.engine.peekHead(id)
  expect([head?.info.name, [...(head?.members.keys() ?? [])].toSorted()]).toEqual(['Theirs', [jerry, tom]])
})
