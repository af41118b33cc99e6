/** A device of Parley in session, over a socket that is as little as can be. */
import type { UserId } from '@parley/document'
import {
  type DeviceFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  encodeRelayFrame,
  type News,
  type RelayFrame,
} from '@parley/wire'
import { helloOf } from '../../hello.ts'
import { someDevice } from '../../people.ts'
import { tokenFor } from '../../relay-process.ts'
import { openSocket, type RawSocket } from '../raw-socket.ts'

export interface Session {
  readonly socket: RawSocket
  /** Of its conversations, when it came. */
  readonly news: readonly News[]
  readonly send: (frame: DeviceFrame) => void
  /** Resolves with what `take` finds in a frame that comes behind. */
  readonly ask: <Answer>(
    frame: DeviceFrame,
    take: (frame: RelayFrame) => Answer | undefined,
  ) => Promise<Answer>
  readonly ping: () => void
}

export interface SessionOptions {
  readonly port: number
  readonly user: UserId
  /** A frame of rows, as it came. */
  readonly rows: (bytes: Buffer) => void
  readonly hear: (frame: RelayFrame) => void
  readonly lost: (reason: string) => void
}

const rowsByte = encodeRelayFrame({ frame: 'rows', conversation: 'c', rows: [] })[0]

/** Caught up when it resolves. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { port, user, rows, hear, lost } = options
  const token = await tokenFor(user)
  const news: News[] = []
  const asked: ((frame: RelayFrame) => boolean)[] = []
  const begun = Promise.withResolvers<undefined>()
  let sent = 0
  let live = false

  const take = (frame: RelayFrame): void => {
    if (frame.frame === 'failure') lost(`the relay ended the session: ${frame.code}, ${frame.detail}`)
    if (frame.frame === 'sync' && live && !frame.news.every(({ seq }) => seq <= 1)) {
      lost('a member fell behind: the driver is too slow')
    }
    if (frame.frame === 'sync' && !live) {
      news.push(...frame.news)
      if (!frame.more) begun.resolve(undefined)
      live = !frame.more
    }
    const waiting = asked.findIndex((settle) => settle(frame))
    if (waiting >= 0) asked.splice(waiting, 1)
    hear(frame)
  }
  const socket = await openSocket({
    port,
    lost(reason) {
      lost(reason)
      begun.reject(new Error(`no session: ${reason}`))
    },
    message(bytes) {
      if (bytes[0] === rowsByte) {
        rows(bytes)
        return
      }
      const decoded = decodeRelayFrame(bytes)
      if (!decoded.ok) throw new Error(`the relay sent no frame: ${decoded.failure.detail}`)
      take(decoded.frame)
    },
  })
  const send = (frame: DeviceFrame): void => {
    sent += 1
    socket.send(encodeDeviceFrame(frame))
  }
  send(helloOf(token, someDevice()))
  await begun.promise
  return {
    socket,
    news,
    send,
    async ask(frame, find) {
      return new Promise((resolve) => {
        asked.push((answer) => {
          const found = find(answer)
          if (found === undefined) return false
          resolve(found)
          return true
        })
        send(frame)
      })
    },
    ping: () => send({ frame: 'ping', nonce: sent, frames: sent }),
  }
}
