/**
 * Answers a query, in steps: between two of them others have their turn, and each is one state of the log. Rules RE390 to RE399.
 */
import { type ConversationId, parseConversationId, parseUserId, type UserId } from '@parley/document'
import {
  compareRanks,
  type ConversationFacts,
  type Evaluate,
  fieldsOf,
  isRankKnown,
  type Matcher,
  membersOf,
  parseQuery,
  prepareQuery,
  type Query,
  type Ranked,
  rankOf,
  type Truth,
  valuesOf,
  withHead,
} from '@parley/document/query'
import { type Answered, foundSize, type Found, type QueryFrame } from '@parley/wire'
import { compileExpression } from './expression.ts'
import { answerFetch, type FetchFrom } from './fetch.ts'
import { readNews } from './news.ts'
import { headOf, isShown, joinableFacts, recordFacts, type WantedFacts } from './query-facts.ts'
import type { MemberRecord } from './store.ts'

/** Conversations one query looks at: all that somebody has, unless the relay was given other limits. */
const maxQueryCandidates = 20_000

/** Members a query names to whom the store looks: with few of them nearly all is decided. */
const maxLookedUpMembers = 4

/** Of them, those whose heads are opened, and the bytes of these: what a record says decides first. */
export const maxQueryHeads = 1000
const maxQueryHeadBytes: number = 4 * 1024 * 1024

/** Units of texts on which expressions are tried: half a second of work, with the worst of expressions. */
const maxQueryTextUnits: number = 512 * 1024

/** Of one step: about a millisecond, and never more than one conversation takes. */
const maxStepRecords = 64
const maxStepHeadBytes: number = 32 * 1024
const maxStepTextUnits: number = 4 * 1024

/** List rows read in one step. */
const maxStepNews = 16

export interface QueryLimits {
  readonly maxPayloadBytes: number
}

/** Each call does a part of the work; whether another is due. */
export type QueryStep = () => Promise<boolean>

export type Send = (answered: Answered) => void

export function answerQuery(
  source: FetchFrom,
  user: UserId,
  { query: given, count }: Pick<QueryFrame, 'query' | 'count'>,
  limits: QueryLimits,
  send: Send,
): QueryStep {
  let step: QueryStep = async () => {
    const parsed = parseQuery(given)
    if (!parsed.ok) return failed(send, parsed.code, parsed.detail)
    const spent = { heads: 0, headBytes: 0, textUnits: 0 }
    const prepared = prepareQuery(parsed.query.where, countingMatcher(spent))
    if (!prepared.ok) return failed(send, prepared.code, prepared.detail)
    const candidates = await candidatesOf(source, user, parsed.query)
    if (candidates.length > maxQueryCandidates) return tooBroad(send, `${maxQueryCandidates} conversations`)
    const { query } = parsed
    const asked = { source, user, query, count, evaluate: prepared.evaluate, limits, send, spent }
    step = evaluating(asked, candidates, (ranks) => {
      step = telling(asked, ranks)
    })
    return true
  }
  return async () => step()
}

interface Spent {
  heads: number
  headBytes: number
  textUnits: number
}

interface Asked {
  readonly source: FetchFrom
  readonly user: UserId
  readonly query: Query
  readonly count: boolean
  readonly evaluate: Evaluate
  readonly limits: QueryLimits
  readonly send: Send
  readonly spent: Spent
}

function failed(send: Send, code: string, detail: string): false {
  send({ result: 'failed', code, detail })
  return false
}

function tooBroad(send: Send, most: string): false {
  const what = `more than ${most} would have to be looked at`
  return failed(send, 'query-too-broad', `${what}: name the id, a member, or how they are called, besides`)
}

/** As RE2 knows them; `u` is what it does anyway. */
function countingMatcher(spent: Spent): Matcher {
  return (pattern, flags) => {
    const expression = compileExpression(pattern, flags.replace('u', ''))
    if (!expression.ok) return undefined
    return (text) => {
      spent.textUnits += text.length
      return expression.test(text)
    }
  }
}

async function candidatesOf(
  { store }: FetchFrom,
  user: UserId,
  { where }: Query,
): Promise<readonly ConversationId[]> {
  const named = valuesOf(where, 'id')
  if (named !== undefined) return [...new Set(named.flatMap((id) => parseConversationId(id) ?? []))]
  const members = membersOf(where).map(parseUserId)
  // Who is no user is no member of anything.
  if (members.includes(undefined)) return []
  const others = members.filter((one) => one !== undefined && one !== user).slice(0, maxLookedUpMembers)
  return store.conversationsOf(
    user,
    others.flatMap((one) => one ?? []),
    maxQueryCandidates + 1,
  )
}

function evaluating(
  asked: Asked,
  candidates: readonly ConversationId[],
  done: (ranks: readonly Ranked[]) => void,
): QueryStep {
  const { query, count, send, spent } = asked
  const fields = fieldsOf(query)
  const wanted = { lastMessage: fields.has('lastMessageAt'), muted: fields.has('muted') }
  const ranks: Ranked[] = []
  let at = 0
  return async () => {
    const before = { ...spent }
    const end = Math.min(candidates.length, at + maxStepRecords)
    for (; at < end && !isSpent(before, spent); at += 1) {
      const id = candidates[at]
      const facts = id === undefined ? undefined : await meant(asked, id, wanted)
      if (facts !== undefined) ranks.push(rankOf(facts, query.order))
      const most = overspent(spent)
      if (most !== undefined) return tooBroad(send, most)
    }
    if (at < candidates.length) return true
    if (!count) {
      done(ranks)
      return true
    }
    send({ result: 'count', count: ranks.length })
    return false
  }
}

