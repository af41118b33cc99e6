/** A started engine: the parts of one core tied together, from the loaded model to the end. */
import type { ConversationId, UserId } from '@parley/document'
import type { FailureFrame, Welcome } from '@parley/wire'
import { assert } from './assert.ts'
import { createAsking, forgetAsked } from './asking.ts'
import { createSendCall } from './calls.ts'
import type { SendCall } from './calls.ts'
import type { ChangeCalls } from './change-calls.ts'
import type { Core } from './core.ts'
import type { EngineEvent } from './engine-types.ts'
import { ParleyError } from './errors.ts'
import { createHistory } from './history.ts'
import type { History } from './history.ts'
import { createSending } from './lanes.ts'
import { createLazyIdleWork, createLazyLocate } from './lazy-work.ts'
import type { Ledger } from './ledger.ts'
import type { ClientLimits } from './limits.ts'
import { createLive } from './live.ts'
import { createMailbox, storageError } from './mailbox.ts'
import type { Model } from './model.ts'
import { newDevice } from './new-device.ts'
import type { PersonCalls } from './person-calls.ts'
import { createOwnCalls } from './own-calls.ts'
import type { OwnCalls } from './own-calls.ts'
import type { Ports } from './ports.ts'
import { createPromises } from './promises.ts'
import { createCatchUp, receive } from './receive.ts'
import type { CatchUp } from './receive.ts'
import { pruneAcknowledged } from './prune.ts'
import { createQueueing } from './queueing.ts'
import { createReceiptTelling } from './receipt-hooks.ts'
import { createRequests } from './requests.ts'
import { createSender } from './sender.ts'
import { createSession } from './session.ts'
import { createSignIn } from './sign-in.ts'
import { createStoreHealth } from './store-health.ts'
import { createUnreadEvents } from './unread-events.ts'

export interface Running {
  readonly core: Core
  readonly send: SendCall
  /** Once the part that makes them is there. */
  changes(): ChangeCalls
  people(): PersonCalls
  readonly own: OwnCalls
  readonly history: History
  /** Resolves when it is at rest on the device; the connection is made behind it. */
  begin(isNew: boolean): Promise<void>
  /** Nothing is begun after this. Resolves when what ran is done. */
  stop(error: ParleyError): Promise<void>
}

export interface RunOptions {
  readonly user: UserId
  readonly ports: Ports
  readonly limits: ClientLimits
  readonly model: Model
  readonly tag: string
  readonly login: boolean | undefined
  readonly syncReadMarks: boolean
  readonly readReceipts: boolean
  readonly emit: (event: EngineEvent) => void
  /** It cannot go on: whoever owns it stops it. */
  readonly end: (error: ParleyError) => void
}

