import type { EntryId } from '@parley/document'
import type { DeviceFrame } from '@parley/wire'
import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { compare, day, limits, meetRestored } from './testing/restored.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import type { Script } from './testing/script.test-kit.ts'
import { conversationId, jerry, pushed, tom } from './testing/values.test-kit.ts'
import type { Pushed } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const text = (words: string) => ({ type: -1, text: words })
const create = (): Script => createScript(lunch, { by: jerry, members: [tom], reader: tom })

const ops = (updates: readonly Pushed[]): readonly string[] =>
  updates.map(({ entry }) =>
    !('op' in entry)
      ? `say ${entry.text ?? ''}`
      : entry.op === 'react'
        ? `react ${entry.sign} ${entry.on ? 'on' : 'off'}`
        : entry.op === 'edit'
          ? `edit ${entry.text ?? ''}`
          : 'recall',
  )

async function answer(device: TestDevice, script: Script, frames: readonly DeviceFrame[]): Promise<void> {
  for (const frame of frames) {
    if (frame.frame !== 'fetch') continue
    const { request, conversation, page, after } = frame
    await device.say({ frame: 'fetch-answer', request, conversation, fetched: script.page(page, after) })
  }
}

/** Takes everything that was written, and answers what was asked for. */
async function accept(device: TestDevice, script: Script): Promise<readonly Pushed[]> {
  const frames = device.sent()
  const updates = pushed(frames)
  const rows = updates.map((update) => script.accept(update))
  if (updates.length > 0) await device.say(script.accepted(updates, rows), script.frame(...rows))
  await answer(device, script, frames)
  return updates
}

/** Tom has said something, edited it twice, set a reaction, and one more and taken that away again. */
async function edited() {
  const device = await startDevice({ limits })
  const script = create()
  await device.connect({ news: [script.news()] })
  const { engine } = device
  const { id } = await engine.send(lunch, text('one'))
  const [message] = await accept(device, script)
  if (message === undefined) throw new Error('nothing left')
  const all: Pushed[] = [message]
  const todo: readonly (() => Promise<unknown>)[] = [
    () => engine.edit(lunch, id, text('two')),
    () => engine.edit(lunch, id, text('three')),
    () => engine.react(lunch, id, '👍', true),
    () => engine.react(lunch, id, '👎', true),
    () => engine.react(lunch, id, '👎', false),
  ]
  for (const make of todo) {
    await make()
    all.push(...(await accept(device, script)))
  }
  await device.cut()
  await device.pass(40_000)
  device.sent()
  device.events.splice(0)
  return { device, script, id, all }
}

async function shown({ engine }: TestDevice, id: EntryId) {
  const { messages } = await engine.history(lunch, {})
  return messages.find((message) => message.id === id)
}

/** What was asked for in idle time, or is now for reading, is answered before any operation leaves. */
async function read(device: TestDevice, script: Script): Promise<void> {
  const reading = device.engine.history(lunch, {})
  await device.pass(0)
  const frames = device.sent()
  // A message that is offered again meanwhile is settled by its row.
  expect(ops(pushed(frames)).filter((what) => !what.startsWith('say'))).toEqual([])
  await answer(device, script, frames)
  await reading
}

test('[CL66] [CL133] to a message that stands in the backup, the last edit and reactions are offered again', async () => {
  const { device, id, all } = await edited()
  const restored = create()
  for (const update of all.slice(0, 1)) restored.accept(update)
  await meetRestored(device, restored)
  await compare(device, restored)
  await read(device, restored)
  expect(ops(await accept(device, restored))).toEqual(['edit three', 'react 👍 on', 'react 👎 off'])
  expect(device.engine.unsent()).toEqual([])
  expect(await shown(device, id)).toMatchObject({ text: 'three', reactions: [{ sign: '👍', users: [tom] }] })
  // It is told as what this device has done already.
  expect(device.events.filter(({ type }) => type === 'edited' || type === 'reaction')).toEqual([])
})

test('[CL133] what the page shows to be there is not offered; what is not, is', async () => {
  const { device, id, all } = await edited()
  const restored = create()
  for (const update of all.slice(0, 4)) restored.accept(update)
  await meetRestored(device, restored)
  await compare(device, restored)
  await read(device, restored)
  expect(ops(await accept(device, restored))).toEqual(['react 👎 off'])
  expect(await shown(device, id)).toMatchObject({ text: 'three', reactions: [{ sign: '👍', users: [tom] }] })
})

test('[CL133] where all of it stands nothing is offered, and nothing is asked twice', async () => {
  const { device, id, all } = await edited()
  const restored = create()
  for (const update of all) restored.accept(update)
  await meetRestored(device, restored)
  await compare(device, restored)
  expect(pushed(device.sent())).toEqual([])
  expect(device.engine.unsent()).toEqual([])
  expect(await shown(device, id)).toMatchObject({ text: 'three' })
})

