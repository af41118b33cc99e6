/**
 * What a stock reader gets to see: the stored rows of one document, and those that come, as bytes for Yjs.
 *
 * Rows are the relay's own log: checked before they were stored, or written by it. Rules RE115, RE116.
 */
import {
  type ConversationId,
  type DocumentName,
  type UserId,
  parseChange,
  writeErasure,
} from '@parley/document'
import { decodeRelayFrame, type HiddenRow, type PushAnswer, type Row } from '@parley/wire'
import type { RelayStore } from '../store.ts'
import { allRows, visiblePage } from '../visible.ts'
import { writeUpdate } from './y-messages.ts'
import { writePage } from './y-page.ts'

/** Whether he may see it, now. */
export async function isHis(
  store: RelayStore,
  user: UserId,
  { conversation, page: number }: DocumentName,
): Promise<boolean> {
  const member = await store.member(conversation, user)
  if (member === undefined || member.role === '') return false
  if (number === 0) return true
  const [page] = await store.pages(conversation, [number])
  return page !== undefined && (await visiblePage(store, member, page)) !== undefined
}

/** Everything stored of a document; undefined when there is none, or it is not his. */
export async function readDocument(
  store: RelayStore,
  user: UserId,
  { conversation, page: number }: DocumentName,
): Promise<readonly Uint8Array[] | undefined> {
  const member = await store.member(conversation, user)
  if (member === undefined || member.role === '') return undefined
  if (number === 0) {
    const head = await store.head(conversation)
    return head === undefined ? undefined : [head.state]
  }
  const [page] = await store.pages(conversation, [number])
  if (page === undefined || (await visiblePage(store, member, page)) === undefined) return undefined
  return writePage(await allRows(store, page, Number.MAX_SAFE_INTEGER))
}

/** What one frame of the relay says to those who follow a conversation. */
export type Heard =
  | {
      readonly kind: 'rows'
      /** By page, 0 for the head. */
      readonly pages: ReadonlyMap<number, HeardPage>
      /** Who is not a member any more, once these rows are done. */
      readonly left: ReadonlySet<string>
    }
  /** He was behind and has been served from the log: read the document again, if it is still his. */
  | { readonly kind: 'moved'; readonly member: boolean }
  /** To what he wrote. */
  | { readonly kind: 'answers'; readonly answers: readonly PushAnswer[] }
  | { readonly kind: 'other' }

interface HeardPage {
  readonly updates: readonly Uint8Array[]
  /** The same, as messages for readers. */
  readonly messages: readonly Uint8Array[]
}

/** Many readers get the same bytes; they are decoded once. */
export function createListener(): (bytes: Uint8Array, conversation: ConversationId) => Heard {
  const known = new WeakMap<Uint8Array, Heard>()
  return (bytes, conversation) => {
    const heard = known.get(bytes) ?? hear(bytes, conversation)
    known.set(bytes, heard)
    return heard
  }
}

function hear(bytes: Uint8Array, conversation: ConversationId): Heard {
  const decoded = decodeRelayFrame(bytes)
  if (!decoded.ok) throw new Error(`the relay's own frame cannot be read: ${decoded.failure.detail}`)
  const { frame } = decoded
  if (frame.frame === 'sync') {
    const news = frame.news.find((item) => item.conversation === conversation)
    return news === undefined ? { kind: 'other' } : { kind: 'moved', member: news.role !== '' }
  }
  if (frame.frame === 'answer' && frame.conversation === conversation) {
    return { kind: 'answers', answers: frame.answers }
  }
  if (frame.frame !== 'rows' || frame.conversation !== conversation) return { kind: 'other' }
  const updates = new Map<number, Uint8Array[]>()
  const left = new Set<string>()
  for (const row of frame.rows) {
    if (row.kind === 'hidden') continue
    const page = row.kind === 'head' ? 0 : row.page
    updates.set(page, [...(updates.get(page) ?? []), ...updatesOf(row)])
    if (row.kind === 'head') noteMembers(row.change, left)
  }
  const pages = new Map(
    [...updates].map(([page, list]) => [page, { updates: list, messages: list.map(writeUpdate) }]),
  )
  return { kind: 'rows', pages, left }
}

function updatesOf(
  row: Pick<Exclude<Row, HiddenRow>, 'kind' | 'update'> & {
    readonly erases?: readonly { readonly client: number; readonly clock: number }[]
  },
): readonly Uint8Array[] {
  return row.erases === undefined || row.erases.length === 0
    ? [row.update]
    : [row.update, writeErasure(row.erases)]
}

function noteMembers(value: unknown, left: Set<string>): void {
  const parsed = parseChange(value)
  if (!parsed.ok) throw new Error(`the relay's own change cannot be read: ${parsed.detail}`)
  const { change } = parsed
  switch (change.op) {
    case 'removed':
      for (const user of change.members) left.add(user)
      break
    case 'blocked':
      for (const user of change.left) left.add(user)
      break
    case 'quit':
      left.add(change.by)
      break
    case 'joined':
      comeBack(left, [change.by], change.since)
      break
    case 'created':
      comeBack(left, change.members, undefined)
      break
    case 'added':
      comeBack(left, change.members, change.since)
      break
    case 'page':
    case 'updated':
    case 'role':
    case 'muted':
    case 'unmuted':
    case 'unblocked':
      break
  }
}

/** Who is to see less than before is let go all the same: the document he reads may not be his any more. */
function comeBack(left: Set<string>, users: readonly string[], since: number | undefined): void {
  if (since === undefined) for (const user of users) left.delete(user)
}
