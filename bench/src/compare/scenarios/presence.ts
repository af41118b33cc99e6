/** Members of one conversation who do nothing but be there: how many frames that makes, of whatever kind. */
import type { Figure } from '../../scenario.ts'
import { pause } from '../../waiting.ts'
import { type Hall, openHall } from '../hall.ts'
import type { CompareScenario, CompareSize } from '../scenario.ts'
import { processorSeconds } from '../usage.ts'

const members: Readonly<Record<CompareSize, number>> = { full: 200, quick: 200, tiny: 6 }
const periods: Readonly<Record<CompareSize, number>> = { full: 2, quick: 1, tiny: 0.02 }
/** Of those whose clients say nothing by themselves. */
const longestMs = 20_000
const settleMs: Readonly<Record<CompareSize, number>> = { full: 2000, quick: 1000, tiny: 20 }

export const presenceFigures = {
  spread: 'joined one by one',
  together: 'joined at once',
  frames: 'frames',
} as const

export const presence: CompareScenario = {
  name: 'presence',
  about:
    '200 idle members of one conversation, each telling that he is there as often as his client does by itself: every 15 s with Yjs, every 20 s with Parley. Joined one by one: at any time, as people do; at once: all in the same moment, which lets Hocuspocus send all states in one frame.',
  contenders: ['parley', 'hocuspocus', 'y-websocket'],
  quick: ['parley', 'hocuspocus', 'y-websocket'],
  timeless: 'waits',
  async run(contender, size, { node }) {
    const figures: Figure[] = []
    for (const how of size === 'quick' ? (['spread'] as const) : (['spread', 'together'] as const)) {
      const server = await contender.start({ node })
      try {
        const shape = { conversations: 1, members: members[size] }
        const hall = await openHall({ contender, server, shape })
        const everyMs = Math.min(contender.beatMs, longestMs)
        // Everybody has told once that he is there.
        await beat(hall, 0)
        await pause(settleMs[size])
        const from = { at: performance.now(), cpu: processorSeconds(server.pid), ...hall.traffic() }
        for (let period = 0; period < periods[size]; period += 1) {
          const lengthMs = everyMs * Math.min(1, periods[size])
          const begin = performance.now()
          await beat(hall, how === 'spread' ? lengthMs : 0)
          await pause(Math.max(0, lengthMs - (performance.now() - begin)))
        }
        const seconds = (performance.now() - from.at) / 1000
        const to = hall.traffic()
        const lost = hall.stalls[0]?.room.lost()
        if (lost !== undefined) throw new Error(`a member was lost: ${lost}`)
        const of = presenceFigures[how]
        const cpu = processorSeconds(server.pid) - from.cpu
        figures.push(
          { of, name: presenceFigures.frames, unit: 'per s', value: (to.framesIn - from.framesIn) / seconds },
          { of, name: 'bytes', unit: 'per s', value: (to.bytesIn - from.bytesIn) / seconds },
          { of, name: 'server', unit: '% of a core', value: (100 * cpu) / seconds },
        )
        await hall.close()
      } finally {
        await server.dispose()
      }
    }
    return { figures, checked: figures.length === 0 ? 0 : members[size] }
  },
}

/** Everybody once, evenly over so long. */
async function beat({ stalls }: Hall, overMs: number): Promise<void> {
  const [stall] = stalls
  if (stall === undefined) throw new Error('nobody is there')
  const begin = performance.now()
  for (let place = 0; place < stall.room.members; place += 1) {
    const dueIn = begin + (overMs * place) / stall.room.members - performance.now()
    if (overMs > 0 && dueIn > 0) await pause(dueIn)
    stall.room.beat(place)
  }
}
