/**
 * One document while stock tools read it: the loaded Yjs document, and who reads. Gone with its last reader.
 * Rules RE112 to RE117.
 */
import { type Awareness, createAwareness } from './y-awareness.ts'
import { type YDocument, createYDocument } from './y-document.ts'
import { awarenessChangeDelayMs, awarenessRenewalDelayMs } from './y-limits.ts'
import { type AwarenessEntry, writeAwareness } from './y-messages.ts'

export interface RoomReader {
  readonly user: string
  /** What may be lost: a later one says the same again. */
  readonly sendAwareness: (message: Uint8Array) => void
}

export interface YRoom {
  readonly document: YDocument
  readonly awareness: Pick<Awareness, 'known'>
  /** Once for every object, however many readers have heard it. */
  readonly applyOnce: (heard: object, updates: readonly Uint8Array[]) => void
  readonly say: (reader: RoomReader, entries: readonly AwarenessEntry[]) => void
}

export interface YRooms {
  readonly readers: number
  readonly documents: number
  readonly readersOf: (name: string) => number
  readonly enter: (name: string, reader: RoomReader) => YRoom
  readonly leave: (name: string, reader: RoomReader) => void
}

interface Room extends YRoom {
  readonly readers: Set<RoomReader>
  readonly forget: (reader: RoomReader) => void
  readonly dispose: () => void
}

export function createRooms(): YRooms {
  const rooms = new Map<string, Room>()
  let readers = 0
  return {
    get readers() {
      return readers
    },
    get documents() {
      return rooms.size
    },
    readersOf: (name) => rooms.get(name)?.readers.size ?? 0,
    enter(name, reader) {
      const room = rooms.get(name) ?? createRoom()
      rooms.set(name, room)
      room.readers.add(reader)
      readers += 1
      return room
    },
    leave(name, reader) {
      const room = rooms.get(name)
      if (room === undefined || !room.readers.delete(reader)) return
      readers -= 1
      room.forget(reader)
      if (room.readers.size > 0) return
      room.dispose()
      rooms.delete(name)
    },
  }
}

function createRoom(): Room {
  const document = createYDocument()
  const awareness = createAwareness()
  const readers = new Set<RoomReader>()
  const applied = new WeakSet<object>()
  let flushAt = Number.POSITIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const flush = (): void => {
    flushAt = Number.POSITIVE_INFINITY
    const news = awareness.takeNews()
    if (news.length === 0) return
    const message = writeAwareness(news)
    for (const reader of readers) reader.sendAwareness(message)
  }
  /** Soon after a change; renewals wait to be told together. */
  const flushSoon = (news: 'changed' | 'renewed' | 'nothing'): void => {
    if (news === 'nothing') return
    const delay = news === 'changed' ? awarenessChangeDelayMs : awarenessRenewalDelayMs
    const at = performance.now() + delay
    if (at >= flushAt) return
    flushAt = at
    clearTimeout(timer)
    timer = setTimeout(flush, delay)
  }

  return {
    document,
    awareness,
    readers,
    applyOnce(heard, updates) {
      if (applied.has(heard)) return
      applied.add(heard)
      document.apply(updates)
    },
    say(reader, entries) {
      flushSoon(awareness.say(reader, entries))
    },
    forget(reader) {
      flushSoon(awareness.leave(reader))
    },
    dispose() {
      clearTimeout(timer)
      document.dispose()
    },
  }
}
