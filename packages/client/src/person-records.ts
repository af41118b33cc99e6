/**
 * What a device keeps of its person, and of others' profiles, as stored and read back.
 *
 *   own        [kind, key]   the person's rows, as the relay said them
 *   personal   [n]           his commands: unanswered, refused, and those answered in the last days
 *   people     [user]        profiles of others
 */
import { parseOutcome, parsePersonCommand, parsePersonRow } from '@parley/document/person'
import type { EntryId, JsonObject, PersonCommand, PersonKind, Profile, UserId } from '@parley/document'
import type { Value } from '@parley/storage'
import { corrupt, entryId, flag, number, object, plain, text, userId, whole } from './fields.ts'
import { profileOf } from './person-rows.ts'
import { readReason } from './read-records.ts'
import type { Reason } from './records.ts'

export interface OwnRecord {
  readonly kind: PersonKind
  readonly key: string
  readonly value: JsonObject
  /** The relay's, of its last change. */
  readonly time: number
}

/** `answered`: its rows are still to come; `acknowledged`: kept to be offered again to a restored relay. */
type PersonItemState = 'waiting' | 'refused' | 'answered' | 'acknowledged'

export interface PersonItem {
  readonly n: number
  readonly id: EntryId
  readonly command: PersonCommand
  readonly at: number
  /** The relay's clock when it was made, as far as it had been heard. */
  readonly time: number
  readonly state: PersonItemState
  readonly reason: Reason | null
  /** It has left once: the relay may have it. */
  readonly tried: boolean
  readonly answered: { readonly seq: number; readonly time: number } | null
  /** Offered again to a relay of another epoch: a refusal is final and silent. */
  readonly offered: boolean
}

export interface ProfileRecord {
  readonly user: UserId
  /** null: nobody has said anything about himself under this id. */
  readonly profile: Profile | null
  readonly time: number
  /** This device's clock. */
  readonly fetchedAt: number
}

export function readOwn(value: Value): OwnRecord {
  const fields = object(value)
  const parsed = parsePersonRow(text(fields, 'kind'), text(fields, 'key'), plain(fields, 'value'))
  if (!parsed.ok || parsed.row.value === null) throw corrupt('own')
  const { kind, key, value: known } = parsed.row
  return { kind, key, value: known, time: number(fields, 'time') }
}

export function readPersonItem(value: Value): PersonItem {
  const fields = object(value)
  const state = text(fields, 'state')
  if (state !== 'waiting' && state !== 'refused' && state !== 'answered' && state !== 'acknowledged')
    throw corrupt('state')
  const command = parsePersonCommand(plain(fields, 'command'))
  if (!command.ok) throw corrupt('command')
  const answered = fields['answered'] === null ? null : object(fields['answered'])
  return {
    n: whole(fields, 'n'),
    id: entryId(fields, 'id'),
    command: command.command,
    at: number(fields, 'at'),
    time: number(fields, 'time'),
    state,
    reason: fields['reason'] === null ? null : readReason(fields['reason'], parseOutcome),
    tried: flag(fields, 'tried'),
    answered: answered === null ? null : { seq: whole(answered, 'seq'), time: whole(answered, 'time') },
    offered: flag(fields, 'offered'),
  }
}

export function readProfile(value: Value): ProfileRecord {
  const fields = object(value)
  const profile = fields['profile'] === null ? null : profileOf(plain(fields, 'profile'))
  if (profile === null && fields['profile'] !== null) throw corrupt('profile')
  return {
    user: userId(fields, 'user'),
    profile,
    time: number(fields, 'time'),
    fetchedAt: number(fields, 'fetchedAt'),
  }
}
