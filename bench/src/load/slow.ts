/** A room in which some stop reading: nothing is kept for them, the others feel nothing, and the log has what they missed. */
import { type ConversationId, writeEntry } from '@parley/document'
import { decodeRelayFrame } from '@parley/wire'
import { someConversation, someEntryId, userOf } from '../people.ts'
import { residentBytes } from '../process-usage.ts'
import type { RelayProcess } from '../relay-process.ts'
import { percentile } from '../statistics.ts'
import { pause } from '../waiting.ts'
import { createPen, type Pen } from './pen.ts'
import { keepAlive, openRaw, type RawDevice } from './raw-device.ts'
import { atMost, isTrue, type LoadRun, type LoadScenario, type Stage } from './scenario.ts'
import { messagesIn, openSlow } from './slow-reader.ts'

/** How much longer than planned a busy machine may take. */
const patience = 10

export const slow: LoadScenario = {
  name: 'slow',
  about:
    'A room in which one member writes at a fixed rate. First everybody reads; then, beside them, one stops reading for a while and one for good. Received: by members in the process of the writer.',
  full: {
    members: 200,
    megabytes: 200,
    rate: 2,
    kilobytes: 2,
    hold: 10,
    deadline: 15,
    mib: 32,
    factor: 2,
    unsent: 1024,
  },
  quick: {
    members: 5,
    megabytes: 16,
    rate: 6,
    kilobytes: 4,
    hold: 6,
    deadline: 3,
    mib: 64,
    factor: 3,
    unsent: 64,
  },
  limits: (number) => [
    // One writer is to fill the room; more of them would only make pages close under each other.
    '--max-frames-per-second=100000',
    '--max-updates-per-second=100000',
    '--max-updates-burst=100000',
    '--max-written-per-second=64MiB',
    '--max-written-burst=64MiB',
    `--max-unsent=${number('unsent')}KiB`,
    `--max-drain-time=${number('deadline')}s`,
  ],
  sockets: (number) => number('members'),
  run,
}

async function run(stage: Stage): Promise<LoadRun> {
  const { number, tell } = stage
  const relay = await stage.startRelay()
  const names = Array.from({ length: number('members') }, (_, place) => `member-${place}`)
  const [writerName = '', probeName = '', ...others] = names
  const slowNames = ['slow-for-a-while', 'slow-for-good']
  const size = number('kilobytes') * 1000
  const sentAt = new Map<number, number>()
  const received: number[] = []
  const text = 'a'.repeat(size)
  const pen: Pen = createPen((n) => {
    sentAt.set(n, performance.now())
    return writeEntry({ id: someEntryId(), from: userOf(writerName), sentAt: n, type: -1, text })
  })
  const device = await openRaw({
    port: relay.port,
    user: userOf(writerName),
    hear(frame) {
      if (frame.frame === 'answer') pen.take(frame)
    },
  })
  pen.give(device)
  const conversation = await makeRoom(device, [probeName, ...others, ...slowNames])
  const probe = await openRaw({
    port: relay.port,
    user: userOf(probeName),
    hearRows(bytes) {
      const now = performance.now()
      const decoded = decodeRelayFrame(bytes)
      if (!decoded.ok || decoded.frame.frame !== 'rows') throw new Error('a frame of rows cannot be read')
      for (const n of messagesIn(decoded.frame.rows)) received.push(now - (sentAt.get(n) ?? now))
    },
  })
  const crew = await stage.startCrew()
  await crew.ask('roomOpen', { port: relay.port, users: others })

  const perSecond = (number('rate') * 1e6) / size
  const seconds = number('megabytes') / number('rate') / 2
  const stopFirstPings = keepAlive([probe])
  const memory = watchMemory(relay)
  tell(`everybody reads: ${seconds} s`)
  await pen.write(conversation, seconds, perSecond)
  const before = pen.written
  const calm = { memory: memory.peak(), acknowledged: pen.times(), received: received.length }

  const failuresBefore = await slowConsumers(relay)
  const briefly = await openSlow(relay.port, userOf('slow-for-a-while'))
  const never = await openSlow(relay.port, userOf('slow-for-good'))
  stopFirstPings()
  const stopPings = keepAlive([probe, briefly.device])
  briefly.device.pause()
  never.device.pause()
  const pausedAt = performance.now()
  tell(`two have stopped reading: ${seconds} s`)
  const closing = closedAfter(relay, failuresBefore, pausedAt, (seconds + number('deadline') + 10) * 1000)
  const resuming = after(
    () => ((pen.written - before) * size) / 1e6 >= number('hold'),
    seconds * 1000 * patience,
  ).then(() => {
    briefly.device.resume()
    tell(`one reads again after ${((performance.now() - pausedAt) / 1000).toFixed(1)} s`)
  })
  await pen.write(conversation, seconds, perSecond)
  const busy = { memory: memory.peak(), acknowledged: pen.times(), received: received.length }
  memory.stop()
  await resuming
  const closedMs = await closing
  never.device.resume()

  const asker = await openSlow(relay.port, userOf('slow-for-good'))
  const has = await briefly.complete(asker.lastSeq)
  const missing = range(before + 1, pen.written).filter((n) => !has.has(n)).length
  await pause(200)
  const room = await crew.ask('roomCount')
  stopPings()
  const [least = 0] = room.rows.toSorted((a, b) => a - b)
  const growth = (busy.memory - calm.memory) / 2 ** 20
  const calmReceived = received.slice(0, calm.received)
  const busyReceived = received.slice(calm.received)
  const figures = [
    ...figuresOf('everybody reads', calm.acknowledged, calmReceived, calm.memory),
    ...figuresOf('two do not read', busy.acknowledged, busyReceived, busy.memory),
    { of: 'two do not read', name: 'closed as slow', unit: 's', value: (closedMs ?? Number.NaN) / 1000 },
  ]
  return {
    figures,
    checks: [
      isTrue(
        'who read again in time was kept, and served from the log',
        briefly.end === undefined && briefly.lateSyncs > 0 && missing === 0,
        `${briefly.lateSyncs} times behind, ${missing} messages missing, ${briefly.end?.code ?? 'open'}`,
      ),
      isTrue(
        'who never read again was closed as slow-consumer, and nobody else',
        closedMs !== undefined && (await slowConsumers(relay)) === failuresBefore + 1,
        closedMs === undefined ? 'open' : `after ${(closedMs / 1000).toFixed(1)} s`,
      ),
      isTrue(
        'all others got every row as it came',
        probe.end === undefined &&
          room.gone.length === 0 &&
          room.lateSyncs === 0 &&
          least === Math.max(...room.rows),
        `${least} to ${Math.max(...room.rows)} rows, ${room.lateSyncs} times behind`,
      ),
      atMost('memory of the relay, more than when everybody reads', growth, number('mib'), 'MiB'),
      atMost(
        'p99 of the others beside that when everybody reads',
        percentile(busyReceived, 0.99) / percentile(calmReceived, 0.99),
        number('factor'),
        'times',
      ),
    ],
  }
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, place) => from + place)
}

