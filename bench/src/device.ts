/**
 * A device that speaks frames over a real socket, and is as little as can be, so that the relay is what is measured.
 *
 * It decodes answers, and what it must know to begin. Of rows it reads how many a frame holds; whoever wants more decodes
 * them. A failure of the relay is thrown where it arrives.
 */
import { createConnection, type Socket } from 'node:net'
import type { DeviceId, UserId } from '@parley/document'
import {
  type Answer,
  type CommandAnswer,
  type DeviceFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  encodeRelayFrame,
  type RelayFrame,
  type Sync,
} from '@parley/wire'
import { helloOf } from './hello.ts'
import { WebSocket } from 'ws'

export interface Device {
  readonly user: UserId
  /** Rows that came as frames of rows, since the last of the sync. */
  readonly rows: number
  /** The last frame of rows; empty when there was none. */
  readonly lastRows: Uint8Array
  /** What catching up has told. */
  readonly syncs: readonly Sync[]
  /** Frames of sync that came after the catch-up: the socket had fallen behind, or a conversation appeared. */
  readonly lateSyncs: number
  /** On the socket so far, WebSocket's own included. */
  readonly bytesUp: number
  readonly bytesDown: number
  readonly send: (frame: DeviceFrame) => void
  readonly command: (frame: Extract<DeviceFrame, { frame: 'command' }>) => Promise<CommandAnswer>
  readonly close: () => Promise<void>
}

export interface DeviceOptions {
  readonly port: number
  readonly user: UserId
  readonly device: DeviceId
  readonly token: string
  readonly onAnswer?: (answer: Answer) => void
  /** Given every frame of rows as it came. */
  readonly onRows?: (bytes: Uint8Array) => void
}

const rowsByte = encodeRelayFrame({ frame: 'rows', conversation: 'c', rows: [] })[0]
const openMs = 20_000

/** In session and caught up when it resolves. */
export async function openDevice(options: DeviceOptions): Promise<Device> {
  const { port, user, device, token, onAnswer, onRows } = options
  const socket: Socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
  const websocket = new WebSocket(`ws://127.0.0.1:${port}`, {
    perMessageDeflate: false,
    createConnection: () => socket,
    handshakeTimeout: openMs,
  })
  let rows = 0
  let lastRows: Uint8Array = new Uint8Array()
  let lateSyncs = 0
  let caughtUp = false
  const syncs: Sync[] = []
  const commands = new Map<string, (answer: CommandAnswer) => void>()
  const send = (frame: DeviceFrame): void => {
    websocket.send(encodeDeviceFrame(frame))
  }

  const receive = (frame: RelayFrame, begun: () => void): void => {
    switch (frame.frame) {
      case 'answer':
        onAnswer?.(frame)
        break
      case 'sync':
        if (caughtUp) lateSyncs += 1
        syncs.push(frame)
        if (frame.more || caughtUp) break
        caughtUp = true
        begun()
        break
      case 'command-answer':
        commands.get(frame.id)?.(frame)
        commands.delete(frame.id)
        break
      case 'failure':
        // Then a run has ended early, and says so itself.
        if (frame.code === 'shutting-down') break
        throw new Error(`the relay ended the session: ${frame.code}, ${frame.detail}`)
      case 'welcome':
      case 'rows':
      case 'cursor':
      case 'fetch-answer':
      case 'digests-answer':
      case 'pong':
      case 'own':
      case 'people-answer':
      case 'marks':
      case 'signal':
      case 'presence':
      case 'presence-answer':
      case 'token-taken':
      case 'query-answer':
    }
  }

  await new Promise<void>((resolve, reject) => {
    websocket.on('error', reject)
    websocket.on('open', () => {
      send(helloOf(token, device))
    })
    websocket.on('message', (bytes: Buffer) => {
      if (bytes[0] === rowsByte) {
        rows += countRows(bytes)
        lastRows = bytes
        onRows?.(bytes)
        return
      }
      const decoded = decodeRelayFrame(bytes)
      if (!decoded.ok) throw new Error(`the relay sent no frame: ${decoded.failure.detail}`)
      receive(decoded.frame, resolve)
    })
    websocket.on('close', (code) => reject(new Error(`the socket closed with ${code}`)))
  })

  return {
    user,
    get rows() {
      return rows
    },
    get lastRows() {
      return lastRows
    },
    syncs,
    get lateSyncs() {
      return lateSyncs
    },
    get bytesUp() {
      return socket.bytesWritten
    },
    get bytesDown() {
      return socket.bytesRead
    },
    send,
    command: async (frame) =>
      new Promise((resolve) => {
        commands.set(frame.id, resolve)
        send(frame)
      }),
    close: async () =>
      new Promise((resolve) => {
        websocket.once('close', () => resolve())
        websocket.close()
      }),
  }
}

/** The count that follows the kind and the conversation, without decoding the rows. */
export function countRows(frame: Uint8Array): number {
  const id = readNumber(frame, 1)
  return readNumber(frame, id.next + id.value).value
}

function readNumber(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let value = 0
  let unit = 1
  for (let next = at; ; next += 1) {
    const byte = bytes[next] ?? 0
    value += (byte & 0x7f) * unit
    unit *= 0x80
    if (byte < 0x80) return { value, next: next + 1 }
  }
}
