/**
 * Serves a session from the log, one frame at a time, always between two turns: what is read is one state of the log,
 * and a session that has all of it is live before the next turn begins. Rules RE50 and RE54 to RE55.
 */
import { encodeNews, encodeSync, maxNewsPerFrame } from '@parley/wire'
import { type NewsLimits, readNews } from './news.ts'
import { type OwnBatch, readOwnBatch } from './own-rows.ts'
import { type CatchingUp, liveFlow, type Session } from './session.ts'
import type { FeedRow, RelayStore } from './store.ts'

export interface CatchUpLimits extends NewsLimits {
  readonly maxFeedRows: number
  readonly maxPayloadBytes: number
  readonly maxBufferedBytes: number
  readonly maxOwnRowsRead: number
}

/** One step. Answers whether another one is due now. */
export async function stepCatchUp(
  store: RelayStore,
  session: Session,
  limits: CatchUpLimits,
): Promise<boolean> {
  const { flow, channel } = session
  if (flow.state === 'live' || flow.waiting || !channel.open) return false
  const { news, at, done: told } = await readBatch(store, session, flow, limits)
  // Last, and before the frame that carries the cursor: what changes meanwhile is among them.
  const own = told ? await readOwnBatch(store, session, flow, limits) : noneYet(flow)
  if (!channel.open) return false
  const done = told && own.done
  // Who was blocked hears that first, and then that it is over.
  const [first, last] = own.rows.some(({ kind }) => kind === 'unblocked') ? [news, []] : [[], news]
  const tellNews = (some: readonly Uint8Array[], more: boolean): void => {
    const cursor = more ? flow.from : store.position
    const sync = { frame: 'sync', cursor, frames: channel.sent, full: flow.full, more } as const
    channel.sendBytes(encodeSync(sync, some))
  }
  if (first.length > 0) tellNews(first, true)
  if (own.rows.length > 0) channel.send({ frame: 'own', rows: own.rows })
  if (last.length > 0 || (session.follows === undefined && (done || !told))) tellNews(last, !done)
  if (done) {
    session.flow = liveFlow
    session.cursor = store.position
    session.turns = 0
    return false
  }
  const waiting = channel.buffered() > limits.maxBufferedBytes
  session.flow = { ...flow, at, ownAt: own.at, waiting }
  return !waiting
}

function noneYet({ ownAt }: CatchingUp): OwnBatch {
  return { rows: [], at: ownAt, done: false }
}

interface Batch {
  /** As they are written into a frame. */
  readonly news: readonly Uint8Array[]
  readonly at: number
  readonly done: boolean
}

async function readBatch(
  store: RelayStore,
  session: Session,
  flow: CatchingUp,
  limits: CatchUpLimits,
): Promise<Batch> {
  // Who has something is told rows, the newest among them, and pages by when they were touched.
  const feed = await store.feed(session.identity.user, flow.at, limits.maxFeedRows, flow.full)
  const news: Uint8Array[] = []
  let at = flow.at
  let bytes = 0
  for (const row of feed) {
    if (isWanted(session, flow, row)) {
      const from = { since: flow.full ? null : flow.from, fresh: flow.fresh }
      const item = encodeNews(await readNews(store, row, from, limits))
      const isFull = bytes + item.length > limits.maxPayloadBytes || news.length === maxNewsPerFrame
      if (news.length > 0 && isFull) return { news, at, done: false }
      news.push(item)
      bytes += item.length
    }
    at = row.position
  }
  return { news, at, done: feed.length < limits.maxFeedRows }
}

function isWanted({ follows }: Session, { only }: CatchingUp, { conversation }: FeedRow): boolean {
  if (follows !== undefined && follows !== conversation.id) return false
  return only === null || only.has(conversation.id)
}
