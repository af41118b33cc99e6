/**
 * One device in session, and all sessions there are.
 *
 * A session is live (it gets every turn's rows as they come) or catching up (it gets nothing of the turns and is served
 * from the log instead). Everything up to `from` has been given to its socket; that of a live one is the relay's position.
 */
import type { ConversationId, Head, UserId } from '@parley/document'
import type { Bucket } from './bucket.ts'
import type { Channel } from './channel.ts'
import { type Pace, restful } from './pace.ts'
import type { Identity, Standing } from './ports.ts'
import type { RelayStore } from './store.ts'

export type Flow = { readonly state: 'live' } | CatchingUp

/** The same for all. */
export const liveFlow: Flow = { state: 'live' }

export interface CatchingUp {
  readonly state: 'catching-up'
  /** From nothing: what is not named is not his. */
  readonly full: boolean
  /** The device has never synced: there is no mark of reading that a recall could have moved. */
  readonly fresh: boolean
  readonly from: number
  /** How far the feed has been read and sent. */
  readonly at: number
  /** The same of his own rows, which come last. */
  readonly ownAt: number
  /** Of a full catch-up: where the log stood when it began. */
  readonly goneAbove: number
  /** The socket is full: it goes on when that has drained. */
  readonly waiting: boolean
  /** Nothing else has moved since `from`, as far as he is concerned; null when that is not known. */
  readonly only: ReadonlySet<ConversationId> | null
}

export interface Backlog {
  readonly taken: number
  readonly since: number
}

export interface Session {
  /** Renewed with its token: the user and the device stay. */
  identity: Identity
  readonly channel: Channel
  /** The one conversation this session is about; undefined for all of the user's. */
  readonly follows: ConversationId | undefined
  /** '' for a device that shares with no other. */
  readonly tag: string
  /** Pages may go to it deflated. */
  readonly inflates: boolean
  flow: Flow
  /** The cursor the device was told last, and how many turns have sent it something since. */
  cursor: number
  turns: number
  /** The last turn that has sent it something. */
  told: number
  /** Waiting for their turn. */
  updates: number
  reads: number
  violations: number
  /** Final ones, of all kinds. */
  refusals: number
  /** Signals since a moment. */
  signals: Pace
  /** Marks likewise. */
  marks: Pace
  /** All its frames, and what it was sent in answer to questions: full until it begins. */
  frames: Bucket | undefined
  answered: Bucket | undefined
  /** What it had taken when its socket was last seen to take something, while that holds back too much. */
  backlog: Backlog | undefined
  /** Of whose coming and going it is told; undefined for nobody's, as with most. */
  watched: Set<UserId> | undefined
}

export type Tagged = Standing & { readonly tag?: string; readonly inflates?: boolean }

/** It begins with a catch-up; one that follows a single conversation is told of what comes only. */
export function createSession(
  identity: Identity,
  { epoch, cursor, only, tag = '', inflates = false }: Tagged,
  channel: Channel,
  log: Pick<RelayStore, 'epoch' | 'position'>,
): Session {
  const known = epoch === log.epoch && cursor > 0 && cursor <= log.position
  const from = known ? cursor : 0
  const missed = {
    full: !known,
    fresh: epoch === '',
    from,
    at: from,
    ownAt: from,
    goneAbove: log.position,
    waiting: false,
    only: null,
  }
  return {
    identity,
    channel,
    follows: only,
    tag,
    inflates,
    flow: only === undefined ? { state: 'catching-up', ...missed } : liveFlow,
    cursor: from,
    turns: 0,
    told: 0,
    updates: 0,
    reads: 0,
    violations: 0,
    refusals: 0,
    signals: restful,
    marks: restful,
    frames: undefined,
    answered: undefined,
    backlog: undefined,
    watched: undefined,
  }
}

/** A session of a member. */
export interface Listener {
  readonly session: Session
  /** The pages before it are hidden from him. */
  readonly since: number
}

export interface Sessions {
  readonly size: number
  /** As they are now: whoever enters or leaves later is not among them, or still. */
  of(user: UserId): readonly Session[]
  /** Counts the turns that have been told. */
  turn: number
  /** Users with a session. */
  users(): Iterable<UserId>
  readonly userCount: number
  all(): readonly Session[]
  /** Who hears of a conversation, by its head as it is now. Whenever somebody comes or goes, nothing is known any more. */
  readonly audiences: WeakMap<Head, readonly Listener[]>
  /** Answers the predecessor of the same user and device, which is in session no more. */
  enter(session: Session): Session | undefined
  leave(session: Session): void
}

const nobody: readonly Session[] = []

/** A user has one device or a few: a list of them weighs a fraction of a map. */
export function createSessions(): Sessions {
  const byUser = new Map<UserId, readonly Session[]>()
  let size = 0
  const of = (user: UserId): readonly Session[] => byUser.get(user) ?? nobody
  let audiences = new WeakMap<Head, readonly Listener[]>()
  return {
    turn: 0,
    get size() {
      return size
    },
    get audiences() {
      return audiences
    },
    get userCount() {
      return byUser.size
    },
    of,
    users: () => byUser.keys(),
    all: () => [...byUser.values()].flat(),
    enter(session) {
      const { user, device } = session.identity
      const before = of(user)
      const predecessor = before.find(({ identity }) => identity.device === device)
      const others = predecessor === undefined ? before : before.filter((other) => other !== predecessor)
      byUser.set(user, [...others, session])
      if (predecessor === undefined) size += 1
      audiences = new WeakMap()
      return predecessor
    },
    leave(session) {
      const { user } = session.identity
      const before = of(user)
      const others = before.filter((other) => other !== session)
      // A successor may stand there already.
      if (others.length === before.length) return
      size -= 1
      audiences = new WeakMap()
      if (others.length === 0) byUser.delete(user)
      else byUser.set(user, others)
    },
  }
}
