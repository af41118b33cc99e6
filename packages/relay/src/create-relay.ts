/**
 * The relay: one writer that takes turns. authenticate → authorise → validate → append → answer → fan out.
 *
 * A turn takes everything that arrived while the last one ran; between two turns the log is read for those who ask or
 * catch up. So there is one order of all things, and nobody ever sees half a turn.
 */
import { type FailureCode, laterAnswers, type LaterCode, protocolVersion } from '@parley/wire'
import { answersOf, refusalsIn, violationsIn } from './answers.ts'
import { stepCatchUp } from './catch-up.ts'
import { type Channel, createChannel } from './channel.ts'
import { createConnection, type Desk } from './connection.ts'
import { createConversationCache } from './conversation-state.ts'
import { fanOut } from './fan-out.ts'
import type { Outcome } from './inputs.ts'
import { defaultLimits } from './limits.ts'
import { inLine } from './line.ts'
import type { Identity, Relay, RelayHealth, RelayOptions } from './ports.ts'
import { createPresences } from './presence.ts'
import { createReception } from './reception.ts'
import { createRevocations } from './revocations.ts'
import { createSession, createSessions, type Session, type Tagged } from './session.ts'
import { createSignals } from './signals.ts'
import { takesNothing } from './slow-readers.ts'
import { StoreError } from './store.ts'
import { createTags } from './tags.ts'
import { allLater, type Judge, ownSeams, runTurn, type Seams } from './turn.ts'
import { createUserRates } from './user-rates.ts'
import { createWork, type Waiting } from './work.ts'

/** A little longer than the longest token of the daemon's default. */
const defaultRevocationsKeptMs = 31 * 86_400_000

export function createRelay(options: RelayOptions): Relay {
  return createRelayWith(options, ownSeams)
}

