/**
 * What reading and writing one message costs: our bounded codec against Yjs's own functions on the same bytes.
 *
 * Both read the same updates; whoever measures has seen before that both find the same content in them.
 */
import { randomBytes } from 'node:crypto'
import {
  type Append,
  type Entry,
  makeClientId,
  readAppend,
  readEntry,
  rowDigest,
  writeAppend,
  writeEntry,
} from '@parley/document'
import {
  decodeDeviceFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  encodeRelayFrame,
  type RelayFrame,
} from '@parley/wire'
import * as Y from 'yjs'
import { contentOf, someConversation, userOf } from './people.ts'
import { type Figure, type Run, type Scenario, type Size, usualRuns } from './scenario.ts'
import { microseconds } from './stopwatch.ts'

export const codec: Scenario = {
  name: 'codec',
  about:
    'One message in one update; time of a processor. A relay reads each once and never hands it to Yjs; `Y.decodeUpdate` reads the same bytes without a limit, and does not look at what the content says.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const updates = writeUpdates(256)
    for (const update of updates) expectSameContent(update)
    const forMs = size === 'full' ? 400 : 5
    const messages = updates.map((update) => readOf(update))
    const conversation = someConversation()
    const pushes = updates.map((update) =>
      encodeDeviceFrame({ frame: 'push', conversation, page: 1, updates: [update] }),
    )
    const rows = updates.map((update, index) => rowsOf(conversation, index + 1, update))
    const rowFrames = rows.map((frame) => encodeRelayFrame(frame))
    const calls: Readonly<Record<string, (n: number) => unknown>> = {
      'readAppend and readEntry': (n) => readOf(at(updates, n)),
      'Y.decodeUpdate': (n) => Y.decodeUpdate(at(updates, n)),
      'writeEntry and writeAppend': (n) => writeOf(at(messages, n)),
      'decode a frame that pushes it': (n) => decodeDeviceFrame(at(pushes, n)),
      'encode a frame of its row': (n) => encodeRelayFrame(at(rows, n)),
      'decode a frame of its row': (n) => decodeRelayFrame(at(rowFrames, n)),
      'digest of its row': (n) => rowDigest({ seq: n, client: 7, clock: n, length: 1, erased: false }),
    }
    const figures: readonly Figure[] = Object.entries(calls).map(([of, call]) => ({
      of,
      name: 'a message',
      unit: 'µs',
      value: microseconds(forMs, call),
    }))
    return { figures, checked: updates.length }
  },
}

interface Read {
  readonly append: Append
  readonly entry: Entry
}

function readOf(update: Uint8Array): Read {
  const append = readAppend(update)
  if (!append.ok) throw new Error(append.detail)
  const entry = readEntry(append.append.content)
  if (!entry.ok) throw new Error(entry.detail)
  return { append: append.append, entry: entry.entry }
}

function writeOf({ append, entry }: Read): Uint8Array {
  return writeAppend({ ...append, content: writeEntry(entry) })
}

function expectSameContent(update: Uint8Array): void {
  const [item] = Y.decodeUpdate(update).structs
  if (!(item instanceof Y.Item)) throw new Error('Yjs finds no item')
  const content: readonly unknown[] = item.content.getContent()
  const read = readOf(update)
  if (JSON.stringify(content) !== JSON.stringify([read.entry])) throw new Error('Yjs reads something else')
  if (Buffer.compare(writeOf(read), update) !== 0) throw new Error('what was read is not written as it was')
}

/** One author's page, each update behind the one before. */
function writeUpdates(count: number): readonly Uint8Array[] {
  const user = userOf('author')
  const client = makeClientId(randomBytes(8))
  return Array.from({ length: count }, (_, clock) =>
    writeAppend({
      client,
      clock,
      origin: clock === 0 ? null : { client, clock: clock - 1 },
      content: contentOf(user, clock),
    }),
  )
}

function rowsOf(conversation: string, seq: number, update: Uint8Array): RelayFrame {
  const row = { kind: 'entry', seq, time: Date.now(), page: 1, update, erases: [] } as const
  return { frame: 'rows', conversation, rows: [row] }
}

function at<Item>(items: readonly Item[], n: number): Item {
  const item = items[n % items.length]
  if (item === undefined) throw new Error('there is nothing to measure')
  return item
}
