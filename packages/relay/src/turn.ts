/**
 * One turn of the single writer: load what the inputs refer to, judge them all in the order they came, commit once.
 *
 * Nothing is known to anybody before the commit has resolved, and nothing of a failed turn stays. Rules RE1 to RE9.
 */
import { type ConversationId, relayClientId, writeHeadChange } from '@parley/document'
import { laterAnswers, type LaterCode, type PushAnswer, type Verdict } from '@parley/wire'
import { acceptEntry } from './accept-entry.ts'
import { caseOf, type Check, protocolOrder } from './checks.ts'
import { type ConversationCache, type ConversationState, stateOf } from './conversation-state.ts'
import { adopted, commitOf, type ConversationDraft, createDraft, hasMoved, type TurnDraft } from './draft.ts'
import type { HeadWriter } from './head-row.ts'
import type { Input, Outcome, Pushed } from './inputs.ts'
import { type HeadLimits, judgeCommandInput } from './judge-command.ts'
import { judgeMarksInput, type MarkLimits } from './judge-marks.ts'
import { judgePersonInput } from './judge-person.ts'
import type { PageLimits } from './limits.ts'
import { loadCommands, loadFor, undecided } from './load.ts'
import type { PersonRecord } from './people-store.ts'
import { lacksRoomFor, type QuotaLimits } from './quotas.ts'
import type { RelayStore } from './store.ts'

/** What tests of the tests may replace: the order of the checks, and the writer of heads. */
export interface Seams {
  readonly checks: readonly Check[]
  readonly writeHead: typeof writeHeadChange
}

export const ownSeams: Seams = { checks: protocolOrder, writeHead: writeHeadChange }

export interface Judge {
  readonly store: RelayStore
  readonly cache: ConversationCache
  readonly seams: Seams
  readonly limits: HeadLimits & MarkLimits & PageLimits & QuotaLimits & { readonly maxTurnHeadBytes: number }
}

/** A conversation that has rows from this turn, or marks. */
export interface Moved {
  readonly draft: ConversationDraft
  readonly state: ConversationState
}

export interface Turn {
  /** Of the first inputs, in their order: of all, unless that was too much for one turn. */
  readonly outcomes: readonly Outcome[]
  readonly moved: readonly Moved[]
  /** Rows of people that are otherwise now. */
  readonly people: Iterable<PersonRecord>
  readonly position: number
}

/** Rejects with what the store says; nothing has changed then. */
export async function runTurn(judge: Judge, arrived: readonly Input[], now: number): Promise<Turn> {
  const { store, cache, seams } = judge
  const heads: HeadWriter = { client: relayClientId(store.epoch), write: seams.writeHead }
  const decided = await loadCommands(store, arrived)
  const states = await loadConversations(judge, undecided(arrived, decided))
  const inputs = arrived.slice(0, affordable(arrived, states, judge.limits))
  const loaded = await loadFor(store, undecided(inputs, decided), states, decided)
  const draft = createDraft(now, store.position, states, loaded)
  const outcomes = inputs.map((input) => judgeInput(judge, draft, input, heads))
  const commit = commitOf(draft)
  if (commit !== undefined) {
    try {
      await store.commit(commit)
    } catch (error) {
      for (const id of states.keys()) cache.drop(id)
      throw error
    }
  }
  const people = draft.people.rows.changed.values()
  return { outcomes, moved: adoptAll(draft, cache), people, position: draft.position }
}

/** The same answer for every input: nothing was judged, or what was judged did not reach the disk. */
export function allLater(
  inputs: readonly Input[],
  code: LaterCode,
  waitMs: number = laterAnswers[code].waitMs,
): readonly Outcome[] {
  return inputs.map((input): Outcome => {
    if (input.kind === 'marks') return { kind: 'marks' }
    if (input.kind !== 'push') return { kind: 'command', verdict: { class: 'later', code, waitMs } }
    return {
      kind: 'push',
      answers: input.updates.map((pushed) => answer(pushed, { class: 'later', code, waitMs })),
    }
  })
}

