/** A relay in this process, on a disk in memory: for relays with a known bug. It has the first door alone. */
import type { Peer, Relay } from '@parley/relay'
import { failures } from '@parley/wire'
import type { Ground } from './ground.ts'
import { createLine } from './line.ts'

/** Its tokens are the names of users. */
export function groundOf(relay: Relay): Ground {
  return {
    open: async () => {
      const own = createLine({
        send: (bytes) => {
          if (typeof bytes === 'string') connection.fail('malformed')
          else connection.receiveBytes(bytes)
        },
        close: () => connection.closed(),
      })
      const peer: Peer = {
        send: (bytes) => own.hear(bytes.slice()),
        buffered: () => 0,
        close: (code) => own.closed(failures[code].closeCode),
      }
      const connection = relay.accept(peer)
      return own.line
    },
    token: async (user) => user,
  }
}
