/** What the two Yjs servers have in common: the messages of y-protocols, behind a name of the document or behind nothing. */
import { createHash } from 'node:crypto'
import { joined, varBytes, varText, varUint } from '../bytes.ts'
import { memberName, type RoomOptions } from '../contender.ts'
import type { Pen } from '../dialect-room.ts'
import { createYjsPen } from '../yjs-pen.ts'

export const sync = 0
const awareness = 1
const syncStep1 = 0
export const syncStep2 = 1
const syncUpdate = 2

/** Members who fill a conversation that others measure: two of them, as many as talk in turn. */
const fillers = 2
/** More than anybody ever writes: whoever claims to know that much of a writer is not sent what it wrote. */
const all = 2 ** 31

function fillerId(name: string, place: number): number {
  return createHash('sha256').update(`${name}\n${place}`).digest().readUInt32LE()
}

/** "I know nothing" for whoever reads, "I know what was filled in" for members who measure. */
export function firstStep(name: string, knows: 'nothing' | 'fillers'): Uint8Array {
  const places = knows === 'nothing' ? [] : Array.from({ length: fillers }, (_, place) => place)
  const vector = joined(
    varUint(places.length),
    ...places.flatMap((place) => [varUint(fillerId(name, place)), varUint(all)]),
  )
  return joined(Uint8Array.of(sync, syncStep1), varBytes(vector))
}

/** `prefix` stands before each message. */
export function yjsPen({ name, fills = false }: RoomOptions, place: number, prefix: Uint8Array): Pen {
  const pen = createYjsPen(memberName(name, place), fills ? fillerId(name, place) : undefined)
  const wrap = (update: Uint8Array): Uint8Array =>
    joined(prefix, Uint8Array.of(sync, syncUpdate), varUint(update.length), update)
  return {
    write: (number) => wrap(pen.write(number)),
    writeMany: (numbers) => [{ frame: wrap(pen.writeMany(numbers)), numbers }],
  }
}

/** A client tells every 15 s that it is still there, by a state with a higher clock. */
export function createBeats(): (name: string, place: number) => Uint8Array {
  const clocks = new Map<number, number>()
  return (name, place) => {
    const clock = (clocks.get(place) ?? 0) + 1
    clocks.set(place, clock)
    const state = JSON.stringify({ user: memberName(name, place) })
    const update = joined(varUint(1), varUint(1000 + place), varUint(clock), varText(state))
    return joined(Uint8Array.of(awareness), varBytes(update))
  }
}

export const yjsBeatMs = 15_000
