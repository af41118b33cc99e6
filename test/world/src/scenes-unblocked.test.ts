/** Who is unblocked hears it, over the relay's own code: at once, when he comes back, and once. */
import type { Command, ConversationId } from '@parley/document'
import { expect, test } from 'vitest'
import { command, create, running } from './deeds.ts'
import type { Device } from './device.ts'
import { openStage, type Stage, verdict } from './stage.ts'

/** A conversation that is no one-to-one conversation, with Jerry or without. */
async function openGroup(withJerry = true): Promise<Stage & { readonly group: ConversationId }> {
  const stage = await openStage()
  const { world, tom, jerry } = stage
  const made = create(world, tom, { unique: false, members: withJerry ? [jerry.user] : [], name: 'group' })
  await world.run(1000)
  if (made?.confirmed !== true) throw new Error('the conversation was not made')
  world.journal.heard.splice(0)
  return { ...stage, group: made.conversation }
}

async function told(
  { world, tom, group }: Awaited<ReturnType<typeof openGroup>>,
  op: Command,
): Promise<void> {
  const deed = command(world, tom, group, op)
  await world.run(1500)
  expect(deed?.confirmed).toBe(true)
}

/** What a device has been told of this conversation. */
function heard({ world, group }: Awaited<ReturnType<typeof openGroup>>, { name }: Device): readonly string[] {
  return world.journal.heard.flatMap(({ device, event }): readonly string[] => {
    if (device !== name || !('conversation' in event) || event.conversation !== group) return []
    const mark = 'replayed' in event && event.replayed ? ', replayed' : ''
    if (event.type === 'kicked' || event.type === 'invited') return [`${event.type}${mark}`]
    return event.type === 'changed' ? [`${event.change.op}${mark}`] : []
  })
}

const block = (device: Device): Command => ({ op: 'block', members: [device.user] })
const unblock = (device: Device): Command => ({ op: 'unblock', members: [device.user] })
const add = (device: Device): Command => ({ op: 'add', members: [device.user] })

test('[CL350] [RE185] he hears it at once, and the others as always', async () => {
  const stage = await openGroup()
  const { world, tom, jerry } = stage
  for (const op of [block(jerry), unblock(jerry), add(jerry)]) await told(stage, op)
  expect(heard(stage, jerry)).toEqual(['kicked', 'blocked', 'unblocked', 'invited'])
  expect(heard(stage, tom)).toEqual(['blocked', 'unblocked'])
  expect(await verdict(world)).toEqual([])
})

test('[CL350] [RE185] so does who never was a member; he may enter then', async () => {
  const stage = await openGroup(false)
  const { world, jerry, group } = stage
  for (const op of [block(jerry), unblock(jerry)]) await told(stage, op)
  expect(heard(stage, jerry)).toEqual(['unblocked'])
  expect(running(jerry)?.engine.conversation(group)).toBeUndefined()
  const joined = command(world, jerry, group, { op: 'join' })
  await world.run(1500)
  expect(joined?.confirmed).toBe(true)
  expect(await verdict(world)).toEqual([])
})

test('[CL351] [RE186] away meanwhile he hears the block and then its end, once, over restarts', async () => {
  const stage = await openGroup()
  const { world, jerry } = stage
  jerry.setOnline(false, true)
  for (const op of [block(jerry), unblock(jerry)]) await told(stage, op)
  jerry.setOnline(true, true)
  await world.run(5000)
  expect(heard(stage, jerry)).toEqual(['kicked, replayed', 'blocked, replayed', 'unblocked, replayed'])
  for (let restarts = 0; restarts < 2; restarts += 1) {
    jerry.crash()
    jerry.start()
    await world.run(5000)
  }
  expect(heard(stage, jerry)).toHaveLength(3)
  expect(await verdict(world)).toEqual([])
})

test('[CL351] each of his devices hears it once; one that is new does not', async () => {
  const stage = await openGroup()
  const { world, jerry } = stage
  const tablet = world.addDevice(jerry.user)
  tablet.start()
  await world.run(3000)
  world.journal.heard.splice(0)
  tablet.setOnline(false, true)
  for (const op of [block(jerry), unblock(jerry)]) await told(stage, op)
  tablet.setOnline(true, true)
  const late = world.addDevice(jerry.user)
  late.start()
  await world.run(5000)
  expect(heard(stage, jerry)).toEqual(['kicked', 'blocked', 'unblocked'])
  expect(heard(stage, tablet)).toEqual(['kicked, replayed', 'blocked, replayed', 'unblocked, replayed'])
  expect(heard(stage, late)).toEqual([])
  expect(await verdict(world)).toEqual([])
})

test('[CL331] [CL352] [RE188] away meanwhile he hears only what holds: blocked again, or a member again', async () => {
  for (const last of ['block', 'add'] as const) {
    const stage = await openGroup(false)
    const { world, jerry } = stage
    jerry.setOnline(false, true)
    for (const op of [block(jerry), unblock(jerry)]) await told(stage, op)
    await told(stage, last === 'block' ? block(jerry) : add(jerry))
    jerry.setOnline(true, true)
    await world.run(5000)
    expect(heard(stage, jerry)).toEqual(last === 'block' ? [] : ['invited, replayed'])
    expect(await verdict(world)).toEqual([])
  }
})
