/**
 * What the fixtures hold. Every id follows from a number, so that who comes later knows what is there without asking: who is
 * in it, which entry stands last, and which sequence it has.
 */
import {
  type ConversationId,
  makeClientId,
  makeConversationId,
  type UserId,
  writeAppend,
} from '@parley/document'
import type { DeviceFrame } from '@parley/wire'
import { contentOf, userOf } from '../people.ts'
import { commandFrame, creationFrame, pushFrame } from './engine.ts'
import type { Recipe } from './fixture.ts'
import type { Place } from './strand.ts'

/** A conversation as a fixture left it. */
export interface Kept {
  readonly conversation: ConversationId
  /** The author first. */
  readonly members: readonly UserId[]
  readonly tail: Place
  /** Of its last row. */
  readonly seq: number
  /** Messages in it. */
  readonly total: number
}

/** Whose conversations the many are: each pair has as many of them as any other, and all their devices fit into a driver. */
export const pairsOfPeople = 100

const kinds = { pairs: 1, room: 2, history: 3 } as const
/** As the relay closes pages, with messages of this make. */
const pageEntries = 256
const chunk = 2000

/** So many conversations of two, a message in each. */
export const pairs: Recipe = {
  name: 'pairs',
  async grow(engine, from, to, tell) {
    for (let at = from; at < to; at += chunk) {
      const byAuthor = new Map<UserId, DeviceFrame[]>()
      for (let n = at; n < Math.min(to, at + chunk); n += 1) {
        const { conversation, members } = pairAt(n)
        const [author, other] = members
        if (author === undefined || other === undefined) throw new Error('a pair are two')
        const frames = byAuthor.get(author) ?? []
        byAuthor.set(author, frames)
        frames.push(creationFrame(conversation, `pair ${n}`, [other]))
        frames.push(pushFrame(conversation, 1, [firstMessage(author, clientOf('pairs', n))]))
      }
      await Promise.all([...byAuthor].map(async ([author, frames]) => engine.bring(author, frames)))
      tell(Math.min(to, at + chunk))
    }
  },
}

export function pairAt(n: number): Kept {
  const pair = n % pairsOfPeople
  return {
    conversation: conversationOf('pairs', n),
    members: [userOf(`pair-${pair}-a`), userOf(`pair-${pair}-b`)],
    tail: { page: 1, origin: { client: clientOf('pairs', n), clock: 0 } },
    seq: 2,
    total: 1,
  }
}

/** One conversation of so many members, and nothing said in it yet. */
export const room: Recipe = {
  name: 'room',
  async grow(engine, from, to, tell) {
    const conversation = conversationOf('room', 0)
    const creator = personOf(0)
    let at = from
    if (at === 0) {
      at = Math.min(to, maxNamed)
      await engine.bring(creator, [creationFrame(conversation, 'room', people(1, at))])
    }
    for (; at < to; at += maxNamed) {
      const until = Math.min(to, at + maxNamed)
      await engine.bring(creator, [commandFrame(conversation, { op: 'add', members: people(at, until) })])
      tell(until)
    }
  },
}

/** Of what one command names; fewer than it may. */
const maxNamed = 500

export function roomOfMembers(count: number, sizes: readonly number[]): Kept {
  return {
    conversation: conversationOf('room', 0),
    members: people(0, count),
    tail: { page: 1, origin: null },
    seq: rowsOfRoom(sizes.filter((size) => size <= count)),
    total: 0,
  }
}

/** The creation, and a row for each command that added somebody. */
function rowsOfRoom(sizes: readonly number[]): number {
  let rows = 0
  let from = 0
  for (const size of sizes) {
    rows += Math.ceil((size - from) / maxNamed)
    from = size
  }
  return rows
}

/** One conversation of two with so many messages. */
export const history: Recipe = {
  name: 'history',
  async grow(engine, from, to, tell) {
    const { conversation, members } = historyOf(to)
    const [author, other] = members
    if (author === undefined || other === undefined) throw new Error('two are in it')
    if (from === 0) await engine.bring(author, [creationFrame(conversation, 'history', [other])])
    let frames: DeviceFrame[] = []
    let updates: Uint8Array[] = []
    const flush = (n: number): void => {
      if (updates.length > 0) frames.push(pushFrame(conversation, pageOf(n), updates))
      updates = []
    }
    for (let n = from; n < to; n += 1) {
      updates.push(writeAppend({ ...itemAt(n), origin: originAt(n), content: contentOf(author, n) }))
      if (updates.length === 128 || (n + 1) % pageEntries === 0) flush(n)
      if (frames.length < 32) continue
      await engine.bring(author, frames)
      frames = []
      tell(n + 1)
    }
    flush(to - 1)
    await engine.bring(author, frames)
  },
}

export function historyOf(messages: number): Kept {
  const filled = Math.floor(messages / pageEntries)
  return {
    conversation: conversationOf('history', 0),
    members: people(0, 2),
    tail: { page: filled + 1, origin: messages % pageEntries === 0 ? null : itemAt(messages - 1) },
    // The creation, the messages, and a row for each page after the first.
    seq: 1 + messages + filled,
    total: messages,
  }
}

function pageOf(n: number): number {
  return Math.floor(n / pageEntries) + 1
}

function itemAt(n: number): { readonly client: number; readonly clock: number } {
  return { client: clientOf('history', pageOf(n)), clock: n % pageEntries }
}

function originAt(n: number): Place['origin'] {
  return n % pageEntries === 0 ? null : itemAt(n - 1)
}

function firstMessage(author: UserId, client: number): Uint8Array {
  return writeAppend({ client, clock: 0, origin: null, content: contentOf(author, 1) })
}

function people(from: number, to: number): readonly UserId[] {
  return Array.from({ length: to - from }, (_, index) => personOf(from + index))
}

function personOf(n: number): UserId {
  return userOf(`person-${n}`)
}

function conversationOf(kind: keyof typeof kinds, n: number): ConversationId {
  return makeConversationId(numbered(kind, n, 16))
}

function clientOf(kind: keyof typeof kinds, n: number): number {
  return makeClientId(numbered(kind, n, 8))
}

/** Different for everything there is, and spread as chance would spread it: nothing lies where it lay by its number. */
function numbered(kind: keyof typeof kinds, n: number, length: number): Uint8Array {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, Math.imul(n + 1, 0x9e3779b1))
  view.setUint32(4, n * 8 + kinds[kind])
  return bytes.slice(0, length)
}
