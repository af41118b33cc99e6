/**
 * What is true only now: passed on at once to the live sessions of all members, the sender's other devices among them,
 * and to nobody later. Nothing of it is stored, queued or answered. Rules RE160 to RE163.
 */
import { judgeSignal, parseConversationId, type UserId } from '@parley/document'
import { encodeRelayFrame, type Signal } from '@parley/wire'
import { type ConversationCache, type ConversationState, loadState } from './conversation-state.ts'
import { isFresh, paced } from './pace.ts'
import type { PeopleStore } from './people-store.ts'
import type { Clock, CountSignal } from './ports.ts'
import type { Session, Sessions } from './session.ts'
import type { RelayStore } from './store.ts'

export interface SignalLimits {
  readonly maxSignalsPerSecond: number
  readonly maxSignalBacklogBytes: number
  readonly maxQueuedReads: number
}

export interface SignalDesk {
  readonly store: RelayStore
  readonly cache: ConversationCache
  readonly sessions: Sessions
  readonly clock: Clock
  readonly limits: SignalLimits
  readonly count: CountSignal
  /** Runs between two turns. */
  readonly read: (session: Session, run: () => Promise<void>) => void
}

/** Devices on which somebody types at the same time, and one to spare. */
const speakersAtOnce = 3

export function createSignals(desk: SignalDesk): (session: Session, signal: Signal) => void {
  const { store, cache, sessions, clock, limits, count } = desk

  /** A session, or all of his user: each signal goes to everybody, and one that goes mad does not silence the others. */
  const isTooFast = (session: Session): boolean => {
    const now = clock.now()
    const most = limits.maxSignalsPerSecond
    session.signals = paced(session.signals, now)
    if (session.signals.count > most) return true
    const recent = sessions.of(session.identity.user).filter(({ signals }) => isFresh(signals, now))
    const sum = recent.reduce((before, { signals }) => before + Math.min(signals.count, most), 0)
    return sum > speakersAtOnce * most
  }

  const passOn = (
    session: Session,
    state: ConversationState,
    signal: Signal,
    blockers: ReadonlySet<UserId> = new Set(),
  ): void => {
    const { user } = session.identity
    const time = clock.now()
    if (!judgeSignal(state.value, user, time, (other) => blockers.has(other)).accepted) {
      count('dropped')
      return
    }
    const { conversation, content } = signal
    const bytes = encodeRelayFrame({ frame: 'signal', conversation, from: user, time, content })
    for (const member of audience(state, sessions)) {
      for (const other of sessions.of(member)) if (other !== session && hears(other)) send(other, bytes)
    }
    count('passed')
  }

  const hears = ({ follows, flow, channel }: Session): boolean =>
    follows === undefined && flow.state === 'live' && channel.buffered() <= limits.maxSignalBacklogBytes

  return (session, signal) => {
    const id = parseConversationId(signal.conversation)
    if (isTooFast(session) || session.follows !== undefined || id === undefined) {
      count('dropped')
      return
    }
    const state = cache.get(id)
    // In a conversation of two it is looked up whether the other one wants to hear him.
    if (state !== undefined && state.value.info.kind !== 'direct') passOn(session, state, signal)
    // Who signals more than is read is not answered either: he is only not heard.
    else if (session.reads >= limits.maxQueuedReads) count('dropped')
    else {
      desk.read(session, async () => {
        const loaded = await loadState(store, cache, id)
        if (loaded === undefined) count('dropped')
        else passOn(session, loaded, signal, await blockersOf(store, loaded, session.identity.user))
      })
    }
  }
}

/** Of the other one in a conversation of two: in a group nobody is kept silent by one of many. */
async function blockersOf(
  store: PeopleStore,
  { value }: ConversationState,
  user: UserId,
): Promise<ReadonlySet<UserId>> {
  if (value.info.kind !== 'direct') return new Set()
  const others = [...value.members.keys()].filter((member) => member !== user)
  const found = await store.people(others.map((owner) => ({ owner, kind: 'block', key: user })))
  return new Set(found.filter((block) => block.value !== null).map(({ owner }) => owner))
}

function send({ channel }: Session, bytes: Uint8Array): void {
  channel.sendBytes(bytes)
}

/** Members who may be there. Whichever list is shorter is walked. */
function audience({ value }: ConversationState, sessions: Sessions): Iterable<UserId> {
  return sessions.userCount < value.members.size
    ? [...sessions.users()].filter((user) => value.members.has(user))
    : value.members.keys()
}
