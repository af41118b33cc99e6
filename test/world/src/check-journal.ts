/**
 * What became of everything the users did: nothing lost, nothing doubled, nothing left hanging, every refusal still
 * there with its reason. Rules WO29 to WO33.
 */
import { nameOf } from './deeds.ts'
import type { Device } from './device.ts'
import type { Replica } from './gather.ts'
import { isMissed } from './heal.ts'
import type { Arranged, Commanded, Deed, Edited, Reacted, Said, TakenBack } from './journal.ts'
import type { Truth } from './truth.ts'
import type { World } from './world.ts'

interface Evidence {
  readonly world: World
  readonly truths: ReadonlyMap<string, Truth>
  /** By device name: those that still exist. */
  readonly replicas: ReadonlyMap<string, Replica>
}

export function checkJournal(
  world: World,
  truths: readonly Truth[],
  replicas: readonly Replica[],
): readonly string[] {
  const evidence: Evidence = {
    world,
    truths: new Map(truths.map((truth) => [truth.id, truth])),
    replicas: new Map(replicas.map((replica) => [replica.device.name, replica])),
  }
  return world.journal.deeds.flatMap((deed) => {
    const wrong = [...checkHanging(evidence, deed), ...checkFate(evidence, deed)]
    return wrong.map(
      (what) =>
        `${deed.device}, ${nameOf(deed)} at ${deed.at.toFixed(0)} ms in ${deed.conversation}: ${what}`,
    )
  })
}

function checkFate(evidence: Evidence, deed: Deed): readonly string[] {
  switch (deed.kind) {
    case 'message':
      return checkMessage(evidence, deed)
    case 'recall':
      return checkRecall(evidence, deed)
    case 'edit':
      return checkEdit(evidence, deed)
    case 'reaction':
      return checkReaction(evidence, deed)
    case 'command':
      return checkCommand(evidence, deed)
    case 'person':
      return checkArranged(evidence, deed)
  }
}

/** A call or a promise of an engine that lives on. */
function checkHanging({ world }: Evidence, deed: Deed): readonly string[] {
  const device = deviceOf(world, deed)
  const process = device?.process()
  if (process?.run !== deed.run || process.ended !== null || isMissed(world, deed.conversation, deed.user))
    return []
  if (deed.call === 'asked') return ['the call never came back']
  if (deed.call === 'saved' && !deed.confirmed && deed.refused === null)
    return ['is neither confirmed nor refused']
  return []
}

function checkMessage(evidence: Evidence, deed: Said): readonly string[] {
  const truth = evidence.truths.get(deed.conversation)
  const stands = (truth?.messages ?? []).filter(
    ({ id, text }) => text === deed.text || (deed.id !== null && id === deed.id),
  )
  const kept = unsentOf(evidence, deed)
  if (stands.length > 1) return [`stands ${stands.length} times`]
  const [place] = stands
  if (deed.call === 'rejected') {
    return place === undefined ? [] : [`was rejected (${deed.code}) and stands at ${place.seq}`]
  }
  if (deed.call === 'asked' || deviceOf(evidence.world, deed)?.lost() === true) return []
  if (isWaiting(evidence, deed, kept)) return ['still waits']
  if (kept.some(({ state, error }) => state === 'refused' && error === undefined))
    return ['was refused without a reason']
  if (place !== undefined) {
    // A copy of the device may have been told no for what the other one had delivered, never the device itself.
    if (kept.length > 0 && !hasCopies(evidence.world, deed))
      return [`stands at ${place.seq}, and is kept as refused`]
    if (deed.confirmed && deed.seq !== place.seq && !renewed(evidence.world))
      return [`was confirmed at ${deed.seq} and stands at ${place.seq}`]
    return []
  }
  if (kept.length > 0) {
    return deed.confirmed && !renewed(evidence.world) ? ['was confirmed, and is kept as refused'] : []
  }
  if (deed.discarded || deed.refused === 'withdrawn') return []
  if (isWithdrawn(evidence, deed)) return []
  // An older copy may lack the conversation or the membership; then the message has nowhere to go.
  if (deed.confirmed && renewed(evidence.world) && truth?.members.has(deed.user) !== true) return []
  return [`${deed.confirmed ? 'was confirmed' : 'was saved'} and is nowhere`]
}

