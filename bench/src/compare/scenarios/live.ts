/**
 * As many messages as a server takes: each conversation keeps so many unacknowledged, and with every acknowledgement the next
 * one goes out. A stretch from the middle is counted; then sending ends, and everybody must have everything.
 */
import type { Figure, Run } from '../../scenario.ts'
import { residentBytes } from '../../process-usage.ts'
import { pause } from '../../waiting.ts'
import type { Contender, ContenderName, Server } from '../contender.ts'
import { type Hall, openHall, type Stall } from '../hall.ts'
import type { CompareScenario, CompareSize, Setting } from '../scenario.ts'
import { processorSeconds } from '../usage.ts'

export interface LiveShape {
  readonly name: string
  readonly conversations: number
  readonly members: number
  readonly senders: number
  /** Messages of a conversation that are not acknowledged, at most. */
  readonly window: number
}

export type ShapeName = 'pairs' | 'crowd' | 'town'

export const liveShapes: Readonly<Record<ShapeName, LiveShape>> = {
  pairs: { name: '100 conversations of 2', conversations: 100, members: 2, senders: 1, window: 16 },
  crowd: { name: '1 conversation of 200', conversations: 1, members: 200, senders: 20, window: 32 },
  town: { name: '1,000 conversations of 3', conversations: 1000, members: 3, senders: 1, window: 2 },
}

const tinyShapes: Readonly<Record<ShapeName, LiveShape>> = {
  pairs: { name: '3 conversations of 2', conversations: 3, members: 2, senders: 1, window: 4 },
  crowd: { name: '1 conversation of 5', conversations: 1, members: 5, senders: 3, window: 6 },
  town: { name: '6 conversations of 3', conversations: 6, members: 3, senders: 1, window: 2 },
}

/**
 * In seconds of the server's processor, so that a machine others use as well changes how long a run takes and little else; but no
 * longer than so many seconds on the wall.
 */
export interface LiveStretch {
  readonly warmUp: number
  readonly measured: number
  readonly mostSeconds: number
}

const stretches: Readonly<Record<CompareSize, LiveStretch>> = {
  full: { warmUp: 6, measured: 4, mostSeconds: 20 },
  quick: { warmUp: 5, measured: 2, mostSeconds: 15 },
  tiny: { warmUp: 0, measured: 0.05, mostSeconds: 2 },
}

export const liveFigures = {
  perCpuSecond: 'deliveries per CPU s of the server',
  perSecond: 'deliveries per s',
} as const

export function liveScenario(shape: ShapeName, bestPeer: ContenderName): CompareScenario {
  const { name, window } = liveShapes[shape]
  return {
    name: `live-${shape}`,
    about: `${name}, messages as fast as they are acknowledged: ${window} unacknowledged in a conversation, one in a frame. Deliveries count the others, not the author.`,
    contenders: ['parley', 'hocuspocus', 'y-websocket', 'bare-ws', 'bare-ws-sqlite'],
    quick: ['parley', bestPeer, 'bare-ws-sqlite'],
    run: async (contender, size, setting) =>
      runLive(contender, (size === 'tiny' ? tinyShapes : liveShapes)[shape], stretches[size], setting),
  }
}

async function runLive(
  contender: Contender,
  shape: LiveShape,
  stretch: LiveStretch,
  { node }: Setting,
): Promise<Run> {
  const server = await contender.start({ node })
  try {
    const acknowledged: ((place: number, count: number) => void)[] = []
    const hall = await openHall({
      contender,
      server,
      shape,
      hear: (conversation) => ({
        acknowledged: (place, numbers) => acknowledged[conversation]?.(place, numbers.length),
      }),
    })
    const pumps = hall.stalls.map((stall) => createPump(stall, shape))
    for (const [conversation, pump] of pumps.entries()) acknowledged[conversation] = pump.take
    const measured = await measure(server, hall, pumps, stretch)
    const checked = await hall.check()
    await hall.close()
    return { figures: figuresOf(shape, measured), checked }
  } finally {
    await server.dispose()
  }
}

interface Pump {
  readonly start: () => void
  readonly take: (place: number, count: number) => void
  readonly stop: () => void
}

/** Keeps the window of a conversation full; its senders take turns. */
function createPump({ send }: Stall, { senders, window }: LiveShape): Pump {
  let open = false
  let turn = 0
  const sendNext = (): void => {
    send(turn)
    turn = (turn + 1) % senders
  }
  return {
    start() {
      open = true
      for (let sent = 0; sent < window; sent += 1) sendNext()
    },
    take(_place, count) {
      if (!open) return
      for (let sent = 0; sent < count; sent += 1) sendNext()
    },
    stop() {
      open = false
    },
  }
}

interface Look {
  readonly at: number
  readonly deliveries: number
  readonly serverCpu: number
  readonly driverCpu: number
  readonly framesIn: number
}

interface Measured {
  readonly from: Look
  readonly to: Look
  readonly residentBytes: number
}

async function measure(
  server: Server,
  hall: Hall,
  pumps: readonly Pump[],
  { warmUp, measured, mostSeconds }: LiveStretch,
): Promise<Measured> {
  for (const pump of pumps) pump.start()
  await used(server, warmUp, mostSeconds)
  const from = look(server, hall)
  await used(server, measured, mostSeconds)
  const to = look(server, hall)
  const resident = residentBytes(server.pid)
  for (const pump of pumps) pump.stop()
  return { from, to, residentBytes: resident }
}

async function used({ pid }: Server, cpuSeconds: number, mostSeconds: number): Promise<void> {
  const enough = processorSeconds(pid) + cpuSeconds
  const until = performance.now() + mostSeconds * 1000
  while (processorSeconds(pid) < enough && performance.now() < until) await pause(20)
}

function look(server: Server, hall: Hall): Look {
  return {
    at: performance.now() / 1000,
    deliveries: hall.deliveries(),
    serverCpu: processorSeconds(server.pid),
    driverCpu: processorSeconds(process.pid),
    framesIn: hall.traffic().framesIn,
  }
}

function figuresOf(
  { name: of }: LiveShape,
  { from, to, residentBytes: resident }: Measured,
): readonly Figure[] {
  const seconds = to.at - from.at
  const deliveries = to.deliveries - from.deliveries
  const cpu = to.serverCpu - from.serverCpu
  return [
    { of, name: liveFigures.perCpuSecond, unit: '', value: deliveries / cpu },
    { of, name: liveFigures.perSecond, unit: '', value: deliveries / seconds },
    { of, name: 'server', unit: '% of a core', value: (100 * cpu) / seconds },
    { of, name: 'driver', unit: '% of a core', value: (100 * (to.driverCpu - from.driverCpu)) / seconds },
    { of, name: 'frames per delivery', unit: '', value: (to.framesIn - from.framesIn) / deliveries },
    { of, name: 'memory of the server', unit: 'MiB', value: resident / 2 ** 20 },
  ]
}
