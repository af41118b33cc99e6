/** Whether every device has what was accepted, byte for byte and in its place. Rule BE2. */
import { crc32 } from 'node:zlib'
import { decodeRelayFrame } from '@parley/wire'
import type { Member } from './member.ts'
import type { Strand } from './strand.ts'
import { type Course, roomOf } from './talk.ts'

interface Told {
  readonly conversation: string
  readonly rows: ReadonlyMap<number, Uint8Array>
}

/** Answers how many rows were looked at; throws for the first that is missing, twice there, or another one. */
export function checkDelivery(strands: readonly Strand[], rooms: Course['rooms']): number {
  const read = createReader()
  const wanted = new Map<string, Map<number, Uint8Array>>()
  for (const { conversation, accepted } of strands) {
    const all = wanted.get(conversation) ?? new Map<number, Uint8Array>()
    wanted.set(conversation, all)
    for (const [seq, update] of accepted) {
      if (all.has(seq)) throw new Error(`two messages of ${conversation} were given the place ${seq}`)
      all.set(seq, update)
    }
  }
  const right = new WeakSet<Told>()
  let checked = 0
  for (const [member, conversations] of membersOf(strands, rooms)) {
    const had = new Map<string, number>()
    for (const frame of member.frames) {
      const told = read(frame)
      const all = wanted.get(told.conversation)
      if (all === undefined) throw new Error(`${member.user} has rows of a conversation nobody wrote in`)
      if (!right.has(told)) {
        compare(told, all)
        right.add(told)
      }
      had.set(told.conversation, (had.get(told.conversation) ?? 0) + told.rows.size)
    }
    for (const conversation of conversations) {
      const rows = had.get(conversation) ?? 0
      const all = wanted.get(conversation)?.size ?? 0
      if (rows !== all) throw new Error(`${member.user} has ${rows} rows of ${conversation}, not ${all}`)
      checked += rows
    }
  }
  return checked
}

function membersOf(
  strands: readonly Strand[],
  rooms: Course['rooms'],
): ReadonlyMap<Member, ReadonlySet<string>> {
  const found = new Map<Member, Set<string>>()
  for (const { conversation } of strands) {
    for (const member of roomOf(rooms, conversation).members) {
      const own = found.get(member) ?? new Set<string>()
      found.set(member, own.add(conversation))
    }
  }
  return found
}

function compare({ conversation, rows }: Told, wanted: ReadonlyMap<number, Uint8Array>): void {
  for (const [seq, update] of rows) {
    const sent = wanted.get(seq)
    if (sent === undefined) throw new Error(`row ${seq} of ${conversation} was delivered, and nobody sent it`)
    if (Buffer.compare(sent, update) !== 0) throw new Error(`row ${seq} of ${conversation} is another one`)
  }
}

/** Members of a conversation are sent the same bytes: they are read once. */
function createReader(): (frame: Buffer) => Told {
  const known = new Map<string, { readonly frame: Buffer; readonly told: Told }[]>()
  return (frame) => {
    const key = `${crc32(frame)}/${frame.length}`
    const alike = known.get(key) ?? []
    known.set(key, alike)
    const same = alike.find((other) => other.frame.equals(frame))
    if (same !== undefined) return same.told
    const told = readRows(frame)
    alike.push({ frame, told })
    return told
  }
}

function readRows(frame: Buffer): Told {
  const decoded = decodeRelayFrame(frame)
  if (!decoded.ok || decoded.frame.frame !== 'rows') throw new Error('a frame of rows cannot be read')
  const { conversation } = decoded.frame
  const rows = new Map<number, Uint8Array>()
  for (const row of decoded.frame.rows) {
    // Rows of the head open pages.
    if (row.kind === 'entry') rows.set(row.seq, row.update)
  }
  return { conversation, rows }
}
