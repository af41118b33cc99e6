/**
 * Commands in a row, parsed, judged and carried out as a relay does it: every change that comes of them can be sent and read by
 * everybody, and followers end where the relay does.
 *
 * An input stands for a list of commands; who sends one goes round.
 */
import {
  type Change,
  type JsonObject,
  mergeHeadUpdates,
  parseChange,
  parseUserId,
  type PersonKind,
  readHeadState,
  relayClientId,
  type UserId,
  writeHeadChange,
} from '@parley/document'
import { judgeCommand, parseCommand, parseOutcome } from '@parley/document/commands'
import { judgePerson, parsePersonCommand, parsePersonRow, personGroup } from '@parley/document/person'
import { type Any, encodeRelayFrame } from '@parley/wire'
import { command, personCommand } from './make-commands.ts'
import { anyPart, type Json, swapped } from './make-values.ts'
import { byte, list, type Part, row } from './parts.ts'
import type { Random } from './random.ts'
import { hold, holdPrototypes, sameBytes, show, type Target } from './target.ts'
import { readWild } from './wild.ts'

const maxCommands = 16
const conversation = 'r---------------------F'
const client = relayClientId('epoch')

const people = ['Tom', 'Mary', 'Ada'].map((name) => {
  const user = parseUserId(name)
  if (user === undefined) throw new Error(`no user id: ${name}`)
  return user
})

function actorAt(index: number): UserId {
  const actor = people[index % people.length]
  if (actor === undefined) throw new Error('there is nobody')
  return actor
}

function commandsOf(bytes: Uint8Array): readonly unknown[] {
  const given = readWild(bytes)
  return Array.isArray(given) ? given.slice(0, maxCommands) : [given]
}

const judgedCommands: Target = {
  name: 'judged-command',
  run(bytes) {
    const created = {
      op: 'create',
      kind: 'group',
      unique: false,
      members: ['Mary', 'Ada'],
      name: null,
      attributes: {},
    }
    let state: Uint8Array | null = null
    for (const [index, given] of [created, ...commandsOf(bytes)].entries()) {
      const parsed = parseCommand(given)
      if (!parsed.ok) continue
      const time = 1000 + index
      const head = state === null ? undefined : readHeadState(state)
      hold(state === null || head !== undefined, 'a head that was written cannot be read')
      const context = { conversation, by: actorAt(index), time, formerly: () => 'quit' as const }
      const verdict = judgeCommand(head, parsed.command, context)
      if (!verdict.accepted) continue
      const outcome = parseOutcome(verdict.outcome)
      hold(outcome.ok && show(outcome.outcome) === show(verdict.outcome), 'an outcome cannot be read')
      if (verdict.change !== null) state = changed(state, verdict.change, time)
    }
    holdPrototypes()
  },
  make: (random) => commandList(random, command),
  edges: [],
  round: 60,
}

function changed(before: Uint8Array | null, change: Change, time: number): Uint8Array {
  const parsed = parseChange(change)
  hold(parsed.ok && show(parsed.change) === show(change), 'a change cannot be read')
  const { update, state } = writeHeadChange({ state: before, client, change, time })
  const followed = mergeHeadUpdates(before === null ? [update] : [before, update])
  hold(sameBytes(followed, state), 'who follows ends in another state')
  encodeRelayFrame({
    frame: 'rows',
    conversation,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- that it is plain is what is tried here
    rows: [{ kind: 'head', seq: 1, time, update, command: '', change: change as unknown as Any }],
  })
  return state
}

const judgedPeople: Target = {
  name: 'judged-person',
  run(bytes) {
    const rows = new Map<
      string,
      { readonly owner: string; readonly kind: PersonKind; readonly value: JsonObject }
    >()
    const keyOf = (owner: string, kind: PersonKind, key: string): string => `${owner} ${kind} ${key}`
    for (const [index, given] of commandsOf(bytes).entries()) {
      const parsed = parsePersonCommand(given)
      if (!parsed.ok) continue
      const time = 1000 + index
      const verdict = judgePerson(parsed.command, {
        by: actorAt(index),
        time,
        othersKnown: true,
        read: (owner, kind, key) => rows.get(keyOf(owner, kind, key))?.value,
        count: (owner, group) => {
          const counted = [...rows.values()].filter((one) => one.owner === owner)
          return counted.filter(({ kind, value }) => personGroup(kind, value) === group).length
        },
      })
      if (!verdict.accepted) continue
      for (const { owner, kind, key, value } of verdict.changes) {
        const read = parsePersonRow(kind, key, value)
        hold(read.ok && show(read.row.value) === show(value), 'a row that comes of a command cannot be read')
        encodeRelayFrame({ frame: 'own', rows: [{ kind, key, value, time }] })
        if (value === null) rows.delete(keyOf(owner, kind, key))
        else rows.set(keyOf(owner, kind, key), { owner, kind, value })
      }
    }
    holdPrototypes()
  },
  make: (random) => commandList(random, personCommand),
  edges: [],
  round: 200,
}

function commandList(random: Random, make: (random: Random) => Json): Part {
  const commands = Array.from({ length: 1 + random.below(8) }, () => {
    const made = make(random)
    return anyPart(random.once(5) ? swapped(random, made) : made)
  })
  return row(byte(117), list(commands))
}

export const judgedTargets: readonly Target[] = [judgedCommands, judgedPeople]
