/** The browser as a platform: its WebSocket, its IndexedDB, and what it says of the network and of being looked at. */
import { createIndexedDbStore, createLateMemoryStore } from '@parley/storage/browser'
import { inflate } from './inflate.ts'
import { lazyParts } from './lazy-parts.ts'
import { deviceLayout } from '../records.ts'
import { type Platform, PortableRealtime, type RealtimeOptions } from '../sdk/realtime.ts'

const platform: Platform = {
  now: () => Date.now(),
  timer: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
  random: (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
  inflate,
  connect: (server) => (handlers) => {
    const socket = new WebSocket(server)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => handlers.open())
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
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
  store: (wanted, user) => {
    if (wanted === 'memory') return createLateMemoryStore(deviceLayout)
    return createIndexedDbStore({ name: `parley:${user}`, layout: deviceLayout })
  },
  parts: lazyParts,
  idle: (job) => {
    // Safari has no such callback.
    if (typeof requestIdleCallback === 'function') requestIdleCallback(job, { timeout: 5_000 })
    else setTimeout(job, 1_000)
  },
  watch: (engine) => {
    const online = (): void => engine.network(true)
    const offline = (): void => engine.network(false)
    const visible = (): void => {
      if (document.visibilityState === 'visible') engine.retry()
    }
    addEventListener('online', online)
    addEventListener('offline', offline)
    document.addEventListener('visibilitychange', visible)
    if (!navigator.onLine) engine.network(false)
    return () => {
      removeEventListener('online', online)
      removeEventListener('offline', offline)
      document.removeEventListener('visibilitychange', visible)
    }
  },
}

export class Realtime extends PortableRealtime {
  constructor(options: RealtimeOptions) {
    super(options, platform)
  }
}
