/**
 * A quiet stretch at the very end: everybody is there and nothing goes wrong, so what is promised to nobody does happen.
 * What is said in passing arrives, typing shows, and who comes and goes is told. Rules WO73, WO74.
 */
import { judgeSignal, type ConversationId, type UserId } from '@parley/document'
import { running } from './deeds.ts'
import type { Device, Process } from './device.ts'
import type { Replica } from './gather.ts'
import type { Watching } from './journal.ts'
import { isWatching, sayTransient, type, watchPresence } from './live-deeds.ts'
import type { World } from './world.ts'

/** A session may end with its token in the very moment: then it is said again. */
const attempts = 5
const arrivesMs = 4000
/** Longer than a relay, and then a device, doubts that somebody has gone, and a connection may be silent. */
const presenceMs = 60_000
/** In so many conversations: the others are no different. */
const maxProbed = 3

export async function probe(world: World, replicas: readonly Replica[]): Promise<readonly string[]> {
  if (!world.settings.features.has('signals')) return []
  return [...(await probeSignals(world, replicas)), ...(await probePresence(world, replicas))]
}

async function probeSignals(world: World, replicas: readonly Replica[]): Promise<readonly string[]> {
  const luck = world.random.fork('probe')
  const wrong: string[] = []
  const conversations = [...world.relay.disk.log().conversations].slice(0, maxProbed)
  for (const [id, logged] of conversations) {
    // As the relay has them: whom a restored one has forgotten is told nothing, and may still believe he is one.
    const members = replicas.filter(({ device }) => (logged.members.get(device.user)?.role ?? '') !== '')
    const speakers = members.filter((replica) => maySpeak(world, replica, id))
    if (speakers.length === 0) continue
    const speaker = luck.pick(speakers).device
    const listeners = members.map(({ device }) => device).filter((device) => device !== speaker)
    wrong.push(...(await probeOne(world, id, speaker, listeners)))
  }
  return wrong
}

async function probeOne(
  world: World,
  id: ConversationId,
  speaker: Device,
  listeners: readonly Device[],
): Promise<readonly string[]> {
  const { journal } = world
  let deaf = listeners
  let blind = listeners.filter(({ user }) => user !== speaker.user)
  for (let attempt = 0; attempt < attempts && deaf.length + blind.length > 0; attempt += 1) {
    const first = journal.heard.length
    type(world, speaker, id, true)
    // Typing that comes behind what was said would last.
    await world.run(300)
    sayTransient(world, speaker, id)
    await until(world, arrivesMs, () => {
      const fresh = journal.heard.slice(first)
      deaf = deaf.filter(
        ({ name }) =>
          !fresh.some(
            ({ device, event }) =>
              device === name && event.type === 'transient' && event.said.conversation === id,
          ),
      )
      blind = blind.filter(
        ({ name }) =>
          !fresh.some(
            ({ device, event }) =>
              device === name && event.type === 'typing' && event.conversation === id && event.typing,
          ),
      )
      return deaf.length + blind.length === 0
    })
  }
  world.counters.add('probesHeard', listeners.length - deaf.length)
  return [
    ...deaf.map(({ name }) => `${name}: does not hear what ${speaker.name} says in passing in ${id}`),
    ...blind.map(({ name }) => `${name}: does not see that ${speaker.name} types in ${id}`),
  ]
}

/** As everybody knows, at rest. */
function maySpeak(world: World, { device, holdings }: Replica, id: ConversationId): boolean {
  const head = holdings.get(id)?.head
  const { people } = world.relay.disk.log()
  const blocks = (user: UserId): boolean =>
    (people.get(`${user} block ${device.user}`)?.value ?? null) !== null
  return head !== undefined && judgeSignal(head, device.user, world.relay.clock.now(), blocks).accepted
}

async function probePresence(world: World, replicas: readonly Replica[]): Promise<readonly string[]> {
  const devices = replicas.map(({ device }) => device)
  for (const device of devices) watchPresence(world, device, world.users)
  const there = await presenceIs(world, devices, () => true)
  if (there.length > 0) return there
  const absent = world.random.fork('absence').pick(world.users)
  const his = devices.filter(({ user }) => user === absent)
  const others = devices.filter(({ user }) => user !== absent)
  for (const device of his) device.process()?.engine.pause()
  const gone = await presenceIs(world, others, (user) => user !== absent)
  if (gone.length === 0) world.counters.add('absencesTold', others.length)
  for (const device of his) device.process()?.engine.resume()
  return [...gone, ...(await presenceIs(world, devices, () => true))]
}

/** Of every watcher that lives, those of the life before among them. */
async function presenceIs(
  world: World,
  devices: readonly Device[],
  isThere: (user: UserId) => boolean,
): Promise<readonly string[]> {
  const wrong = (): readonly string[] =>
    devices.flatMap((device) => {
      const process = running(device)
      if (process === undefined) return [`${device.name}: does not run`]
      return watchesOf(world, device, process).flatMap(({ users, told }) =>
        users
          .filter((user) => told.get(user) !== isThere(user))
          .map((user) => `${device.name}: was told ${String(told.get(user))} of whether ${user} is there`),
      )
    })
  await until(world, presenceMs, () => wrong().length === 0)
  return wrong()
}

function watchesOf({ journal }: World, device: Device, process: Process): readonly Watching[] {
  return journal.watches.filter((one) => one.device === device.name && isWatching(one, process))
}

async function until(world: World, ms: number, done: () => boolean): Promise<void> {
  const end = world.scheduler.now() + ms
  while (!done() && world.scheduler.now() < end) await world.run(200)
}
