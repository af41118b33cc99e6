/**
 * What a session sends: to the queue of the next turn, among the questions answered between two turns, or passed on at
 * once; unless it comes too fast. Rules RE47, RE230 to RE232, RE234 and RE248.
 */
import type { UserId } from '@parley/document'
import { answerPeople } from './answer-people.ts'
import { type Bucket, fullBucket, isFull, type Rate, refill, spend, take } from './bucket.ts'
import type { Channel } from './channel.ts'
import type { SessionFrame } from './connection.ts'
import { createPageAnswers } from './deflated-pages.ts'
import { tellCursor } from './fan-out.ts'
import { answerDigests, answerFetch } from './fetch.ts'
import { commandInput, type Input, pushInput } from './inputs.ts'
import { marksInput } from './judge-marks.ts'
import type { RelayLimits } from './limits.ts'
import { paced } from './pace.ts'
import type { Clock, RelayOptions } from './ports.ts'
import type { Presences } from './presence.ts'
import { answerQuery, type QueryStep, type Send } from './query.ts'
import { limitedCommand, limitedPush } from './rate-answers.ts'
import type { Session } from './session.ts'
import type { Judge } from './turn.ts'
import type { UserRates } from './user-rates.ts'
import type { Work } from './work.ts'

export interface ReceptionDesk {
  readonly judge: Judge
  readonly clock: Clock
  readonly limits: RelayLimits
  readonly work: Work
  readonly rates: UserRates
  readonly presences: Presences
  readonly deflate: RelayOptions['deflate']
  readonly passOn: (session: Session, frame: Extract<SessionFrame, { frame: 'signal' }>) => void
  readonly wake: () => void
  /** There is no room for it. */
  readonly refuse: (session: Session, input: Input) => void
  readonly end: (session: Session, ...failure: Parameters<Channel['end']>) => void
}

export interface Reception {
  receive(session: Session, frame: SessionFrame, received: number): void
  ask(session: Session, run: () => Promise<void>): void
  /** What has become old. */
  sweep(): void
  /** Forgets the buckets of a session that are full: one that is not there is. Rule RE361. */
  rest(session: Session): void
}

/** When a second query may come again while one is under way. */
const nextQueryMs = 200

/** What a question costs beside its answer: somebody has to look. */
const questionBytes = 4096

