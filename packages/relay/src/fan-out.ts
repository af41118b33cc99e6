/**
 * Who hears of a turn, and how: every online session of every member gets the rows, encoded once; who was removed gets
 * them up to his removal; who was added is served from the log. Rules RE41 to RE45.
 */
import type { ConversationId, UserId } from '@parley/document'
import { encodeRelayFrame, type Row } from '@parley/wire'
import { type MarkLimits, marksOfTurn } from './judge-marks.ts'
import type { ConversationState } from './conversation-state.ts'
import { inFrames, rowFor } from './log-rows.ts'
import type { Listener, Session, Sessions } from './session.ts'
import { fanOutOwn } from './own-rows.ts'
import type { Moved, Turn } from './turn.ts'

export interface FanOutLimits extends MarkLimits {
  readonly maxBufferedBytes: number
  readonly maxPayloadBytes: number
  readonly cursorEveryTurns: number
}

/** Answers the sessions that are to be served from the log now. `before`: the position of the turn before. */
export function fanOut(
  { moved, people, position }: Pick<Turn, 'moved' | 'people' | 'position'>,
  before: number,
  sessions: Sessions,
  limits: FanOutLimits,
): ReadonlySet<Session> {
  const told = createTold(sessions)
  const added = new Map<Session, Set<ConversationId>>()
  for (const conversation of moved) {
    const frames = createFrames(conversation, limits.maxPayloadBytes)
    const marks = createMarksFrames(conversation, limits)
    const tell = (session: Session, is: boolean, upTo: number, since: number): void => {
      if (session.channel.buffered() > limits.maxBufferedBytes) {
        fallBehind(session, before)
        return
      }
      for (const bytes of frames(upTo, since)) session.channel.sendBytes(bytes)
      if (is && session.follows === undefined) for (const bytes of marks()) session.channel.sendBytes(bytes)
      told.add(session)
    }
    // Nobody comes or goes without a change of the head.
    if (conversation.draft.base?.value === conversation.state.value) {
      for (const { session, since } of listenersOf(conversation, sessions)) {
        if (session.flow.state !== 'live') session.flow = { ...session.flow, only: null }
        else tell(session, true, Number.POSITIVE_INFINITY, since)
      }
      continue
    }
    for (const user of audience(conversation, sessions)) {
      const was = conversation.draft.base?.value.members.has(user) ?? false
      const is = conversation.state.value.members.has(user)
      const { leftSeq = 0, since = 0 } = conversation.state.members.get(user) ?? {}
      for (const session of sessions.of(user)) {
        if (session.follows !== undefined && session.follows !== conversation.draft.id) continue
        if (session.flow.state !== 'live') session.flow = { ...session.flow, only: null }
        else if (!was) added.set(session, (added.get(session) ?? new Set()).add(conversation.draft.id))
        else tell(session, is, is ? Number.POSITIVE_INFINITY : leftSeq, since)
      }
    }
  }
  fanOutOwn(people, sessions, limits, told, (session) => fallBehind(session, before))
  const served = serveAdded(added, before)
  // Only now: who is still to learn of a conversation is not live, and gets no cursor yet.
  for (const session of told.sessions) renewCursor(session, position, limits.cursorEveryTurns)
  return served
}

/** The sessions that learn of a conversation by this turn: its list row follows when the turn's rows have been sent. */
function serveAdded(
  added: ReadonlyMap<Session, ReadonlySet<ConversationId>>,
  before: number,
): ReadonlySet<Session> {
  const served = new Set<Session>()
  for (const [session, only] of added) {
    if (session.flow.state !== 'live') {
      session.flow = { ...session.flow, only: null }
      continue
    }
    session.flow = {
      state: 'catching-up',
      full: false,
      fresh: false,
      from: before,
      at: before,
      ownAt: before,
      goneAbove: before,
      waiting: false,
      only,
    }
    served.add(session)
  }
  return served
}

