/** The known faults of a client, put between the real engine and its ports. Rule WO40. */
import type { Ports } from '@parley/client/engine'
import type { OpenStore } from '@parley/storage'
import { decodeDeviceFrame } from '@parley/wire'
import type { DeviceDisk } from './device-disk.ts'
import type { Fault } from './faults.ts'

export function portsWithFault(fault: Fault | null): (ports: Ports, disk: DeviceDisk) => Ports {
  if (fault === 'storage-failure-swallowed') return (ports) => ({ ...ports, store: swallowing(ports) })
  if (fault === 'outbox-cleared-on-send')
    return (ports, disk) => ({ ...ports, connect: clearing(ports, disk) })
  // The others are the relay's, or a disk that does not fence.
  return (ports) => ports
}

/** A write that failed looks like one that did not. */
function swallowing({ store }: Ports): Ports['store'] {
  return {
    destroy: () => store.destroy(),
    async open(look) {
      const opened = await store.open(look)
      const lenient: OpenStore = {
        epoch: opened.epoch,
        read: (reads) => opened.read(reads),
        onLost: (listener) => {
          opened.onLost(listener)
        },
        close: () => opened.close(),
        commit: (batch) =>
          opened.commit(batch).catch(() => {
            // This is the fault.
          }),
      }
      return lenient
    },
  }
}

/** What has been sent is taken off the disk, as if sending were arriving. */
function clearing({ connect }: Ports, disk: DeviceDisk): Ports['connect'] {
  return (handlers) => {
    const socket = connect(handlers)
    return {
      close: () => {
        socket.close()
      },
      send(bytes) {
        socket.send(bytes)
        const read = decodeDeviceFrame(bytes)
        if (!read.ok) return
        if (read.frame.frame === 'push') disk.tamper('outbox', holdsOneOf(read.frame.updates))
        if (read.frame.frame === 'command') disk.tamper('outbox', hasId(read.frame.id))
      },
    }
  }
}

function holdsOneOf(updates: readonly Uint8Array[]): (value: unknown) => boolean {
  const sent = new Set(updates.map((update) => Buffer.from(update).toString('hex')))
  return (value) => {
    const made = partOf(value, 'made')
    const update = partOf(made, 'update')
    return update instanceof Uint8Array && sent.has(Buffer.from(update).toString('hex'))
  }
}

function hasId(id: string): (value: unknown) => boolean {
  return (value) => partOf(value, 'id') === id
}

function partOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)).get(name) : undefined
}
