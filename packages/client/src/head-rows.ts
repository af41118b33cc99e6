/** Rows of the head that open a conversation or a page; the others go to the part that knows them. Rules CL32, CL35, CL330 and CL446. */
import { createdHead, emptyDigest, openedHead } from '@parley/document'
import type { Change, ConversationId, Head } from '@parley/document'
import type { HeadRow } from '@parley/wire'
import { tell } from './arrival.ts'
import type { Arrival } from './arrival.ts'
import type { Ledger } from './ledger.ts'
import type { ConversationRecord } from './records.ts'

export async function applyHeadRow(
  ledger: Ledger,
  before: ConversationRecord,
  row: HeadRow,
  change: Change,
  arrival: Arrival,
): Promise<void> {
  const { id } = before
  if (change.op === 'created') {
    const { by, members, name, icon = null } = change
    const isNew = !arrival.replayed || isMadeHere(ledger, id)
    const moved = storeHeadRow(ledger, before, row, true, (old) =>
      // Of what happened while away the heads stay on the disk: thousands may come at once, and few are looked at. One that
      // was made here, too, has been looked at.
      old === undefined && !isNew ? undefined : createdHead(undefined, change, row.time),
    )
    ledger.setConversation({ ...moved, pages: 1, tail: null, members: members.length + 1, name, icon })
    openPage(ledger, id, 1, row.seq)
    if (members.includes(arrival.user))
      tell(ledger, arrival, { type: 'invited', conversation: id, invitedBy: by })
  } else if (change.op === 'page') {
    const { pages } = change
    const moved = storeHeadRow(ledger, before, row, false, (old) => old && openedHead(old, pages))
    ledger.setConversation({ ...moved, headTime: before.headTime, pages, tail: null })
    openPage(ledger, id, pages, row.seq)
  } else {
    const { applyHeadChange } = await ledger.part('changes')
    await applyHeadChange(ledger, before, row, change, arrival)
  }
}

/** `make`: the head after the row, undefined where nobody looks at it. Answers the list row, moved. */
export function storeHeadRow(
  ledger: Ledger,
  before: ConversationRecord,
  row: HeadRow,
  created: boolean,
  make: (old: Head | undefined) => Head | undefined,
): ConversationRecord {
  const { id } = before
  // A head that was fetched meanwhile has this row in it already, and stands where the row would be stored.
  const covered = row.seq <= before.headHeld
  const held = before.headHeld > 0 && before.headHeld === before.headKnown
  const stored = !covered && (held || created)
  if (stored) {
    const head = make(ledger.head(id))
    // What stands there is a head of another life of the log.
    if (created) ledger.clearUpdates(id, 0)
    ledger.setUpdate(id, 0, row.seq, { time: row.time, update: row.update, erased: null })
    if (head !== undefined) ledger.setHead(id, head)
  } else if (!covered) ledger.wantsFetching = true
  return {
    ...before,
    seq: row.seq,
    time: row.time,
    headTime: row.time,
    headHeld: stored ? row.seq : before.headHeld,
    headKnown: covered ? before.headKnown : row.seq,
  }
}

/** Under this number there may be rows of another life of the log. */
function openPage(ledger: Ledger, id: ConversationId, page: number, seq: number): void {
  ledger.clearUpdates(id, page)
  ledger.setPage(id, page, { held: seq, known: seq, digest: emptyDigest })
}

function isMadeHere(ledger: Ledger, id: ConversationId): boolean {
  return ledger.outbox.commands(id).some(({ command }) => command.op === 'create')
}
