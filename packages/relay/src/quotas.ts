/**
 * What there is no room for: of a user, of a conversation. Asked last, of what would otherwise be accepted, so that nobody
 * learns from it what is not his. Taking back and leaving are never refused for it. Rules RE241 to RE245.
 */
import {
  type Command,
  type Entry,
  eraseAppend,
  type PersonChange,
  type PersonCommand,
  type UserId,
  writeAny,
} from '@parley/document'
import type { Verdict } from '@parley/wire'
import { erasedBy } from './accept-entry.ts'
import type { Case } from './checks.ts'
import type { Final } from './command-outcome.ts'
import { type ConversationDraft, rowOf, type TurnDraft } from './draft.ts'
import { personKey } from './people-draft.ts'
import { bytesUsedBy, usedBy } from './usage-draft.ts'

export interface QuotaLimits {
  readonly maxUserBytes: number
  readonly maxConversationBytes: number
  readonly maxUserCreated: number
  readonly maxUserConversations: number
  readonly maxConversationMembers: number
}

type Refusal = Extract<Verdict, { readonly class: 'refused' }>

const refuse = (code: string, detail: string): Refusal => ({ class: 'refused', code, detail })

const userFull = refuse('quota-exceeded', 'what this user has written takes all the room he has')
const conversationFull = refuse('conversation-full', 'what was written here takes all the room there is')
const madeTooMany = refuse('too-many-conversations', 'this user has made as many conversations as he may')
const inTooMany = refuse('too-many-conversations', 'this user is in as many conversations as he may be')

export const tooManyMembers: Refusal = refuse(
  'conversation-full',
  'the conversation has as many members as this relay allows',
)

const forWantOfRoom: ReadonlySet<Final> = new Set([userFull, conversationFull, madeTooMany, inTooMany])

export function lacksRoomFor(it: Case, limits: QuotaLimits): Refusal | undefined {
  const { draft, core, pushed } = it
  const { entry, by, update } = pushed
  if (core === undefined || entry === undefined || ('op' in entry && entry.op === 'recall')) return undefined
  const back = 'op' in entry ? givenBack(it, entry) : 0
  const more = update.length - back
  if (more <= 0) return undefined
  if (bytesUsedBy(draft.usage, by.user) + more > limits.maxUserBytes) return userFull
  return core.record.bytes + more > limits.maxConversationBytes ? conversationFull : undefined
}

function givenBack(it: Case, entry: Entry): number {
  const { conversation } = it
  if (conversation === undefined) return 0
  let bytes = 0
  for (const { seq } of erasedBy(it, entry)) {
    const row = rowOf(conversation, seq)
    if (row !== undefined) bytes += row.update.length - eraseAppend(row.update).length
  }
  return bytes
}

/** Of a command that would change something. */
export function lacksRoomForCommand(
  draft: TurnDraft,
  { core }: ConversationDraft,
  by: UserId,
  command: Command,
  limits: QuotaLimits,
): Refusal | undefined {
  const { op } = command
  if (op === 'quit' || op === 'remove' || op === 'block') return undefined
  const used = usedBy(draft.usage, by)
  if (used.bytes >= limits.maxUserBytes) return userFull
  if ((core?.record.bytes ?? 0) >= limits.maxConversationBytes) return conversationFull
  if (core === undefined && used.created >= limits.maxUserCreated) return madeTooMany
  const enters = (op === 'create' || op === 'join') && core?.value.members.has(by) !== true
  return enters && used.joined >= limits.maxUserConversations ? inTooMany : undefined
}

/** Whether somebody is in so many conversations that nobody brings him into another one. */
export function isInTooMany(draft: TurnDraft, user: UserId, limits: QuotaLimits): boolean {
  return usedBy(draft.usage, user).joined >= limits.maxUserConversations
}

export const broughtIntoTooMany = {
  code: 'too-many-conversations',
  detail: 'is in as many conversations as he may be',
} as const

/** Of a person's command that would change something: blocking and refusing are never kept from anybody. */
export function lacksRoomForPerson(
  draft: TurnDraft,
  by: UserId,
  command: PersonCommand,
  changes: readonly PersonChange[],
  limits: QuotaLimits,
): Refusal | undefined {
  const asks =
    command.op === 'profile' ||
    command.op === 'setting' ||
    (command.op === 'contact' && command.act === 'request')
  if (!asks) return undefined
  const more = changes.reduce((sum, change) => sum + profileGrowth(draft, change), 0)
  const bytes = bytesUsedBy(draft.usage, by)
  return bytes >= limits.maxUserBytes || bytes + more > limits.maxUserBytes ? userFull : undefined
}

/** Of his rows, the profile alone is counted: there are only so many of the others. */
export function profileGrowth({ people }: TurnDraft, change: PersonChange): number {
  if (change.kind !== 'profile') return 0
  const before = people.rows.get(personKey(change))?.value?.length ?? 0
  return (change.value === null ? 0 : writeAny(change.value).length) - before
}

/**
 * Whether the outcome of a command is kept under its id. What found no room is judged again when it comes again; and of
 * who has no room left nothing is kept that has changed nothing.
 */
export function isKept(
  draft: TurnDraft,
  by: UserId,
  verdict: Final,
  changed: boolean,
  limits: QuotaLimits,
): boolean {
  if (forWantOfRoom.has(verdict)) return false
  return changed || bytesUsedBy(draft.usage, by) < limits.maxUserBytes
}
