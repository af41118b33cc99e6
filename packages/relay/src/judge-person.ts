/**
 * How a person's command is judged: as every command, remembered under its id, and answered when its rows are on the disk.
 * Rules RE140 to RE142.
 */
import { type PersonChange, type PersonCommand, writeAny } from '@parley/document'
import { judgePerson } from '@parley/document/person'
import { type CommandVerdict, maxAnyBytes } from '@parley/wire'
import { again, type Final, refused, remember } from './command-outcome.ts'
import { commandKey, keepCommand, type TurnDraft } from './draft.ts'
import type { PersonInput } from './inputs.ts'
import { countPeople, putPerson, readPerson } from './people-draft.ts'
import { isKept, lacksRoomForPerson, profileGrowth, type QuotaLimits } from './quotas.ts'
import { addUsage } from './usage-draft.ts'

export function judgePersonInput(draft: TurnDraft, input: PersonInput, limits: QuotaLimits): CommandVerdict {
  const { parsed, by } = input
  if (parsed === undefined) return refused('bad-content', 'the id of the command is none')
  const known = draft.commands.get(commandKey(by.user, parsed))
  if (known !== undefined) return again(known)
  const before = draft.position
  const verdict = judge(draft, input, limits)
  if (isKept(draft, by.user, verdict, draft.position > before, limits))
    keepCommand(draft, { user: by.user, id: parsed, conversation: '', ...remember(verdict) })
  return verdict
}

function judge(draft: TurnDraft, { by, command }: PersonInput, limits: QuotaLimits): Final {
  if (!command.ok) return refused(command.code, command.detail)
  const { people, now } = draft
  const verdict = judgePerson(command.command, {
    by: by.user,
    time: now,
    read: (owner, kind, key) => readPerson(people, owner, kind, key),
    count: (owner, group) => countPeople(people, owner, group),
    othersKnown: true,
  })
  if (!verdict.accepted) return refused(verdict.code, verdict.detail)
  const { successfulClientIds, failures } = verdict.outcome
  const outcome = { successfulClientIds, failures: failures.map((failure) => ({ ...failure })) }
  if (writeAny(outcome).length > maxAnyBytes)
    throw new Error('an outcome takes more than may be named at once')
  const lack = lacksRoomForPerson(draft, by.user, command.command, verdict.changes, limits)
  if (lack !== undefined && verdict.changes.length > 0) return lack
  draft.position += unshown(command.command, verdict.changes)
  for (const change of verdict.changes) {
    draft.position += 1
    addUsage(draft.usage, change.owner, { bytes: profileGrowth(draft, change) })
    putPerson(people, change, now, draft.position)
  }
  return {
    class: 'accepted',
    seq: verdict.changes.length === 0 ? 0 : draft.position,
    time: now,
    outcome,
  }
}

/**
 * Positions are seen by everybody, in cursors: a request that is not shown to whom it was sent takes as many as one that
 * is, and so does taking it back. The one left out comes first, so that the last position is always that of a row.
 */
function unshown(command: PersonCommand, changes: readonly PersonChange[]): number {
  const ofTwo = command.op === 'contact' && (command.act === 'request' || command.act === 'remove')
  return ofTwo && changes.length === 1 ? 1 : 0
}
