/**
 * One sender in one conversation: keeps a number of messages unanswered, as a device's outbox does, and counts what the
 * relay has acknowledged.
 *
 * When a page has closed under it, or somebody else was first on an empty one, it writes the same messages again, under
 * a new client id, behind the last entry it knows.
 */
import { randomBytes } from 'node:crypto'
import { type ConversationId, type ItemId, makeClientId, readAppend, writeAppend } from '@parley/document'
import { type Answer, decodeRelayFrame, type PushAnswer } from '@parley/wire'
import type { Device } from './device.ts'
import { contentOf } from './people.ts'

export interface Lane {
  readonly conversation: ConversationId
  readonly accepted: number
  /** Written again, because a page had closed or was not empty any more. */
  readonly rewritten: number
  readonly unanswered: number
  readonly take: (answer: Answer) => void
  /** From now on it sends what it may, and goes on with every answer. */
  readonly start: () => void
  /** Resolves when all messages there may be have been sent and answered. */
  readonly finished: () => Promise<void>
  /** Sends nothing new any more; resolves when what was sent has been answered, written again where it must be. */
  readonly finish: () => Promise<void>
}

export interface LaneOptions {
  readonly device: Device
  readonly conversation: ConversationId
  /** Messages unanswered at most. */
  readonly window: number
  /** Messages in one frame at most: one, like somebody who types, or many, like a device that comes back. */
  readonly perPush: number
  /** Messages in all: no run goes on for ever. */
  readonly limit: number
  /** The last entry of a page as this device has heard of it: needed where others write too. */
  readonly tail?: (page: number) => ItemId | null
}

/** What a device meets that shares a conversation with others; the same intent then goes out again. */
const usualRewrites = new Set(['page-closed', 'gap', 'origin-unknown'])

const finishMs = 60_000

interface Waiting extends ItemId {
  readonly content: Uint8Array
}

export function createLane(options: LaneOptions): Lane {
  const { device, conversation, window, perPush, limit, tail = () => null } = options
  /** By client id and clock, in the order they were sent. */
  const unanswered = new Map<string, Waiting>()
  const again: Uint8Array[] = []
  let page = 1
  let client = someClient()
  let clock = 0
  let origin: ItemId | null = null
  let written = 0
  let accepted = 0
  let rewritten = 0
  let open = false
  let whenDone: (() => void) | undefined

  const next = (): Uint8Array | undefined => {
    const content = again.shift()
    if (content !== undefined) return content
    if (!open || written >= limit) return undefined
    written += 1
    return contentOf(device.user, written)
  }

  const pump = (): void => {
    while (unanswered.size < window) {
      const updates: Uint8Array[] = []
      while (updates.length < perPush && unanswered.size < window) {
        const content = next()
        if (content === undefined) break
        const place = { client, clock }
        updates.push(writeAppend({ ...place, origin, content }))
        unanswered.set(key(place), { ...place, content })
        origin = place
        clock += 1
      }
      if (updates.length === 0) return
      device.send({ frame: 'push', conversation, page, updates })
    }
  }

  const settle = (answer: PushAnswer): void => {
    const waiting = unanswered.get(key(answer))
    if (waiting === undefined) throw new Error('an answer to what was not asked')
    unanswered.delete(key(answer))
    const { verdict } = answer
    switch (verdict.class) {
      case 'accepted':
        accepted += 1
        break
      case 'rewrite':
        if (!usualRewrites.has(verdict.code)) throw new Error(`written again because of ${verdict.code}`)
        again.push(waiting.content)
        rewritten += 1
        if (answer.client === client) move(verdict.page)
        break
      case 'duplicate':
      case 'later':
      case 'refused':
        throw new Error(`a message was not accepted: ${JSON.stringify(verdict)}`)
    }
  }

  const move = (to: number): void => {
    page = to
    client = someClient()
    clock = 0
    origin = tail(to)
  }

  const done = (): boolean => unanswered.size === 0 && again.length === 0 && (!open || written === limit)

  const finished = async (): Promise<void> => {
    if (done()) return
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        reject(new Error(`${unanswered.size} messages were not answered within ${finishMs} ms`))
      }, finishMs)
      whenDone = () => {
        clearTimeout(late)
        resolve()
      }
    })
  }

  return {
    conversation,
    get accepted() {
      return accepted
    },
    get rewritten() {
      return rewritten
    },
    get unanswered() {
      return unanswered.size + again.length
    },
    take({ answers }) {
      for (const answer of answers) settle(answer)
      pump()
      if (done()) whenDone?.()
    },
    start() {
      open = true
      pump()
    },
    finished,
    async finish() {
      open = false
      await finished()
    },
  }
}

export interface Tail {
  readonly hear: (rows: Uint8Array) => void
  readonly of: (page: number) => ItemId | null
}

/** The last entry of the newest page, from the rows a device hears. */
export function createTail(): Tail {
  let page = 0
  let last: ItemId | null = null
  return {
    hear(bytes) {
      const decoded = decodeRelayFrame(bytes)
      if (!decoded.ok || decoded.frame.frame !== 'rows') throw new Error('a frame of rows cannot be read')
      const row = decoded.frame.rows.findLast(({ kind }) => kind === 'entry')
      if (row?.kind !== 'entry') return
      const read = readAppend(row.update)
      if (!read.ok) throw new Error(`a row is no append: ${read.detail}`)
      page = row.page
      last = read.append
    },
    of: (asked) => (asked === page ? last : null),
  }
}

function key({ client, clock }: ItemId): string {
  return `${client}/${clock}`
}

function someClient(): number {
  return makeClientId(randomBytes(8))
}
