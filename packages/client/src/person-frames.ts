/**
 * What the relay says of its person: his rows, and what became of his commands. Rules CL260 to CL262, CL264, CL265, CL272
 * and CL350 to CL352.
 */
import { personKinds } from '@parley/document'
import { parseOutcome, parsePersonRow, personNeeds } from '@parley/document/person'
import type {
  ConversationId,
  Failure,
  JsonObject,
  KnownPersonRow,
  PersonKind,
  Unblocked,
} from '@parley/document'
import type { CommandAnswer, Own } from '@parley/wire'
import type { Core } from './core.ts'
import { ParleyError, refusalError } from './errors.ts'
import { failedUsers, reasonOf } from './failures.ts'
import type { Ledger } from './ledger.ts'
import type { PersonItem } from './person-records.ts'
import { wantIfUnknown } from './people.ts'
import { contactOf, unblockingsOf } from './person-rows.ts'
import { moveMark } from './person-settings.ts'
import { freshId } from './queueing.ts'
import { personUnsentView } from './person-views.ts'
import type { Reason } from './records.ts'

/** How rows arrive: `replayed`, what happened while away; `silent`, a first sync; `named`, those this session spoke of, with their time. */
export interface OwnArrival {
  readonly replayed: boolean
  readonly silent: boolean
  readonly named: Map<string, number>
}

export function applyOwn(core: Core, ledger: Ledger, { rows }: Own, arrival: OwnArrival): void {
  const keys = new Set<string>()
  for (const { kind, key, value, time } of rows) {
    const parsed = parsePersonRow(kind, key, value)
    if (!parsed.ok) {
      const detail = `a row of the kind ${kind} cannot be read by this build`
      ledger.emit({ type: 'error', code: 'unreadable-row', detail })
      continue
    }
    const { row } = parsed
    const name = nameOf(row.kind, row.key)
    keys.add(name)
    // One that was overtaken on its way says nothing new.
    if (time < (arrival.named.get(name) ?? 0)) continue
    arrival.named.set(name, time)
    putRow(core, ledger, row, time, arrival)
  }
  for (const item of ledger.person.lane())
    if (item.state === 'answered' && touches(core, item, keys)) acknowledge(ledger, item)
}

function putRow(
  core: Core,
  ledger: Ledger,
  row: KnownPersonRow,
  time: number,
  { replayed, silent }: Pick<OwnArrival, 'replayed' | 'silent'>,
  partial = false,
): void {
  const { kind, key, value } = row
  const before = ledger.person.rows.get(kind, key) ?? null
  ledger.person.setRow({ kind, key, value, time })
  if (kind === 'setting') {
    moveMark(core, ledger, key)
    announceSetting(ledger, key)
  }
  if (kind === 'profile') ledger.emit({ type: 'profile', user: core.user })
  if (kind === 'contact' && value !== null) ledger.after.push(() => wantIfUnknown(core, key))
  if (silent) return
  if (kind === 'unblocked') announceUnblocked(ledger, before, value, replayed)
  if (kind !== 'contact') return
  const was = contactOf(key, before)
  if (was?.state === value?.state && was?.since === value?.since) return
  ledger.emit({
    type: 'contact',
    user: key,
    before: was,
    now: value,
    ...(replayed ? { replayed } : undefined),
    ...(partial ? { partial } : undefined),
  })
}

/** What this device has not been told yet: the row says all that holds. */
function announceUnblocked(
  ledger: Ledger,
  before: JsonObject | null,
  now: Unblocked | null,
  replayed: boolean,
): void {
  const known = unblockingsOf(before)
  for (const { id, by, time } of now?.conversations ?? []) {
    if (known.some((one) => one.id === id && one.by === by && one.time === time)) continue
    const change = { op: 'unblocked', by, members: [ledger.person.user] } as const
    ledger.emit({ type: 'changed', conversation: id, change, ...(replayed ? { replayed } : undefined) })
  }
}

/** A relay that started from nothing and does not name a row does not know it. */
export function dropUnnamed(core: Core, ledger: Ledger, named: ReadonlyMap<string, number>): void {
  for (const kind of personKinds) {
    for (const [key] of ledger.person.rows.of(kind)) {
      if (named.has(nameOf(kind, key))) continue
      const gone = parsePersonRow(kind, key, null)
      if (gone.ok) putRow(core, ledger, gone.row, 0, { replayed: true, silent: false }, true)
    }
  }
}

/** Rows up to the cursor are here, or there were none. */
export function settleByCursor(ledger: Ledger): void {
  const { cursor } = ledger.device
  for (const item of ledger.person.lane())
    if (item.state === 'answered' && (item.answered?.seq ?? 0) <= cursor) acknowledge(ledger, item)
}