export function createReception(desk: ReceptionDesk): Reception {
  const { judge, clock, limits, work, rates, presences, end } = desk
  const { store } = judge
  const pages = createPageAnswers(desk.deflate, limits, clock)
  const querying = new Set<UserId>()
  const frameRate: Rate = { perSecond: limits.maxFramesPerSecond, burst: limits.maxFramesBurst }
  const readRate: Rate = { perSecond: limits.maxReadBytesPerSecond, burst: limits.maxReadBytesBurst }

  /** A peer that asks and asks, and takes no answers. */
  const isStuck = (session: Session): boolean => {
    if (session.channel.buffered() <= limits.maxAnswerBytes) return false
    end(session, 'slow-consumer')
    return true
  }

  const isFlood = (session: Session): boolean => {
    const now = clock.now()
    session.frames ??= fullBucket(frameRate, now)
    if (take(session.frames, frameRate, 1, now) === 0) return false
    end(session, 'overloaded', 'more frames came than a session may send')
    return true
  }

  const queue = (session: Session, input: Input): void => {
    if (work.add({ session, input })) desk.wake()
    else desk.refuse(session, input)
  }

  /** True when it was too fast: the user is told when to come again, or, when he has not cared, sent away. */
  const isTooFast = (session: Session, waitMs: number | 'flood', tell: (waitMs: number) => void): boolean => {
    if (waitMs === 0) return false
    if (waitMs !== 'flood') tell(waitMs)
    else end(session, 'overloaded', 'more was sent than is taken, and no wait was kept')
    return true
  }

  const push = (session: Session, frame: Extract<SessionFrame, { frame: 'push' }>): void => {
    if (frame.updates.length === 0) return
    let bytes = 0
    for (const update of frame.updates) bytes += update.length
    const waitMs = rates.work(session.identity.user, frame.updates.length, bytes)
    const tell = (ms: number): void => session.channel.send(limitedPush(frame, ms))
    if (!isTooFast(session, waitMs, tell)) queue(session, pushInput(session.identity, frame))
  }

  const command = (session: Session, frame: Extract<SessionFrame, { frame: 'command' }>): void => {
    const { user } = session.identity
    const input = commandInput(session.identity, frame)
    const waitMs = rates.work(user, workOf(input), input.bytes)
    if (isTooFast(session, waitMs, (ms) => session.channel.send(limitedCommand(frame, ms)))) return
    const creates = input.kind === 'command' && input.command.ok && input.command.command.op === 'create'
    const later = creates ? rates.creation(user) : 0
    if (later > 0) session.channel.send(limitedCommand(frame, later))
    else queue(session, input)
  }

  const answeredBy = (session: Session): Bucket => {
    session.answered ??= fullBucket(readRate, clock.now())
    return session.answered
  }

  const ask = (session: Session, run: () => Promise<void>): void => {
    if (session.reads >= limits.maxQueuedReads) {
      end(session, 'overloaded', 'more was asked for than is answered at once')
      return
    }
    session.reads += 1
    addStep(session, async () => {
      session.reads -= 1
      await run()
      return false
    })
    desk.wake()
  }

  /** What is left of it comes again, behind everything else that waits by then. */
  const addStep = (session: Session, step: QueryStep, over = (): void => undefined): void => {
    const { channel } = session
    work.addRead({
      session,
      due: () => !channel.open || refill(answeredBy(session), readRate, clock.now()).level > 0,
      run: async () => {
        if (!channel.open || isStuck(session)) {
          over()
          return
        }
        const before = channel.bytes
        let again = false
        try {
          again = await step()
        } finally {
          if (!again) over()
        }
        const bytes = questionBytes + channel.bytes - before
        spend(answeredBy(session), readRate, bytes, clock.now())
        if (again) addStep(session, step, over)
      },
    })
  }

  /** One of a user at a time: what it has found is held in memory until all has been looked at. */
  const query = (session: Session, frame: Extract<SessionFrame, { frame: 'query' }>): void => {
    const { user } = session.identity
    const send: Send = (answered) =>
      session.channel.send({ frame: 'query-answer', request: frame.request, answered })
    const waitMs = querying.has(user) ? nextQueryMs : rates.query(user)
    if (waitMs > 0) {
      send({ result: 'later', code: 'rate-limited', waitMs })
      return
    }
    querying.add(user)
    addStep(session, answerQuery(judge, user, frame, limits, send), () => querying.delete(user))
    desk.wake()
  }

  const ping = (session: Session, { nonce, frames }: { nonce: number; frames: number }, received: number) => {
    if (frames !== received) {
      end(session, 'out-of-step', `${received} frames arrived, ${frames} were sent`)
      return
    }
    tellCursor(session, store.position)
    session.channel.send({ frame: 'pong', nonce, frames: session.channel.sent, time: clock.now() })
  }

  const receive = (session: Session, frame: SessionFrame, received: number): void => {
    if (isStuck(session) || isFlood(session)) return
    const { user } = session.identity
    switch (frame.frame) {
      case 'push':
        push(session, frame)
        break
      case 'command':
        command(session, frame)
        break
      case 'fetch':
        ask(session, async () => {
          for (const part of await answerFetch(judge, user, frame, limits)) {
            const saved = pages.send(session, part)
            // It is the work that is bounded, and that has not become less.
            if (saved > 0) spend(answeredBy(session), readRate, saved, clock.now())
          }
        })
        break
      case 'marks':
        // Whoever says more than is heard says it again when he comes back.
        session.marks = paced(session.marks, clock.now())
        if (session.marks.count <= limits.maxMarksPerSecond)
          queue(session, marksInput(session.identity, frame))
        break
      case 'signal':
        desk.passOn(session, frame)
        break
      case 'presence':
        ask(session, async () => presences.ask(session, frame))
        break
      case 'people':
        ask(session, async () => session.channel.send(await answerPeople(store, frame)))
        break
      case 'query':
        query(session, frame)
        break
      case 'digests':
        ask(session, async () => session.channel.send(await answerDigests(store, user, frame)))
        break
      case 'ping':
        ping(session, frame, received)
        break
    }
  }

  const rest = (session: Session): void => {
    const { frames, answered } = session
    if (frames !== undefined && isFull(refill(frames, frameRate, clock.now()), frameRate))
      session.frames = undefined
    if (answered !== undefined && isFull(refill(answered, readRate, clock.now()), readRate))
      session.answered = undefined
  }

  return { receive, ask, sweep: () => pages.sweep(), rest }
}

/** One for the command, and one for so many whom it names: each of them has records to write, and devices to tell. */
function workOf(input: Input): number {
  const named =
    input.kind === 'command' && input.command.ok && 'members' in input.command.command
      ? input.command.command.members.length
      : 0
  return 1 + Math.floor(named / namedPerUpdate)
}

const namedPerUpdate = 16
