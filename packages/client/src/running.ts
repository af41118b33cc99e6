/** A started engine: the parts of one core tied together, from the loaded model to the end. */
import { parseDeviceId } from '@parley/document'
import type { ConversationId, DeviceId, UserId } from '@parley/document'
import type { FailureFrame, Welcome } from '@parley/wire'
import { createCalls } from './calls.ts'
import type { Calls } from './calls.ts'
import type { Core } from './core.ts'
import type { ConversationView, EngineEvent, Inspection } from './engine-types.ts'
import { ParleyError } from './errors.ts'
import { fetchHead, fetchInIdleTime } from './fetching.ts'
import { createHistory } from './history.ts'
import type { History } from './history.ts'
import { inspect } from './inspect.ts'
import { createSending, departures } from './lanes.ts'
import type { Departure } from './lanes.ts'
import type { Ledger } from './ledger.ts'
import type { ClientLimits } from './limits.ts'
import { createLocate } from './locating.ts'
import { createMailbox } from './mailbox.ts'
import { laneItems } from './model.ts'
import type { Model } from './model.ts'
import { beginEpoch, pruneAcknowledged } from './new-epoch.ts'
import { freshRecord } from './news.ts'
import type { Ports } from './ports.ts'
import { createPromises } from './promises.ts'
import { receive } from './receive.ts'
import type { CatchUp } from './receive.ts'
import { createRequests, offline } from './requests.ts'
import { createSession } from './session.ts'
import { conversationView, unreadOf } from './views.ts'

export interface Running {
  readonly core: Core
  readonly calls: Calls
  readonly history: History
  readonly stopped: Promise<void>
  begin(isNew: boolean): Promise<void>
  stop(error: ParleyError): void
  conversations(): readonly ConversationView[]
  conversation(id: ConversationId): ConversationView | undefined
  look(id: ConversationId): Promise<'member' | 'joinable' | 'not-found'>
  markRead(id: ConversationId): Promise<void>
  setDraft(id: ConversationId, text: string | null): Promise<void>
  inspect(id: ConversationId): Promise<Inspection>
}

export interface RunOptions {
  readonly user: UserId
  readonly ports: Ports
  readonly limits: ClientLimits
  readonly model: Model
  readonly emit: (event: EngineEvent) => void
}

export const superseded = 'Another tab or process of this device has taken over.'

