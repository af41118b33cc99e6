/** For tests of what stock tools write: the relay's core on a disk in memory, a Yjs document, and no socket between them. */
import { type ConversationId, headName, pageName } from '@parley/document'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { readAuthMessage } from 'y-protocols/auth'
import { messageYjsSyncStep1, readSyncMessage } from 'y-protocols/sync'
import * as Y from 'yjs'
import type { Peer } from '../ports.ts'
import { testEntryId } from '../testing/pen.ts'
import {
  createTestDevice,
  settle,
  type TestDevice,
  testConversationId,
  testUser,
} from '../testing/test-device.ts'
import { createTestRelay, type TestRelay, type TestRelayOptions } from '../testing/test-relay.ts'
import { socketDevice, stockDevice } from './y-device.ts'
import { createYDocument, type YDocument } from './y-document.ts'
import { createPenalties, type Penalties } from './y-penalties.ts'
import { createListener, readDocument } from './y-source.ts'
import { createYWriter, type YWriter } from './y-writer.ts'

export interface Bench extends TestRelay {
  readonly conversation: ConversationId
  /** Its owner. Mary and Jerry are the other members. */
  readonly tom: TestDevice
  /** What Tom's device has heard, and was not asked for before: texts, or operations. */
  readonly heard: () => Promise<readonly string[]>
  readonly penalties: Penalties
  readonly command: (command: Parameters<TestDevice['command']>[1]) => Promise<void>
  readonly open: (user: string, options?: OpenOptions) => Promise<Tool>
}

interface OpenOptions {
  readonly page?: number
  /** What the tool has stored. */
  readonly doc?: Y.Doc
  /** The relay takes it for slow: neither the tool nor its room hears of rows. */
  readonly slow?: boolean
  /** What happens to the tool's document before the first question reaches it. */
  readonly beforeAnswer?: (doc: Y.Doc) => void
}

/** A stock tool with its socket to the relay. */
export interface Tool {
  readonly doc: Y.Doc
  readonly writer: YWriter
  /** What it was told with a refusal. */
  readonly denials: readonly string[]
  /** How often it was asked for what it has. */
  readonly asked: () => number
  /** The code it was sent away with. */
  readonly refused: () => string | undefined
  /** The most that was under way at once. */
  readonly mostInFlight: () => number
  readonly push: (...entries: readonly object[]) => void
  readonly leave: () => void
}

let sockets = 0

export interface TestEntry {
  readonly id: string
  readonly from: string
  readonly sentAt: number
  readonly type: number
  readonly text: string
}

export function entryOf(user: string, text: string): TestEntry {
  return { id: testEntryId(), from: user, sentAt: 1_700_000_000_000, type: -1, text }
}

/** A document that was used before: what it holds stays, and it writes on without a socket. */
export function storedDoc(): Y.Doc {
  const doc = new Y.Doc()
  doc.getArray('entries')
  return doc
}

