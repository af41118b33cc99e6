/**
 * The engine of one device: ready from its disk, connected behind it. It owns the store and the socket, does one thing
 * at a time, and sees the world only through its ports. Rules CL22, CL23 and CL27; the parts carry their own.
 */
import type { ConversationId, EntryId, UserId } from '@parley/document'
import type { OpenStore } from '@parley/storage'
import type { Engine, EngineEvent } from './engine-types.ts'
import { ParleyError } from './errors.ts'
import { confirmedHead, peekHead, shownHead } from './heads.ts'
import { clientLimits } from './limits.ts'
import type { ClientLimits } from './limits.ts'
import { conversation, conversations, listOf } from './list.ts'
import { look, openConversation } from './look.ts'
import { storageError, storageFailure } from './mailbox.ts'
import { loadModel } from './model.ts'
import type { Model } from './model.ts'
import { newDevice } from './new-device.ts'
import type { Reading } from './own-calls.ts'
import type { Ports } from './ports.ts'
import { createParts } from './parts.ts'
import type { PartSources } from './part-modules.ts'
import { createTurnstile } from './turnstile.ts'
import type { UnsentCalls } from './unsent-calls.ts'
import { noProfile, unsentViews } from './unsent-views.ts'
import { run } from './running.ts'
import type { Running } from './running.ts'
import { lookWhose } from './whose-store.ts'

export interface EngineOptions {
  readonly user: UserId
  readonly ports: Ports
  readonly limits?: Partial<ClientLimits>
  /** Of the user's devices that share a tag one is in session at a time. */
  readonly tag?: string
  /** Whether somebody signs in here now; left out, when this device has not been in session under this tag before. */
  readonly login?: boolean | undefined
  /** How far he has read goes to his other devices, and theirs counts here. */
  readonly syncReadMarks?: boolean
  /** How far he has read is told to the others. */
  readonly readReceipts?: boolean
  /** What is loaded when it is first used, and how. */
  readonly parts?: PartSources
}

