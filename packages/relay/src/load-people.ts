/**
 * Reads the rows of people that the inputs of a turn depend on: those a person's command is about, and whether somebody
 * wants nothing to do with who adds him or writes to him alone, and what people were told of unblockings. Rules RE140,
 * RE147 and RE188.
 */
import type { Command, ConversationId, UserId } from '@parley/document'
import { type PersonCount, type PersonKey, personNeeds } from '@parley/document/person'
import type { ConversationState } from './conversation-state.ts'
import type { CommandInput, Input, PushInput } from './inputs.ts'
import { countKey, type LoadedPeople, personKey } from './people-draft.ts'
import type { PeopleStore } from './people-store.ts'

type States = ReadonlyMap<ConversationId, ConversationState | undefined>

export async function loadPeople(
  store: PeopleStore,
  inputs: readonly Input[],
  states: States,
): Promise<LoadedPeople> {
  const keys = new Map<string, PersonKey>()
  const counts = new Map<string, PersonCount>()
  const want = (...some: readonly PersonKey[]): void => {
    for (const key of some) keys.set(personKey(key), key)
  }
  for (const input of inputs) {
    if (input.kind === 'push') for (const key of neededByPush(input, states)) want(key)
    else if (input.kind === 'command')
      want(...neededByCommand(input, states), ...toldByCommand(input, states))
    else if (input.kind === 'person' && input.command.ok) {
      const needs = personNeeds(input.by.user, input.command.command)
      want(...needs.rows)
      for (const count of needs.counts) counts.set(countKey(count), count)
    }
  }
  const wanted = [...counts.values()]
  const [rows, counted] = await Promise.all([
    keys.size === 0 ? [] : store.people([...keys.values()]),
    wanted.length === 0 ? [] : store.peopleCounts(wanted),
  ])
  return {
    rows: new Map(rows.map((row) => [personKey(row), row])),
    counts: new Map(wanted.map((count, index) => [countKey(count), counted[index] ?? 0])),
  }
}

/** For nearly every message. */
const nothing: readonly PersonKey[] = []

function neededByPush({ by, updates }: PushInput, states: States): readonly PersonKey[] {
  const id = updates[0]?.conversation
  const state = id === undefined ? undefined : states.get(id)
  if (state?.value.info.kind !== 'direct') return nothing
  const others = [...state.value.members.keys()].filter((user) => user !== by.user)
  return others.map((other) => blockOf(other, by.user))
}

/** Of whom it would bring in. A conversation of two that is made in this turn may be written to in it, by both. */
function neededByCommand({ by, parsed, command }: CommandInput, states: States): readonly PersonKey[] {
  if (parsed === undefined || !command.ok) return []
  const it = command.command
  if (it.op !== 'create' && it.op !== 'add') return []
  const present = states.get(parsed.conversation)?.value.members
  const entering = it.members.filter((user) => user !== by.user && present?.has(user) !== true)
  const both = it.op === 'create' && it.kind === 'direct'
  return entering.flatMap((user): readonly PersonKey[] => [
    blockOf(user, by.user),
    { owner: user, kind: 'refuse', key: parsed.conversation },
    ...(both ? [blockOf(by.user, user)] : []),
  ])
}

/** What those whom it lets back, blocks or brings in have been told of unblockings; of a member nothing stands there. */
function toldByCommand({ by, parsed, command }: CommandInput, states: States): readonly PersonKey[] {
  if (parsed === undefined || !command.ok) return []
  const it = command.command
  const owners =
    it.op === 'unblock' ? it.members : comingOrBlocked(it, by.user, states.get(parsed.conversation))
  return owners.map((owner): PersonKey => ({ owner, kind: 'unblocked', key: '' }))
}

function comingOrBlocked(it: Command, by: UserId, state: ConversationState | undefined): readonly UserId[] {
  if (state === undefined) return []
  const absent = (users: readonly UserId[]): readonly UserId[] =>
    users.filter((user) => !state.value.members.has(user))
  if (it.op === 'join') return absent([by])
  if (it.op === 'create') return absent([by, ...it.members])
  return it.op === 'add' || it.op === 'block' ? absent(it.members) : []
}

function blockOf(owner: UserId, key: UserId): PersonKey {
  return { owner, kind: 'block', key }
}
