/**
 * What one device writes in one conversation: each message behind the last entry it knows, sent again under a new client id
 * when a page has closed or somebody else was first on it, and kept with its place in the log once it is accepted.
 */
import { randomBytes } from 'node:crypto'
import { type ConversationId, type ItemId, makeClientId, readAppend, writeAppend } from '@parley/document'
import { type Answer, decodeRelayFrame } from '@parley/wire'
import { contentOf } from '../people.ts'
import type { Member } from './member.ts'

/** Where the next entry goes. */
export interface Place {
  readonly page: number
  /** The last entry of that page; null for an empty one. */
  readonly origin: ItemId | null
}

export interface Strand {
  readonly conversation: ConversationId
  readonly author: Member
  /** The page it writes on now. */
  readonly page: number
  /** What was accepted, by its sequence, as it was sent. */
  readonly accepted: ReadonlyMap<number, Uint8Array>
  /** The highest of these sequences, 0 for none. */
  readonly lastSeq: number
  /** One message, in a frame of its own. */
  write(): void
  /** How many of its messages are accepted by this; what must be is written again. */
  take(answer: Answer): number
  /** Lets go of what was accepted so far. */
  forget(): void
}

const usualRewrites = new Set(['page-closed', 'gap', 'origin-unknown'])

export function createStrand(author: Member, conversation: ConversationId, from: Place): Strand {
  let { page, origin } = from
  let client = makeClientId(randomBytes(8))
  let clock = 0
  let written = 0
  let lastSeq = 0
  const unanswered = new Map<string, { readonly content: Uint8Array; readonly update: Uint8Array }>()
  const accepted = new Map<number, Uint8Array>()

  const send = (content: Uint8Array): void => {
    const place = { client, clock }
    const update = writeAppend({ ...place, origin, content })
    unanswered.set(keyOf(place), { content, update })
    origin = place
    clock += 1
    author.send({ frame: 'push', conversation, page, updates: [update] })
  }

  return {
    conversation,
    author,
    get page() {
      return page
    },
    accepted,
    get lastSeq() {
      return lastSeq
    },
    write() {
      written += 1
      send(contentOf(author.user, written))
    },
    take({ answers }) {
      let taken = 0
      for (const answer of answers) {
        const key = keyOf(answer)
        const sent = unanswered.get(key)
        if (sent === undefined) throw new Error('an answer to what was not asked')
        unanswered.delete(key)
        const { verdict } = answer
        if (verdict.class === 'accepted') {
          accepted.set(verdict.seq, sent.update)
          lastSeq = Math.max(lastSeq, verdict.seq)
          taken += 1
        } else if (verdict.class === 'rewrite' && usualRewrites.has(verdict.code)) {
          if (answer.client === client) {
            page = verdict.page
            client = makeClientId(randomBytes(8))
            clock = 0
            origin = tailOf(author, conversation, page)
          }
          send(sent.content)
        } else throw new Error(`a message was not accepted: ${JSON.stringify(verdict)}`)
      }
      return taken
    },
    forget() {
      accepted.clear()
    },
  }
}

/** The last entry of a page, when the last rows the author has heard stand on it. */
function tailOf(author: Member, conversation: ConversationId, page: number): ItemId | null {
  for (const bytes of author.frames.slice(-16).toReversed()) {
    const decoded = decodeRelayFrame(bytes)
    if (!decoded.ok || decoded.frame.frame !== 'rows') throw new Error('a frame of rows cannot be read')
    if (decoded.frame.conversation !== conversation) continue
    const row = decoded.frame.rows.findLast(({ kind }) => kind === 'entry')
    if (row?.kind !== 'entry') continue
    if (row.page !== page) return null
    const read = readAppend(row.update)
    if (!read.ok) throw new Error(`a row is no append: ${read.detail}`)
    return read.append
  }
  return null
}

function keyOf({ client, clock }: ItemId): string {
  return `${client}/${clock}`
}
