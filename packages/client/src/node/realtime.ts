/** Node as a platform: its own WebSocket (Node 22 and later), and memory unless a store is given. */
import { webcrypto } from 'node:crypto'
import { createMemoryStore } from '@parley/storage/memory'
import { ParleyError } from '../errors.ts'
import { deviceLayout } from '../records.ts'
import { wholeParts } from '../whole-parts.ts'
import { type Platform, PortableRealtime, type RealtimeOptions } from '../sdk/realtime.ts'
import { inflate } from './inflate.ts'

const platform: Platform = {
  now: () => Date.now(),
  timer: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
  random: (bytes) => webcrypto.getRandomValues(new Uint8Array(bytes)),
  inflate,
  connect: (server) => (handlers) => {
    const socket = new WebSocket(server)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => handlers.open())
    socket.addEventListener('message', (event) => {
      const data: unknown = event.data
      if (data instanceof ArrayBuffer) handlers.message(new Uint8Array(data))
    })
    socket.addEventListener('close', ({ code, reason }) => {
      handlers.closed(reason === '' ? `closed with ${code}` : reason)
    })
    return {
      send: (bytes) => {
        // What is sent into a closing socket is lost, and sent again after the next welcome.
        if (socket.readyState === WebSocket.OPEN) socket.send(new Uint8Array(bytes))
      },
      close: () => socket.close(),
    }
  },
  store: (wanted) => {
    if (wanted === 'indexeddb') {
      throw new ParleyError(
        'bad-argument',
        'There is no IndexedDB in Node: give a store of @parley/storage/node, or none for memory.',
      )
    }
    return createMemoryStore(deviceLayout)
  },
  parts: wholeParts,
  watch: () => () => undefined,
}

export class Realtime extends PortableRealtime {
  constructor(options: RealtimeOptions) {
    super(options, platform)
  }
}
