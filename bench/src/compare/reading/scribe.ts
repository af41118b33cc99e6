/**
 * Fills a data folder as fast as it goes: a relay in this process, whose door is open to everybody, and no sockets. What it
 * writes is judged and stored as everything is.
 */
import { randomBytes } from 'node:crypto'
import {
  type ConversationId,
  type ItemId,
  makeClientId,
  maxPageEntries,
  type UserId,
  writeAppend,
  writeEntry,
} from '@parley/document'
import { createRelay, type Peer, type Relay } from '@parley/relay'
import { openSqliteRelayStore } from '@parley/relay/node'
import {
  type CommandVerdict,
  decodeRelayFrame,
  maxUpdatesPerPush,
  type RelayFrame,
  type Verdict,
} from '@parley/wire'
import { someConversation, someDevice, someEntryId } from '../../people.ts'
import { friendOf, nameOf, reader, textOf } from './library.ts'

export interface Scribe {
  /** Makes it, with the reader in it, and writes messages 0 to `count` - 1. */
  readonly begin: (conversation: number, count: number) => Promise<ConversationId>
  /** Writes messages `from` to `from + count - 1` behind what stands there. */
  readonly goOn: (id: ConversationId, conversation: number, from: number, count: number) => Promise<void>
  readonly close: () => Promise<void>
}

const patient = 1_000_000_000

/** The open page of each conversation and the last entry there, which the next one follows. */
export type Tails = Map<ConversationId, { readonly page: number; readonly item: ItemId | null }>

export async function openScribe(directory: string, tails: Tails = new Map()): Promise<Scribe> {
  const store = await openSqliteRelayStore({ directory })
  const relay = createRelay({
    store,
    clock: { now: () => Date.now() },
    random: (count) => randomBytes(count),
    logger: { error: say, info: () => undefined, debug: () => undefined },
    authenticate: async () => ({ ok: false, code: 'bad-token', detail: 'nobody is asked' }),
    limits: {
      maxUserTurnUpdates: 512,
      maxUserTurnBytes: 1024 * 1024,
      maxUserUpdatesPerSecond: patient,
      maxUserUpdatesBurst: patient,
      maxUserBytesPerSecond: patient,
      maxUserBytesBurst: patient,
      maxCreationsPerHour: patient,
      maxFramesPerSecond: patient,
      maxFramesBurst: patient,
    },
  })
  return {
    begin: async (conversation, count) => {
      const author = enter(relay, friendOf(conversation), tails)
      const id = someConversation()
      await author.create(id, nameOf(conversation))
      await author.write(id, conversation, 0, count)
      author.leave()
      return id
    },
    goOn: async (id, conversation, from, count) => {
      const author = enter(relay, friendOf(conversation), tails)
      await author.write(id, conversation, from, count)
      author.leave()
    },
    async close() {
      await relay.drain()
      await store.close()
    },
  }
}

function say(message: string): void {
  process.stderr.write(`the relay that fills a folder: ${message}\n`)
}

interface Author {
  readonly create: (id: ConversationId, name: string) => Promise<void>
  readonly write: (id: ConversationId, conversation: number, from: number, count: number) => Promise<void>
  readonly leave: () => void
}

function enter(relay: Relay, user: UserId, tails: Tails): Author {
  let hear: (frame: RelayFrame) => void = () => undefined
  const peer: Peer = {
    send(bytes) {
      const decoded = decodeRelayFrame(bytes)
      if (!decoded.ok) throw new Error(`the relay sent no frame: ${decoded.failure.detail}`)
      hear(decoded.frame)
    },
    buffered: () => 0,
    close: (code, detail) => hear({ frame: 'failure', code, again: 'stop', waitMs: 0, detail }),
  }
  // About one conversation that there is not: it is told of nothing but its answers.
  const standing = { epoch: '', cursor: 0, only: someConversation() }
  const connection = relay.connect({ user, device: someDevice() }, standing, peer)
  /** Verdicts on so many updates, or on the one command, in order. */
  const answered = async (count: number, ask: () => void): Promise<readonly Judged[]> =>
    new Promise((resolve, reject) => {
      const judged: Judged[] = []
      hear = (frame) => {
        if (frame.frame === 'failure')
          reject(new Error(`the relay ended the session: ${frame.code}, ${frame.detail}`))
        judged.push(...verdictsOf(frame))
        if (judged.length === count) resolve(judged)
      }
      ask()
    })
  const write = async (id: ConversationId, texts: readonly string[]): Promise<void> => {
    for (let written = 0; written < texts.length;) {
      const { page, item } = tails.get(id) ?? { page: 1, item: null }
      const some = makeUpdates(user, item, texts.slice(written, written + maxPageEntries))
      const judged = await answered(some.length, () => {
        for (let at = 0; at < some.length; at += maxUpdatesPerPush) {
          const updates = some.slice(at, at + maxUpdatesPerPush).map(({ update }) => update)
          connection.receive({ frame: 'push', conversation: id, page, updates })
        }
      })
      const taken = judged.findIndex((one) => one.class !== 'accepted')
      written += taken < 0 ? some.length : taken
      if (taken < 0) tails.set(id, { page, item: some.at(-1) ?? item })
      else tails.set(id, { page: nextPage(judged[taken]), item: null })
    }
  }
  return {
    create: async (id, name) => {
      const [verdict] = await answered(1, () =>
        connection.receive({
          frame: 'command',
          conversation: id,
          id: someEntryId(),
          command: { op: 'create', kind: 'group', unique: false, members: [reader], name, attributes: {} },
        }),
      )
      if (verdict?.class !== 'accepted') throw new Error(`not made: ${JSON.stringify(verdict)}`)
    },
    write: async (id, conversation, from, count) =>
      write(
        id,
        Array.from({ length: count }, (_, n) => textOf(conversation, from + n)),
      ),
    leave: () => connection.closed(),
  }
}

interface Made extends ItemId {
  readonly update: Uint8Array
}

/** Each behind the one before, the first behind what stands there, under a client id of their own. */
function makeUpdates(user: UserId, tail: ItemId | null, texts: readonly string[]): readonly Made[] {
  const client = makeClientId(randomBytes(8))
  let origin = tail
  return texts.map((text, clock) => {
    const content = writeEntry({ id: someEntryId(), from: user, sentAt: Date.now(), type: -1, text })
    const update = writeAppend({ client, clock, origin, content })
    origin = { client, clock }
    return { client, clock, update }
  })
}

type Judged = Verdict | CommandVerdict

function verdictsOf(frame: RelayFrame): readonly Judged[] {
  if (frame.frame === 'answer') return frame.answers.map(({ verdict }) => verdict)
  return frame.frame === 'command-answer' ? [frame.verdict] : []
}

/** Where writing goes on: a page that is full is all that may be in the way. */
function nextPage(verdict: Judged | undefined): number {
  if (verdict?.class === 'rewrite' && verdict.code === 'page-closed' && 'page' in verdict) return verdict.page
  throw new Error(`not accepted: ${JSON.stringify(verdict)}`)
}
