/** The relay, real or with one of the known faults. Rule WO40. */
import { type Connection, createRelay, type Peer, type Relay, type RelayOptions } from '@parley/relay'
import { createFaultyRelay } from '@parley/relay/testing'
import { decodeDeviceFrame, decodeRelayFrame, encodeDeviceFrame, encodeRelayFrame } from '@parley/wire'
import { type Fault, isPassingFault, isRelayFault, type PassingFault } from './faults.ts'

export function makeRelay(fault: Fault | null, options: RelayOptions): Relay {
  if (isRelayFault(fault)) return createFaultyRelay(fault, options)
  return isPassingFault(fault) ? makePassing(fault, options) : createRelay(options)
}

function makePassing(fault: PassingFault, options: RelayOptions): Relay {
  switch (fault) {
    case 'signals-to-strangers':
      return around(createRelay(options), createLeak())
    case 'absence-untold':
      return around(createRelay(options), (relay, peer) =>
        relay.accept({ ...peer, send: (bytes) => peer.send(neverGone(bytes)) }),
      )
    case 'reconnection-signs-in':
      return around(createRelay(options), (relay, peer) => {
        const connection = relay.accept(peer)
        return hearing(connection, (bytes) => connection.receiveBytes(signingIn(bytes)))
      })
    case 'tags-forgotten':
      return createRelay({ ...options, store: forgetTags(options.store) })
  }
}

/** The same connection, with something in front of its ears. */
export function hearing(connection: Connection, receiveBytes: (bytes: Uint8Array) => void): Connection {
  return {
    get state() {
      return connection.state
    },
    get identity() {
      return connection.identity
    },
    receiveBytes,
    receive: (frame) => connection.receive(frame),
    drained: () => connection.drained(),
    closed: () => connection.closed(),
    fail: (code, detail) => connection.fail(code, detail),
  }
}

function around(relay: Relay, accept: (relay: Relay, peer: Peer) => Connection): Relay {
  return {
    get health() {
      return relay.health
    },
    accept: (peer) => accept(relay, peer),
    connect: (identity, standing, peer) => relay.connect(identity, standing, peer),
    authenticate: async (...shown) => relay.authenticate(...shown),
    revoke: async (...whom) => relay.revoke(...whom),
    sweep: () => relay.sweep(),
    drain: async () => relay.drain(),
  }
}

/** What one gets, everybody in session gets who is not the sender. */
function createLeak(): (relay: Relay, peer: Peer) => Connection {
  const peers = new Map<Peer, Connection>()
  const spread = (bytes: Uint8Array, from: string, got: ReadonlySet<Peer>): void => {
    for (const [peer, connection] of peers) {
      const { state, identity } = connection
      if (state === 'open' && identity?.user !== from && !got.has(peer)) peer.send(bytes)
    }
  }
  /** The relay gives all its listeners the same bytes. */
  const passed = new WeakMap<Uint8Array, Set<Peer>>()
  return (relay, peer) => {
    const send = (bytes: Uint8Array): void => {
      peer.send(bytes)
      const known = passed.get(bytes)
      known?.add(peer)
      const read = decodeRelayFrame(bytes)
      if (known !== undefined || !read.ok || read.frame.frame !== 'signal') return
      const { from } = read.frame
      const got = new Set([peer])
      passed.set(bytes, got)
      queueMicrotask(() => spread(bytes, from, got))
    }
    const connection = relay.accept({ ...peer, send })
    peers.set(peer, connection)
    return connection
  }
}

function neverGone(bytes: Uint8Array): Uint8Array {
  const read = decodeRelayFrame(bytes)
  return read.ok && read.frame.frame === 'presence'
    ? encodeRelayFrame({ ...read.frame, online: true })
    : bytes
}

function signingIn(bytes: Uint8Array): Uint8Array {
  const read = decodeDeviceFrame(bytes)
  return read.ok && read.frame.frame === 'hello'
    ? encodeDeviceFrame({ ...read.frame, login: read.frame.tag !== '' })
    : bytes
}

function forgetTags(store: RelayOptions['store']): RelayOptions['store'] {
  return new Proxy(store, {
    get(target, name): unknown {
      return name === 'tagHolder' ? async () => undefined : Reflect.get(target, name)
    },
  })
}