function isSpent(before: Spent, now: Spent): boolean {
  return (
    now.headBytes - before.headBytes >= maxStepHeadBytes ||
    now.textUnits - before.textUnits >= maxStepTextUnits
  )
}

function overspent({ heads, headBytes, textUnits }: Spent): string | undefined {
  if (heads > maxQueryHeads) return `${maxQueryHeads} conversations`
  if (headBytes > maxQueryHeadBytes) return `${maxQueryHeadBytes} bytes of conversations`
  return textUnits > maxQueryTextUnits ? `${maxQueryTextUnits} characters of texts` : undefined
}

/** What is known of a conversation, if it is one that is asked for: as much as its place hangs on. */
async function meant(
  asked: Asked,
  id: ConversationId,
  wanted: WantedFacts,
): Promise<ConversationFacts | undefined> {
  const { source, user, query, evaluate, spent } = asked
  const { store, cache } = source
  const record = await store.conversation(id)
  if (record === undefined) return undefined
  const member = await store.member(id, user)
  if (member === undefined || member.role === '') return joinable(asked, id, evaluate)
  const facts = await recordFacts(store, record, member, wanted)
  const truth: Truth = evaluate(facts)
  if (truth === 'no') return undefined
  if (truth === 'yes' && (asked.count || isRankKnown(rankOf(facts, query.order)))) return facts
  const { head, bytes } = await headOf(store, cache, record)
  spent.heads += 1
  spent.headBytes += bytes
  const whole = withHead(facts, head)
  return evaluate(whole) === 'yes' ? whole : undefined
}

/** Named by its id, and asked for by nothing that a stranger is not shown. */
async function joinable(
  { source, user, query, limits, spent }: Asked,
  id: ConversationId,
  evaluate: Evaluate,
): Promise<ConversationFacts | undefined> {
  if (!isShown(fieldsOf({ where: query.where, order: [idOrder] }))) return undefined
  // Its head is read whole, and may be in no cache: no other one in this step.
  spent.heads += 1
  spent.headBytes += maxStepHeadBytes
  const shown = await shownTo(source, user, id, limits)
  const facts = shown === undefined ? undefined : joinableFacts(id, shown)
  return facts !== undefined && evaluate(facts) === 'yes' ? facts : undefined
}

const idOrder = { field: 'id', descending: false }

/** By the rules by which he may look at it before he joins. */
async function shownTo(
  source: FetchFrom,
  user: UserId,
  conversation: ConversationId,
  limits: QueryLimits,
): Promise<Extract<Found, { readonly is: 'joinable' }> | undefined> {
  const [answer] = await answerFetch(
    source,
    user,
    { frame: 'fetch', request: 0, conversation, page: 0, after: 0 },
    limits,
  )
  if (answer?.fetched.result !== 'joinable') return undefined
  const { kind, name, creator, createdAt, members } = answer.fetched
  return { is: 'joinable', conversation, kind, name, creator, createdAt, members }
}

/** As to a device that has never synced; nothing comes along that only a device which keeps it needs. */
const newsLimits = { maxInlineRows: 0, maxInlineBytes: 0, maxReceiptMembers: -1 }

function telling(asked: Asked, ranks: readonly Ranked[]): QueryStep {
  const { query, limits, send } = asked
  const { order, skip, limit } = query
  const sorted = ranks.toSorted((a, b) => compareRanks(order, a, b))
  const wanted = sorted.slice(skip, skip + limit)
  const beyond = sorted.length > skip + limit
  let found: Found[] = []
  let bytes = 0
  let at = 0
  return async () => {
    let left = maxStepNews
    for (; left > 0 && at < wanted.length; at += 1, left -= 1) {
      const one = await readFound(asked, wanted[at]?.id)
      if (one === undefined) continue
      const size = foundSize(one)
      if (found.length > 0 && bytes + size > limits.maxPayloadBytes) {
        send({ result: 'found', found, more: true, beyond })
        found = []
        bytes = 0
      }
      found.push(one)
      bytes += size
      if (one.is === 'joinable') left = 0
    }
    if (at < wanted.length) return true
    send({ result: 'found', found, more: false, beyond })
    return false
  }
}

/** undefined for one that he has left since, or that has been shut. */
async function readFound(
  { source, user, limits }: Asked,
  given: string | undefined,
): Promise<Found | undefined> {
  const { store } = source
  const id = parseConversationId(given)
  const conversation = id === undefined ? undefined : await store.conversation(id)
  if (id === undefined || conversation === undefined) return undefined
  const member: MemberRecord | undefined = await store.member(id, user)
  if (member === undefined || member.role === '') return shownTo(source, user, id, limits)
  const { lastSeq, position } = conversation
  const last = lastSeq === 0 ? undefined : await store.row(id, lastSeq)
  const row = { member, conversation, position, last, page: undefined }
  const news = await readNews(store, row, { since: null, fresh: true }, newsLimits)
  return { is: 'member', news: { ...news, allMarks: false } }
}