/** Of a conversation whose members stay: collected once, and the same until somebody comes or goes. */
function listenersOf({ state }: Moved, sessions: Sessions): readonly Listener[] {
  const known = sessions.audiences.get(state.value)
  if (known !== undefined) return known
  const listeners: Listener[] = []
  for (const user of presentMembers(state, sessions)) {
    const since = state.members.get(user)?.since ?? 0
    for (const session of sessions.of(user)) {
      if (session.follows === undefined || session.follows === state.record.id)
        listeners.push({ session, since })
    }
  }
  sessions.audiences.set(state.value, listeners)
  return listeners
}

/** Those of them who may be in session: whichever list is shorter is walked. */
function presentMembers({ value: { members } }: ConversationState, sessions: Sessions): Iterable<UserId> {
  if (sessions.userCount >= members.size) return members.keys()
  return [...sessions.users()].filter((user) => members.has(user))
}

/** Present members, and those whom the turn has made former ones. */
function audience({ draft, state }: Moved, sessions: Sessions): readonly UserId[] {
  const left: UserId[] = []
  for (const { user, role } of draft.members.changed.values()) if (role === '') left.push(user)
  return [...presentMembers(state, sessions), ...left]
}

/** Encoded when somebody needs them, once for each last row and what is hidden of them. */
function createFrames(
  { draft }: Moved,
  maxPayloadBytes: number,
): (upTo: number, since: number) => readonly Uint8Array[] {
  const encoded = new Map<string, readonly Uint8Array[]>()
  let whole: readonly Uint8Array[] | undefined
  let oldest = Number.POSITIVE_INFINITY
  for (const { page } of draft.rows) if (page > 0 && page < oldest) oldest = page
  const encode = (upTo: number, since: number): readonly Uint8Array[] => {
    if (draft.rows.length === 0) return []
    const rows: Row[] = []
    for (const row of draft.rows) if (row.seq <= upTo) rows.push(rowFor(since, row))
    return inFrames(rows, maxPayloadBytes).map((list) =>
      encodeRelayFrame({ frame: 'rows', conversation: draft.id, rows: list }),
    )
  }
  return (upTo, since) => {
    // For nearly everybody.
    if (upTo === Number.POSITIVE_INFINITY && oldest >= since) {
      whole ??= encode(upTo, 0)
      return whole
    }
    const key = oldest < since ? `${upTo}/${since}` : `${upTo}`
    const frames = encoded.get(key) ?? encode(upTo, since)
    encoded.set(key, frames)
    return frames
  }
}

/** Of present members, encoded when somebody needs them. */
function createMarksFrames(moved: Moved, limits: MarkLimits): () => readonly Uint8Array[] {
  let encoded: readonly Uint8Array[] | undefined
  return () => {
    if (encoded !== undefined) return encoded
    const marks = marksOfTurn(moved, limits)
    const frame = { frame: 'marks', conversation: moved.draft.id, marks } as const
    encoded = marks.length === 0 ? [] : [encodeRelayFrame(frame)]
    return encoded
  }
}

function fallBehind(session: Session, from: number): void {
  session.flow = {
    state: 'catching-up',
    full: false,
    fresh: false,
    from,
    at: from,
    ownAt: from,
    goneAbove: from,
    waiting: true,
    only: null,
  }
}

/** Those whom this turn sends something, each once: most hear of several conversations, or are one of many who hear of one. */
interface Told {
  readonly sessions: readonly Session[]
  readonly add: (session: Session) => void
}

function createTold(all: Sessions): Told {
  const sessions: Session[] = []
  all.turn += 1
  const { turn } = all
  return {
    sessions,
    add(session) {
      if (session.told === turn) return
      session.told = turn
      sessions.push(session)
    },
  }
}

/** Tells a live device how far it is, now and then. */
function renewCursor(session: Session, position: number, everyTurns: number): void {
  session.turns += 1
  if (session.turns < everyTurns) return
  tellCursor(session, position)
}

export function tellCursor(session: Session, position: number): void {
  if (session.flow.state !== 'live' || session.cursor >= position || session.follows !== undefined) return
  session.channel.send({ frame: 'cursor', cursor: position, frames: session.channel.sent })
  session.cursor = position
  session.turns = 0
}
