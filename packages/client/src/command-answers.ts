/**
 * What became of a command. One for several people may be done for some of them and refused for the others, and those are
 * treated as anything that is refused late: told, and kept with the reason. Rules CL40, CL41, CL44, CL45 and CL360 to CL363.
 */
import { parseOutcome } from '@parley/document/commands'
import type { Command, ConversationId, Failure } from '@parley/document'
import type { CommandAnswer } from '@parley/wire'
import type { Core } from './core.ts'
import { ParleyError } from './errors.ts'
import { failedUsers, reasonOf } from './failures.ts'
import type { Ledger } from './ledger.ts'
import { keepOrDrop } from './outbox.ts'
import type { LaneEffect } from './outbox.ts'
import { freshId } from './queueing.ts'
import { keepRefused, refuse } from './refusals.ts'
import type { CommandItem } from './records.ts'

const nothing: LaneEffect = { do: 'nothing' }

export function applyCommandAnswer(
  core: Core,
  ledger: Ledger,
  id: ConversationId,
  frame: CommandAnswer,
): LaneEffect {
  const { promises } = core
  const item = ledger.outbox.commands(id).find((other) => other.id === frame.id)
  if (item === undefined || item.answered !== null || item.state === 'refused') return nothing
  const { verdict } = frame
  switch (verdict.class) {
    case 'accepted':
    case 'duplicate': {
      const outcome = parseOutcome(verdict.outcome)
      const answered: CommandItem = { ...item, answered: { seq: verdict.seq, time: verdict.time } }
      settle(core, ledger, answered, outcome.ok ? outcome.outcome.failures : [])
      ledger.after.push(() => {
        if (outcome.ok) promises.resolve(item.id, outcome.outcome)
        else
          promises.reject(
            item.id,
            new ParleyError('internal', 'The relay answered in a form this build does not know. Update it.'),
          )
      })
      return nothing
    }
    case 'later':
      return { do: 'wait', n: item.n, ms: verdict.waitMs }
    case 'refused':
      refuse(ledger, item, { code: verdict.code, detail: verdict.detail }, promises)
      return nothing
  }
}

function settle(core: Core, ledger: Ledger, item: CommandItem, failures: readonly Failure[]): void {
  const { done, refused } = divide(item.command, failures)
  if (done !== undefined) {
    const settled = { ...item, command: done }
    keepOrDrop(ledger, settled)
    ledger.setAcknowledged(settled)
  }
  const reason = reasonOf(failures)
  if (refused === undefined || reason === undefined) return
  const rest: CommandItem = { ...item, command: refused, answered: null }
  if (done === undefined) keepRefused(ledger, rest, reason)
  // Under an id of its own: the first one is that of what was done, for ever.
  else if (!item.offered) keepRefused(ledger, { ...rest, n: ledger.takeN(), id: freshId(core.ports) }, reason)
}

interface Divided {
  readonly done: Command | undefined
  readonly refused: Command | undefined
}

/** A command as it was done, and as it was not. A conversation was made whoever of the others could not be brought in. */
function divide(command: Command, failures: readonly Failure[]): Divided {
  const failed = failedUsers(failures)
  const rest = 'members' in command ? command.members.filter((user) => failed.has(user)) : []
  if (!('members' in command) || rest.length === 0) return { done: command, refused: undefined }
  if (command.op === 'create') return { done: command, refused: { op: 'add', members: rest } }
  const refused: Command = { ...command, members: rest }
  const members = command.members.filter((user) => !failed.has(user))
  return { done: members.length === 0 ? undefined : { ...command, members }, refused }
}
