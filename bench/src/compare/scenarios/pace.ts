/**
 * From sending to receiving at a fixed rate, whatever the server does: a slow answer delays no later message. Both ends stand in
 * one process, so one clock measures both.
 */
import type { Figure, Run } from '../../scenario.ts'
import { percentile } from '../../statistics.ts'
import { pause } from '../../waiting.ts'
import type { Contender, ContenderName } from '../contender.ts'
import { type Hall, openHall } from '../hall.ts'
import type { CompareScenario, CompareSize, Setting } from '../scenario.ts'
import { liveShapes, type ShapeName } from './live.ts'

export interface Pace {
  readonly name: string
  readonly conversations: number
  readonly members: number
  readonly senders: number
  readonly perSecond: number
  readonly warmUpSeconds: number
  readonly seconds: number
}

const rates: Readonly<Record<ShapeName, number>> = { pairs: 1500, crowd: 40, town: 1000 }

/** What a server puts off is seen in full runs, and in quick ones of the shape where a goal is about it. */
const lengths: Readonly<Record<CompareSize, { readonly warmUp: number; readonly measured: number }>> = {
  full: { warmUp: 8, measured: 8 },
  quick: { warmUp: 1, measured: 3 },
  tiny: { warmUp: 0.05, measured: 0.3 },
}

export function paceScenario(shape: ShapeName, quick: readonly ContenderName[]): CompareScenario {
  const { name, conversations, members, senders } = liveShapes[shape]
  return {
    name: `pace-${shape}`,
    about: `${name}, ${rates[shape]} messages a second in all. From sending to the other members having it.`,
    contenders: ['parley', 'hocuspocus', 'y-websocket', 'bare-ws', 'bare-ws-sqlite'],
    quick,
    async run(contender, size, setting) {
      const { warmUp, measured } = lengths[size]
      const putOff = size === 'quick' && shape === 'town' ? contender.putsOffMs / 1000 - measured / 2 : 0
      const tiny = size === 'tiny'
      const pace: Pace = {
        name,
        conversations: tiny ? Math.min(conversations, 4) : conversations,
        members: tiny ? Math.min(members, 5) : members,
        senders: tiny ? Math.min(senders, 2) : senders,
        perSecond: tiny ? 200 : rates[shape],
        warmUpSeconds: Math.max(warmUp, putOff),
        seconds: measured,
      }
      return runPace(contender, pace, setting)
    },
  }
}

async function runPace(contender: Contender, pace: Pace, { node }: Setting): Promise<Run> {
  const server = await contender.start({ node })
  try {
    /** When a message was sent, by its number. */
    const sentAt: number[] = []
    const authors: number[] = []
    const times: number[] = []
    const first = Math.round(pace.warmUpSeconds * pace.perSecond)
    const hall = await openHall({
      contender,
      server,
      shape: pace,
      hear: () => ({
        delivered(place, { numbers }) {
          const now = performance.now()
          for (const number of numbers) {
            if (number >= first && authors[number] !== place) times.push(now - (sentAt[number] ?? now))
          }
        },
      }),
    })
    await sendEvenly(hall, pace, (number, place) => {
      authors[number] = place
      sentAt[number] = performance.now()
    })
    const checked = await hall.check()
    await hall.close()
    return { figures: figuresOf(pace, times), checked }
  } finally {
    await server.dispose()
  }
}

/** In turn through the conversations, and in each of them through its senders. */
async function sendEvenly(
  { stalls }: Hall,
  { perSecond, warmUpSeconds, seconds, senders }: Pace,
  sending: (number: number, place: number) => void,
): Promise<void> {
  const count = Math.round((warmUpSeconds + seconds) * perSecond)
  const begin = performance.now()
  for (let number = 0; number < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - begin) * perSecond) / 1000))
    for (; number < due; number += 1) {
      const place = Math.floor(number / stalls.length) % senders
      // The hall counts as we do: from 0, one at a time.
      sending(number, place)
      stalls[number % stalls.length]?.send(place)
    }
    await pause(1)
  }
}

function figuresOf({ name: of }: Pace, times: readonly number[]): readonly Figure[] {
  return [
    { of, name: 'p50', unit: 'ms', value: percentile(times, 0.5) },
    { of, name: 'p99', unit: 'ms', value: percentile(times, 0.99) },
    { of, name: 'most', unit: 'ms', value: percentile(times, 1) },
  ]
}
