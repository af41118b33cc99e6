/**
 * Answers what a device asks for: a page, the head, digests. Rules RE56 to RE59 and RE131.
 */
import { type ConversationId, parseConversationId, type UserId } from '@parley/document'
import {
  type DigestsAnswer,
  type DigestsRequest,
  type Fetch,
  type FetchAnswer,
  type Fetched,
  maxRelayFrameBytes,
  type TouchedPage,
} from '@parley/wire'
import { type ConversationCache, loadState } from './conversation-state.ts'
import { inFrames, wireRow } from './log-rows.ts'
import type { ConversationRecord, MemberRecord, RelayStore } from './store.ts'
import { allRows, lastVisible, visiblePage } from './visible.ts'

export interface FetchLimits {
  readonly maxPayloadBytes: number
}

export interface FetchFrom {
  readonly store: RelayStore
  readonly cache: ConversationCache
}

const notFound: Fetched = {
  result: 'failed',
  code: 'not-found',
  detail: 'there is no such conversation or page, or it is not yours',
}

const tooLarge: Fetched = {
  result: 'failed',
  code: 'too-large',
  detail: 'the head does not fit into a frame',
}

const notAMember: Fetched = { result: 'failed', code: 'not-a-member', detail: 'only members may read this' }

/** One answer, or several when a page does not fit into one frame. */
export async function answerFetch(
  source: FetchFrom,
  user: UserId,
  { request, conversation, page, after }: Fetch,
  limits: FetchLimits,
): Promise<readonly FetchAnswer[]> {
  const id = parseConversationId(conversation)
  const fetched = id === undefined ? [notFound] : await fetchFrom(source, user, id, page, after, limits)
  return fetched.map((part) => ({ frame: 'fetch-answer', request, conversation, fetched: part }))
}

async function fetchFrom(
  source: FetchFrom,
  user: UserId,
  id: ConversationId,
  page: number,
  after: number,
  limits: FetchLimits,
): Promise<readonly Fetched[]> {
  const { store } = source
  const conversation = await store.conversation(id)
  if (conversation === undefined) return [notFound]
  const member = await store.member(id, user)
  if (page === 0) return [await fetchHead(source, user, conversation, member)]
  return member === undefined ? [notFound] : fetchPage(store, member, page, after, limits)
}

async function fetchHead(
  source: FetchFrom,
  user: UserId,
  conversation: ConversationRecord,
  member: MemberRecord | undefined,
): Promise<Fetched> {
  if (member !== undefined && member.role !== '') {
    const head = await source.store.head(conversation.id)
    if (head === undefined) throw new Error('a conversation has a head')
    if (head.state.length > maxRelayFrameBytes - 1024) return tooLarge
    return { result: 'head', version: head.version, digest: conversation.headDigest, state: head.state }
  }
  if (member !== undefined && (member.removedBy !== '' || conversation.unique)) return notAMember
  // Anybody can compute a unique id, so it says nothing to strangers; a random one is known by who was given it.
  if (conversation.unique) return notFound
  const shut = await whyShut(source, conversation.id, user, member)
  if (shut !== undefined) return shut
  const { kind, name, creator, createdAt, members } = conversation
  return { result: 'joinable', kind, name, creator, createdAt, members }
}

/** He is kept out, or comes by invitation only: then a stranger hears of nothing. */
async function whyShut(
  { store, cache }: FetchFrom,
  conversation: ConversationId,
  user: UserId,
  member: MemberRecord | undefined,
): Promise<Fetched | undefined> {
  const head = (await loadState(store, cache, conversation))?.value
  if (head === undefined) throw new Error('a conversation has a head')
  if (head.blocked.has(user)) return notAMember
  if (head.info.policy.join === 'anyone') return undefined
  return member === undefined ? notFound : notAMember
}

async function fetchPage(
  store: RelayStore,
  member: MemberRecord,
  number: number,
  after: number,
  limits: FetchLimits,
): Promise<readonly Fetched[]> {
  const [page] = await store.pages(member.conversation, [number])
  const shown = page === undefined ? undefined : await visiblePage(store, member, page)
  if (page === undefined || shown === undefined) return [notFound]
  const rows = await allRows(store, page, lastVisible(member), after)
  const parts = inFrames(rows.map(wireRow), limits.maxPayloadBytes)
  const { version, digest } = shown
  return parts.map((part, index): Fetched => ({
    result: 'rows',
    page: number,
    version,
    digest,
    after,
    more: index < parts.length - 1,
    rows: part,
  }))
}

export async function answerDigests(
  store: RelayStore,
  user: UserId,
  { request, conversation, pages }: DigestsRequest,
): Promise<DigestsAnswer> {
  const id = parseConversationId(conversation)
  const member = id === undefined ? undefined : await store.member(id, user)
  // A page costs a look at all its rows where not all of them may be seen: nobody gets that twice by asking twice.
  const answered = member === undefined ? [] : await readDigests(store, member, [...new Set(pages)])
  return { frame: 'digests-answer', request, conversation, pages: answered }
}

async function readDigests(
  store: RelayStore,
  member: MemberRecord,
  pages: readonly number[],
): Promise<readonly TouchedPage[]> {
  const digests: TouchedPage[] = []
  for (const page of await store.pages(member.conversation, pages)) {
    const shown = await visiblePage(store, member, page)
    if (shown === undefined) continue
    const { version, digest } = shown
    digests.push({ page: page.page, version, digest, erased: page.erasedPosition > 0 })
  }
  return digests
}
