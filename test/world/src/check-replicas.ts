/** Every replica shows what the log says, to the byte and to the order. Rules WO27, WO28. */
import type { MessageView } from '@parley/client/engine'
import { defaultPolicy } from '@parley/document'
import { ownRows } from './check-own.ts'
import type { Holding, Replica } from './gather.ts'
import { documentOf, type Truth } from './truth.ts'
import type { World } from './world.ts'

/** Conversations that a device of their creator still holds with their head, unless the other one would not have it again. */
export function makeableOf(world: World, replicas: readonly Replica[]): ReadonlySet<string> {
  return new Set(
    replicas.flatMap(({ device: { user }, holdings }) =>
      [...holdings].flatMap(([id, { view, head }]) => {
        if (view.creator !== user || head === undefined) return []
        const others = [...head.members.keys()].filter((member) => member !== user)
        const isUnwanted = view.kind === 'direct' && others.some((other) => refuses(world, other, user, id))
        return isUnwanted ? [] : [id]
      }),
    ),
  )
}

function refuses(world: World, owner: string, from: string, id: string): boolean {
  const rows = ownRows(world, owner)
  return rows.has(`refuse ${id}`) || rows.has(`block ${from}`)
}

export function checkReplica(
  replica: Replica,
  truths: readonly Truth[],
  renewed: boolean,
  /** Conversations that a device of their creator still holds with their head. */
  makeable: ReadonlySet<string>,
): readonly string[] {
  const name = replica.device.name
  const { user } = replica.device
  const wrong: string[] = []
  for (const truth of truths) {
    const holding = replica.holdings.get(truth.id)
    if (truth.members.has(user)) {
      if (holding === undefined) wrong.push(`${truth.id}: unknown there`)
      else wrong.push(...checkMember(holding, shownTo(truth, user)), ...checkHead(holding, truth))
    } else if (holding !== undefined) wrong.push(...checkFormer(holding, truth, user, renewed))
  }
  for (const [id, holding] of replica.holdings) {
    if (truths.some((truth) => truth.id === id)) continue
    // What an older copy of the log lacks comes back with its creator; when no device of his holds it any more, it does not.
    const orphaned = renewed && !makeable.has(id)
    if (!orphaned && holding.shown.some(({ state }) => state === 'sent'))
      wrong.push(`${id}: shows sent messages and is nowhere else`)
  }
  return wrong.map((what) => `${name}: ${what}`)
}

/** To whom the past is hidden it begins at a page. */
function shownTo(truth: Truth, user: string): Truth {
  const members = truth.head['members']
  const own: unknown =
    typeof members === 'object' && members !== null ? Reflect.get(members, user) : undefined
  const since: unknown = typeof own === 'object' && own !== null ? Reflect.get(own, 'since') : undefined
  if (typeof since !== 'number') return truth
  return {
    ...truth,
    messages: truth.messages.filter(({ page }) => page >= since),
    rows: truth.rows.map((row) => (row.page > 0 && row.page < since ? { ...row, page: -1 } : row)),
  }
}

function checkMember(holding: Holding, truth: Truth): readonly string[] {
  const { id } = truth
  const wrong: string[] = []
  if (holding.view.role === '') wrong.push(`${id}: does not know he is a member`)
  if (holding.view.seq !== truth.rows.length)
    wrong.push(`${id}: at ${holding.view.seq} of ${truth.rows.length}`)
  if (holding.missing.length > 0) wrong.push(`${id}: pages ${holding.missing.join(' ')} are missing`)
  const shown = holding.shown.filter(({ state }) => state === 'sent').map(shownLine)
  const expected = truth.messages.map(line)
  wrong.push(...difference(id, 'shows', shown, expected))
  wrong.push(...checkBytes(holding, truth))
  return wrong
}

interface Shown {
  readonly seq: number
  readonly time: number
  readonly id: string
  readonly from: string
  readonly text?: string | null
  readonly reactions: string
  readonly recalled: boolean
}

function line({ seq, time, id, from, text, reactions, recalled }: Shown): string {
  return `${seq} ${time} ${id} ${from} ${recalled ? '(recalled)' : `${text ?? ''} ${reactions}`}`
}