function figuresOf(
  of: string,
  acknowledged: readonly number[],
  received: readonly number[],
  memory: number,
): LoadRun['figures'] {
  return [
    { of, name: 'messages', unit: 'count', value: acknowledged.length },
    { of, name: 'acknowledged, p50', unit: 'ms', value: percentile(acknowledged, 0.5) },
    { of, name: 'acknowledged, p99', unit: 'ms', value: percentile(acknowledged, 0.99) },
    { of, name: 'received, p50', unit: 'ms', value: percentile(received, 0.5) },
    { of, name: 'received, p99', unit: 'ms', value: percentile(received, 0.99) },
    { of, name: 'relay, at most', unit: 'MiB', value: memory / 2 ** 20 },
  ]
}

async function makeRoom(device: RawDevice, members: readonly string[]): Promise<ConversationId> {
  const conversation = someConversation()
  const command = {
    op: 'create',
    kind: 'group',
    unique: false,
    members: [...members],
    name: 'the room',
    attributes: {},
  }
  device.send({ frame: 'command', conversation, id: someEntryId(), command })
  // A ping is answered behind what was asked before it.
  await device.ping()
  await pause(100)
  return conversation
}

/** The most the relay has had since it was asked last. */
function watchMemory(relay: RelayProcess): { readonly peak: () => number; readonly stop: () => void } {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(relay.pid))
  }, 100)
  return {
    peak() {
      const was = most
      most = 0
      return was
    },
    stop: () => clearInterval(timer),
  }
}

async function slowConsumers(relay: RelayProcess): Promise<number> {
  return relay.counter('failures_total{code="slow-consumer"}', 0)
}

/** Milliseconds until the relay says that it has ended somebody as slow; undefined when it has not. */
async function closedAfter(
  relay: RelayProcess,
  before: number,
  since: number,
  withinMs: number,
): Promise<number | undefined> {
  while (performance.now() - since < withinMs) {
    // A relay that is gone is told of by whoever writes to it.
    if ((await slowConsumers(relay).catch(() => 0)) > before) return performance.now() - since
    await pause(100)
  }
  return undefined
}

async function after(holds: () => boolean, withinMs: number): Promise<void> {
  for (const since = performance.now(); !holds() && performance.now() - since < withinMs;) await pause(20)
}