async function loadConversations(
  { store, cache }: Judge,
  inputs: readonly Input[],
): Promise<ReadonlyMap<ConversationId, ConversationState | undefined>> {
  const states = new Map<ConversationId, ConversationState | undefined>()
  const missing: ConversationId[] = []
  for (const input of inputs) {
    const id = conversationOf(input)
    if (id === undefined || states.has(id)) continue
    const state = cache.get(id)
    states.set(id, state)
    if (state === undefined) missing.push(id)
  }
  if (missing.length === 0) return states
  for (const [id, stored] of await store.conversations(missing)) {
    const state = stateOf(stored)
    states.set(id, state)
    cache.put(state)
  }
  return states
}

/** How many of the first inputs make one turn, by the heads they write anew: at least one. */
function affordable(
  inputs: readonly Input[],
  states: ReadonlyMap<ConversationId, ConversationState | undefined>,
  limits: Judge['limits'],
): number {
  let bytes = 0
  let count = 0
  for (const input of inputs) {
    const id = conversationOf(input)
    const state = id === undefined ? undefined : states.get(id)
    bytes += (state?.head.state.length ?? 0) * headsWritten(input, state, limits)
    if (count > 0 && bytes > limits.maxTurnHeadBytes) break
    count += 1
  }
  return count
}

/**
 * A command writes the head once; where the past is hidden, once to see whether it fits, once for a page, and once more.
 * Entries do as often as they fill a page.
 */
function headsWritten(input: Input, state: ConversationState | undefined, limits: PageLimits): number {
  if (input.kind === 'person' || input.kind === 'marks') return 0
  return input.kind === 'command'
    ? state?.value.info.policy.past === 'hidden'
      ? 3
      : 1
    : input.updates.length / limits.maxPageWriters + input.bytes / limits.maxPageBytes
}

function conversationOf(input: Input): ConversationId | undefined {
  if (input.kind === 'person') return undefined
  if (input.kind === 'marks') return input.parsed
  return input.kind === 'push' ? input.updates[0]?.conversation : input.parsed?.conversation
}

function judgeInput(judge: Judge, draft: TurnDraft, input: Input, heads: HeadWriter): Outcome {
  if (input.kind === 'person')
    return { kind: 'command', verdict: judgePersonInput(draft, input, judge.limits) }
  if (input.kind === 'marks') return judgeMarksInput(draft, input, judge.limits)
  if (input.kind === 'command') {
    return { kind: 'command', verdict: judgeCommandInput(draft, input, heads, judge.limits) }
  }
  const answers = input.updates.map((pushed) => answer(pushed, judgePushed(judge, draft, pushed, heads)))
  return { kind: 'push', answers }
}

function judgePushed({ seams, limits }: Judge, draft: TurnDraft, pushed: Pushed, heads: HeadWriter): Verdict {
  const it = caseOf(draft, pushed)
  for (const check of seams.checks) {
    const objection = check.judge(it)
    if (objection !== undefined) return objection
  }
  const lack = lacksRoomFor(it, limits)
  if (lack !== undefined) return lack
  const { seq, time } = acceptEntry(it, heads, limits)
  return { class: 'accepted', seq, time }
}

function answer({ page, client, clock }: Pushed, verdict: Verdict): PushAnswer {
  return { page, client, clock, verdict }
}

function adoptAll(draft: TurnDraft, cache: ConversationCache): readonly Moved[] {
  const moved: Moved[] = []
  for (const conversation of draft.conversations.values()) {
    if (!hasMoved(conversation)) continue
    const state = adopted(conversation)
    if (state === undefined) throw new Error(`rows without a conversation: ${conversation.id}`)
    cache.put(state)
    moved.push({ draft: conversation, state })
  }
  return moved
}
