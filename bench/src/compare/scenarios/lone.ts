/**
 * What one message costs that comes alone, in a conversation that is long already: appends with pauses in which a server does what
 * it puts off, and appends at a steady pace.
 */
import type { Figure } from '../../scenario.ts'
import { bytesWritten } from '../../process-usage.ts'
import { pause } from '../../waiting.ts'
import type { Server } from '../contender.ts'
import { copyOf, ensureFixture, type Fixture } from '../fixtures.ts'
import { openHall, type Stall } from '../hall.ts'
import type { CompareScenario, CompareSize } from '../scenario.ts'
import { processorSeconds } from '../usage.ts'

interface Lone {
  readonly lengths: readonly [short: number, long: number]
  /** With a pause behind each. */
  readonly lone: number
  readonly pauseMs: number
  /** A hundred a second. */
  readonly steady: number
  readonly settleMs: number
}

const sizes: Readonly<Record<CompareSize, Lone>> = {
  full: { lengths: [1000, 100_000], lone: 4, pauseMs: 2600, steady: 200, settleMs: 4000 },
  quick: { lengths: [1000, 100_000], lone: 3, pauseMs: 2600, steady: 100, settleMs: 3000 },
  tiny: { lengths: [20, 600], lone: 2, pauseMs: 30, steady: 5, settleMs: 50 },
}

export const loneFigures = {
  short: 'at 1,000 messages',
  long: 'at 100,000 messages',
  cpu: 'CPU of the server, lone',
  written: 'to the disk, lone',
} as const

export const lone: CompareScenario = {
  name: 'lone',
  about:
    'An append to a conversation of 1,000 messages and to one of 100,000, on a server that has both. Lone: 2.6 s apart, storing that is put off included. Steady: 100 a second.',
  contenders: ['parley', 'hocuspocus', 'y-websocket', 'bare-ws-sqlite'],
  quick: ['parley', 'hocuspocus', 'bare-ws-sqlite'],
  timeless: true,
  async prepare(contender, size, setting) {
    await ensureFixture(contender, fixtureOf(sizes[size]), setting)
  },
  async run(contender, size, setting) {
    const { lengths, lone: count, pauseMs, steady, settleMs } = sizes[size]
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
      const figures: Figure[] = []
      for (const [place, of] of [loneFigures.short, loneFigures.long].entries()) {
        const stall = hall.stalls[place]
        if (stall === undefined) throw new Error('nobody is there')
        // The first one loads what a server keeps loaded from then on.
        stall.send(0)
        await pause(settleMs)
        const alone = await measure(server, async () => append(stall, count, pauseMs))
        const paced = await measure(server, async () => append(stall, steady, 10))
        figures.push(
          { of, name: loneFigures.cpu, unit: 'ms', value: (alone.cpuSeconds * 1000) / count },
          { of, name: loneFigures.written, unit: 'kB', value: alone.written / 1000 / count },
          { of, name: 'CPU of the server, steady', unit: 'ms', value: (paced.cpuSeconds * 1000) / steady },
          { of, name: 'to the disk, steady', unit: 'kB', value: paced.written / 1000 / steady },
        )
      }
      const checked = await hall.check()
      await hall.close()
      return { figures, checked }
    } finally {
      await server.dispose()
    }
  },
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
  readonly cpuSeconds: number
  readonly written: number
}

async function measure({ pid }: Server, run: () => Promise<void>): Promise<Cost> {
  const cpu = processorSeconds(pid)
  const written = bytesWritten(pid)
  await run()
  return { cpuSeconds: processorSeconds(pid) - cpu, written: bytesWritten(pid) - written }
}
