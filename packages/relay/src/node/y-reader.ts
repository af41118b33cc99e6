/**
 * One stock Yjs tool, reading one document over its own socket.
 *
 * It asks (step 1) and is answered from the room's document; what is accepted follows as updates. What it writes is read in
 * `y-writer.ts`. It hears something at least every 15 s, since a stock provider takes silence for death. Rules RE110 to
 * RE119.
 */
import type { Duplex } from 'node:stream'
import { type FailureCode, failures, maxDeviceFrameBytes } from '@parley/wire'
import type { RawData, WebSocket } from 'ws'
import { paced, restful } from '../pace.ts'
import { maxPingsPerSecond, type ServerTimings } from './server-limits.ts'
import type { Metrics } from './server-metrics.ts'
import type { Session } from './server-session.ts'
import { wholeFrame } from './server-socket.ts'
import {
  keepAliveMs,
  maxAnswersPerWindow,
  maxFrameBytesPerWindow,
  maxFramesPerWindow,
  maxReaderBufferBytes,
  answerWindowMs,
} from './y-limits.ts'
import { isSingleUpdate, readYMessage, writeAwareness, writeStep2, writeUpdate } from './y-messages.ts'
import type { OwnPenalty } from './y-penalties.ts'
import type { RoomReader, YRoom } from './y-room.ts'
import type { Heard } from './y-source.ts'
import type { Visitor } from './y-visitors.ts'
import { createYWriter } from './y-writer.ts'

/** Why a reader is sent away: a failure of a session, that the document is not his any more, or what he wrote. */
export type ReaderEnd = FailureCode | 'membership-ended' | 'write-refused'

/** Permanent to a stock provider, like all from 4400 to 4499: it stops, and tells its app. */
export const membershipEndedCode = 4440

/** Passing, like all from 4500 to 4599: it comes back, and reads on. */
export const writeRefusedCode = 4540

export interface ReaderSetting {
  readonly socket: WebSocket
  readonly stream: Duplex
  readonly cork: (stream: Duplex) => void
  readonly room: YRoom
  /** This socket, as the room knows it. */
  readonly self: RoomReader
  /** This socket, as one of its user's. */
  readonly visitor: Visitor
  readonly page: number
  /** When its token ends, in milliseconds. */
  readonly expires: number
  readonly now: () => number
  readonly timings: ServerTimings
  /** Half of what the core lets wait before it calls a reader behind. */
  readonly lowWaterBytes: number
  readonly metrics: Metrics
  /** Shared by all readers of this user and document. */
  readonly penalty: OwnPenalty
  /** Gives appends into the relay; the answers are heard. */
  readonly push: (updates: readonly Uint8Array[]) => void
  /** Reads the document again, for a reader that was behind; false when it is not his any more. */
  readonly reload: () => Promise<boolean>
  /** Whether the document is still his. */
  readonly mine: () => Promise<boolean>
  readonly failed: (error: unknown) => void
  /** Enough has left that more may come. */
  readonly drained: () => void
  readonly whenClosed: () => void
}

export interface Reader extends Session {
  readonly send: (message: Uint8Array) => void
  readonly hear: (heard: Heard) => void
  readonly end: (why: ReaderEnd) => void
  readonly buffered: () => number
}

const nothingNew = writeAwareness([])

