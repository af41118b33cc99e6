/**
 * A person's rows on their way to his own devices, and to nobody else's: as they change, and while a device catches up.
 * Rules RE143 to RE145.
 */
import type { UserId } from '@parley/document'
import { encodeRelayFrame, maxOwnRowsPerFrame, type OwnRow, ownRowSize } from '@parley/wire'
import { inLists } from './log-rows.ts'
import type { PeopleStore, PersonRecord } from './people-store.ts'
import type { CatchingUp, Session, Sessions } from './session.ts'
import { readStored } from './stored-any.ts'

function ownRow({ kind, key, value, time }: PersonRecord): OwnRow {
  return { kind, key, value: value === null ? null : readStored(value), time }
}

/**
 * Sends what a turn has changed to the live sessions of its owners. Whoever is not live is served from the log, and gets
 * the rows as they are by then.
 */
export function fanOutOwn(
  changed: Iterable<PersonRecord>,
  sessions: Sessions,
  limits: { readonly maxBufferedBytes: number; readonly maxPayloadBytes: number },
  told: { readonly add: (session: Session) => void },
  fallBehind: (session: Session) => void,
): void {
  const byOwner = new Map<UserId, OwnRow[]>()
  for (const record of changed) {
    const rows = byOwner.get(record.owner) ?? []
    byOwner.set(record.owner, rows)
    rows.push(ownRow(record))
  }
  for (const [owner, rows] of byOwner) {
    const live = [...sessions.of(owner)].filter(
      ({ flow, follows }) => flow.state === 'live' && follows === undefined,
    )
    if (live.length === 0) continue
    const cut = { sizeOf: ownRowSize, maxBytes: limits.maxPayloadBytes, maxCount: maxOwnRowsPerFrame }
    const frames = inLists(rows, cut).map((list) => encodeRelayFrame({ frame: 'own', rows: list }))
    for (const session of live) {
      if (session.channel.buffered() > limits.maxBufferedBytes) {
        fallBehind(session)
        continue
      }
      for (const bytes of frames) session.channel.sendBytes(bytes)
      told.add(session)
    }
  }
}

export interface OwnBatch {
  readonly rows: readonly OwnRow[]
  readonly at: number
  readonly done: boolean
}

/** One frame of it. A session about one conversation gets none. */
export async function readOwnBatch(
  store: PeopleStore,
  { identity, follows }: Session,
  flow: CatchingUp,
  { maxPayloadBytes, maxOwnRowsRead }: { readonly maxPayloadBytes: number; readonly maxOwnRowsRead: number },
): Promise<OwnBatch> {
  if (follows !== undefined) return { rows: [], at: flow.ownAt, done: true }
  const found = await store.peopleSince(identity.user, flow.ownAt, maxOwnRowsRead)
  const rows: OwnRow[] = []
  let at = flow.ownAt
  let bytes = 0
  for (const record of found) {
    if (isWanted(flow, record)) {
      const row = ownRow(record)
      const size = ownRowSize(row)
      const full = bytes + size > maxPayloadBytes || rows.length === maxOwnRowsPerFrame
      if (rows.length > 0 && full) return { rows, at, done: false }
      rows.push(row)
      bytes += size
    }
    at = record.position
  }
  return { rows, at, done: found.length < maxOwnRowsRead }
}

/** Who starts over has nothing that could have gone, but for what has gone since he began. */
function isWanted({ full, goneAbove }: CatchingUp, { value, position }: PersonRecord): boolean {
  return value !== null || !full || position > goneAbove
}
