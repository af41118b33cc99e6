/** Many conversations of one shape with one server: opened, sent into, waited for, checked. */
import { pause, sum } from '../waiting.ts'
import type { Contender, Hear, Room, Server, Traffic } from './contender.ts'
import { createTally, type Tally } from './tally.ts'

export interface HallShape {
  readonly conversations: number
  readonly members: number
}

export interface Stall {
  readonly room: Room
  /** The next number of all, from this member. */
  readonly send: (place: number) => number
}

export interface Hall {
  readonly stalls: readonly Stall[]
  readonly deliveries: () => number
  readonly traffic: () => Traffic
  /** Waits until everybody has everything; answers how many deliveries were counted, or throws. */
  readonly check: () => Promise<number>
  readonly close: () => Promise<void>
}

export interface HallOptions {
  readonly contender: Contender
  readonly server: Server
  readonly shape: HallShape
  /** `room-0` and so on otherwise. */
  readonly name?: (conversation: number) => string
  /** Beside what is counted here. */
  readonly hear?: (conversation: number) => Hear
}

const arriveMs = 60_000
const openAtOnce = 16

export async function openHall(options: HallOptions): Promise<Hall> {
  const { contender, server, shape, name = (n) => `room-${n}`, hear = () => ({}) } = options
  const tallies: Tally[] = []
  const stalls: Stall[] = []
  let next = 0
  const open = async (conversation: number): Promise<void> => {
    const tally = createTally(name(conversation), shape.members, contender)
    const more: Hear = hear(conversation)
    const room = await contender.open(server, {
      name: name(conversation),
      members: shape.members,
      hear: {
        delivered(place, seen) {
          tally.delivered(place, seen)
          more.delivered?.(place, seen)
        },
        ...(more.acknowledged === undefined ? {} : { acknowledged: more.acknowledged }),
      },
    })
    tallies[conversation] = tally
    stalls[conversation] = {
      room,
      send(place) {
        const number = next
        next += 1
        tally.sent(place, number)
        room.send(place, number)
        return number
      },
    }
  }
  await eachOf(shape.conversations, openAtOnce, open)

  return {
    stalls,
    deliveries: () => sum(tallies.map((tally) => tally.deliveries())),
    traffic: () => addedUp(stalls.map(({ room }) => room.traffic())),
    async check() {
      const until = performance.now() + arriveMs
      while (!tallies.every((tally) => tally.complete())) {
        const lost = stalls.map(({ room }) => room.lost()).find((reason) => reason !== undefined)
        if (lost !== undefined) throw new Error(`a member was lost: ${lost}`)
        if (performance.now() > until) break
        await pause(10)
      }
      // Nothing comes twice, either.
      await pause(50)
      return sum(tallies.map((tally) => tally.check()))
    },
    async close() {
      await Promise.all(stalls.map(async ({ room }) => room.close()))
    },
  }
}

function addedUp(all: readonly Traffic[]): Traffic {
  return {
    framesIn: sum(all.map(({ framesIn }) => framesIn)),
    framesOut: sum(all.map(({ framesOut }) => framesOut)),
    bytesIn: sum(all.map(({ bytesIn }) => bytesIn)),
    bytesOut: sum(all.map(({ bytesOut }) => bytesOut)),
  }
}

/** So many at once, in the order of their numbers. */
export async function eachOf(
  count: number,
  atOnce: number,
  run: (number: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1
      await run(next - 1)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
}
