/** Rows of the head: who is in a conversation, and what everybody hears of it. Rules CL32, CL35, CL37, CL128, CL330 and CL340. */
import { changeHead, emptyDigest } from '@parley/document'
import type { Change, ConversationId, UserId } from '@parley/document'
import type { HeadRow } from '@parley/wire'
import { tell } from './arrival.ts'
import type { Arrival } from './arrival.ts'
import type { Ledger } from './ledger.ts'
import { markAt } from './marks.ts'
import type { ConversationRecord } from './records.ts'

export function applyHeadRow(
  ledger: Ledger,
  before: ConversationRecord,
  row: HeadRow,
  change: Change,
  arrival: Arrival,
): void {
  const { id } = before
  // A head that was fetched meanwhile has this row in it already, and stands where the row would be stored.
  const covered = row.seq <= before.headHeld
  const held = before.headHeld > 0 && before.headHeld === before.headKnown
  const created = change.op === 'created'
  const stored = !covered && (held || created)
  if (stored) {
    const old = ledger.head(id)
    // What stands there is a head of another life of the log.
    if (created) ledger.clearUpdates(id, 0)
    ledger.setUpdate(id, 0, row.seq, { time: row.time, update: row.update, erased: null })
    // Of what happened while away the heads stay on the disk: thousands may come at once, and few are looked at. One that was
    // made here, too, has been looked at.
    const isLookedAt = old !== undefined || (created && (!arrival.replayed || isMadeHere(ledger, id)))
    if (isLookedAt) ledger.setHead(id, changeHead(created ? undefined : old, change, row.time))
  } else if (!covered) ledger.wantsFetching = true
  const moved: ConversationRecord = {
    ...before,
    seq: row.seq,
    time: row.time,
    headTime: change.op === 'page' ? before.headTime : row.time,
    headHeld: stored ? row.seq : before.headHeld,
    headKnown: covered ? before.headKnown : row.seq,
  }
  ledger.setConversation(listRow(moved, change, arrival.user))
  if (change.op === 'page' || created) {
    const page = change.op === 'page' ? change.pages : 1
    // Under this number there may be rows of another life of the log.
    ledger.clearUpdates(id, page)
    ledger.setPage(id, page, { held: row.seq, known: row.seq, digest: emptyDigest })
  }
  announce(ledger, id, change, arrival)
}

function isMadeHere(ledger: Ledger, id: ConversationId): boolean {
  return ledger.outbox.commands(id).some(({ command }) => command.op === 'create')
}

function listRow(record: ConversationRecord, change: Change, user: UserId): ConversationRecord {
  switch (change.op) {
    case 'page':
      return { ...record, pages: change.pages, tail: null }
    case 'created':
      return {
        ...record,
        pages: 1,
        tail: null,
        members: change.members.length + 1,
        name: change.name,
        icon: change.icon ?? null,
      }
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
function announce(ledger: Ledger, id: ConversationId, change: Change, arrival: Arrival): void {
  const { user } = arrival
  switch (change.op) {
    case 'page':
      return
    case 'created':
      if (change.members.includes(user))
        tell(ledger, arrival, { type: 'invited', conversation: id, invitedBy: change.by })
      return
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
