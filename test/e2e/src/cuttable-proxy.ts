/**
 * A network of one person: a port whose connections go to the relay, until they are cut. Chromium's offline mode keeps
 * WebSockets that are open; this does not. Its address stays the same when the relay comes back on another port.
 */
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'

export interface CuttableProxy {
  readonly port: number
  /** Ends every connection, and new ones as soon as they come. */
  readonly cut: () => void
  /** Leads new connections to this port. */
  readonly lead: (port: number) => void
  readonly dispose: () => Promise<void>
}

export async function createCuttableProxy(target: number): Promise<CuttableProxy> {
  let open: number | undefined = target
  const sockets = new Set<Socket>()

  function keep(socket: Socket): void {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }

  const server = createServer((near) => {
    keep(near)
    if (open === undefined) {
      near.destroy()
      return
    }
    const far = connect({ host: '127.0.0.1', port: open, noDelay: true })
    keep(far)
    near.setNoDelay(true)
    near.pipe(far).pipe(near)
    // One end tells the other; why a connection broke is not this one's matter.
    near.on('error', () => far.destroy()).once('close', () => far.destroy())
    far.on('error', () => near.destroy()).once('close', () => near.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })

  function cut(): void {
    open = undefined
    for (const socket of sockets) socket.destroy()
  }

  return {
    port: portOf(server.address()),
    cut,
    lead: (port) => {
      open = port
    },
    dispose: () => {
      cut()
      return new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
      })
    },
  }
}

export function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}
