/** Answers a query from what this device holds, by the function that a relay answers by. Rules CL491 to CL494. */
import { type ConversationId, parseConversationId } from '@parley/document'
import {
  compareRanks,
  type ConversationFacts,
  isRankKnown,
  type Matcher,
  parseQuery,
  prepareQuery,
  type Query,
  rankOf,
  valuesOf,
  withHead,
} from '@parley/document/query'
import type { ConversationView, Engine } from '../engine-types.ts'
import { ParleyError } from '../errors.ts'

export interface OnDevice {
  readonly ids: readonly ConversationId[]
  readonly partial: boolean
}

export async function findOnDevice(engine: Engine, given: unknown): Promise<OnDevice> {
  const query = queryOf(given)
  const { facts, partial } = await meant(engine, query)
  const ranks = facts.map((one) => rankOf(one, query.order))
  const sorted = ranks.toSorted((a, b) => compareRanks(query.order, a, b))
  const ids = sorted
    .slice(query.skip, query.skip + query.limit)
    .flatMap(({ id }) => parseConversationId(id) ?? [])
  return { ids, partial: partial || !ranks.every(isRankKnown) }
}

export async function countOnDevice(engine: Engine, given: unknown): Promise<number> {
  return (await meant(engine, { ...queryOf(given), order: [] })).facts.length
}

export function queryOf(given: unknown): Query {
  const parsed = parseQuery(plain(given))
  if (!parsed.ok) throw new ParleyError('bad-query', parsed.detail)
  return parsed.query
}

/** Expressions as they travel: pattern and flags. Those that say how to go on, where there is only one look, say nothing. */
function plain(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(plain)
  if (!isFields(given)) return given
  const { expression, ...rest } = given
  const said: Fields = 'expression' in given ? { ...rest, ...patternOf(expression) } : rest
  const inner = ['of', 'where'].filter((key) => key in said).map((key) => [key, plain(said[key])] as const)
  return { ...said, ...Object.fromEntries(inner) }
}

type Fields = Readonly<Record<string, unknown>>

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function patternOf(expression: unknown): Fields {
  if (!(expression instanceof RegExp))
    throw new ParleyError('bad-query', 'matches takes a regular expression')
  return { pattern: expression.source, flags: expression.flags.replaceAll(/[dgy]/g, '') }
}

const matcher: Matcher = (pattern, flags) => {
  const expression = new RegExp(pattern, flags)
  return (text) => expression.test(text)
}

interface Meant {
  readonly facts: readonly ConversationFacts[]
  readonly partial: boolean
}

async function meant(engine: Engine, { where, order }: Query): Promise<Meant> {
  const prepared = prepareQuery(where, matcher)
  if (!prepared.ok) throw new ParleyError('bad-query', prepared.detail)
  const { evaluate } = prepared
  const facts: ConversationFacts[] = []
  let partial = false
  for (const view of candidates(engine, valuesOf(where, 'id'))) {
    const listed = factsOf(view)
    const truth = evaluate(listed)
    if (truth === 'no') continue
    if (truth === 'yes' && isRankKnown(rankOf(listed, order))) {
      facts.push(listed)
      continue
    }
    const head = await engine.head(view.id)
    const known = head === undefined ? listed : withHead(listed, head)
    const now = evaluate(known)
    if (now === 'yes') facts.push(known)
    partial ||= now === 'unknown'
  }
  return { facts, partial }
}

/** One's own, hidden ones too; named by their ids they are looked up. */
function candidates(engine: Engine, ids: readonly unknown[] | undefined): readonly ConversationView[] {
  const named = [...new Set(ids)].flatMap((id) => parseConversationId(id) ?? [])
  const views =
    ids === undefined
      ? engine.conversations({ hidden: true })
      : named.flatMap((id) => engine.conversation(id) ?? [])
  return views.filter(({ role, syncState }) => role !== '' || syncState === 'local')
}

function factsOf(view: ConversationView): ConversationFacts {
  const { id, kind, name, creator, createdAt, updatedAt, unique, muted, lastMessage, lastMessageAt } = view
  return {
    id,
    kind,
    name,
    creator,
    createdAt,
    updatedAt,
    lastMessageAt: lastMessage === null ? null : lastMessageAt,
    unique,
    muted,
    members: undefined,
    attributes: undefined,
  }
}