export function createRelayWith(options: RelayOptions, seams: Seams): Relay {
  const {
    store,
    clock,
    logger,
    gathered = () => Promise.resolve(),
    countSignal: count = () => undefined,
  } = options
  const limits = { ...defaultLimits, ...options.limits }
  const sessions = createSessions()
  const presences = createPresences(sessions, clock, limits)
  const work = createWork(limits)
  const rates = createUserRates(limits, clock)
  const cache = createConversationCache(limits)
  const judge: Judge = { store, cache, seams, limits }
  let state: RelayHealth['state'] = 'running'
  let draining = false
  let running: Promise<void> | undefined

  const wake = (): void => {
    if (running !== undefined || state === 'ended') return
    running = takeTurns()
      .catch(endByFault)
      .finally(() => {
        running = undefined
        // What came since the last look has found us running.
        if (!work.empty) wake()
      })
  }

  const takeTurns = async (): Promise<void> => {
    await gathered(0)
    while (!work.empty) {
      const turn = work.takeTurn().filter(({ session }) => !revocations.ended(session))
      if (turn.length > 0) await takeTurn(turn)
      await readBetweenTurns()
      await gathered(turn.length)
    }
  }

  const takeTurn = async (turn: readonly Waiting[]): Promise<void> => {
    const inputs = turn.map(({ input }) => input)
    const before = store.position
    if (state === 'broken') {
      answer(turn, allLater(inputs, 'overloaded', waitOf('overloaded')))
      return
    }
    let judged
    try {
      judged = await runTurn(judge, inputs, clock.now())
    } catch (error) {
      answer(turn, allLater(inputs, ...storeFailed(error)))
      return
    }
    if (state === 'full') {
      state = 'running'
      logger.info('the store has room again')
    }
    if (!draining) work.putBack(turn.slice(judged.outcomes.length))
    answer(turn.slice(0, judged.outcomes.length), judged.outcomes)
    for (const session of fanOut(judged, before, sessions, limits)) resume(session)
  }

  /** What the devices are told, and when to come again. A bug goes on its way. */
  const storeFailed = (error: unknown): [LaterCode, number] => {
    if (!(error instanceof StoreError)) throw error
    const code = error.kind === 'full' ? 'disk-full' : 'overloaded'
    const next = error.kind === 'full' ? 'full' : 'broken'
    if (state !== next) logger.error(`the store is ${next}: nothing is accepted, reading goes on`, { error })
    state = next
    return [code, waitOf(code)]
  }

  const answer = (turn: readonly Waiting[], outcomes: readonly Outcome[]): void => {
    for (const [session, frames] of answersOf(turn, outcomes)) {
      for (const frame of frames) {
        session.channel.send(frame)
        session.refusals += refusalsIn(frame)
        if (frame.frame === 'answer') session.violations += violationsIn(frame.answers)
      }
      if (session.violations > limits.maxViolations) {
        end(session, 'malformed', 'too many updates that no device would make')
      } else if (session.refusals > limits.maxRefusals) {
        end(session, 'overloaded', 'more was refused than a session may bring')
      }
    }
  }

  const readBetweenTurns = async (): Promise<void> => {
    await Promise.all(
      work.takeReads().map(async ({ session, run }) => {
        try {
          await run()
        } catch (error) {
          readFailed(error)
          if (session !== undefined) end(session, 'internal')
        }
      }),
    )
  }

  const readFailed = (error: unknown): void => {
    if (!(error instanceof StoreError)) throw error
    logger.error('the store could not be read', { error })
  }

  const enter = (identity: Identity, standing: Tagged, channel: Channel): Session | FailureCode => {
    if (draining || state === 'ended') return 'shutting-down'
    if (!revocations.holds(identity)) return 'revoked'
    const session = createSession(identity, standing, channel, store)
    const predecessor = sessions.enter(session)
    presences.entered(session)
    if (predecessor !== undefined) {
      predecessor.channel.end('replaced')
      presences.left(predecessor)
    }
    channel.send({
      frame: 'welcome',
      version: protocolVersion,
      user: identity.user,
      epoch: store.epoch,
      time: clock.now(),
      expires: identity.expires ?? 0,
    })
    resume(session)
    return session
  }

  const enterByHello: Desk['enter'] = (identity, greeting, channel, entered) => {
    if (turnedAway(identity, greeting.tag, channel)) return
    const enterNow = (): void => {
      if (!hasTooMany(identity, greeting.tag, channel)) entered(enter(identity, greeting, channel))
    }
    if (greeting.tag === '') enterNow()
    else {
      const holds = (): boolean => revocations.holds(identity)
      claimTag({ claim: { ...identity, ...greeting }, channel, holds, enter: enterNow, refuse: entered })
    }
  }

  /** A device that comes again and again. */
  const turnedAway = (identity: Identity, tag: string, channel: Channel): boolean => {
    const waitMs = rates.hello(identity.user)
    if (waitMs === 0) return hasTooMany(identity, tag, channel)
    channel.end('overloaded', 'this user begins sessions too often', waitMs)
    return true
  }

  /** Who is in session stays: one more would come back as soon as it were sent away for another. A tag has one place. */
  const hasTooMany = ({ user, device }: Identity, tag: string, channel: Channel): boolean => {
    const others = sessions
      .of(user)
      .filter(
        (other) =>
          other.identity.device !== device &&
          other.follows === undefined &&
          (tag === '' || other.tag !== tag),
      )
    if (others.length < limits.maxUserSessions) return false
    channel.end('overloaded', 'this user has as many devices in session as he may', limits.maxRateWaitMs)
    return true
  }

  const leave = (session: Session): void => {
    sessions.leave(session)
    presences.left(session)
  }

  const end = (session: Session, ...failure: Parameters<Channel['end']>): void => {
    session.channel.end(...failure)
    leave(session)
  }

  const catchUp = async (session: Session): Promise<void> => {
    const again = await stepCatchUp(store, session, limits)
    if (again && !draining) work.addRead({ session, run: async () => catchUp(session) })
  }

  /** Goes on with a catch-up that has just begun, or whose socket has drained. */
  const resume = (session: Session): void => {
    const { flow } = session
    if (flow.state === 'live') return
    if (flow.waiting) session.flow = { ...flow, waiting: false }
    work.addRead({ session, run: async () => catchUp(session) })
    wake()
  }

  const claimTag = createTags({
    store,
    sessions,
    between(run) {
      work.addRead({ session: undefined, run })
      wake()
    },
    failed(error, at) {
      if (at === 'write') storeFailed(error)
      else readFailed(error)
      return at === 'write' ? 'overloaded' : 'internal'
    },
    end,
  })
  const revocations = createRevocations({
    store,
    sessions,
    clock,
    authenticate: options.authenticate,
    keptMs: options.revocationsKeptMs ?? defaultRevocationsKeptMs,
    end,
  })
  const passOn = createSignals({
    store,
    cache,
    sessions,
    clock,
    limits,
    count,
    read: (session, run) => reception.ask(session, run),
  })
  const reception = createReception({
    judge,
    clock,
    limits,
    work,
    rates,
    presences,
    deflate: options.deflate,
    passOn,
    wake,
    refuse: (session, input) =>
      answer([{ session, input }], allLater([input], 'overloaded', waitOf('overloaded'))),
    end,
  })

  /** Up to as much again, so that those who wait do not come back all at once. */
  const waitOf = (code: LaterCode): number => spread(laterAnswers[code].waitMs)
  const spread = (ms: number): number => ms + Math.floor((ms * (options.random(1)[0] ?? 0)) / 256)

  const endAll = (...failure: Parameters<Channel['end']>): void => {
    state = 'ended'
    work.clear()
    for (const session of sessions.all()) end(session, ...failure)
  }

  const endByFault = (error: unknown): void => {
    logger.error('the relay has met a bug of its own and ends', { error })
    endAll('internal')
    options.onFault?.(error)
  }

  const authenticate = inLine(limits.maxGreetedAtOnce, revocations.authenticate)
  const desk: Desk = {
    clock,
    logger,
    authenticate,
    enter: enterByHello,
    receive: (session, frame, received) => {
      if (!draining) reception.receive(session, frame, received)
    },
    resume: (session) => {
      if (session.flow.state === 'catching-up' && session.flow.waiting) resume(session)
    },
    leave,
  }

  return {
    get health() {
      return { epoch: store.epoch, position: store.position, sessions: sessions.size, state }
    },
    accept(peer) {
      const connection = createConnection(desk, createChannel(peer))
      if (draining || state === 'ended') connection.fail('shutting-down')
      return connection
    },
    connect(identity, standing, peer) {
      const channel = createChannel(peer)
      const entered = enter(identity, standing, channel)
      if (typeof entered !== 'string') return createConnection(desk, channel, entered)
      const connection = createConnection(desk, channel)
      connection.fail(entered)
      return connection
    },
    authenticate: async (token, now) => authenticate(token, now),
    revoke: revocations.revoke,
    sweep() {
      presences.sweep()
      rates.sweep()
      reception.sweep()
      for (const session of sessions.all()) {
        if (takesNothing(session, clock.now(), limits)) end(session, 'slow-consumer')
        else reception.rest(session)
      }
      // Questions that had to wait are due by now, perhaps.
      if (!work.empty) wake()
    },
    async drain() {
      draining = true
      work.clear()
      await running
      endAll('shutting-down')
    },
  }
}
