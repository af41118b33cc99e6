/** `bare-ws` as a process: each message goes to each other member of its room at once, and nothing else happens. */
import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { joinedRoom } from './bare-frames.ts'

const rooms = new Map<string, Set<WebSocket>>()
const http = createServer()
const websockets = new WebSocketServer({ server: http, perMessageDeflate: false })

websockets.on('connection', (socket, request) => {
  const name = request.url ?? '/'
  const room = rooms.get(name) ?? new Set()
  rooms.set(name, room.add(socket))
  socket.on('message', (bytes: Buffer) => {
    for (const other of room) if (other !== socket) other.send(bytes)
  })
  socket.on('close', () => room.delete(socket))
  socket.send(joinedRoom)
})

http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  console.log(`listening on port ${typeof address === 'object' ? address?.port : address}`)
})