/** He is not a member, or was none for some time: what is offered again then is refused, and falls away. */
function wasAway(truth: Truth | undefined, user: string): boolean {
  if (truth === undefined || !truth.members.has(user)) return true
  return truth.changes.some(
    ({ op, by, members }) =>
      (op === 'quit' && by === user) || ((op === 'removed' || op === 'blocked') && members.includes(user)),
  )
}

/** Folded away by a recall while it waited; the recall's own promise may have died with its device. */
function isWithdrawn({ world }: Evidence, deed: Said): boolean {
  return world.journal.deeds.some(
    (other) =>
      other.kind === 'recall' &&
      other.target === deed.id &&
      other.user === deed.user &&
      other.call !== 'rejected',
  )
}

function checkRecall(evidence: Evidence, deed: TakenBack): readonly string[] {
  const { journal } = evidence.world
  const target = journal.deeds.find(
    (other): other is Said => other.kind === 'message' && other.id === deed.target,
  )
  const truth = evidence.truths.get(deed.conversation)
  const operation = truth?.operations.find(({ id }) => id === deed.id)
  const message = truth?.messages.find(({ id }) => id === deed.target)
  if (target?.user !== deed.user) {
    // Of one that is recalled already there is nothing to refuse: the call answers with the message's own id.
    const already = deed.id === deed.target
    return operation === undefined && (!deed.confirmed || already) ? [] : ["recalled somebody else's message"]
  }
  if (deed.call === 'rejected' && operation !== undefined) return [`was rejected (${deed.code}) and stands`]
  if (deed.call !== 'saved' || deviceOf(evidence.world, deed)?.lost() === true) return []
  const kept = unsentOf(evidence, deed)
  if (isWaiting(evidence, deed, kept)) return ['still waits']
  if (kept.some(({ state, error }) => state === 'refused' && error === undefined))
    return ['was refused without a reason']
  if (operation !== undefined || kept.length > 0 || deed.discarded) return []
  // Without an operation of its own the message must be gone all the same.
  if (message === undefined || message.recalled) return []
  // It folded into what waited here; a copy of this device still had it, and sent it.
  if (deed.id === deed.target && hasCopies(evidence.world, deed)) return []
  // It may have been confirmed to an engine that died; an older copy lacks it, and he was not there to say it again.
  if (renewed(evidence.world) && wasAway(truth, deed.user)) return []
  return ['was saved, and the message still stands']
}

/** Of what its author may change it stands, or something later does; of anybody else's it never does. */
function checkEdit(evidence: Evidence, deed: Edited): readonly string[] {
  const { world } = evidence
  const target = world.journal.deeds.find(
    (other): other is Said => other.kind === 'message' && other.id === deed.target,
  )
  const truth = evidence.truths.get(deed.conversation)
  const stands = truth?.rows.find((row) => deed.id !== null && deed.id !== deed.target && row.id === deed.id)
  if (target?.user !== deed.user)
    return stands === undefined && !deed.confirmed ? [] : ["changed somebody else's message"]
  if (deed.call === 'rejected' && stands !== undefined) return [`was rejected (${deed.code}) and stands`]
  if (deed.call !== 'saved' || deviceOf(world, deed)?.lost() === true) return []
  const kept = unsentOf(evidence, deed)
  if (isWaiting(evidence, deed, kept)) return ['still waits']
  if (kept.some(({ state, error }) => state === 'refused' && error === undefined))
    return ['was refused without a reason']
  if (stands !== undefined || kept.length > 0 || deed.discarded || deed.refused !== null) return []
  if (renewed(world) || hasCopies(world, deed)) return []
  const message = truth?.messages.find(({ id }) => id === deed.target)
  // Folded away: by a later one, by a recall, or with the message itself.
  if (message === undefined || message.recalled || message.text === deed.text) return []
  return isOvertaken(world, deed) ? [] : [`was saved, and the message reads "${message.text}"`]
}

