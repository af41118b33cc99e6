/** Rows of the head: who is in a conversation, and what everybody hears of it. Rules CL32, CL35, CL37, CL128 and CL330. */
import { changeHead, emptyDigest } from '@parley/document'
import type { Change, ConversationId, Head, UserId } from '@parley/document'
import type { HeadRow } from '@parley/wire'
import { tell } from './arrival.ts'
import type { Arrival } from './arrival.ts'
import { heldHead } from './heads.ts'
import type { Ledger } from './ledger.ts'
import { markAt } from './marks.ts'
import type { ConversationRecord } from './records.ts'

export async function applyHeadRow(
  ledger: Ledger,
  before: ConversationRecord,
  row: HeadRow,
  change: Change,
  arrival: Arrival,
): Promise<void> {
  const { id } = before
  // A head that was fetched meanwhile has this row in it already, and stands where the row would be stored.
  const covered = row.seq <= before.headHeld
  const held = before.headHeld > 0 && before.headHeld === before.headKnown
  const created = change.op === 'created'
  const stored = !covered && (held || created)
  let head: Head | undefined
  let heir: UserId | undefined
  if (stored) {
    const old = created ? undefined : await headBefore(ledger, before, change)
    // What stands there is a head of another life of the log.
    if (created) ledger.clearUpdates(id, 0)
    ledger.setUpdate(id, 0, row.seq, { time: row.time, update: row.update, erased: null })
    // Of what happened while away the heads stay on the disk: thousands may come at once, and few are looked at. One that was
    // made here, too, has been looked at.
    const isLookedAt =
      ledger.head(id) !== undefined || (created && (!arrival.replayed || isMadeHere(ledger, id)))
    if (old !== undefined || isLookedAt) {
      head = changeHead(old, change, row.time)
      ledger.setHead(id, head)
    }
    heir = heirOf(old, head)
  } else if (!covered) ledger.wantsFetching = true
  const moved: ConversationRecord = {
    ...before,
    seq: row.seq,
    time: row.time,
    headTime: change.op === 'page' ? before.headTime : row.time,
    headHeld: stored ? row.seq : before.headHeld,
    headKnown: covered ? before.headKnown : row.seq,
  }
  ledger.setConversation(listRow(moved, change, arrival.user, head))
  if (change.op === 'page' || created) {
    const page = change.op === 'page' ? change.pages : 1
    // Under this number there may be rows of another life of the log.
    ledger.clearUpdates(id, page)
    ledger.setPage(id, page, { held: row.seq, known: row.seq, digest: emptyDigest })
  }
  announce(ledger, id, change, arrival)
  if (heir !== undefined && head?.members.has(arrival.user) === true && change.op !== 'page' && !created)
    tell(ledger, arrival, {
      type: 'changed',
      conversation: id,
      change: { op: 'role', by: change.by, members: [heir], role: 'owner' },
    })
}

function isMadeHere(ledger: Ledger, id: ConversationId): boolean {
  return ledger.outbox.commands(id).some(({ command }) => command.op === 'create')
}

/** The one in memory; of a change that may hand the conversation on, the disk's, too. */
async function headBefore(
  ledger: Ledger,
  { id, members }: ConversationRecord,
  change: Change,
): Promise<Head | undefined> {
  const leaves =
    change.op === 'quit' || change.op === 'removed' || (change.op === 'blocked' && change.left.length > 0)
  const enters = change.op === 'joined' || change.op === 'added'
  return leaves || (enters && members === 0) ? heldHead(ledger, id) : ledger.head(id)
}

/** Who has become the owner in the place of another one. */
function heirOf(before: Head | undefined, after: Head | undefined): UserId | undefined {
  if (before === undefined || after === undefined) return undefined
  const owner = ownerOf(after)
  const was = ownerOf(before)
  return was === undefined || was === owner ? undefined : owner
}

function ownerOf({ members }: Head): UserId | undefined {
  for (const [user, { role }] of members) if (role === 'owner') return user
  return undefined
}

/** `head`: as it is now, where it is held and at hand. */
function listRow(
  record: ConversationRecord,
  change: Change,
  user: UserId,
  head: Head | undefined,
): ConversationRecord {
  const role = head?.members.get(user)?.role
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
      return {
        ...record,
        members: record.members + change.members.length,
        ...(change.members.includes(user) ? entered(record, role) : { role: role ?? record.role }),
      }
    case 'joined':
      return {
        ...record,
        members: record.members + 1,
        ...(change.by === user ? entered(record, role) : { role: role ?? record.role }),
      }
    case 'removed':
      return without(record, change.members, user, role)
    case 'blocked':
      return without(record, change.left, user, role)
    case 'updated':
      return {
        ...record,
        ...(change.name === undefined ? undefined : { name: change.name }),
        ...(change.icon === undefined ? undefined : { icon: change.icon }),
      }
    case 'role':
      return change.members.includes(user) ? { ...record, role: change.role } : record
    case 'muted':
    case 'unmuted':
    case 'unblocked':
      return record
    case 'quit':
      return without(record, [change.by], user, role)
  }
}

/** He came in, perhaps right after he had left: unread counts from here. */
function entered(
  record: ConversationRecord,
  role = 'member',
): Pick<ConversationRecord, 'role' | 'mark' | 'mentioned'> {
  return { role, mark: markAt(record), mentioned: [] }
}

/** An owner who leaves is succeeded; the head says by whom. */
function without(
  record: ConversationRecord,
  left: readonly UserId[],
  user: UserId,
  role = record.role,
): ConversationRecord {
  const members = Math.max(0, record.members - left.length)
  return { ...record, members, role: left.includes(user) ? '' : role }
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