export async function createBench(options: TestRelayOptions = {}): Promise<Bench> {
  const core = createTestRelay(options)
  const conversation = testConversationId(1)
  const tom = createTestDevice(core.relay, { user: 'Tom' })
  const command: Bench['command'] = async (value) => {
    const id = tom.command(conversation, value)
    const answer = (await tom.take('command-answer')).find((frame) => frame.id === id)
    if (answer?.verdict.class !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(answer)}`)
  }
  await command({
    op: 'create',
    kind: 'group',
    unique: false,
    members: ['Mary', 'Jerry'],
    name: null,
    attributes: {},
  })
  await tom.take('rows')
  const heard: Bench['heard'] = async () => {
    const rows = (await tom.take('rows')).flatMap((frame) => frame.rows)
    return rows.flatMap((row) => (row.kind === 'entry' ? textsOf([row.update]) : []))
  }
  const penalties = createPenalties()
  const listen = createListener()
  const rooms = new Map<number, YDocument>()

  const open: Bench['open'] = async (
    name,
    { page = 1, doc = storedDoc(), slow = false, beforeAnswer = () => undefined } = {},
  ) => {
    const user = testUser(name)
    const room = rooms.get(page) ?? createYDocument()
    rooms.set(page, room)
    const denials: string[] = []
    let asked = 0
    let refused: string | undefined
    let inFlight = 0
    let most = 0
    let gone = false
    const send = (message: Uint8Array): void => {
      if (gone) return
      const decoder = decoding.createDecoder(message)
      if (decoding.readVarUint(decoder) === 2) {
        readAuthMessage(decoder, doc, (_doc, reason) => denials.push(reason))
        return
      }
      if (decoding.peekVarUint(decoder) !== messageYjsSyncStep1) {
        readSyncMessage(decoder, encoding.createEncoder(), doc, 'relay')
        return
      }
      asked += 1
      // The question is on its way for a moment.
      queueMicrotask(() => {
        if (asked === 1) beforeAnswer(doc)
        const answer = encoding.createEncoder()
        readSyncMessage(decoder, answer, doc, 'relay')
        const back = decoding.createDecoder(encoding.toUint8Array(answer))
        decoding.readVarUint(back)
        if (!gone) writer.write('step2', decoding.readVarUint8Array(back))
      })
    }
    const peer: Peer = {
      send(bytes) {
        const news = listen(bytes, conversation)
        if (news.kind === 'answers') {
          inFlight -= news.answers.length
          writer.answered(news.answers)
        } else if (news.kind === 'rows' && !slow) {
          const updates = news.pages.get(page)?.updates ?? []
          room.apply(updates)
          if (!gone) for (const update of updates) Y.applyUpdate(doc, update, 'relay')
        }
      },
      buffered: () => 0,
      close: () => undefined,
    }
    sockets += 1
    const standing = { epoch: core.store.epoch, cursor: core.store.position, only: conversation }
    const device = socketDevice((count) => new Uint8Array(count).fill(sockets))
    const connection = core.relay.connect({ user, device, writesAs: stockDevice(user) }, standing, peer)
    const leave = (): void => {
      gone = true
      doc.off('update', write)
      connection.closed()
    }
    const writer = createYWriter({
      page,
      document: room,
      penalty: penalties.of(user, page === 0 ? headName(conversation) : pageName(conversation, page)),
      now: () => core.clock.time,
      send,
      count: () => undefined,
      push(updates) {
        inFlight += updates.length
        most = Math.max(most, inFlight)
        connection.receive({ frame: 'push', conversation, page, updates })
      },
      refuse(offence) {
        refused = offence.code
        leave()
      },
    })
    const write = (update: Uint8Array, origin: unknown): void => {
      if (origin !== 'relay') writer.write('update', update)
    }
    doc.on('update', write)
    const stored = (await readDocument(core.store, user, { conversation, page })) ?? []
    room.apply(stored)
    for (const update of stored) Y.applyUpdate(doc, update, 'relay')
    writer.begin()
    await settle()
    return {
      doc,
      writer,
      denials,
      asked: () => asked,
      refused: () => refused,
      mostInFlight: () => most,
      push: (...entries) => {
        doc.getArray('entries').push([...entries])
      },
      leave,
    }
  }
  return { ...core, conversation, tom, heard, penalties, command, open }
}

/** Of rows, each of which stands behind others: read without a document. */
export function textsOf(updates: readonly Uint8Array[]): readonly string[] {
  return updates.flatMap((update) =>
    Y.decodeUpdate(update).structs.flatMap((struct) =>
      struct instanceof Y.Item
        ? (struct.content.getContent() as readonly { text?: string; op?: string }[]).map(
            ({ text, op }) => text ?? op ?? '',
          )
        : [],
    ),
  )
}

/** What somebody new is given, byte for byte. */
export async function served(bench: Bench): Promise<string> {
  const reader = await bench.open('Jerry')
  reader.leave()
  return Buffer.from(Y.encodeStateAsUpdate(reader.doc)).toString('hex')
}
