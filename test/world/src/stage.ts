/** A small world for the directed tests: Tom and Jerry, a device each, in one conversation Tom has made. */
import type { ConversationId } from '@parley/document'
import { decodeRelayFrame } from '@parley/wire'
import { create, running, say } from './deeds.ts'
import type { Device } from './device.ts'
import { ask } from './gather.ts'
import type { Said } from './journal.ts'
import { judge } from './run.ts'
import { calmSettings, type Settings } from './settings.ts'
import { createWorld, type World } from './world.ts'

export interface Stage {
  readonly world: World
  readonly tom: Device
  readonly jerry: Device
  readonly lunch: ConversationId
}

export async function openStage(wanted: Partial<Settings> = {}, seed = 'stage'): Promise<Stage> {
  const world = createWorld({ seed, settings: { ...calmSettings, ...wanted }, keepTrace: true })
  await world.relay.start()
  const [one, two] = world.users
  if (one === undefined || two === undefined) throw new Error('a stage has two users')
  const tom = world.addDevice(one)
  const jerry = world.addDevice(two)
  tom.start()
  jerry.start()
  await world.run(2500)
  const made = create(world, tom, { unique: true, members: [two], name: 'lunch' })
  await world.run(1000)
  if (made?.confirmed !== true) throw new Error('the conversation was not made')
  return { world, tom, jerry, lunch: made.conversation }
}

/** So many messages, one after the other in the same instant. */
export function sayMany(
  world: World,
  device: Device,
  conversation: ConversationId,
  count: number,
): readonly Said[] {
  return Array.from({ length: count }, () => said(say(world, device, conversation)))
}

export function said(deed: Said | undefined): Said {
  if (deed === undefined) throw new Error('nothing runs there')
  return deed
}

/** What is shown, as texts in their order; `(recalled)` for what was taken back. */
export async function shown(
  world: World,
  device: Device,
  conversation: ConversationId,
): Promise<readonly string[]> {
  const process = running(device)
  if (process === undefined) throw new Error(`${device.name} does not run`)
  const { messages } = await ask(world, 'the timeline', process.engine.timeline(conversation, 500))
  return messages.map(({ recalled, text }) => (recalled ? '(recalled)' : (text ?? '')))
}

/** The end of the story: everything that is wrong with the world after it has healed. */
export function verdict(world: World): Promise<readonly string[]> {
  return judge(world)
}

/** From now on no frame of these kinds reaches the device. */
export function loseFrames(world: World, device: Device, kinds: readonly string[]): void {
  world.network.setLosing((name, bytes) => {
    const read = decodeRelayFrame(bytes)
    return name === device.name && read.ok && kinds.includes(read.frame.frame)
  })
}

export function loseNothing(world: World): void {
  world.network.setLosing(() => false)
}
