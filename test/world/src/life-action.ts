/** One thing that can happen, and what the actions share. */
import type { ConversationId } from '@parley/document'
import type { Device } from './device.ts'
import { running } from './deeds.ts'
import type { Random } from './random.ts'
import type { Feature } from './settings.ts'
import type { World } from './world.ts'

export interface Action {
  readonly name: string
  readonly weight: number
  /** Only in worlds that have it. */
  readonly needs?: Feature
  /** Does it, or finds nothing to do it with. */
  readonly run: (world: World, random: Random) => void
}

export function anyOf<T>(random: Random, list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : random.pick(list)
}

/** A device on which somebody can do something now. */
export function someDevice(world: World, random: Random): Device | undefined {
  return anyOf(
    random,
    world.devices.filter((device) => running(device) !== undefined),
  )
}

export function existing(world: World): readonly Device[] {
  return world.devices.filter((device) => !device.lost())
}

/** Mostly one the device knows and its user is in; now and then one he has only heard of. */
function someConversation(world: World, random: Random, device: Device): ConversationId | undefined {
  const known = running(device)?.engine.conversations() ?? []
  const own = known.filter((view) => view.role !== '').map((view) => view.id)
  if (own.length > 0 && random.chance(0.93)) {
    // People mostly talk where they talked last: pages fill, and lanes grow.
    return random.chance(0.6) ? own[0] : random.pick(own)
  }
  return anyOf(random, [...world.journal.conversations])
}

export function somewhere(
  world: World,
  random: Random,
  act: (device: Device, id: ConversationId) => void,
): void {
  const device = someDevice(world, random)
  if (device === undefined) return
  const id = someConversation(world, random, device)
  if (id !== undefined) act(device, id)
}