export function openReader(setting: ReaderSetting): Reader {
  const { socket, room, self, visitor, metrics, timings, lowWaterBytes, now } = setting
  let open = true
  let heardAt = now()
  let spokeAt = heardAt
  let pingedAt = heardAt
  let closeBy = Number.POSITIVE_INFINITY
  let behind = false
  let pings = restful
  let window = { began: heardAt, answers: 0, frames: 0, bytes: 0 }

  const send = (message: Uint8Array): void => {
    if (!open || socket.readyState !== socket.OPEN) return
    spokeAt = now()
    metrics.add('frames_sent_total')
    metrics.add('bytes_sent_total', message.length)
    setting.cork(setting.stream)
    socket.send(message, { binary: true, compress: false }, () => {
      if (!behind || socket.bufferedAmount > lowWaterBytes) return
      behind = false
      setting.drained()
    })
    if (socket.bufferedAmount > lowWaterBytes) behind = true
  }

  const end = (why: ReaderEnd, reason: string = why): void => {
    if (!open) return
    open = false
    closeBy = now() + timings.closeMs
    metrics.addFailure(why)
    socket.close(closeCodeOf(why), reason)
  }

  const writer = createYWriter({
    ...setting,
    document: room.document,
    send,
    count: metrics.addAnswer,
    refuse({ code }) {
      end('write-refused', code)
    },
  })

  /** Whatever it is: to find out that something may be dropped costs as well. */
  const isFlood = (bytes: number): boolean => {
    const at = now()
    if (at - window.began >= answerWindowMs) window = { began: at, answers: 0, frames: 0, bytes: 0 }
    window.frames += 1
    window.bytes += bytes
    return (
      window.frames > maxFramesPerWindow || window.bytes > maxFrameBytesPerWindow || !visitor.mayBring(bytes)
    )
  }

  /** Answers cost as much as the document is large: a few a second will do for anybody. */
  const mayAnswer = (): boolean => {
    window.answers += 1
    if (window.answers > maxAnswersPerWindow || !visitor.mayAsk()) end('overloaded')
    else if (socket.bufferedAmount > maxReaderBufferBytes) end('slow-consumer')
    return open
  }

  /** Who is behind has not heard yet that he was removed, and whoever asks gets what is there now: so it is looked up. */
  const answer = (say: () => void): void => {
    if (!mayAnswer()) return
    setting
      .mine()
      .then((his) => {
        if (his) say()
        else end('membership-ended')
      })
      .catch(endByBug)
  }

  /** A bug of ours, or of the store, ends this reader, and nobody else. */
  const endByBug = (error: unknown): void => {
    setting.failed(error)
    end('internal')
  }

  const receive = (bytes: Uint8Array): void => {
    const message = readYMessage(bytes)
    switch (message.kind) {
      case 'step1':
        answer(() => {
          send(writeStep2(room.document.since(message.vector)))
        })
        break
      case 'write':
        writer.write(message.step, message.update)
        break
      case 'awareness':
        room.say(self, message.entries)
        break
      case 'query':
        answer(() => {
          send(writeAwareness(room.awareness.known()))
        })
        break
      case 'malformed':
        end('malformed')
        break
    }
  }

  const reload = async (): Promise<void> => {
    if (await setting.reload()) send(writeUpdate(room.document.since(new Uint8Array([0]))))
    else end('membership-ended')
  }

  socket.on('message', (data: RawData, binary: boolean) => {
    heardAt = now()
    const bytes = wholeFrame(data)
    metrics.add('frames_received_total')
    metrics.add('bytes_received_total', bytes.length)
    if (!open) return
    try {
      if (!binary) end('malformed')
      else if (isFlood(bytes.length)) end('overloaded')
      else if (bytes.length <= maxDeviceFrameBytes) receive(bytes)
      else if (isSingleUpdate(bytes)) writer.skip()
      else end('too-large')
    } catch (error) {
      endByBug(error)
    }
  })
  socket.on('pong', () => {
    heardAt = now()
  })
  socket.on('ping', (data) => {
    pings = paced(pings, now())
    if (pings.count > maxPingsPerSecond) socket.terminate()
    else if (socket.readyState === socket.OPEN && socket.bufferedAmount < lowWaterBytes) socket.pong(data)
  })
  socket.on('error', () => undefined) // `close` follows, and does what there is to do
  socket.on('close', () => {
    open = false
    setting.whenClosed()
  })

  const known = room.awareness.known()
  if (known.length > 0) send(writeAwareness(known))
  writer.begin()

  return {
    send,
    end,
    buffered: () => socket.bufferedAmount,
    hear(heard) {
      if (!open) return
      if (heard.kind === 'rows') {
        for (const message of heard.pages.get(setting.page)?.messages ?? []) send(message)
        if (heard.left.has(self.user)) end('membership-ended')
      } else if (heard.kind === 'answers') {
        writer.answered(heard.answers)
      } else if (heard.kind === 'moved') {
        if (heard.member) reload().catch(endByBug)
        else end('membership-ended')
      }
    },
    sweep(at) {
      if (at >= closeBy || at - heardAt >= timings.idleMs) socket.terminate()
      if (!open) return
      if (at >= setting.expires) end('token-expired')
      writer.sweep()
      if (at - spokeAt >= keepAliveMs) send(nothingNew)
      if (at - Math.max(heardAt, pingedAt) >= timings.idleMs / 2) {
        pingedAt = at
        socket.ping()
      }
    },
  }
}

function closeCodeOf(why: ReaderEnd): number {
  if (why === 'membership-ended') return membershipEndedCode
  return why === 'write-refused' ? writeRefusedCode : failures[why].closeCode
}
