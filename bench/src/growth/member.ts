/**
 * A device that keeps every frame of rows as it came, so that what was delivered can be looked at when nothing is measured
 * any more. It may say where it stood when it left, and is then told only what it has missed.
 */
import type { UserId } from '@parley/document'
import {
  type Answer,
  type CommandAnswer,
  type DeviceFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  encodeRelayFrame,
  type FetchAnswer,
  type RelayFrame,
  type Sync,
} from '@parley/wire'
import { helloOf } from '../hello.ts'
import { createConnection } from 'node:net'
import { WebSocket } from 'ws'
import { countRows } from '../device.ts'
import { someDevice } from '../people.ts'
import { tokenFor } from '../relay-process.ts'

export interface Member {
  readonly user: UserId
  /** The life of the relay's data, and how far this device had caught up when it was let in. */
  readonly epoch: string
  readonly cursor: number
  /** What it was told to catch up. */
  readonly syncs: readonly Sync[]
  readonly frames: readonly Buffer[]
  readonly rows: number
  /** It was told of the log instead of the rows as they came: it had fallen behind. */
  readonly behind: boolean
  readonly bytesDown: number
  send(frame: DeviceFrame): void
  /** Rejects with a sentence when it is not accepted. */
  command(frame: Extract<DeviceFrame, { frame: 'command' }>): Promise<CommandAnswer>
  fetch(conversation: string, page: number): Promise<FetchAnswer>
  /** Lets go of the frames so far. */
  forget(): void
  close(): Promise<void>
}

export interface MemberOptions {
  readonly port: number
  readonly user: UserId
  /** Where it stood; it knows nothing otherwise. */
  readonly epoch?: string
  readonly cursor?: number
  readonly onAnswer?: (answer: Answer) => void
}

const rowsByte = encodeRelayFrame({ frame: 'rows', conversation: 'c', rows: [] })[0]
const openMs = 60_000
/** As the client does. */
const pingEveryMs = 20_000

/** Caught up when it resolves. */
export async function openMember(options: MemberOptions): Promise<Member> {
  const { port, user, onAnswer } = options
  // Before there is a socket: what it says first would be missed.
  const token = await tokenFor(user)
  const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
  const websocket = new WebSocket(`ws://127.0.0.1:${port}`, {
    perMessageDeflate: false,
    createConnection: () => socket,
    handshakeTimeout: openMs,
  })
  const frames: Buffer[] = []
  const syncs: Sync[] = []
  const asked = new Map<string | number, (frame: CommandAnswer | FetchAnswer) => void>()
  let epoch = ''
  let rows = 0
  let caughtUp = false
  let behind = false
  let request = 0
  let closed: (() => void) | undefined
  let sent = 0
  const send = (frame: DeviceFrame): void => {
    websocket.send(encodeDeviceFrame(frame))
    sent += 1
  }
  // Who says nothing for long is sent away, and most members say nothing.
  const pings = setInterval(() => send({ frame: 'ping', nonce: sent, frames: sent }), pingEveryMs)

  const receive = (frame: RelayFrame, begun: () => void): void => {
    if (frame.frame === 'answer') onAnswer?.(frame)
    else if (frame.frame === 'welcome') epoch = frame.epoch
    else if (frame.frame === 'command-answer' || frame.frame === 'fetch-answer') {
      const key = frame.frame === 'command-answer' ? frame.id : frame.request
      asked.get(key)?.(frame)
      asked.delete(key)
    } else if (frame.frame === 'failure' && frame.code !== 'shutting-down') {
      throw new Error(`the relay ended the session of ${user}: ${frame.code}, ${frame.detail}`)
    } else if (frame.frame === 'sync') {
      // A conversation that appears is told in a sync of its own, and one who is behind of those he knows.
      behind ||= caughtUp && frame.news.some(({ conversation }) => known.has(conversation))
      for (const { conversation } of frame.news) known.add(conversation)
      syncs.push(frame)
      if (frame.more || caughtUp) return
      caughtUp = true
      begun()
    }
  }
  const known = new Set<string>()

  await new Promise<void>((resolve, reject) => {
    websocket.on('error', reject)
    websocket.on('open', () => {
      const { epoch: stood = '', cursor = 0 } = options
      send(helloOf(token, someDevice(), { epoch: stood, cursor }))
    })
    websocket.on('message', (bytes: Buffer) => {
      if (bytes[0] === rowsByte) {
        rows += countRows(bytes)
        frames.push(bytes)
        return
      }
      const decoded = decodeRelayFrame(bytes)
      if (!decoded.ok) throw new Error(`the relay sent no frame: ${decoded.failure.detail}`)
      receive(decoded.frame, resolve)
    })
    websocket.on('close', (code) => {
      clearInterval(pings)
      reject(new Error(`the socket of ${user} closed with ${code}`))
      closed?.()
    })
  })

  const answerTo = async (key: string | number, frame: DeviceFrame): Promise<CommandAnswer | FetchAnswer> =>
    new Promise((resolve) => {
      asked.set(key, resolve)
      send(frame)
    })
  return {
    user,
    get epoch() {
      return epoch
    },
    get cursor() {
      return syncs.at(-1)?.cursor ?? 0
    },
    syncs,
    frames,
    get rows() {
      return rows
    },
    get behind() {
      return behind
    },
    get bytesDown() {
      return socket.bytesRead
    },
    send,
    async command(frame) {
      const answer = await answerTo(frame.id, frame)
      if (answer.frame !== 'command-answer' || answer.verdict.class !== 'accepted') {
        throw new Error(`a command was not accepted: ${JSON.stringify(answer)}`)
      }
      return answer
    },
    async fetch(conversation, page) {
      request += 1
      const answer = await answerTo(request, { frame: 'fetch', request, conversation, page, after: 0 })
      if (answer.frame !== 'fetch-answer' || answer.fetched.result === 'failed') {
        throw new Error(`a page was not answered: ${JSON.stringify(answer)}`)
      }
      return answer
    },
    forget() {
      frames.length = 0
    },
    async close() {
      if (websocket.readyState === WebSocket.CLOSED) return
      await new Promise<void>((resolve) => {
        closed = resolve
        websocket.close()
      })
    },
  }
}
