/** What a user can do on a device that nobody keeps: speak in passing, type, look who is there; and sign in. */
import type { ConversationId, UserId } from '@parley/document'
import { codeOf, running } from './deeds.ts'
import type { Device, Process } from './device.ts'
import type { Transient, Watching } from './journal.ts'
import type { World } from './world.ts'

/** Nothing else in a world contains it. */
export const transientMark = 'transient:'

export function sayTransient(
  world: World,
  device: Device,
  conversation: ConversationId,
): Transient | undefined {
  const process = running(device)
  if (process === undefined) return undefined
  const { journal, counters, trace } = world
  const text = `${transientMark}${journal.transients.size};`
  const said: Transient = {
    device: device.name,
    user: device.user,
    conversation,
    run: process.run,
    text,
    at: world.scheduler.now(),
    call: 'asked',
    code: null,
  }
  journal.transients.set(text, said)
  counters.add('transients')
  trace.note(device.name, `${text} in ${conversation}`)
  process.power.enter(() => {
    process.engine.sayTransient(conversation, { type: -1, text }).then(
      () => {
        said.call = 'said'
      },
      (error: unknown) => {
        said.call = 'rejected'
        said.code = codeOf(error)
        counters.add('transientsRefused')
        trace.note(device.name, `${text} rejected: ${said.code}`)
      },
    )
  })
  return said
}

export function type(world: World, device: Device, conversation: ConversationId, on: boolean): void {
  const process = running(device)
  if (process === undefined) return
  world.counters.add('typings')
  world.trace.note(device.name, `${on ? 'types' : 'types no more'} in ${conversation}`)
  process.power.enter(() => process.engine.typing(conversation, on))
}

/** Asks once who of them is there. */
export function askWho(world: World, device: Device, users: readonly UserId[]): void {
  const process = running(device)
  process?.power.enter(() => {
    process.engine.presence(users).then(
      (online) => {
        world.counters.add('presencesAsked')
        if (!online.every((user) => users.includes(user)))
          world.journal.violations.push(`${device.name}: was told of somebody it had not asked for`)
      },
      (error: unknown) => {
        if (!['OFFLINE', 'part-missing'].includes(codeOf(error)) && process.ended === null) throw error
      },
    )
  })
}

export function watchPresence(world: World, device: Device, users: readonly UserId[]): Watching | undefined {
  const process = running(device)
  if (process === undefined) return undefined
  const told = new Map<UserId, boolean>()
  const watching: Watching = { device: device.name, run: process.run, users, told, stop: null }
  world.journal.watches.push(watching)
  world.trace.note(device.name, `watches ${users.join(', ')}`)
  process.power.enter(() => {
    watching.stop = process.engine.watchPresence(users, ({ user, online }) => {
      world.counters.add('presencesTold')
      world.trace.note(device.name, `is told that ${user} is ${online ? 'there' : 'gone'}`)
      if (!users.includes(user) || watching.stop === stopped || told.get(user) === online)
        world.journal.violations.push(`${device.name}: was told once more, or of somebody else, that ${user}`)
      told.set(user, online)
    })
  })
  return watching
}

const stopped = (): void => undefined

export function unwatch(watching: Watching, process: Process): void {
  process.power.enter(() => watching.stop?.())
  watching.stop = stopped
}

/** Of an engine that still runs, and that nobody has stopped. */
export function isWatching(watching: Watching, process: Process): boolean {
  return watching.run === process.run && watching.stop !== null && watching.stop !== stopped
}

/** The page is loaded again, and its user signs in on it. */
export function signIn(device: Device): void {
  device.crash()
  device.start({ signsIn: true })
}