/** A later change of the same message by the same person, on whichever device: it may have taken this one's place. */
function isOvertaken({ journal }: World, deed: Edited): boolean {
  return journal.deeds
    .slice(journal.deeds.indexOf(deed) + 1)
    .some(
      (other) =>
        (other.kind === 'edit' || other.kind === 'recall') &&
        other.target === deed.target &&
        other.user === deed.user &&
        other.call !== 'rejected',
    )
}

function checkReaction(evidence: Evidence, deed: Reacted): readonly string[] {
  const stands = (evidence.truths.get(deed.conversation)?.operations ?? []).filter(
    ({ id }) => deed.id !== null && id === deed.id,
  )
  if (stands.length > 1) return [`stands ${stands.length} times`]
  if (deed.call === 'rejected' && stands.length > 0) return [`was rejected (${deed.code}) and stands`]
  if (deed.call !== 'saved' || deviceOf(evidence.world, deed)?.lost() === true) return []
  const kept = unsentOf(evidence, deed)
  if (isWaiting(evidence, deed, kept)) return ['still waits']
  return kept.some(({ state, error }) => state === 'refused' && error === undefined)
    ? ['was refused without a reason']
    : []
}

function checkCommand(evidence: Evidence, deed: Commanded): readonly string[] {
  if (deed.call !== 'saved' || deviceOf(evidence.world, deed)?.lost() === true) return []
  const kept = unsentOf(evidence, deed)
  if (isWaiting(evidence, deed, kept)) return ['still waits']
  if (kept.some(({ state, error }) => state === 'refused' && error === undefined))
    return ['was refused without a reason']
  if (isForgotten(evidence, deed)) return []
  if (deed.refused !== null && kept.length === 0 && !deed.discarded && !deed.retried)
    return [`was refused (${deed.refused}) and is not kept`]
  const truth = evidence.truths.get(deed.conversation)
  if (deed.confirmed && deed.command.op === 'create' && truth === undefined && !renewed(evidence.world)) {
    return ['was confirmed, and there is no such conversation']
  }
  const stands = (truth?.rows ?? []).filter(
    (row) => row.kind === 'head' && deed.id !== null && row.id === deed.id,
  )
  if (stands.length > 1) return [`stands ${stands.length} times`]
  return stands.length === 1 && deed.refused !== null
    ? [`was carried out, and refused (${deed.refused})`]
    : []
}

/** What came of it stands in the rows, which are held against the log; here only that it does not hang or vanish. */
function checkArranged(evidence: Evidence, deed: Arranged): readonly string[] {
  if (deed.call !== 'saved' || deviceOf(evidence.world, deed)?.lost() === true) return []
  const kept = unsentOf(evidence, deed)
  if (isWaiting(evidence, deed, kept)) return ['still waits']
  if (kept.some(({ state, error }) => state === 'refused' && error === undefined))
    return ['was refused without a reason']
  const isGone = kept.length === 0 && !deed.discarded && !deed.retried && !isForgotten(evidence, deed)
  return deed.refused !== null && isGone ? [`was refused (${deed.refused}) and is not kept`] : []
}

/** The device could not store the refusal, died, asked a relay of another life, and was told otherwise. */
function isForgotten({ world }: Evidence, deed: Deed): boolean {
  const device = deviceOf(world, deed)
  return renewed(world) && device?.disk.faithful() === false && device.process()?.run !== deed.run
}

function unsentOf({ replicas }: Evidence, deed: Deed): Replica['unsent'] {
  const replica = replicas.get(deed.device)
  return (replica?.unsent ?? []).filter(({ id }) => id === deed.id)
}

function deviceOf(world: World, deed: Deed): Device | undefined {
  return world.devices.find(({ name }) => name === deed.device)
}

function hasCopies(world: World, deed: Deed): boolean {
  const family = deviceOf(world, deed)?.family
  return world.devices.filter((device) => device.family === family).length > 1
}

function renewed({ counters }: World): boolean {
  return counters.get('epochChanges') > 0
}

function isWaiting({ world }: Evidence, deed: Deed, kept: Replica['unsent']): boolean {
  return kept.some(({ state }) => state === 'waiting') && !isMissed(world, deed.conversation, deed.user)
}