export function run({
  user,
  ports: given,
  limits,
  model,
  tag,
  login,
  syncReadMarks,
  readReceipts,
  emit,
  end,
}: RunOptions): Running {
  const { ports, cancelTimers } = ownTimers(given)
  let catchUp: CatchUp = createCatchUp(false, '')
  /** How far the relay's clock is ahead of this one. */
  let ahead = 0
  const signIn = createSignIn(tag, login, model.device.tag)

  const session = createSession({
    user,
    ports,
    limits,
    hello: () => ({
      device: model.device.device,
      epoch: model.device.epoch,
      cursor: model.device.cursor,
      ...signIn.hello(),
      inflates: core.inflates,
    }),
    onWelcome,
    onFrame: (frame) => mailbox.receive(inSession(async (ledger) => receive(core, catchUp, ledger, frame))),
    onFailure,
    onLost: onSessionLost,
    emit,
  })
  const mailbox = createMailbox({
    model,
    prepare: async (ledger) => sender.prepare(ledger),
    unprepare: () => sender.unprepare(),
    onCommitted,
    onDegraded: (error) => health(error),
    onLost: (error) => end(storageError(error)),
    onDropped: () => session.restart('the store could not be read'),
    onFault,
  })
  const relayTime = (): number => ports.now() + ahead
  const parts = { user, ports, limits, model, mailbox, session, emit, relayTime, syncReadMarks, readReceipts }
  const core: Core = {
    ...parts,
    sending: createSending(),
    promises: createPromises(),
    requests: createRequests(),
    asking: createAsking(),
    receipts: createReceiptTelling(model.parts, { ...parts, ready: () => core.caughtUp }),
    live: createLive(model.parts, ({ createPresenceBook, createRemoteQueries, createSignals }) => ({
      presence: createPresenceBook({ session, emit, ports, limits }),
      signals: createSignals(parts),
      queries: createRemoteQueries({ session, ports }),
    })),
    inflates: ports.inflate !== undefined,
    caughtUp: false,
  }
  const history = createHistory(core)
  const sender = createSender(core, createLazyLocate(core, history))
  const queueing = createQueueing(core)
  let changes: ChangeCalls | undefined
  let people: PersonCalls | undefined
  const health = createStoreHealth({ ports, limits, emit, probe: () => mailbox.probe() })
  const tellUnread = createUnreadEvents(model, emit)
  const tellProfile = createProfileTelling(model, emit)
  const workIdly = createLazyIdleWork(core)
  /** What has been told of chunks. */
  const missed = new Set<string>()

  /** Frames of a socket that is gone are not applied: the next one begins from the cursor. */
  function inSession(job: (ledger: Ledger) => Promise<void>): (ledger: Ledger) => Promise<void> {
    const { generation } = session
    return async (ledger) => {
      if (session.generation === generation) await job(ledger)
    }
  }

  function onWelcome({ epoch, time }: Welcome): void {
    ahead = time - ports.now()
    const first = model.device.epoch === ''
    catchUp = createCatchUp(first, epoch)
    signIn.welcomed()
    // Whether or not the session lives on: the old log is gone.
    mailbox.receive(async (ledger) => {
      signIn.keep(ledger)
      ledger.after.push(() => core.live.renew())
      const { log } = ledger.device
      if (log === epoch) return
      if (log === '') ledger.setDevice({ ...ledger.device, log: epoch })
      else {
        const { beginEpoch } = await ledger.part('repair')
        await beginEpoch(core, ledger, epoch)
      }
    })
  }

  /** A live session replaced by another of the same device: this profile was copied, and becomes a device of its own. */
  function onFailure(frame: FailureFrame): boolean {
    if (frame.code !== 'replaced') return false
    // Whoever has lost the store finds that here, and ends instead.
    mailbox.receive(async (ledger) => {
      ledger.setDevice({ ...ledger.device, device: newDevice(ports) })
      ledger.after.push(() => session.restart('this device was copied'))
    })
    // Also when the store takes nothing for the time being: it still knows whose it is.
    mailbox.probe()
    return true
  }

  function onSessionLost(): void {
    core.caughtUp = false
    sender.sessionLost()
    core.requests.closeAll()
    forgetAsked(core.asking)
    core.live.now()?.presence.lost()
    core.live.now()?.queries.lost()
    core.live.now()?.signals.typing.lost()
  }

  /** What happened first, then what is to be read again, each conversation once. */
  function onCommitted(ledger: Ledger): void {
    sender.prune()
    const changed = new Set<ConversationId>()
    for (const event of ledger.events) if (event.type === 'conversation') changed.add(event.conversation)
    for (const id of changed) model.list?.touch(id)
    for (const event of ledger.events) {
      if (event.type === 'profile') tellProfile(event)
      else if (event.type !== 'conversation') emit(event)
      // Who has said it types no more.
      if (event.type === 'message')
        core.live.now()?.signals.typing.heard(event.message.conversation, event.message.from, false)
    }
    for (const id of changed) {
      emit({ type: 'conversation', conversation: id })
      tellUnread(id)
      core.receipts.look(id)
    }
    if (!core.caughtUp) return
    if (ledger.events.length > 0 && sender.ready) mailbox.pump()
    if (ledger.wantsFetching) workIdly()
  }

  /**
   * What came needs a chunk that cannot be had: it comes again, and by then the chunk may be there. Each is told once; where the
   * network works and it fails again, the page is what has to be loaded anew. Rule CL443.
   */
  function onMissing({ code, detail }: ParleyError): void {
    const event = missed.has(detail) ? reload : ({ type: 'error', code, detail } as const)
    if (!missed.has(event.detail)) emit(event)
    missed.add(event.detail)
    session.restart('a part could not be loaded')
  }

  /** A bug of ours: nothing of the job stands; the session starts again from what is stored. */
  function onFault(error: unknown): void {
    if (error instanceof ParleyError && error.code === 'part-missing') {
      onMissing(error)
      return
    }
    ports.log.error('a job failed', {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    emit({ type: 'error', code: 'internal', detail: String(error) })
    session.restart('a job failed')
  }

  return {
    core,
    send: createSendCall(core, queueing),
    changes() {
      const part = model.parts.held('changes')
      assert(part !== undefined, 'whoever asks has loaded what answers')
      changes ??= part.createChangeCalls(core, queueing, history)
      return changes
    },
    people() {
      const part = model.parts.held('people')
      assert(part !== undefined, 'whoever asks has loaded what answers')
      people ??= part.createPersonCalls(core)
      return people
    },
    own: createOwnCalls(core),
    history,
    async begin(isNew) {
      // Nothing of it is lost with the device's room: what it says is stored before anything that rests on it.
      mailbox.receive(async (ledger) => {
        if (isNew) ledger.setDevice(model.device)
        await pruneAcknowledged(core, ledger)
      })
      await mailbox.read(async () => undefined)
      session.input({ on: 'start' })
    },
    async stop(error) {
      cancelTimers()
      session.input({ on: 'pause' })
      cancelTimers()
      core.promises.end(error)
      await mailbox.stop(error)
    },
  }
}

const reload = {
  type: 'error',
  code: 'reload-needed',
  detail: 'Reload the page: a part of the app could not be loaded, again.',
} as const

type ProfileEvent = Extract<EngineEvent, { readonly type: 'profile' }>

/** Nothing is told of profiles before the part that knows them is there. */
function createProfileTelling(
  model: Model,
  emit: (event: EngineEvent) => void,
): (event: ProfileEvent) => void {
  const before = model.parts.held('people')?.ownLook(model)
  let tell: ((event: ProfileEvent) => void) | undefined
  return (event) => {
    const part = model.parts.held('people')
    if (part === undefined) return
    tell ??= part.createProfileEvents(model, emit, before)
    tell(event)
  }
}

/** Timers that end with the engine. */
function ownTimers(ports: Ports): { readonly ports: Ports; readonly cancelTimers: () => void } {
  const running = new Set<() => void>()
  return {
    ports: {
      ...ports,
      timer(ms, callback) {
        const cancel = ports.timer(ms, () => {
          running.delete(cancelOnce)
          callback()
        })
        const cancelOnce = (): void => {
          running.delete(cancelOnce)
          cancel()
        }
        running.add(cancelOnce)
        return cancelOnce
      },
    },
    cancelTimers() {
      for (const cancel of running) cancel()
    },
  }
}
