/**
 * The end of every run: nothing goes wrong any more, everybody comes back, and the world must come to rest. Rule WO14.
 */
import type { ConversationId, UserId } from '@parley/document'
import { type Device, isSignedOut } from './device.ts'
import { gather, type Replica } from './gather.ts'
import { reloadSignedOut, settleTags } from './heal-tags.ts'
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
  reloadSignedOut(devices)
  // A connection that is dead without anybody having said so takes two heartbeats to be found.
  await world.run(2 * (worldLimits.heartbeatMs + worldLimits.pongDeadlineMs))

  const present = devices.filter((device) => !device.lost())
  const atRest = await rest(world, present)
  const violations = atRest.length > 0 ? atRest : await settleTags(world, present, () => rest(world, present))
  if (violations.length > 0) return { replicas: [], violations }
  // A device that comes new must be told the same.
  return look(world, [...present, ...world.users.map((user) => world.addDevice(user))])
}

/** Everything everybody shows, in a world at rest: looking may move it once more, by what is only seen then. */
async function look(world: World, present: readonly Device[]): Promise<Healed> {
  for (let round = 1; ; round += 1) {
    const violations = await rest(world, present)
    if (violations.length > 0) return { replicas: [], violations }
    const { position } = world.relay.disk.log()
    const replicas: Replica[] = []
    for (const device of present) replicas.push(await gather(world, device))
    if (world.relay.disk.log().position === position) return { replicas, violations: [] }
    if (round === 5) return { replicas: [], violations: ['looking at it moves the world again and again'] }
  }
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
  // Whether it should be is asked at rest.
  if (isSignedOut(device)) return []
  const { engine } = process
  if (engine.connection !== 'connected') return [`is ${engine.connection}`]
  const wrong: string[] = []
  const waiting = engine
    .unsent()
    .filter(({ state }) => state === 'waiting')
    .filter(({ conversation: id }) => id === '' || !isMissed(world, id, device.user))
  if (waiting.length > 0)
    wrong.push(`${waiting.length} unsent: ${waiting.map(({ kind, id }) => `${kind} ${id}`).join(', ')}`)
  const log = world.relay.disk.log()
  for (const view of engine.conversations({ hidden: true })) {
    const logged = log.conversations.get(view.id)
    if (view.syncState === 'behind' && !isMissed(world, view.id, device.user)) {
      wrong.push(`${view.id} is behind`)
    }
    if (view.role !== '' && logged?.members.has(device.user) === true && view.seq !== logged.rows.length) {
      wrong.push(`${view.id} at ${view.seq} of ${logged.rows.length}`)
    }
  }
  for (const [id, { members }] of log.conversations) {
    // News of it may still be on its way.
    const isMember = (members.get(device.user)?.role ?? '') !== ''
    if (isMember && engine.conversation(id) === undefined) wrong.push(`${id} is unknown there`)
  }
  const hanging = world.journal.deeds.filter(
    (deed) =>
      deed.device === device.name &&
      deed.run === process.run &&
      !isMissed(world, deed.conversation, device.user) &&
      (deed.call === 'asked' || (deed.call === 'saved' && !deed.confirmed && deed.refused === null)),
  )
  if (hanging.length > 0) wrong.push(`${hanging.length} promises are open`)
  return wrong
}

/**
 * A conversation that a relay restored from an older copy does not know, or not this member of, and into which nobody who
 * is here leads the way back: for days everything waits for who made it or invited him, and he may be lost.
 */
export function isMissed(
  { counters, relay, devices }: World,
  conversation: ConversationId | '',
  user: UserId,
): boolean {
  if (counters.get('epochChanges') === 0 || conversation === '') return false
  if (relay.disk.log().conversations.get(conversation)?.members.has(user) === true) return false
  return devices.every((device) => {
    const process = device.process()
    if (process === null || process.state !== 'up' || process.ended !== null) return true
    if (isSignedOut(device)) return true
    const waiting = process.engine
      .unsent()
      .filter((item) => item.conversation === conversation && item.state === 'waiting')
    // A way back in leaves when it is the first of its lane; behind what waits for it, it waits as well.
    const first = waiting[0]?.command?.op
    return first !== 'create' && !(first === 'join' && device.user === user)
  })
}