test('[CL133] to a message that is offered again itself they follow once that stands', async () => {
  const { device, id } = await edited()
  const restored = create()
  await meetRestored(device, restored)
  await compare(device, restored)
  expect(ops(await accept(device, restored))).toEqual(['say one'])
  expect(ops(await accept(device, restored))).toEqual(['edit three', 'react 👍 on', 'react 👎 off'])
  await read(device, restored)
  expect(await shown(device, id)).toMatchObject({ text: 'three', reactions: [{ sign: '👍', users: [tom] }] })
})

test('[CL133] of a message that had been taken back only that is said again; what is older than some days is not', async () => {
  const first = await edited()
  await first.device.connect({ news: [first.script.news({ rows: [] })] })
  await first.device.engine.recall(lunch, first.id)
  await accept(first.device, first.script)
  await first.device.cut()
  await first.device.pass(40_000)
  first.device.sent()
  const restored = create()
  for (const update of first.all.slice(0, 1)) restored.accept(update)
  await meetRestored(first.device, restored)
  await compare(first.device, restored)
  await read(first.device, restored)
  expect(ops(await accept(first.device, restored))).toEqual(['recall'])

  const second = await edited()
  const later = await startDevice({ store: second.device.store, limits, seed: 3, now: 8 * day })
  const empty = create()
  for (const update of second.all.slice(0, 1)) empty.accept(update)
  await meetRestored(later, empty)
  await compare(later, empty)
  await read(later, empty)
  expect(pushed(later.sent())).toEqual([])
})

test('[CL66] offered again and refused, an edit or a reaction falls away', async () => {
  const { device, id, all } = await edited()
  const restored = create()
  for (const update of all.slice(0, 1)) restored.accept(update)
  await meetRestored(device, restored)
  await compare(device, restored)
  await read(device, restored)
  const verdict = { class: 'refused', code: 'not-a-member', detail: 'no' } as const
  for (let round = 0; round < 3; round += 1) {
    const answers = pushed(device.sent()).map(({ page, client, clock }) => ({ page, client, clock, verdict }))
    if (answers.length > 0) await device.say({ frame: 'answer', conversation: lunch, answers })
  }
  expect(device.engine.unsent()).toEqual([])
  expect(device.events.filter(({ type }) => type === 'operation-refused')).toEqual([])
  expect(await shown(device, id)).toMatchObject({ text: 'one', reactions: [] })
})

test('[CL49] [CL55] waiting edits and reactions are placed anew in a new epoch', async () => {
  const { device, id, all } = await edited()
  await device.engine.edit(lunch, id, text('four'))
  await device.engine.react(lunch, id, '🙂', true)
  const restored = create()
  restored.text(jerry, 'something else first')
  for (const update of all) restored.accept(update)
  await meetRestored(device, restored)
  await compare(device, restored)
  await read(device, restored)
  await device.pass(0)
  expect(ops(await accept(device, restored))).toEqual(['edit four', 'react 🙂 on'])
  expect(device.engine.unsent()).toEqual([])
})

test('[CL122] [CL133] a reaction to what is offered again is taken away there too', async () => {
  const { device, id } = await edited()
  const restored = create()
  await meetRestored(device, restored)
  await device.engine.react(lunch, id, '👍', false)
  await compare(device, restored)
  expect(ops(await accept(device, restored))).toEqual(['say one'])
  for (let round = 0; round < 3; round += 1) await accept(device, restored)
  expect(await shown(device, id)).toMatchObject({ text: 'three', reactions: [] })
  expect(device.engine.unsent()).toEqual([])
})

test('[CL133] what was done anew meanwhile is not undone by what is offered again', async () => {
  const { device, id } = await edited()
  const restored = create()
  await meetRestored(device, restored)
  await device.engine.react(lunch, id, '👍', false)
  await device.engine.edit(lunch, id, text('four'))
  await compare(device, restored)
  const asked: DeviceFrame[] = []
  const left = (): readonly Pushed[] => {
    const frames = device.sent()
    asked.push(...frames.filter(({ frame }) => frame === 'fetch'))
    return pushed(frames)
  }
  const [message] = left()
  if (message === undefined) throw new Error('nothing left')
  const row = restored.accept(message)
  // The answer comes alone, and what waits for it leaves.
  await device.say(restored.accepted([message], [row]))
  const updates = left()
  expect(ops(updates)).toEqual(['react 👍 off', 'edit four'])
  const rows = updates.map((update) => restored.accept(update))
  await device.say(restored.frame(row), restored.accepted(updates, rows), restored.frame(...rows))
  expect(ops(await accept(device, restored))).toEqual(['react 👎 off'])
  for (let round = 0; round < 3; round += 1) expect(await accept(device, restored)).toEqual([])
  await answer(device, restored, asked)
  expect(await shown(device, id)).toMatchObject({ text: 'four', reactions: [] })
})
