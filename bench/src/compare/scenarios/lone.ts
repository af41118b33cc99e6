/**
 * What one message costs that comes alone, in a conversation that is long already: appends with pauses in which a server does what
 * it puts off, and appends at a steady pace.
 */
import type { Figure } from '../../scenario.ts'
import { bytesWritten } from '../../process-usage.ts'
import { pause } from '../../waiting.ts'
import type { Server } from '../contender.ts'
import { copyOf, ensureFixture, type Fixture } from '../fixtures.ts'
import { type Hall, openHall, type Stall } from '../hall.ts'
import type { CompareScenario, CompareSize } from '../scenario.ts'
import { processorSeconds } from '../usage.ts'

interface Lone {
  readonly lengths: readonly [short: number, long: number]
  /** With a pause behind each. */
  readonly lone: number
  readonly pauseMs: number
  /** A hundred a second, so many at a time. */
  readonly steady: number
  /** Times that the two lengths take turns, so that nobody is measured warmer than the other. */
  readonly turns: number
  readonly settleMs: number
}

const sizes: Readonly<Record<CompareSize, Lone>> = {
  full: { lengths: [1000, 100_000], lone: 2, pauseMs: 2600, steady: 50, turns: 4, settleMs: 4000 },
  quick: { lengths: [1000, 100_000], lone: 2, pauseMs: 2600, steady: 40, turns: 2, settleMs: 3000 },
  tiny: { lengths: [20, 600], lone: 1, pauseMs: 30, steady: 5, turns: 2, settleMs: 50 },
}

export const loneFigures = {
  short: 'at 1,000 messages',
  long: 'at 100,000 messages',
  cpu: 'CPU of the server, lone',
  written: 'to the disk, lone',
  steadyCpu: 'CPU of the server, steady',
  steadyWritten: 'to the disk, steady',
} as const

export const lone: CompareScenario = {
  name: 'lone',
  about:
    'An append to a conversation of 1,000 messages and to one of 100,000, in turn, on a server that has both. Lone: 2.6 s apart, storing that is put off included. Steady: 100 a second for a while, and a pause behind them.',
  contenders: ['parley', 'hocuspocus', 'y-websocket', 'bare-ws-sqlite'],
  quick: ['parley', 'hocuspocus', 'bare-ws-sqlite'],
  timeless: 'waits',
  async prepare(contender, size, setting) {
    await ensureFixture(contender, fixtureOf(sizes[size]), setting)
  },
  async run(contender, size, setting) {
    const { lengths, lone: count, pauseMs, steady, turns, settleMs } = sizes[size]
    const kept = await ensureFixture(contender, fixtureOf(sizes[size]), setting)
    const server = await contender.start({ node: setting.node, folder: copyOf(kept) })
    try {
      const names = lengths.map(roomName)
      const hall = await openHall({
        contender,
        server,
        shape: { conversations: names.length, members: 2 },
        name: (conversation) => names[conversation] ?? '',
      })
      const sides = [loneFigures.short, loneFigures.long].map((of, place) =>
        createSide(of, hall.stalls[place]),
      )
      // The first one loads what a server keeps loaded from then on.
      for (const { stall } of sides) stall.send(0)
      await pause(settleMs)
      for (const { stall } of sides) await append(stall, steady, 10)
      await atRest(server, pauseMs)
      for (let turn = 0; turn < turns; turn += 1) {
        // Whoever says nothing for a minute is taken for gone.
        if (contender.beatMs <= longestBeatMs) beat(hall)
        await atRest(server, pauseMs)
        for (const { stall, alone, paced } of turn % 2 === 0 ? sides : sides.toReversed()) {
          for (let sent = 0; sent < count; sent += 1) {
            await measure(server, alone, pauseMs, async () => append(stall, 1, 0))
          }
          await measure(server, paced, pauseMs, async () => append(stall, steady, 10))
        }
      }
      const figures = sides.flatMap((side) => figuresOf(side, count * turns, steady * turns))
      const checked = await hall.check()
      await hall.close()
      return { figures, checked }
    } finally {
      await server.dispose()
    }
  },
}

/** Who is to be heard less often needs no beat in a run. */
const longestBeatMs = 60_000

function beat({ stalls }: Hall): void {
  for (const { room } of stalls) for (let place = 0; place < room.members; place += 1) room.beat(place)
}

const roomName = (length: number): string => `long-${length}`

function fixtureOf({ lengths }: Lone): Fixture {
  return {
    name: `long-${lengths.join('-')}`,
    rooms: lengths.map((messages) => ({ name: roomName(messages), messages })),
  }
}

async function append({ send }: Stall, count: number, pauseMs: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 1) {
    send(0)
    await pause(pauseMs)
  }
}

interface Cost {
  cpuSeconds: number
  written: number
}

interface Side {
  readonly of: string
  readonly stall: Stall
  readonly alone: Cost
  readonly paced: Cost
}

function createSide(of: string, stall: Stall | undefined): Side {
  if (stall === undefined) throw new Error('nobody is there')
  return { of, stall, alone: { cpuSeconds: 0, written: 0 }, paced: { cpuSeconds: 0, written: 0 } }
}

/** With what is put off until it is at rest. */
async function measure(server: Server, cost: Cost, pauseMs: number, run: () => Promise<void>): Promise<void> {
  const cpu = processorSeconds(server.pid)
  const written = bytesWritten(server.pid)
  await run()
  await atRest(server, pauseMs)
  cost.cpuSeconds += processorSeconds(server.pid) - cpu
  cost.written += bytesWritten(server.pid) - written
}

const lookMs = 200
/** Of the time between two looks: what a server takes that does nothing. */
const idleShare = 0.02
const mostMs = 10_000

/** After so long at least, since some wait before they store; longer where a busy machine has let it do little. */
async function atRest({ pid }: Server, pauseMs: number): Promise<void> {
  await pause(pauseMs)
  const until = performance.now() + mostMs
  for (let before = processorSeconds(pid); performance.now() < until;) {
    await pause(Math.min(lookMs, pauseMs))
    const now = processorSeconds(pid)
    if (now - before < (lookMs / 1000) * idleShare) return
    before = now
  }
}

function figuresOf({ of, alone, paced }: Side, single: number, steady: number): readonly Figure[] {
  return [
    { of, name: loneFigures.cpu, unit: 'ms', value: (alone.cpuSeconds * 1000) / single },
    { of, name: loneFigures.written, unit: 'kB', value: alone.written / 1000 / single },
    { of, name: loneFigures.steadyCpu, unit: 'ms', value: (paced.cpuSeconds * 1000) / steady },
    { of, name: loneFigures.steadyWritten, unit: 'kB', value: paced.written / 1000 / steady },
  ]
}
