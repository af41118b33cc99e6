/**
 * `bare-ws-sqlite` as a process: what one turn of the event loop brought is one transaction, synced; then each conversation's
 * members are sent one frame, made once. Catching up is one question with all cursors. Nobody is checked.
 */
import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { answerBegin, answerEnd, answeredPart, joinedRoom, readQuestion, rowsFrame } from './bare-frames.ts'
import { openBareLog } from './bare-log.ts'

interface Room {
  readonly name: string
  readonly sockets: Set<Socket>
  /** Of this turn. */
  arrived: Uint8Array[]
}

const log = openBareLog(process.argv[2] ?? '')
const rooms = new Map<string, Room>()
let moved: Room[] = []
const mostInFrame = 256 * 1024

const http = createServer()
const websockets = new WebSocketServer({ server: http, perMessageDeflate: false })

websockets.on('connection', (websocket, request) => {
  const name = (request.url ?? '/').slice(1)
  if (name === '') {
    websocket.on('message', (bytes: Buffer) => answer(websocket, bytes))
    return
  }
  const room = rooms.get(name) ?? { name, sockets: new Set<Socket>(), arrived: [] }
  rooms.set(name, room)
  room.sockets.add(request.socket)
  websocket.on('message', (bytes: Buffer) => {
    if (moved.length === 0) setImmediate(endTurn)
    if (room.arrived.length === 0) moved.push(room)
    room.arrived.push(bytes)
  })
  websocket.on('close', () => room.sockets.delete(request.socket))
  websocket.send(joinedRoom)
})

function endTurn(): void {
  const turn = moved
  moved = []
  log.append(turn.map(({ name, arrived }) => ({ conversation: name, updates: arrived })))
  for (const room of turn) {
    const bytes = framed(rowsFrame(room.arrived))
    room.arrived = []
    for (const socket of room.sockets) socket.write(bytes)
  }
}

function answer(websocket: WebSocket, bytes: Buffer): void {
  const question = readQuestion(bytes)
  let parts: Uint8Array[] = [answerBegin]
  let size = 0
  const put = (part: Uint8Array): void => {
    if (size + part.length > mostInFrame) {
      websocket.send(Buffer.concat(parts))
      parts = [answerBegin]
      size = 0
    }
    parts.push(part)
    size += part.length
  }
  const found =
    question.ask === 'after'
      ? log.after(question.cursors)
      : log.newest(question.conversations, question.count)
  for (const answered of found) put(answeredPart(answered))
  put(answerEnd)
  websocket.send(Buffer.concat(parts))
}

/** A binary frame of a server, made once for all who are sent it. */
function framed(payload: Uint8Array): Buffer {
  const { length } = payload
  const extra = length < 126 ? 0 : length < 65_536 ? 2 : 8
  const bytes = Buffer.allocUnsafe(2 + extra + length)
  bytes[0] = 0x82
  bytes[1] = extra === 0 ? length : extra === 2 ? 126 : 127
  if (extra === 2) bytes.writeUInt16BE(length, 2)
  if (extra === 8) bytes.writeBigUInt64BE(BigInt(length), 2)
  bytes.set(payload, 2 + extra)
  return bytes
}

// Closed well, it leaves no write-ahead log for the next start to read.
process.on('SIGTERM', () => {
  log.close()
  process.exit(0)
})

http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  console.log(`listening on port ${typeof address === 'object' ? address?.port : address}`)
})