function shownLine(message: MessageView): string {
  const reactions = message.reactions.map(({ sign, users }) => `${sign}:${users.join(',')}`).join(' ')
  return line({ ...message, reactions })
}

/** The stored updates are the relay's, and stock Yjs makes the same of them. */
function checkBytes({ inspection }: Holding, { id, rows }: Truth): readonly string[] {
  const wrong: string[] = []
  const pages = new Set(rows.map(({ page }) => page).filter((page) => page > 0))
  for (const page of pages) {
    const held = inspection.pages.find((other) => other.page === page)
    const expected = rows.filter((row) => row.page === page)
    const stored = (held?.updates ?? []).map(({ seq, update }) => `${seq} ${hex(update)}`)
    const wanted = expected.map(({ seq, update }) => `${seq} ${hex(update)}`)
    wrong.push(...difference(id, `holds on page ${page}`, stored, wanted))
    const own = JSON.stringify(
      documentOf((held?.updates ?? []).map(({ update }) => update))
        .getArray('entries')
        .toJSON(),
    )
    const relays = JSON.stringify(
      documentOf(expected.map(({ update }) => update))
        .getArray('entries')
        .toJSON(),
    )
    if (own !== relays) wrong.push(`${id}: stock Yjs reads page ${page} otherwise`)
  }
  return wrong
}

function checkHead({ head }: Holding, { id, head: expected }: Truth): readonly string[] {
  if (head === undefined) return [`${id}: has no head`]
  const own = canonical({
    info: head.info,
    members: Object.fromEntries(head.members),
    attributes: Object.fromEntries(head.attributes),
    muted: Object.fromEntries(head.muted),
    blocked: Object.fromEntries(head.blocked),
  })
  const relays = canonical({ ...expected, info: wholeInfo(expected['info']) })
  return own === relays ? [] : [`${id}: its head is ${own}, the relay's ${relays}`]
}

/** Of the policy only what differs is stored. */
function wholeInfo(info: unknown): unknown {
  if (typeof info !== 'object' || info === null) return info
  const policy: unknown = Reflect.get(info, 'policy')
  return { ...info, policy: { ...defaultPolicy, ...(typeof policy === 'object' ? policy : {}) } }
}

/** What he saw while he was in it stays, that of an earlier life of the log too; nothing later came. */
function checkFormer(holding: Holding, truth: Truth, user: string, renewed: boolean): readonly string[] {
  const { id } = truth
  // A restored relay that never had him in it does not tell him so; it may well have been told to keep him out.
  const forgotten =
    renewed &&
    truth.changes.every(
      ({ op, by, members }) =>
        !['created', 'added', 'joined'].includes(op) || (by !== user && !members.includes(user)),
    )
  if (holding.view.role !== '' && !forgotten) return [`${id}: still believes he is a member`]
  if (renewed) return []
  const left = truth.changes.findLast(
    ({ op, by, members }) =>
      ((op === 'removed' || op === 'blocked') && members.includes(user)) || (op === 'quit' && by === user),
  )
  const upTo = left?.seq ?? 0
  const texts = new Map(truth.messages.map((message) => [message.seq, message]))
  return holding.shown
    .filter(({ state }) => state === 'sent')
    .flatMap((message) => {
      const real = texts.get(message.seq)
      if (message.seq > upTo) return [`${id}: shows ${message.seq}, and he left at ${upTo}`]
      if (real === undefined || real.id !== message.id)
        return [`${id}: shows something else at ${message.seq}`]
      return []
    })
}

function difference(
  id: string,
  what: string,
  own: readonly string[],
  expected: readonly string[],
): readonly string[] {
  const index = expected.findIndex((wanted, at) => own[at] !== wanted)
  const first = index === -1 && own.length > expected.length ? expected.length : index
  if (first === -1) return []
  return [
    `${id}: ${what} ${own.length} of ${expected.length}; at ${first} "${own[first] ?? 'nothing'}" instead of "${expected[first] ?? 'nothing'}"`,
  ]
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
