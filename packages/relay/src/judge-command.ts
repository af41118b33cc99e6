/**
 * How a command is judged, and its outcome remembered under its id. Rules RE30 to RE36, RE130 and RE133.
 */
import { type Change, type Command, writeAny } from '@parley/document'
import { judgeCommand } from '@parley/document/commands'
import { type CommandVerdict, maxAnyBytes, maxRelayFrameBytes } from '@parley/wire'
import { again, type Final, refused, remember } from './command-outcome.ts'
import { commandKey, type ConversationDraft, keepCommand, type TurnDraft } from './draft.ts'
import { addHeadRow, closePage, type HeadWriter, writeHead, type WrittenHead } from './head-row.ts'
import type { CommandInput } from './inputs.ts'
import { hasPerson } from './people-draft.ts'
import {
  broughtIntoTooMany,
  isInTooMany,
  isKept,
  lacksRoomForCommand,
  type QuotaLimits,
  tooManyMembers,
} from './quotas.ts'
import type { PageRecord } from './store.ts'
import { tellUnblocked } from './unblocked.ts'

export interface HeadLimits {
  readonly maxHeadRowBytes: number
  readonly maxHeadBytes: number
}

/** A row alone in its frame: what stands around it takes less than this leaves. */
const maxRowBytes = maxRelayFrameBytes - 4096

export function judgeCommandInput(
  draft: TurnDraft,
  input: CommandInput,
  heads: HeadWriter,
  limits: HeadLimits & QuotaLimits,
): CommandVerdict {
  const { parsed, by } = input
  if (parsed === undefined) return refused('bad-content', 'the id of the command or its conversation is none')
  const known = draft.commands.get(commandKey(by.user, parsed.id))
  if (known !== undefined) return again(known)
  const conversation = draft.conversations.get(parsed.conversation)
  if (conversation === undefined) throw new Error('a command is judged on its conversation')
  const before = draft.position
  const verdict = judge(draft, conversation, input, parsed, heads, limits)
  if (isKept(draft, by.user, verdict, draft.position > before, limits))
    keepCommand(draft, { user: by.user, ...parsed, ...remember(verdict) })
  return verdict
}

function judge(
  draft: TurnDraft,
  conversation: ConversationDraft,
  input: CommandInput,
  { id }: NonNullable<CommandInput['parsed']>,
  heads: HeadWriter,
  limits: HeadLimits & QuotaLimits,
): Final {
  const parsed = input.command
  if (!parsed.ok) return refused(parsed.code, parsed.detail)
  const verdict = tellFull(draft, askRules(draft, conversation, input, parsed.command, limits), limits)
  if (!verdict.accepted) return refused(verdict.code, verdict.detail)
  const { change } = verdict
  const outcome = {
    ...verdict.outcome,
    failures: verdict.outcome.failures.map((failure) => ({ ...failure })),
  }
  if (writeAny(outcome).length > maxAnyBytes) return tooMuch
  if (change === null) {
    const record = conversation.core?.record
    return { class: 'accepted', seq: record?.seq ?? 0, time: record?.time ?? draft.now, outcome }
  }
  const lack = lacksRoomForCommand(draft, conversation, input.by.user, parsed.command, limits)
  if (lack !== undefined) return lack
  const before = conversation.core?.value.members.size ?? 0
  const fits = (written: WrittenHead): boolean => !isTooLarge(written, change, limits, before)
  let written = writeHead(draft, conversation, heads, change)
  const { size } = written.value.members
  if (size > before && size > limits.maxConversationMembers) return tooManyMembers
  if (!fits(written)) return tooMuch
  const page = pageToClose(conversation, change)
  if (page !== undefined) {
    closePage(draft, conversation, page, heads)
    written = writeHead(draft, conversation, heads, change)
    // It was a few bytes below the limit: the page is closed for nothing, and that is all.
    if (!fits(written)) return tooMuch
  }
  const row = addHeadRow(draft, conversation, heads, { change, author: input.by.user, command: id }, written)
  tellUnblocked(draft, conversation, change, row.time)
  return { class: 'accepted', seq: row.seq, time: row.time, outcome }
}

/** From whom the past is hidden begins on a page of which there is nothing yet. */
function pageToClose(conversation: ConversationDraft, change: Change): PageRecord | undefined {
  const enters = change.op === 'added' || change.op === 'joined'
  const open = conversation.pages.get(conversation.core?.record.pages ?? 0)
  return enters && change.since !== undefined && open !== undefined && open.page < change.since
    ? open
    : undefined
}

/** The page that is open when somebody has come, where the past is hidden. */
function newcomersSince({ core, pages }: ConversationDraft): number | undefined {
  if (core === undefined || core.value.info.policy.past === 'shown') return undefined
  const open = core.record.pages
  return (pages.get(open)?.entries ?? 0) > 0 ? open + 1 : open
}

/**
 * Nobody is kept from leaving: what makes a head smaller is not too large, nor is a compaction, which comes with whatever
 * change happens to be due.
 */
function isTooLarge(
  { update, compacted, state, encoded, value }: WrittenHead,
  change: Change,
  limits: HeadLimits,
  before: number,
): boolean {
  if (encoded.length > maxAnyBytes || update.length + encoded.length > maxRowBytes) return true
  if (!compacted && update.length > limits.maxHeadRowBytes) return true
  const less = value.members.size < before || change.op === 'unmuted' || change.op === 'unblocked'
  return state.length > limits.maxHeadBytes && !less
}

function askRules(
  draft: TurnDraft,
  conversation: ConversationDraft,
  { by }: CommandInput,
  command: Command,
  limits: QuotaLimits,
): ReturnType<typeof judgeCommand> {
  const since = newcomersSince(conversation)
  return judgeCommand(conversation.core?.value, command, {
    ...(since === undefined ? undefined : { newcomersSince: since }),
    conversation: conversation.id,
    by: by.user,
    time: Math.max(draft.now, conversation.core?.record.time ?? 0),
    formerly: (user) => {
      const member = conversation.members.get(user)
      if (member === undefined || member.leftSeq === 0) return 'never'
      return member.removedBy === '' ? 'quit' : 'removed'
    },
    declines: (user) =>
      isInTooMany(draft, user, limits) ||
      hasPerson(draft.people, user, 'block', by.user) ||
      hasPerson(draft.people, user, 'refuse', conversation.id),
  })
}

/** Who cannot be brought in because he is in too many conversations is named as that, whatever else he would say. */
function tellFull(
  draft: TurnDraft,
  verdict: ReturnType<typeof judgeCommand>,
  limits: QuotaLimits,
): typeof verdict {
  if (!verdict.accepted) return verdict
  const failures = verdict.outcome.failures.flatMap((failure) => {
    if (failure.code !== 'declined') return [failure]
    const full = failure.clientIds.filter((user) => isInTooMany(draft, user, limits))
    if (full.length === 0) return [failure]
    const rest = failure.clientIds.filter((user) => !full.includes(user))
    const told = { ...broughtIntoTooMany, clientIds: full }
    return rest.length === 0 ? [told] : [{ ...failure, clientIds: rest }, told]
  })
  return { ...verdict, outcome: { ...verdict.outcome, failures } }
}

const tooMuch: Final = {
  class: 'refused',
  code: 'too-large',
  detail: 'the change takes more than a row of the head may hold: do it in several steps',
}
