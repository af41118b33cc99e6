/**
 * A talk: strands take turns, so many messages unanswered over all of them, until a number of messages is accepted and has
 * reached everybody. What it took is told per delivery: a message that has reached a device other than its author's.
 */
import type { ConversationId } from '@parley/document'
import type { Answer } from '@parley/wire'
import { pause, sum } from '../waiting.ts'
import type { Member } from './member.ts'
import type { Strand } from './strand.ts'
import { usageOf, usedSince } from './usage.ts'

/** A conversation and every device that is in session for it. */
export interface Room {
  readonly conversation: ConversationId
  readonly members: readonly Member[]
  /** The sequence of the last row when they were let in. */
  readonly seq: number
}

export interface Course {
  /** They take turns in this order. */
  readonly strands: readonly Strand[]
  readonly rooms: ReadonlyMap<ConversationId, Room>
  readonly messages: number
  /** Unanswered at most, over all strands. */
  readonly window: number
}

export interface Talked {
  readonly messages: number
  readonly deliveries: number
  readonly cpuMicroseconds: number
  readonly diskBytes: number
  readonly socketBytes: number
}

const waitMs = 120_000

/** Answers go to the strand of their author and conversation. */
export interface Switchboard {
  readonly strands: readonly Strand[]
  readonly add: (strand: Strand) => void
  /** Answers that come to one author. */
  readonly of: (author: () => Member) => (answer: Answer) => void
  /** Called after each answer with how many messages it has accepted. */
  heard: (accepted: number) => void
}

export function createSwitchboard(): Switchboard {
  const all: Strand[] = []
  const byAuthor = new Map<Member, Map<string, Strand>>()
  const board: Switchboard = {
    strands: all,
    add(strand) {
      const own = byAuthor.get(strand.author) ?? new Map<string, Strand>()
      byAuthor.set(strand.author, own.set(strand.conversation, strand))
      all.push(strand)
    },
    of: (author) => (answer) => {
      const strand = byAuthor.get(author())?.get(answer.conversation)
      if (strand === undefined) throw new Error('an answer to what was not asked')
      board.heard(strand.take(answer))
    },
    heard: () => undefined,
  }
  return board
}

export async function talk(pid: number, board: Switchboard, course: Course): Promise<Talked> {
  const { strands, rooms, messages, window } = course
  const devices = new Set(strands.flatMap(({ conversation }) => roomOf(rooms, conversation).members))
  const before = { ...usageOf(pid), socketBytes: bytesDown(devices) }
  let deliveries = 0
  let written = 0
  const write = (): void => {
    const strand = strands[written % strands.length]
    if (strand === undefined) throw new Error('nobody writes')
    deliveries += roomOf(rooms, strand.conversation).members.length - 1
    written += 1
    strand.write()
  }
  const writeUpTo = (count: number): void => {
    for (let step = 0; step < count; step += 1) write()
  }
  await new Promise<void>((resolve, reject) => {
    let accepted = 0
    const late = setTimeout(() => {
      reject(new Error(`${messages - accepted} messages were not accepted within ${waitMs} ms`))
    }, waitMs)
    board.heard = (more) => {
      accepted += more
      writeUpTo(Math.min(more, messages - written))
      if (accepted < messages) return
      clearTimeout(late)
      resolve()
    }
    writeUpTo(Math.min(window, messages))
  })
  board.heard = () => undefined
  await allArrived(board.strands, rooms)
  const socketBytes = bytesDown(devices) - before.socketBytes
  // Asking for the page that was written last is short work, and what a store has put off is done before it answers.
  const last = strands[(written - 1) % strands.length]
  if (last !== undefined) await last.author.fetch(last.conversation, last.page)
  const used = usedSince(before, usageOf(pid))
  return { messages, deliveries, ...used, socketBytes }
}

/** Rows have their sequences without a gap: so many follow what the members had when they were let in. */
async function allArrived(strands: readonly Strand[], rooms: Course['rooms']): Promise<void> {
  const reached = new Map<Room, number>()
  for (const { conversation, lastSeq } of strands) {
    const room = roomOf(rooms, conversation)
    reached.set(room, Math.max(lastSeq, reached.get(room) ?? 0))
  }
  const expected = new Map<Member, number>()
  for (const [{ members, seq }, lastSeq] of reached) {
    if (lastSeq === 0) continue
    for (const member of members) expected.set(member, (expected.get(member) ?? 0) + lastSeq - seq)
  }
  const until = performance.now() + waitMs
  for (const [member, rows] of expected) {
    while (member.rows < rows) {
      if (member.behind) throw new Error(`${member.user} fell behind: the driver is too slow`)
      if (performance.now() > until) throw new Error(`${member.user} has ${member.rows} rows of ${rows}`)
      await pause(5)
    }
  }
}

/** What was checked need not be kept. */
export function forget(strands: readonly Strand[], rooms: Course['rooms']): void {
  for (const strand of strands) {
    strand.forget()
    for (const member of roomOf(rooms, strand.conversation).members) member.forget()
  }
}

export function roomOf(rooms: Course['rooms'], conversation: ConversationId): Room {
  const room = rooms.get(conversation)
  if (room === undefined) throw new Error(`nobody is in ${conversation}`)
  return room
}

function bytesDown(devices: Iterable<Member>): number {
  return sum([...devices].map((device) => device.bytesDown))
}