export function createLazyEngine({
  user,
  ports,
  limits: wanted,
  tag = '',
  login,
  syncReadMarks = false,
  readReceipts = false,
  parts: sources,
}: EngineOptions & { readonly parts: PartSources }): Engine {
  const limits: ClientLimits = { ...clientLimits, ...wanted }
  const parts = createParts(sources, ports, limits)
  const { pass } = createTurnstile(parts)
  const listeners = new Set<(event: EngineEvent) => void>()
  let store: OpenStore | undefined
  let running: Running | undefined
  let starting: Promise<void> | undefined
  let ended: ParleyError | undefined
  let stopped: Promise<void> = Promise.resolve()
  const untold = new Map<ConversationId, Reading>()

  function emit(event: EngineEvent): void {
    if (event.type === 'caught-up')
      for (const reading of untold.values()) tellLater(reading).catch(untoldStill)
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        // A listener's fault is the app's own; it must not stop what others hear, or what is stored.
        ports.log.error('a listener threw', { event: event.type, error: String(error) })
      }
    }
  }

  /** The last thing heard of an engine is that it has ended. */
  function end(error: ParleyError): void {
    if (ended !== undefined) return
    ended = error
    parts.end(error)
    if (running !== undefined) stopped = running.stop(error)
    emit({ type: 'ended', code: error.code, detail: error.detail })
    listeners.clear()
  }

  function live(): Running {
    if (ended !== undefined) throw ended
    if (running === undefined) throw new ParleyError('closed', 'The engine has not been started.')
    return running
  }

  /** What was known last can be looked at after the end. */
  function model(): Model {
    if (running === undefined) throw ended ?? new ParleyError('closed', 'The engine has not been started.')
    return running.core.model
  }

  /** His own lane is known by the part that keeps it. */
  function keeperOf(id: EntryId): UnsentCalls {
    const isHis = parts.held('people') !== undefined && live().people().has(id)
    return isHis ? live().people() : live().changes()
  }

  /** What he has read he has read, whether or not others can be told: they are when the device has caught up again. */
  async function tellLater(read: Reading): Promise<void> {
    const reading = { ...read, newest: Math.max(read.newest, untold.get(read.id)?.newest ?? 0) }
    untold.set(read.id, reading)
    await Promise.all(reading.missing.map(async (name) => parts.soon(name)))
    await pass(undefined, async () => live().own.tellReading(reading))
    if (untold.get(read.id) === reading) untold.delete(read.id)
  }

  function untoldStill(error: unknown): void {
    if (ended === undefined) ports.log.error('how far was read was not told', { error: String(error) })
  }

  async function open(): Promise<void> {
    const opened = await ports.store.open(lookWhose(user))
    store = opened
    const { model: loaded, isNew } = await loadModel(opened, user, parts, () => ({
      device: newDevice(ports),
      user,
      epoch: '',
      log: '',
      cursor: 0,
      tag: '',
    }))
    if (ended !== undefined) throw ended
    const started = run({
      user,
      ports,
      limits,
      model: loaded,
      tag,
      login,
      syncReadMarks,
      readReceipts,
      emit,
      end,
    })
    opened.onLost((error) => end(storageError(error)))
    await started.begin(isNew)
    running = started
    await stopIfEnded(started)
  }

  /** What took the store away meanwhile has ended it before it began. */
  async function stopIfEnded(started: Running): Promise<void> {
    if (ended === undefined) return
    await started.stop(ended)
    throw ended
  }

  async function start(): Promise<void> {
    try {
      starting = open()
      await starting
    } catch (error) {
      await store?.close().catch((fault: unknown) => {
        ports.log.error('the store could not be closed', { error: String(fault) })
      })
      throw storageFailure(error)
    }
  }

  async function close(detail: string): Promise<void> {
    end(new ParleyError('closed', detail))
    // Why it did not start is told to whoever started it.
    await starting?.catch(() => undefined)
    await stopped
    await store?.close()
  }

  return {
    user,
    get connection() {
      return ended === undefined ? (running?.core.session.state ?? 'connecting') : 'stopped'
    },
    start,
    pause: () => live().core.session.input({ on: 'pause' }),
    resume: () => live().core.session.input({ on: 'resume' }),
    retry: () => live().core.session.input({ on: 'retry' }),
    network: (online) => live().core.session.input({ on: 'network', online }),
    conversations: (options) => conversations(model(), options),
    listed: (withHidden) => listOf(model()).count(withHidden),
    totalUnread: (withMuted) => listOf(model()).unread(withMuted),
    conversation: (id) => conversation(model(), id),
    head: async (id) => {
      const { core } = live()
      return core.mailbox.read(async (ledger) => shownHead(ledger, id, { user, now: core.relayTime() }))
    },
    peekHead: (id) => peekHead(model(), id, { user, now: running?.core.relayTime() ?? ports.now() }),
    confirmedHead: async (id) => live().core.mailbox.read(async (ledger) => confirmedHead(ledger, id)),
    open: async (id) => openConversation(live().core, id),
    look: async (id) => look(live().core, id),
    command: async (id, command) => pass('changes', async () => live().changes().command(id, command)),
    send: async (id, message) => {
      const queued = await pass(undefined, async () => live().send(id, message))
      running?.core.live.now()?.signals.typing.said(id)
      return queued
    },
    recall: async (id, target) => pass('changes', async () => live().changes().recall(id, target)),
    edit: async (id, target, content) =>
      pass('changes', async () => live().changes().edit(id, target, content)),
    react: async (id, target, sign, on) =>
      pass('changes', async () => live().changes().react(id, target, sign, on)),
    sayTransient: async (id, message) =>
      pass('live', async () => (await live().core.live.get()).signals.say(id, message)),
    typing: (id, on) => live().core.live.use(({ signals }) => signals.typing.type(id, on)),
    typingMembers: (id) => running?.core.live.now()?.signals.typing.members(id) ?? [],
    presence: async (users) => {
      const { core } = live()
      const { presence } = core.live.now() ?? (await core.live.get())
      return presence.ask(users)
    },
    remoteQuery: async (query, count) => {
      const { core } = live()
      const { queries } = core.live.now() ?? (await core.live.get())
      return queries.ask(query, count)
    },
    watchPresence: (users, listener) => live().core.live.watch(users, listener),
    history: async (id, query) => live().history.query(id, query),
    timeline: async (id, limit) => live().history.query(id, { limit }),
    person: async (command) => pass('people', async () => live().people().change(command)),
    hide: async (id) => pass('people', async () => live().people().hide(id)),
    clear: async (id) => pass('people', async () => live().people().clear(id)),
    profile(of) {
      const known = model()
      if (ended === undefined) parts.use('people', ({ wantProfile }) => wantProfile(live().core, of))
      return parts.held('people')?.profileView(known, of) ?? noProfile(known, of)
    },
    contacts: () => parts.held('people')?.contactViews(model()) ?? [],
    blocked: () => parts.held('people')?.blockedUsers(model()) ?? [],
    refused: () => parts.held('people')?.refusedConversations(model()) ?? [],
    reached: (id) => model().conversations.get(id)?.receipts?.others ?? [],
    flag: async (id) => pass(undefined, async () => live().own.flag(id)),
    async read(id) {
      const reading = await pass(undefined, async () => live().own.read(id))
      if (reading.missing.length > 0) await tellLater(reading).catch(untoldStill)
    },
    setDraft: async (id, draft) => pass(undefined, async () => live().own.setDraft(id, draft)),
    cancelDraft: async (id) => pass(undefined, async () => live().own.setDraft(id, null)),
    confirmed<T>(id: EntryId): Promise<T> | undefined {
      const item = model().outbox.byId(id)
      const waits = item?.state === 'waiting' && item.answered === null
      const own = [...(model().person?.lane.values() ?? [])].some(
        (one) => one.id === id && one.state === 'waiting',
      )
      return waits || own ? running?.core.promises.of<T>(id) : undefined
    },
    unsent: () => unsentViews(model()),
    retryUnsent: async (id) => pass('changes', async () => keeperOf(id).retry(id)),
    discardUnsent: async (id) => pass('changes', async () => keeperOf(id).discard(id)),
    inspect: async (id) => {
      const { mailbox } = live().core
      const { inspect } = await parts.soon('repair')
      return mailbox.read(async (ledger) => inspect(ledger, id))
    },
    with: async (name, call) => pass(name, async () => call(parts.held(name) ?? (await parts.soon(name)))),
    load: async (name) => parts.soon(name),
    held: (name) => parts.held(name),
    preload: async () => parts.preload(),
    on(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close: async () => close('The client was closed.'),
    async wipe() {
      await close('The client was closed and its data removed.')
      await ports.store.destroy()
    },
  }
}
