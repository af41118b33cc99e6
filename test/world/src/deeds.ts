/**
 * What a user can do on a device, each written down with what came of it. Life draws from these, and the directed tests
 * call them by name.
 */
import type { Queued } from '@parley/client/engine'
import {
  type Command,
  type ConversationId,
  type EntryId,
  makeConversationId,
  type Mention,
  type UserId,
} from '@parley/document'
import { uniqueConversationId } from '@parley/document/commands'
import type { Device, Process } from './device.ts'
import type { Arranged, Commanded, Deed, Edited, Looked, Reacted, Said, TakenBack } from './journal.ts'
import type { World } from './world.ts'

/** Where nothing runs, nothing is done: undefined. */
export function say(
  world: World,
  device: Device,
  conversation: ConversationId,
  {
    mentions = [],
    receipt = false,
  }: { readonly mentions?: readonly Mention[]; readonly receipt?: boolean } = {},
): Said | undefined {
  const common = begin(world, device, conversation)
  if (common === undefined) return undefined
  const { process, ...facts } = common
  const deed: Said = { ...facts, kind: 'message', text: `w${world.journal.deeds.length}`, mentions }
  world.counters.add('sends')
  if (mentions.length > 0) world.counters.add('mentions')
  const content = { type: -1, text: deed.text, receipt, ...(mentions.length > 0 ? { mentions } : undefined) }
  follow(world, deed, process, (engine) => engine.send(conversation, content))
  return deed
}

export function edit(
  world: World,
  device: Device,
  conversation: ConversationId,
  target: EntryId,
): Edited | undefined {
  const common = begin(world, device, conversation)
  if (common === undefined) return undefined
  const { process, ...facts } = common
  const deed: Edited = { ...facts, kind: 'edit', target, text: `e${world.journal.deeds.length}` }
  world.counters.add('edits')
  follow(world, deed, process, (engine) => engine.edit(conversation, target, { type: -1, text: deed.text }))
  return deed
}

export function react(
  world: World,
  device: Device,
  conversation: ConversationId,
  { target, sign, on }: { readonly target: EntryId; readonly sign: string; readonly on: boolean },
): Reacted | undefined {
  const common = begin(world, device, conversation)
  if (common === undefined) return undefined
  const { process, ...facts } = common
  const deed: Reacted = { ...facts, kind: 'reaction', target, sign, on }
  world.counters.add('reactions')
  follow(world, deed, process, (engine) => engine.react(conversation, target, sign, on))
  return deed
}

export function takeBack(
  world: World,
  device: Device,
  conversation: ConversationId,
  target: EntryId,
): TakenBack | undefined {
  const common = begin(world, device, conversation)
  if (common === undefined) return undefined
  const { process, ...facts } = common
  const deed: TakenBack = { ...facts, kind: 'recall', target }
  world.counters.add('recalls')
  follow(world, deed, process, (engine) => engine.recall(conversation, target))
  return deed
}

export function command(
  world: World,
  device: Device,
  conversation: ConversationId,
  wanted: Command,
): Commanded | undefined {
  const common = begin(world, device, conversation)
  if (common === undefined) return undefined
  const { process, ...facts } = common
  const deed: Commanded = { ...facts, kind: 'command', command: wanted }
  world.journal.conversations.add(conversation)
  follow(world, deed, process, (engine) => engine.command(conversation, wanted))
  return deed
}

/** Something of his own: a profile, a contact, how he keeps a conversation. */
export function arrange(
  world: World,
  device: Device,
  what: string,
  call: (engine: Process['engine']) => Promise<Queued<unknown>>,
): Arranged | undefined {
  const common = begin(world, device, '')
  if (common === undefined) return undefined
  const { process, ...facts } = common
  const deed: Arranged = { ...facts, kind: 'person', what }
  world.counters.add('ownChanges')
  follow(world, deed, process, call)
  return deed
}

export interface NewConversation {
  readonly kind?: 'group' | 'direct'
  readonly unique: boolean
  readonly members: readonly UserId[]
  readonly name?: string
}

export function create(world: World, device: Device, wanted: NewConversation): Commanded | undefined {
  const { kind = 'group', unique, members, name = null } = wanted
  const others = members.filter((user) => user !== device.user)
  const id = unique
    ? uniqueConversationId(kind, [device.user, ...others])
    : makeConversationId(world.random.fork(`conversation ${world.journal.deeds.length}`).bytes(16))
  world.counters.add(unique ? 'uniqueCreates' : 'creates')
  if (unique) countTwice(world, device, id)
  return command(world, device, id, { op: 'create', kind, unique, members: others, name, attributes: {} })
}

/** Local things: nothing of them may be seen outside the device. */
export function read(world: World, device: Device, conversation: ConversationId): void {
  const process = running(device)
  if (process === undefined) return
  world.counters.add('reads')
  world.trace.note(device.name, `reads ${conversation}`)
  const looked: Looked = { device: device.name, conversation, seq: null }
  world.journal.looked.push(looked)
  process.power.enter(() => {
    process.engine.read(conversation).then(() => {
      looked.seq = process.engine.conversation(conversation)?.seq ?? 0
    }, expected)
  })
}

export function draft(world: World, device: Device, conversation: ConversationId, text: string): void {
  const process = running(device)
  process?.power.enter(() => {
    const { engine } = process
    const done =
      text === '' ? engine.cancelDraft(conversation) : engine.setDraft(conversation, { type: -1, text })
    done.catch(expected)
  })
  world.counters.add('drafts')
  world.trace.note(device.name, `drafts in ${conversation}`)
}