export function applyPersonAnswer(core: Core, ledger: Ledger, { id: named, verdict }: CommandAnswer): void {
  const { promises, sending } = core
  const item = ledger.person.lane().find((one) => one.id === named)
  if (item === undefined || item.state !== 'waiting') return
  const { id } = item
  switch (verdict.class) {
    case 'accepted':
    case 'duplicate': {
      const answered = { seq: verdict.seq, time: verdict.time }
      // It is shown as it stands there, until it is here.
      const settled: PersonItem = {
        ...item,
        state: 'answered',
        time: verdict.time,
        answered,
        offered: false,
      }
      const outcome = parseOutcome(verdict.outcome)
      settle(core, ledger, settled, outcome.ok ? outcome.outcome.failures : [], item.offered)
      ledger.after.push(() => {
        if (outcome.ok) promises.resolve(id, outcome.outcome)
        else
          promises.reject(
            id,
            new ParleyError('internal', 'The relay answered in a form this build does not know. Update it.'),
          )
      })
      break
    }
    case 'later':
      wait(core, Math.min(verdict.waitMs, core.limits.maxLaterMs))
      break
    case 'refused':
      refuseItem(core, ledger, item, { code: verdict.code, detail: verdict.detail })
  }
  if (sending.person.sent === item.n) sending.person.sent = undefined
  announceItem(ledger, item)
  ledger.after.push(() => core.mailbox.pump())
}

/** Of a block that failed for some, or all, those are told and kept; not he himself, whom nobody can block. Rule CL365. */
function settle(
  core: Core,
  ledger: Ledger,
  item: PersonItem,
  failures: readonly Failure[],
  offered: boolean,
): void {
  const { command } = item
  const failed = failedUsers(failures)
  const rest =
    command.op === 'block' ? command.users.filter((user) => user !== core.user && failed.has(user)) : []
  const reason = reasonOf(failures.filter(({ clientIds }) => clientIds.some((user) => rest.includes(user))))
  if (command.op !== 'block' || reason === undefined) {
    settleWhole(ledger, item)
    return
  }
  const users = command.users.filter((user) => !failed.has(user))
  if (users.length === 0) ledger.person.removeItem(item.n)
  else settleWhole(ledger, { ...item, command: { ...command, users } })
  if (offered) return
  const fresh = users.length === 0 ? item : { ...item, n: ledger.takeN(), id: freshId(core.ports) }
  keepRefused(ledger, { ...fresh, command: { ...command, users: rest }, answered: null }, reason)
}

function settleWhole(ledger: Ledger, item: PersonItem): void {
  if ((item.answered?.seq ?? 0) <= ledger.device.cursor) acknowledge(ledger, item)
  else ledger.person.setItem(item)
}

/** The timer decides, not the clock, which may have been set back meanwhile. */
function wait(core: Core, ms: number): void {
  const { person } = core.sending
  person.held = true
  core.ports.timer(ms + 1, () => {
    person.held = false
    core.mailbox.pump()
  })
}

/** What the relay had and has lost is nobody's concern; anything else stays with its reason. */
function refuseItem(core: Core, ledger: Ledger, item: PersonItem, reason: Reason): void {
  ledger.after.push(() => core.promises.reject(item.id, refusalError(reason.code, reason.detail)))
  if (item.offered) ledger.person.removeItem(item.n)
  else keepRefused(ledger, item, reason)
}

function keepRefused(ledger: Ledger, item: PersonItem, reason: Reason): void {
  const { code, detail } = reason
  const refused: PersonItem = { ...item, state: 'refused', reason }
  ledger.person.setItem(refused)
  ledger.emit({ type: 'person-refused', item: personUnsentView(refused), code, detail })
}

/** Of how far somebody has read only the last word matters. */
function acknowledge(ledger: Ledger, item: PersonItem): void {
  const { command } = item
  if (isReadMark(command)) {
    for (const other of ledger.person.acknowledged()) {
      if (isReadMark(other.command) && other.command.conversation === command.conversation)
        ledger.person.removeItem(other.n)
    }
  }
  ledger.person.setItem({ ...item, state: 'acknowledged' })
}

export function isReadMark(
  command: PersonItem['command'],
): command is Extract<PersonItem['command'], { readonly op: 'setting' }> {
  return command.op === 'setting' && command.read !== undefined && Object.keys(command).length === 3
}

function touches({ user }: Core, { command }: PersonItem, keys: ReadonlySet<string>): boolean {
  return personNeeds(user, command).rows.some(({ owner, kind, key }) => {
    const isRead = command.op === 'contact' && kind === 'block'
    return owner === user && !isRead && keys.has(nameOf(kind, key))
  })
}

/** What is shown may be otherwise for it. */
export function announceItem(ledger: Ledger, { command }: Pick<PersonItem, 'command'>): void {
  if (command.op === 'setting') announceSetting(ledger, command.conversation)
  if (command.op === 'profile') ledger.emit({ type: 'profile', user: ledger.person.user })
}

function announceSetting(ledger: Ledger, conversation: ConversationId): void {
  if (ledger.conversation(conversation) !== undefined) ledger.changed(conversation)
}

// No id contains a slash.
function nameOf(kind: PersonKind, key: string): string {
  return `${kind}/${key}`
}
