/**
 * What a message weighs: on the wire up and down, on the relay's disk, and what the relay hands to the disk for one.
 *
 * Bytes are those of the TCP connections, WebSocket headers included. The relay's data are weighed when it has stopped,
 * its write-ahead log being emptied then; what a conversation weighs by itself is lost among so many messages.
 */
import { decodeRelayFrame } from '@parley/wire'
import type { Device } from './device.ts'
import { folderBytes } from './folders.ts'
import { checkDelivered, openGroup } from './group.ts'
import { createLane, type Lane } from './lane.ts'
import { textOf } from './people.ts'
import { bytesWritten } from './process-usage.ts'
import { type RelayProcess, startRelay } from './relay-process.ts'
import { type Figure, type Run, type Scenario, type Size, usualRuns } from './scenario.ts'
import { sum } from './waiting.ts'

interface Sending {
  readonly messages: number
  readonly window: number
  readonly perPush: number
}

const alone: Sending = { messages: 1000, window: 1, perPush: 1 }
const together: Sending = { messages: 10_000, window: 64, perPush: 64 }

export const bytes: Scenario = {
  name: 'bytes',
  about:
    'One conversation of two. Alone: a message is sent when the one before has been answered. Together: 64 in a frame, as from a device that comes back. Up is what the author sends, down what the reader gets; the author gets an answer, and its own row.',
  runs: usualRuns,
  run: async (size: Size): Promise<Run> => {
    const scale = size === 'full' ? 1 : 0.03
    const first = await startRelay()
    try {
      const one = await send(first, alone, scale)
      await first.stop()
      const before = folderBytes(first.data)
      const second = await startRelay({ folder: first.folder })
      const many = await send(second, together, scale)
      await second.stop()
      const growth = (folderBytes(first.data) - before) / many.checked
      return {
        checked: one.checked + many.checked,
        figures: [
          { of: 'text, as UTF-8', name: 'a message', unit: 'bytes', value: many.textBytes },
          { of: 'update in a page', name: 'a message', unit: 'bytes', value: many.updateBytes },
          ...weights('alone', one),
          { of: 'handed to the disk, alone', name: 'a message', unit: 'bytes', value: one.writtenBytes },
          ...weights('together', many),
          { of: 'handed to the disk, together', name: 'a message', unit: 'bytes', value: many.writtenBytes },
          { of: 'relay’s data', name: 'a message', unit: 'bytes', value: growth },
        ],
      }
    } finally {
      await first.dispose()
    }
  },
}

interface Weighed {
  readonly checked: number
  readonly up: number
  readonly down: number
  readonly back: number
  readonly textBytes: number
  readonly updateBytes: number
  readonly writtenBytes: number
}

function weights(name: string, { up, down, back }: Weighed): readonly Figure[] {
  return [
    { of: `up, ${name}`, name: 'a message', unit: 'bytes', value: up },
    { of: `down, ${name}`, name: 'a message', unit: 'bytes', value: down },
    { of: `back to the author, ${name}`, name: 'a message', unit: 'bytes', value: back },
  ]
}

/** Everything in bytes a message. */
async function send(relay: RelayProcess, sending: Sending, scale: number): Promise<Weighed> {
  const { window, perPush } = sending
  const messages = Math.round(sending.messages * scale)
  const own: Lane[] = []
  let updateBytes = 0
  const group = await openGroup({
    relay,
    name: `pair-of-${messages}`,
    members: 2,
    listeners: (place) =>
      place === 0
        ? { onAnswer: (answer) => own[0]?.take(answer) }
        : { onRows: (frame) => (updateBytes += entryBytes(frame)) },
  })
  const [author, reader] = group.devices
  if (author === undefined || reader === undefined) throw new Error('a pair are two')
  const lane = createLane({ ...group, device: author, window, perPush, limit: messages })
  own.push(lane)
  const written = bytesWritten(relay.pid)
  const before = seen(author, reader)
  lane.start()
  await lane.finished()
  const checked = await checkDelivered(relay, group)
  const after = seen(author, reader)
  if (checked !== messages) throw new Error(`${messages} messages were sent, ${checked} are in the log`)
  const weighed = {
    checked,
    up: (after.up - before.up) / messages,
    down: (after.down - before.down) / messages,
    back: (after.back - before.back) / messages,
    textBytes: sum(Array.from({ length: messages }, (_, n) => Buffer.byteLength(textOf(n + 1)))) / messages,
    updateBytes: updateBytes / messages,
    writtenBytes: (bytesWritten(relay.pid) - written) / messages,
  }
  await Promise.all([author.close(), reader.close()])
  return weighed
}

function seen(
  author: Device,
  reader: Device,
): { readonly up: number; readonly down: number; readonly back: number } {
  return { up: author.bytesUp, down: reader.bytesDown, back: author.bytesDown }
}

function entryBytes(frame: Uint8Array): number {
  const decoded = decodeRelayFrame(frame)
  if (!decoded.ok || decoded.frame.frame !== 'rows') throw new Error('a frame of rows cannot be read')
  return sum(decoded.frame.rows.map((row) => (row.kind === 'entry' ? row.update.length : 0)))
}
