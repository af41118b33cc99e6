/** What changes who is in a conversation, and what everybody hears of it. Rules CL32, CL35, CL37, CL128, CL330, CL340 and CL446. */
import { changeHead } from '@parley/document'
import type { Change, ConversationId, UserId } from '@parley/document'
import type { HeadRow } from '@parley/wire'
import { tell } from './arrival.ts'
import type { Arrival } from './arrival.ts'
import { storeHeadRow } from './head-rows.ts'
import { hidePast } from './hidden-past.ts'
import type { Ledger } from './ledger.ts'
import { markAt } from './marks.ts'
import type { ConversationRecord } from './records.ts'

/** Any but those that open a conversation or a page: `head-rows.ts` has them. */
type HeadChange = Exclude<Change, { readonly op: 'created' | 'page' }>

export async function applyHeadChange(
  ledger: Ledger,
  before: ConversationRecord,
  row: HeadRow,
  change: HeadChange,
  arrival: Arrival,
): Promise<void> {
  const { id } = before
  const moved = storeHeadRow(ledger, before, row, false, (old) => old && changeHead(old, change, row.time))
  ledger.setConversation(listRow(moved, change, arrival.user))
  announce(ledger, id, change, arrival)
  await hideBefore(ledger, id, change, arrival.user)
  await hearLeaving(ledger, id, change, arrival)
}

/** Whoever comes in sees what the policy shows him from now on, whatever he saw in earlier times. */
async function hideBefore(
  ledger: Ledger,
  id: ConversationId,
  change: HeadChange,
  user: UserId,
): Promise<void> {
  const enters =
    (change.op === 'added' && change.members.includes(user)) || (change.op === 'joined' && change.by === user)
  if (enters) await hidePast(ledger, id, change.since ?? 0)
}

async function hearLeaving(
  ledger: Ledger,
  id: ConversationId,
  change: HeadChange,
  arrival: Pick<Arrival, 'silent'>,
): Promise<void> {
  if ((ledger.conversation(id)?.receipts ?? null) === null) return
  const part = await ledger.part('receipts')
  await part.hearLeaving(ledger, id, change, arrival)
}

function listRow(record: ConversationRecord, change: HeadChange, user: UserId): ConversationRecord {
  switch (change.op) {
    case 'added':
      return entered(record, change.members, change.by, user)
    case 'joined':
      return entered(record, [change.by], change.by, user)
    case 'removed':
      return without(record, change.members, user)
    case 'blocked':
      return without(record, change.left, user)
    case 'updated':
      return {
        ...record,
        ...(change.name === undefined ? undefined : { name: change.name }),
        ...(change.icon === undefined ? undefined : { icon: change.icon }),
      }
    case 'role':
      return change.members.includes(user) ? { ...record, role: change.role } : record
    case 'muted':
      return change.members.includes(user) ? { ...record, mutedUntil: change.until } : record
    case 'unmuted':
      return change.members.includes(user) ? { ...record, mutedUntil: 0 } : record
    case 'unblocked':
      return record
    case 'quit':
      return without(change.heir === user ? { ...record, role: 'owner' } : record, [change.by], user)
  }
}

/** Who comes in, perhaps right after he had left, counts unread from here; by himself where nobody is left, he owns it. */
function entered(
  record: ConversationRecord,
  users: readonly UserId[],
  by: UserId,
  user: UserId,
): ConversationRecord {
  const more = { ...record, members: record.members + users.length }
  if (!users.includes(user)) return more
  const role = record.members === 0 && by === user ? 'owner' : 'member'
  return { ...more, role, mark: markAt(record), mentioned: [] }
}

function without(record: ConversationRecord, left: readonly UserId[], user: UserId): ConversationRecord {
  const members = Math.max(0, record.members - left.length)
  return { ...record, members, ...(left.includes(user) ? { role: '', mutedUntil: 0 } : undefined) }
}

/** The guide's table: who enters by himself and everybody else hear it alike; who is brought or sent hears his own event. */
function announce(ledger: Ledger, id: ConversationId, change: HeadChange, arrival: Arrival): void {
  const { user } = arrival
  switch (change.op) {
    case 'added':
      if (change.members.includes(user) && change.by !== user) {
        tell(ledger, arrival, { type: 'invited', conversation: id, invitedBy: change.by })
      } else {
        tell(ledger, arrival, {
          type: 'members-joined',
          conversation: id,
          members: change.members,
          invitedBy: change.by,
        })
      }
      return
    case 'joined':
      tell(ledger, arrival, {
        type: 'members-joined',
        conversation: id,
        members: [change.by],
        invitedBy: change.by,
      })
      return
    case 'removed':
      sentAway(ledger, id, change.members, change.by, arrival)
      return
    case 'quit':
      tell(ledger, arrival, { type: 'members-left', conversation: id, members: [change.by] })
      if (change.heir !== undefined && ledger.conversation(id)?.role !== '')
        tell(ledger, arrival, {
          type: 'changed',
          conversation: id,
          change: { op: 'role', by: change.by, members: [change.heir], role: 'owner' },
        })
      return
    case 'blocked':
      if (change.left.length > 0) sentAway(ledger, id, change.left, change.by, arrival)
      tell(ledger, arrival, { type: 'changed', conversation: id, change })
      return
    case 'updated':
    case 'role':
    case 'muted':
    case 'unmuted':
    case 'unblocked':
      tell(ledger, arrival, { type: 'changed', conversation: id, change })
  }
}

function sentAway(
  ledger: Ledger,
  id: ConversationId,
  members: readonly UserId[],
  kickedBy: UserId,
  arrival: Arrival,
): void {
  if (members.includes(arrival.user)) tell(ledger, arrival, { type: 'kicked', conversation: id, kickedBy })
  else tell(ledger, arrival, { type: 'members-left', conversation: id, members, kickedBy })
}
