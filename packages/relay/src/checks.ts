/**
 * How an update is judged: the checks of the protocol, in the protocol's order, as data. The first that objects decides.
 *
 * The order matters. What is known comes before what is allowed, so that a device that lost an answer gets it again
 * whatever has happened since; and a stranger learns from no check whether a conversation exists. Membership comes before
 * the page: a former member never hears of the pages opened since, and would wait for them for ever. Rules RE10 to RE21.
 */
import {
  type Entry,
  firstRelayClientId,
  judgeEntry,
  maxPageCorrections,
  maxPageOperations,
} from '@parley/document'
import type { Verdict } from '@parley/wire'
import { type ConversationCore, type ConversationDraft, rowAt, rowOf, type TurnDraft } from './draft.ts'
import type { Pushed } from './inputs.ts'
import { hasPerson } from './people-draft.ts'
import type { LogRow, MemberRecord, MessageRecord, WriterRecord } from './store.ts'

/** An update on its way through the checks, with all that the turn knows around it. */
export interface Case {
  readonly draft: TurnDraft
  readonly conversation: ConversationDraft | undefined
  readonly core: ConversationCore | undefined
  /** His membership, present or former. */
  readonly member: MemberRecord | undefined
  readonly pushed: Pushed
  /** Whoever uses the update's client id on its page. */
  readonly writer: WriterRecord | undefined
  /** What stands under the entry's id. */
  readonly known: MessageRecord | undefined
  /** What an operation names: a message, erased or not. */
  readonly target: MessageRecord | undefined
}

export type CheckName =
  | 'append'
  | 'relay-range'
  | 'stranger'
  | 'known-clock'
  | 'gap'
  | 'known-id'
  | 'page'
  | 'membership'
  | 'content'
  | 'rules'
  | 'origin'

export interface Check {
  readonly name: CheckName
  /** undefined: no objection. */
  readonly judge: (it: Case) => Verdict | undefined
}

export const protocolOrder: readonly Check[] = [
  { name: 'append', judge: isAppend },
  { name: 'relay-range', judge: isOutsideRelayRange },
  { name: 'stranger', judge: isNoStranger },
  { name: 'known-clock', judge: isNewClock },
  { name: 'gap', judge: isNextClock },
  { name: 'known-id', judge: isNewId },
  { name: 'membership', judge: isMember },
  { name: 'page', judge: isRightPage },
  { name: 'content', judge: isReadable },
  { name: 'rules', judge: isAllowed },
  { name: 'origin', judge: isOriginKnown },
]

export function caseOf(draft: TurnDraft, pushed: Pushed): Case {
  const { conversation: id, page, client, entry, by } = pushed
  const conversation = id === undefined ? undefined : draft.conversations.get(id)
  const named = entry !== undefined && 'op' in entry ? conversation?.messages.get(entry.target) : undefined
  return {
    draft,
    conversation,
    core: conversation?.core,
    member: conversation?.members.get(by.user),
    pushed,
    writer: conversation?.writers.get(page)?.get(client),
    known: entry === undefined ? undefined : conversation?.messages.get(entry.id),
    target: named?.type === null ? undefined : named,
  }
}

function isAppend({ pushed }: Case): Verdict | undefined {
  const { append, fault } = pushed
  return append === undefined && fault !== undefined ? refused(fault.code, fault.detail) : undefined
}

function isOutsideRelayRange({ pushed }: Case): Verdict | undefined {
  if (pushed.client < firstRelayClientId) return undefined
  return refused('not-an-append', 'the client id belongs to the relay')
}

function isNoStranger({ core, member }: Case): Verdict | undefined {
  if (core !== undefined && member !== undefined) return undefined
  return refused('not-found', 'there is no such conversation, or it is not yours')
}

