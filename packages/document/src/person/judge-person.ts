/**
 * Who may do what to a person's rows, and what comes of it: one set of pure functions, called by the device over what it
 * holds and by the relay to enforce. Rules DO115 to DO127.
 *
 * Everybody writes his own rows. Only what two people have with one another writes into another's: a command names
 * whom it is about, and never an owner.
 */
import type { JsonValue } from '../entry/entry.ts'
import { orUndefined } from '../fields.ts'
import { failure, refuse } from '../head/verdict.ts'
import type { UserId } from '../ids.ts'
import { maxPersonBlocks, maxPins, maxProfileBytes, maxRefusals, maxSettings } from '../limits.ts'
import { judgeContact } from './judge-contact.ts'
import { fitsProfile, readProfile, readSetting } from './parse-values.ts'
import type { PersonCommand, PersonContext, PersonVerdict, Profile, ReadMark, Setting } from './person.ts'
import { type Written, written } from './written.ts'

type SettingCommand = Extract<PersonCommand, { readonly op: 'setting' }>
type ProfileCommand = Extract<PersonCommand, { readonly op: 'profile' }>

export function judgePerson(command: PersonCommand, context: PersonContext): PersonVerdict {
  switch (command.op) {
    case 'profile':
      return judgeProfile(command, context)
    case 'contact':
      return judgeContact(command, context)
    case 'setting':
      return judgeSetting(command, context)
    case 'block':
      return judgeBlock(command.users, context)
    case 'unblock':
      return takeAway('block', command.users, command.users, context)
    case 'refuse':
      return judgeRefuse(command.conversations, context)
    case 'admit':
      return takeAway('refuse', command.conversations, [], context)
  }
}

function judgeProfile({ set }: ProfileCommand, context: PersonContext): PersonVerdict {
  const { by, read } = context
  const before = orUndefined(read(by, 'profile', ''), readProfile) ?? nobody
  const fields: Record<string, JsonValue> = { ...before.fields }
  for (const [key, value] of Object.entries<JsonValue>(set.fields ?? {})) {
    if (value === null) delete fields[key]
    else fields[key] = value
  }
  const { name = before.name, icon = before.icon } = set
  const profile: Profile = { name, icon, fields }
  if (!fitsProfile(profile)) return refuse('too-large', `a profile takes at most ${maxProfileBytes} bytes`)
  return written([[by, 'profile', '', profile]], [by], context)
}

function judgeSetting(command: SettingCommand, context: PersonContext): PersonVerdict {
  const { by, read, count } = context
  const { conversation } = command
  const before = orUndefined(read(by, 'setting', conversation), readSetting) ?? {}
  const after = changeSetting(before, command, context.time)
  const isNew = Object.keys(before).length === 0 && Object.keys(after).length > 0
  if (after.pinned !== undefined && before.pinned === undefined && count(by, 'pinned') >= maxPins)
    return refuse('too-many', `at most ${maxPins} conversations are pinned`)
  if (isNew && count(by, 'setting') + count(by, 'pinned') >= maxSettings)
    return refuse('too-many', `at most ${maxSettings} conversations have settings`)
  const value = Object.keys(after).length === 0 ? null : after
  return written([[by, 'setting', conversation, value]], [], context)
}

const nobody: Profile = { name: null, icon: null, fields: {} }

function changeSetting(before: Setting, command: SettingCommand, time: number): Setting {
  const pinned = command.pinned === true ? (before.pinned ?? time) : before.pinned
  const muted = command.muted ?? before.muted
  const hidden = command.hidden === undefined ? before.hidden : command.hidden
  const cleared = larger(before.cleared, command.cleared)
  const read = newer(before.read, command.read)
  return {
    ...(pinned === undefined || command.pinned === false ? undefined : { pinned }),
    ...(muted === true ? { muted } : undefined),
    ...(hidden === null || hidden === undefined ? undefined : { hidden }),
    ...(cleared === undefined ? undefined : { cleared }),
    ...(read === undefined ? undefined : { read }),
  }
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b)
}

/** The larger sequence; at the same one the later word. */
function newer(before: ReadMark | undefined, given: ReadMark | undefined): ReadMark | undefined {
  if (before === undefined || given === undefined) return before ?? given
  if (given.seq !== before.seq) return given.seq > before.seq ? given : before
  return given.stamp > before.stamp ? given : before
}

/** Whoever is blocked is no contact any more, on neither side, and nobody of the two waits for the other. */
function judgeBlock(users: readonly UserId[], context: PersonContext): PersonVerdict {
  const { by, time, read, count } = context
  const others = users.filter((user) => user !== by)
  const fresh = others.filter((user) => read(by, 'block', user) === undefined)
  const fitting = new Set(fresh.slice(0, Math.max(0, maxPersonBlocks - count(by, 'block'))))
  const rest = fresh.filter((user) => !fitting.has(user))
  const rows = others
    .filter((user) => fitting.has(user) || !rest.includes(user))
    .flatMap((user): readonly Written[] => [
      [by, 'block', user, read(by, 'block', user) ?? { since: time }],
      [by, 'contact', user, null],
      [user, 'contact', by, null],
    ])
  return written(
    rows,
    others.filter((user) => !rest.includes(user)),
    context,
    [
      ...failure('bad-content', 'nobody blocks himself', users.includes(by) ? [by] : []),
      ...failure('too-many', `at most ${maxPersonBlocks} people are blocked`, rest),
    ],
  )
}

function judgeRefuse(conversations: readonly string[], context: PersonContext): PersonVerdict {
  const { by, time, read, count } = context
  const fresh = conversations.filter((id) => read(by, 'refuse', id) === undefined)
  if (count(by, 'refuse') + fresh.length > maxRefusals)
    return refuse('too-many', `at most ${maxRefusals} conversations are refused`)
  const rows = fresh.map((id): Written => [by, 'refuse', id, { since: time }])
  return written(rows, [], context)
}

/** What is not there is gone already. */
function takeAway(
  kind: 'block' | 'refuse',
  keys: readonly string[],
  users: readonly UserId[],
  context: PersonContext,
): PersonVerdict {
  const rows = keys.map((key): Written => [context.by, kind, key, null])
  return written(rows, users, context)
}
