/** Who is there. */
import { type Reader, readChoice, readFlag, readList, readVarUint } from '../bytes/bounded-reader.ts'
import { writeChoice, writeFlag, writeList, writeVarUint, type Writer } from '../bytes/bounded-writer.ts'
import type { Presence, PresenceAnswer, PresenceRequest } from '../frames.ts'
import { maxUsersPerRequest } from '../limits.ts'
import { readId, writeId } from './words.ts'

const watches = ['no', 'on', 'off'] as const

export function writePresenceRequest(writer: Writer, request: PresenceRequest): void {
  writeVarUint(writer, request.request)
  writeList(writer, request.users, maxUsersPerRequest, writeId)
  writeChoice(writer, watches, request.watch)
}

export function readPresenceRequest(reader: Reader): PresenceRequest {
  return {
    frame: 'presence',
    request: readVarUint(reader),
    users: readList(reader, maxUsersPerRequest, readId),
    watch: readChoice(reader, watches),
  }
}

export function writePresenceAnswer(writer: Writer, answer: PresenceAnswer): void {
  writeVarUint(writer, answer.request)
  writeList(writer, answer.online, maxUsersPerRequest, writeId)
}

export function readPresenceAnswer(reader: Reader): PresenceAnswer {
  return {
    frame: 'presence-answer',
    request: readVarUint(reader),
    online: readList(reader, maxUsersPerRequest, readId),
  }
}

export function writePresence(writer: Writer, presence: Presence): void {
  writeId(writer, presence.user)
  writeFlag(writer, presence.online)
}

export function readPresence(reader: Reader): Presence {
  return { frame: 'presence', user: readId(reader), online: readFlag(reader) }
}