function isNewClock({ conversation, pushed, writer }: Case): Verdict | undefined {
  if (writer === undefined || conversation === undefined) return undefined
  if (writer.user !== pushed.by.user || writer.device !== pushed.by.device) {
    return rewrite('client-id-taken', pushed.page)
  }
  if (pushed.clock >= writer.clock) return undefined
  const row = rowAt(conversation, pushed)
  if (row === undefined) throw new Error('a clock is known and its row is not there')
  const same = row.kind === 'erased' || sameBytes(row.update, pushed.update)
  return same ? duplicate(row) : rewrite('clock-reused', pushed.page)
}

function isNextClock({ pushed, writer }: Case): Verdict | undefined {
  return pushed.clock > (writer?.clock ?? 0) ? rewrite('gap', pushed.page) : undefined
}

function isNewId({ conversation, pushed, known }: Case): Verdict | undefined {
  if (known === undefined || conversation === undefined) return undefined
  if (known.author !== pushed.by.user) {
    return refused('message-id-taken', 'another message of this conversation has this id')
  }
  const row = rowOf(conversation, known.seq)
  if (row === undefined) throw new Error('an id is known and its row is not there')
  return duplicate(row)
}

/** Messages go to the open page, operations to their target's. One without a target is left to the rules. */
function isRightPage({ core, pushed, target }: Case): Verdict | undefined {
  const { entry, page } = pushed
  const operation = entry !== undefined && 'op' in entry
  if (operation && target === undefined) return undefined
  const right = target?.page ?? core?.record.pages ?? page
  return page === right ? undefined : rewrite('page-closed', right)
}

function isMember({ member }: Case): Verdict | undefined {
  return member?.role === '' ? refused('not-a-member', 'only members write') : undefined
}

function isReadable({ pushed }: Case): Verdict | undefined {
  return pushed.fault === undefined ? undefined : refused(pushed.fault.code, pushed.fault.detail)
}

function isAllowed({ draft, core, pushed, target, conversation }: Case): Verdict | undefined {
  const { entry, by, page } = pushed
  if (core === undefined || entry === undefined) throw new Error('rules are asked after everything else')
  const message =
    target === undefined || target.type === null
      ? undefined
      : { author: target.author, type: target.type, recalled: target.erased }
  const time = Math.max(draft.now, core.record.time)
  const verdict = judgeEntry(core.value, entry, by.user, message, time, (user) =>
    hasPerson(draft.people, user, 'block', by.user),
  )
  if (!verdict.accepted) return refused(verdict.code, verdict.detail)
  const entries = conversation?.pages.get(page)?.entries ?? 0
  return entries < mostEntriesFor(entry, target)
    ? undefined
    : refused('page-full', 'the page of the message takes no more operations of this kind')
}

/** An author takes back what he has written, however much else is there; whatever leaves only rows behind has an end. */
function mostEntriesFor(entry: Entry, target: MessageRecord | undefined): number {
  if (!('op' in entry)) return Number.POSITIVE_INFINITY
  if (entry.op === 'edit') return maxPageCorrections
  return entry.op === 'recall' && target?.erased !== true ? Number.POSITIVE_INFINITY : maxPageOperations
}

/**
 * An entry stands behind an item of its page, or behind nothing: members who write into a new page at the same time all see
 * it empty. Where it then stands in the array says nothing; the order is the sequence.
 */
function isOriginKnown({ conversation, pushed }: Case): Verdict | undefined {
  if (conversation === undefined || pushed.append === undefined) return undefined
  const { origin } = pushed.append
  if (origin === null) return undefined
  const writer = conversation.writers.get(pushed.page)?.get(origin.client)
  return writer !== undefined && origin.clock < writer.clock
    ? undefined
    : rewrite('origin-unknown', pushed.page)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

function duplicate({ seq, time, page, client, clock }: LogRow): Verdict {
  return { class: 'duplicate', seq, time, page, client, clock }
}

function rewrite(
  code: 'page-closed' | 'gap' | 'clock-reused' | 'client-id-taken' | 'origin-unknown',
  page: number,
): Verdict {
  return { class: 'rewrite', code, page }
}

function refused(code: string, detail: string): Verdict {
  return { class: 'refused', code, detail }
}