/** Opens a conversation: what is missing on the device is fetched. */
export function open(device: Device, conversation: ConversationId, limit: number): void {
  const process = running(device)
  process?.power.enter(() => {
    process.engine.timeline(conversation, limit).catch(expected)
    process.engine.history(conversation, { limit }).catch(expected)
    process.engine.head(conversation).catch(expected)
  })
}

export function giveUp(world: World, device: Device, id: EntryId): void {
  const process = running(device)
  if (process === undefined) return
  world.trace.note(device.name, `gives up ${id}`)
  // From here on it may be gone, whether or not the answer is ever heard.
  const given = unsentItem(process, id)
  const isWayIn = given?.command?.op === 'create' || given?.command?.op === 'join'
  for (const deed of world.journal.deeds) {
    // With the way into a conversation goes what was written behind it.
    const behind = isWayIn && deed.device === device.name && deed.conversation === given.conversation
    if (deed.id === id || behind) deed.discarded = true
  }
  process.power.enter(() => {
    process.engine.discardUnsent(id).catch(expected)
  })
}

export function tryAgain(world: World, device: Device, id: EntryId): void {
  const process = running(device)
  if (process === undefined) return
  world.trace.note(device.name, `retries ${id}`)
  const conversation = unsentItem(process, id)?.conversation
  // A creation takes along what was refused with it.
  for (const deed of world.journal.deeds) {
    if (deed.id === id || (deed.conversation === conversation && deed.refused === 'conversation-refused'))
      deed.retried = true
  }
  process.power.enter(() => {
    process.engine.retryUnsent(id).catch(expected)
  })
}

/** As the device has it: what was tried again has another id than the one it was written down with. */
function unsentItem(
  { engine }: Process,
  id: EntryId,
): ReturnType<Process['engine']['unsent']>[number] | undefined {
  return engine.unsent().find((item) => item.id === id)
}

export function running(device: Device): Process | undefined {
  const process = device.process()
  return process !== null &&
    process.state === 'up' &&
    process.ended === null &&
    process.power.state() === 'on'
    ? process
    : undefined
}

function begin<Place extends ConversationId | ''>(world: World, device: Device, conversation: Place) {
  const process = running(device)
  if (process === undefined) return undefined
  return {
    process,
    device: device.name,
    user: device.user,
    conversation,
    run: process.run,
    at: world.scheduler.now(),
    call: 'asked' as const,
    code: null,
    id: null,
    confirmed: false,
    seq: 0,
    refused: null,
    discarded: false,
    retried: false,
  }
}

function follow(
  { journal, trace, counters }: World,
  deed: Deed,
  process: Process,
  call: (engine: Process['engine']) => Promise<Queued<unknown>>,
): void {
  journal.deeds.push(deed)
  const what = nameOf(deed)
  trace.note(deed.device, `${what} in ${deed.conversation}`)
  process.power.enter(() => {
    call(process.engine).then(
      (queued) => {
        deed.call = 'saved'
        deed.id = queued.id
        trace.note(deed.device, `${what} saved as ${queued.id}`)
        queued.confirmed.then(
          (outcome) => {
            deed.confirmed = true
            deed.seq = seqOf(outcome)
            trace.note(deed.device, `${what} confirmed`)
          },
          (error: unknown) => {
            // The engine ended, not the deed.
            if (process.ended !== null) return
            deed.refused = codeOf(error)
            countRefusal(counters, deed, deed.refused)
            trace.note(deed.device, `${what} refused: ${deed.refused}`)
          },
        )
      },
      (error: unknown) => {
        deed.call = 'rejected'
        deed.code = codeOf(error)
        countRefusal(counters, deed, deed.code)
        trace.note(deed.device, `${what} rejected: ${deed.code}`)
      },
    )
  })
}

export function nameOf(deed: Deed): string {
  switch (deed.kind) {
    case 'message':
      return `message ${deed.text}`
    case 'recall':
      return `recall ${deed.target}`
    case 'edit':
      return `edit ${deed.text} of ${deed.target}`
    case 'reaction':
      return `reaction ${deed.sign} ${deed.on ? 'on' : 'off'} ${deed.target}`
    case 'command':
      return `command ${deed.command.op}`
    case 'person':
      return `own ${deed.what}`
  }
}

function countRefusal(counters: World['counters'], deed: Deed, code: string): void {
  if (deed.kind === 'recall') counters.add('recallsRefused')
  if (code === 'target-recalled') counters.add('changesOfRecalled')
  if (code === 'muted') counters.add('mutedRefused')
  if (code === 'blocked') counters.add('blockedRefused')
}

function seqOf(outcome: unknown): number {
  if (typeof outcome !== 'object' || outcome === null || !('seq' in outcome)) return 0
  return typeof outcome.seq === 'number' ? outcome.seq : 0
}

export function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error) return String(error.code)
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** A local call on a conversation the device does not know, or a disk that is full: an error for the app, and no more. */
function expected(error: unknown): void {
  const code = codeOf(error)
  if (code.includes(':') && !code.startsWith('StorageError')) throw error
}

function countTwice({ journal, devices, counters }: World, device: Device, id: ConversationId): void {
  const twice = journal.deeds.some(
    (deed) =>
      deed.kind === 'command' &&
      deed.command.op === 'create' &&
      deed.conversation === id &&
      deed.device !== device.name &&
      !deed.confirmed &&
      devices.some((other) => other.name === deed.device && !other.online()),
  )
  if (twice && !device.online()) counters.add('uniqueCreatedTwiceOffline')
}
