/**
 * The end of every run: nothing goes wrong any more, everybody comes back, and the world must come to rest. Copies of one
 * device take turns, since to the relay they are one. Rules WO13, WO14.
 */
import type { ConversationId } from '@parley/document'
import type { Device } from './device.ts'
import { gather, type Replica } from './gather.ts'
import { fairWeather } from './weather.ts'
import { type World, worldLimits } from './world.ts'

/** A device that was refused for long waits a while before it tries again; a relay in trouble asks for a minute. */
const patienceMs = 15 * 60_000
const stepMs = 1000

export interface Healed {
  readonly replicas: readonly Replica[]
  readonly violations: readonly string[]
}

export async function heal(world: World): Promise<Healed> {
  const { relay, network, devices } = world
  world.endFaults()
  network.setWeather(fairWeather)
  relay.disk.calm()
  relay.power()?.dieAfter(Number.POSITIVE_INFINITY)
  if (relay.power() === null) await relay.start()
  for (const device of devices) {
    device.disk.calm()
    device.thaw()
    device.process()?.power.dieAfter(Number.POSITIVE_INFINITY)
    if (!device.lost()) device.setOnline(true, true)
  }
  world.trace.note('world', 'heals')
  // A connection that is dead without anybody having said so takes two heartbeats to be found.
  await world.run(2 * (worldLimits.heartbeatMs + worldLimits.pongDeadlineMs))

  const families = familiesOf(devices.filter((device) => !device.lost()))
  const turns = Math.max(...families.map((family) => family.length))
  const violations: string[] = []
  let replicas: Replica[] = []
  // Twice around where there are copies: what one delivers in its turn, the others hear of in their next.
  for (let turn = 0; turn < (turns === 1 ? 1 : turns * 2); turn += 1) {
    const present = families.map((family) => turnOf(family, turn))
    violations.push(...(await rest(world, present)))
    if (violations.length > 0) break
    if (turns > 1 && turn < turns) continue
    for (const device of present) {
      if (replicas.every((replica) => replica.device !== device)) replicas.push(await gather(world, device))
    }
  }
  if (violations.length === 0) {
    const fresh = world.users.map((user) => world.addDevice(user))
    const standing = families.flatMap((family) => family.filter((device) => device.process() !== null))
    violations.push(...(await rest(world, [...standing, ...fresh])))
    if (violations.length === 0) for (const device of fresh) replicas.push(await gather(world, device))
  } else replicas = []
  return { replicas, violations }
}

function familiesOf(devices: readonly Device[]): readonly (readonly Device[])[] {
  const families = new Map<string, Device[]>()
  for (const device of devices) families.set(device.family, [...(families.get(device.family) ?? []), device])
  return [...families.values()]
}

/** The one of a family whose turn it is, running; the others are off. */
function turnOf(family: readonly Device[], turn: number): Device {
  const device = family[turn % family.length]
  if (device === undefined) throw new Error('a family has somebody')
  for (const other of family) if (other !== device) other.crash()
  return device
}

/** Runs until nobody waits for anything; says who does if that never comes. */
async function rest(world: World, present: readonly Device[]): Promise<readonly string[]> {
  const end = world.scheduler.now() + patienceMs
  let calm = 0
  while (world.scheduler.now() < end) {
    for (const device of present) wake(device)
    await world.run(stepMs)
    calm = present.every((device) => unrest(world, device).length === 0) ? calm + 1 : 0
    if (calm === 3) return []
  }
  return present.flatMap((device) =>
    unrest(world, device).map((what) => `${device.name} does not come to rest: ${what}`),
  )
}

/** A page that ended is loaded again; one that waits for its next try is looked at. */
function wake(device: Device): void {
  const process = device.process()
  if (process === null || process.state === 'failed' || process.ended !== null) {
    device.crash()
    device.start()
  } else if (process.state === 'up' && process.engine.connection === 'waiting') process.engine.retry()
}

function unrest(world: World, device: Device): readonly string[] {
  const process = device.process()
  if (process === null || process.state !== 'up') return ['does not run']
  if (process.ended !== null) return [`has ended: ${process.ended}`]
  const { engine } = process
  if (engine.connection !== 'connected') return [`is ${engine.connection}`]
  const wrong: string[] = []
  const waiting = engine
    .unsent()
    .filter(({ state, conversation }) => state === 'waiting' && !isMissed(world, conversation))
  if (waiting.length > 0)
    wrong.push(`${waiting.length} unsent: ${waiting.map(({ kind, id }) => `${kind} ${id}`).join(', ')}`)
  const log = world.relay.disk.log()
  for (const view of engine.conversations()) {
    const logged = log.conversations.get(view.id)
    if (view.syncState === 'behind' && !isMissed(world, view.id)) wrong.push(`${view.id} is behind`)
    if (view.role !== '' && logged !== undefined && view.seq !== logged.rows.length) {
      wrong.push(`${view.id} at ${view.seq} of ${logged.rows.length}`)
    }
  }
  const hanging = world.journal.deeds.filter(
    (deed) =>
      deed.device === device.name &&
      deed.run === process.run &&
      !isMissed(world, deed.conversation) &&
      (deed.call === 'asked' || (deed.call === 'saved' && !deed.confirmed && deed.refused === null)),
  )
  if (hanging.length > 0) wrong.push(`${hanging.length} promises are open`)
  return wrong
}

/**
 * A conversation that a relay restored from an older copy does not know, and whose maker has not offered it again: for
 * days everything else waits for him, and he may be lost.
 */
export function isMissed({ counters, relay }: World, conversation: ConversationId): boolean {
  return counters.get('epochChanges') > 0 && !relay.disk.log().conversations.has(conversation)
}
