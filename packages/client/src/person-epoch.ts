/**
 * Another life of the relay's log: it gets back from its devices what it lost of a person, too. Rules CL265 and CL266.
 *
 * Only what still stands is offered again: what was decided otherwise since, here or on another device, is not.
 */
import type { PersonCommand, UserId } from '@parley/document'
import type { Core } from './core.ts'
import type { Ledger } from './ledger.ts'
import { judgeOwn } from './person-model.ts'
import type { PersonItem } from './person-records.ts'
import type { PersonRows } from './person-rows.ts'

export function beginPersonEpoch(core: Core, ledger: Ledger): void {
  prunePersonal(core, ledger)
  const { person } = ledger
  for (const item of person.lane())
    if (item.state === 'answered') person.setItem({ ...item, state: 'waiting', answered: null })
  for (const item of person.acknowledged()) {
    const command = asItStands(person.rows, item, core.user)
    if (command === undefined) person.removeItem(item.n)
    else person.setItem({ ...item, command, state: 'waiting', answered: null, offered: true })
  }
}

export function prunePersonal({ ports, limits }: Core, ledger: Ledger): void {
  const oldest = ports.now() - limits.keepAcknowledgedMs
  for (const { n, at } of ledger.person.acknowledged()) if (at < oldest) ledger.person.removeItem(n)
}

function asItStands(
  rows: PersonRows,
  { command, time, answered }: PersonItem,
  user: UserId,
): PersonCommand | undefined {
  const stands = (one: PersonCommand): boolean => {
    const verdict = judgeOwn(rows, one, { user, time: answered?.time ?? time })
    return verdict.accepted && verdict.changes.length === 0
  }
  switch (command.op) {
    case 'block':
    case 'unblock': {
      const users = command.users.filter((one) => stands({ op: command.op, users: [one] }))
      return users.length === 0 ? undefined : { op: command.op, users }
    }
    case 'refuse':
    case 'admit': {
      const conversations = command.conversations.filter((one) =>
        stands({ op: command.op, conversations: [one] }),
      )
      return conversations.length === 0 ? undefined : { op: command.op, conversations }
    }
    case 'contact':
      return contactAsItStands(rows, command, stands)
    case 'profile':
      return profileAsItStands(command, stands)
    case 'setting':
      return stands(command) ? command : undefined
  }
}

type ProfileCommand = Extract<PersonCommand, { readonly op: 'profile' }>

function profileAsItStands(
  { op, set: { name, icon, fields = {} } }: ProfileCommand,
  stands: (command: PersonCommand) => boolean,
): PersonCommand | undefined {
  const left = Object.entries(fields).filter(([key, value]) =>
    stands({ op, set: { fields: { [key]: value } } }),
  )
  const set: ProfileCommand['set'] = {
    ...(name !== undefined && stands({ op, set: { name } }) ? { name } : undefined),
    ...(icon !== undefined && stands({ op, set: { icon } }) ? { icon } : undefined),
    ...(left.length > 0 ? { fields: Object.fromEntries(left) } : undefined),
  }
  return Object.keys(set).length === 0 ? undefined : { op, set }
}

/** Two who were contacts ask each other, and are again: what one of them accepted is lost with the other's request. */
function contactAsItStands(
  rows: PersonRows,
  command: Extract<PersonCommand, { readonly op: 'contact' }>,
  stands: (command: PersonCommand) => boolean,
): PersonCommand | undefined {
  const { op, user, act } = command
  if (act === 'decline') return rows.get('contact', user) === undefined ? command : undefined
  if (!stands(command)) return undefined
  return act === 'accept' ? { op, user, act: 'request' } : command
}
