/**
 * The lane of a person's own commands: they leave one after the other, in the order they were made, and nothing of a
 * conversation waits for them. Rules CL262 and CL267.
 */
import type { DeviceFrame } from '@parley/wire'
import type { Core } from './core.ts'
import type { Ledger } from './ledger.ts'
import type { PersonModel } from './person-model.ts'
import type { PersonItem } from './person-records.ts'
import type { PersonSending } from './person-sending.ts'
import { withinLog } from './person-settings.ts'

/** What may leave now, counted as on its way. */
export function personDeparture({ sending }: Core, ledger: Ledger): DeviceFrame | undefined {
  const { person } = sending
  if (person.sent !== undefined || person.held) return undefined
  const first = ledger.person.lane().find(({ state }) => state === 'waiting')
  if (first === undefined) return undefined
  const item = asItLeaves(ledger, first)
  if (item !== first) ledger.person.setItem(item)
  person.sent = item.n
  return { frame: 'command', conversation: '', id: item.id, command: { ...item.command } }
}

function asItLeaves(ledger: Ledger, item: PersonItem): PersonItem {
  const { command } = item
  const within =
    command.op === 'setting' ? withinLog(command, ledger.conversation(command.conversation)) : command
  return item.tried && within === command ? item : { ...item, command: within, tried: true }
}

export function personReady({ lane }: PersonModel, { sent, held }: PersonSending): boolean {
  if (sent !== undefined || held) return false
  for (const { state } of lane.values()) if (state === 'waiting') return true
  return false
}