export function run({ user, ports, limits, model, emit }: RunOptions): Running {
  const sending = createSending()
  const promises = createPromises()
  const requests = createRequests()
  let catchUp: CatchUp = { named: new Set(), first: false, epoch: '' }
  let retryStore: (() => void) | undefined
  let storeFailures = 0
  let idling = false
  let stopped: Promise<void> = Promise.resolve()

  const session = createSession({
    user,
    ports,
    limits,
    hello: () => ({ device: model.device.device, epoch: model.device.epoch, cursor: model.device.cursor }),
    onWelcome,
    onFrame: (frame) => mailbox.receive(inSession(async (ledger) => receive(core, catchUp, ledger, frame))),
    onFailure,
    onLost,
    emit,
  })
  const mailbox = createMailbox({
    model,
    prepare,
    unprepare,
    onCommitted,
    onDegraded,
    onLost: () => emit({ type: 'ended', code: 'superseded', detail: superseded }),
    onFault,
  })
  const core: Core = {
    user,
    ports,
    limits,
    model,
    mailbox,
    session,
    sending,
    promises,
    requests,
    emit,
    caughtUp: false,
    idleWork: false,
  }
  const history = createHistory(core)
  const calls = createCalls(core, history)
  const locate = createLocate(core, history)

  /** Frames of a socket that is gone are not applied: the next one begins from the cursor. */
  function inSession(job: (ledger: Ledger) => Promise<void>): (ledger: Ledger) => Promise<void> {
    const { generation } = session
    return async (ledger) => {
      if (session.generation === generation) await job(ledger)
    }
  }

  function onWelcome({ epoch }: Welcome): void {
    const first = model.device.epoch === ''
    catchUp = { named: new Set(), first, epoch }
    // Whether or not the session lives on: the old log is gone.
    mailbox.receive(async (ledger) => {
      if (ledger.device.epoch !== '' && ledger.device.epoch !== epoch) await beginEpoch(core, ledger, epoch)
    })
  }

  /** A live session replaced by another of the same device: this profile was copied, and becomes a device of its own. */
  function onFailure(frame: FailureFrame): boolean {
    if (frame.code !== 'replaced') return false
    void mailbox
      .call((ledger) => {
        ledger.setDevice({ ...ledger.device, device: newDevice(ports) })
      })
      .then(
        () => session.restart('this device was copied'),
        (error: unknown) =>
          ports.log.info('replaced, and not the owner of the store any more', { error: String(error) }),
      )
    return true
  }

  function onLost(): void {
    core.caughtUp = false
    sending.sent.clear()
    sending.lanes.clear()
    requests.closeAll()
  }

  /** Counted as on their way while their bytes are being stored. */
  let prepared: number[] = []

  function unprepare(): void {
    sending.writers.clear()
    for (const n of prepared) sending.sent.delete(n)
    prepared = []
  }

  async function prepare(ledger: Ledger): Promise<() => void> {
    if (!core.caughtUp || !session.online) return () => undefined
    const { generation } = session
    const leaving: Departure[] = []
    const context = {
      now: ports.now(),
      random: ports.random,
      maxInFlight: limits.maxInFlight,
      keepAbsentMs: limits.keepAcknowledgedMs,
      locate,
    }
    for (const id of ledger.laneIds()) {
      if (sending.sent.size >= limits.maxInFlight) break
      const departure = await departures(ledger, id, sending, context)
      if (departure === undefined) continue
      leaving.push(departure)
      // Counted at once, so that all lanes together keep the limit.
      for (const n of departure.numbers) {
        sending.sent.add(n)
        prepared.push(n)
      }
    }
    return () => {
      const counted = prepared
      prepared = []
      if (session.generation !== generation) {
        // Their session went, perhaps while they were being counted: in the next one they are not on their way.
        for (const n of counted) sending.sent.delete(n)
        return
      }
      for (const { frames } of leaving) for (const frame of frames) session.send(frame)
    }
  }

  function onCommitted(ledger: Ledger): void {
    pruneSent()
    const unread = new Set<ConversationId>()
    for (const event of ledger.events) {
      emit(event)
      if (event.type === 'conversation') unread.add(event.conversation)
    }
    for (const id of unread) emitUnread(id)
    if (!core.caughtUp) return
    if (ledger.events.length > 0 && hasDepartures()) mailbox.pump()
    if (core.idleWork || ledger.wantsFetching) workIdly()
  }

  function workIdly(): void {
    core.idleWork = true
    if (idling) return
    core.idleWork = false
    idling = true
    fetchInIdleTime(core)
      .catch((error: unknown) => {
        // The engine ended, or its store did; both are said where they happen.
        ports.log.debug('idle work stopped', { error: String(error) })
      })
      .finally(() => {
        idling = false
        if (core.idleWork && core.caughtUp) workIdly()
      })
  }

  const lastUnread = new Map<ConversationId, number>()

  function emitUnread(id: ConversationId): void {
    const record = model.conversations.get(id)
    const now = record === undefined ? 0 : unreadOf(record)
    if ((lastUnread.get(id) ?? 0) === now) return
    lastUnread.set(id, now)
    emit({ type: 'unread', conversation: id, unread: now })
  }

  /** What was answered, taken back or remade is not on its way any more. */
  function pruneSent(): void {
    for (const n of sending.sent) {
      const item = model.outbox.get(n)
      const onItsWay =
        item !== undefined &&
        item.state === 'waiting' &&
        item.answered === null &&
        (item.kind === 'command' || item.made !== null)
      if (!onItsWay) sending.sent.delete(n)
    }
  }

  function hasDepartures(): boolean {
    return model.lanes.size > 0 && sending.sent.size < limits.maxInFlight
  }

  function onDegraded(error: (Error & { readonly kind?: string }) | undefined): void {
    if (error === undefined) {
      storeFailures = 0
      emit({ type: 'storage', degraded: false })
      return
    }
    emit({ type: 'storage', degraded: true, ...(error.kind === undefined ? {} : { kind: error.kind }) })
    ports.log.error('the device cannot store', { error: error.message })
    if (retryStore !== undefined) return
    const wait = limits.storeRetryMs[Math.min(storeFailures, limits.storeRetryMs.length - 1)] ?? 30_000
    storeFailures += 1
    retryStore = ports.timer(wait, () => {
      retryStore = undefined
      mailbox.receive(async () => undefined)
      mailbox.pump()
    })
  }

  /** A bug of ours: nothing of the job stands; the session starts again from what is stored. */
  function onFault(error: unknown): void {
    ports.log.error('a job failed', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    emit({ type: 'error', code: 'internal', detail: String(error) })
    session.restart('a job failed')
  }

  function conversation(id: ConversationId): ConversationView | undefined {
    const record = model.conversations.get(id)
    return record === undefined
      ? undefined
      : conversationView(record, laneItems(model, id), model.drafts.get(id))
  }

  return {
    core,
    calls,
    history,
    get stopped() {
      return stopped
    },
    async begin(isNew) {
      await mailbox.call(async (ledger) => {
        if (isNew) ledger.setDevice(model.device)
        await pruneAcknowledged(core, ledger)
      })
      session.input({ on: 'start' })
    },
    stop(error) {
      session.input({ on: 'pause' })
      retryStore?.()
      promises.rejectAll(error)
      stopped = mailbox.stop(error)
    },
    conversations: () =>
      [...model.conversations.keys()]
        .flatMap((id) => conversation(id) ?? [])
        .toSorted((a, b) => b.lastMessageAt - a.lastMessageAt || (a.id < b.id ? -1 : 1)),
    conversation,
    async look(id) {
      const known = model.conversations.get(id)
      if (known !== undefined && known.role !== '') return 'member'
      const result = await fetchHead(core, id)
      if (result === 'offline') throw offline()
      if (result === 'joinable' && model.conversations.get(id) === undefined) {
        await mailbox.call((ledger) => {
          if (ledger.conversation(id) === undefined) ledger.setConversation(freshRecord(id))
        })
      }
      return result === 'joinable' ? 'joinable' : result === 'held' ? 'member' : 'not-found'
    },
    async markRead(id) {
      await mailbox.call((ledger) => {
        const record = ledger.conversation(id)
        if (record === undefined)
          throw new ParleyError('unknown-conversation', 'This device does not know this conversation.')
        const { seq, total, mine } = record
        if (unreadOf(record) === 0 && record.mark.seq === seq) return
        ledger.setConversation({ ...record, mark: { seq, total, mine, recalled: 0 } })
        ledger.emit({ type: 'conversation', conversation: id })
      })
    },
    async setDraft(id, text) {
      await mailbox.call((ledger) => {
        if (ledger.conversation(id) === undefined)
          throw new ParleyError('unknown-conversation', 'This device does not know this conversation.')
        ledger.setDraft(id, text === null || text === '' ? null : { text, editedAt: ports.now() })
        ledger.emit({ type: 'conversation', conversation: id })
      })
    },
    inspect: async (id) => mailbox.read(async (ledger) => inspect(ledger, id)),
  }
}

export function newDevice({ random }: Ports): DeviceId {
  const digits = [...random(16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const device = parseDeviceId(digits)
  if (device === undefined) throw new Error('sixteen bytes make a device id')
  return device
}
