/**
 * A peer that keeps what it is sent, decoded, and sends what it is told to. It knows nothing of the client.
 */
import {
  type ConversationId,
  type DeviceId,
  makeConversationId,
  parseDeviceId,
  parseUserId,
  type UserId,
} from '@parley/document'
import {
  type Any,
  type DeviceFrame,
  decodeRelayFrame,
  encodeDeviceFrame,
  protocolVersion,
  type RelayFrame,
} from '@parley/wire'
import type { Connection, Peer, Relay } from '../ports.ts'
import { testEntryId } from './pen.ts'

export interface TestDevice {
  readonly user: UserId
  readonly connection: Connection
  /** Every frame so far. */
  readonly frames: readonly RelayFrame[]
  /** The code it was closed with. */
  readonly closedBy: string | undefined
  /** Bytes that the socket pretends to hold back. */
  buffered: number
  send(frame: DeviceFrame): void
  push(conversation: string, page: number, updates: readonly Uint8Array[]): void
  /** Answers the command's id. */
  command(conversation: string, command: Any, id?: string): string
  /** Frames of one kind since the last call for that kind, waiting until nothing moves any more. */
  take<Kind extends RelayFrame['frame']>(kind: Kind): Promise<readonly Extract<RelayFrame, { frame: Kind }>[]>
}

/** Everything that hangs on settled promises has happened. */
export async function settle(): Promise<void> {
  for (let step = 0; step < 500; step += 1) await Promise.resolve()
}

export function testUser(name: string): UserId {
  const user = parseUserId(name)
  if (user === undefined) throw new Error(`no user id: ${name}`)
  return user
}

export function testDeviceId(number: number): DeviceId {
  const device = parseDeviceId(number.toString(16).padStart(32, '0'))
  if (device === undefined) throw new Error(`no device number: ${number}`)
  return device
}

export function testConversationId(number: number): ConversationId {
  const chance = new Uint8Array(16)
  new DataView(chance.buffer).setUint32(12, number)
  return makeConversationId(chance)
}

export interface TestDeviceOptions {
  readonly user: string
  readonly device?: number
  readonly epoch?: string
  readonly cursor?: number
  /** Without one the device is in session at once, otherwise it says hello with it. */
  readonly token?: string
  readonly version?: number
  /** Only with a token. */
  readonly tag?: string
  readonly login?: boolean
  readonly inflates?: boolean
  /** About one conversation, and nothing else. */
  readonly only?: ConversationId
}

export function createTestDevice(relay: Relay, options: TestDeviceOptions): TestDevice {
  const { device = 1, epoch = '', cursor = 0, token, version = protocolVersion, only } = options
  const user = testUser(options.user)
  const frames: RelayFrame[] = []
  const taken = new Map<string, number>()
  let closedBy: string | undefined
  let buffered = 0
  const peer: Peer = {
    send(bytes) {
      const decoded = decodeRelayFrame(bytes)
      if (!decoded.ok) throw new Error(`the relay sent no frame: ${decoded.failure.detail}`)
      frames.push(decoded.frame)
    },
    buffered: () => buffered,
    close(code) {
      closedBy = code
    },
  }
  const id = testDeviceId(device)
  const connection =
    token === undefined
      ? relay.connect({ user, device: id }, { epoch, cursor, ...(only === undefined ? {} : { only }) }, peer)
      : relay.accept(peer)
  const send = (frame: DeviceFrame): void => connection.receiveBytes(encodeDeviceFrame(frame))
  const { tag = '', login = false, inflates = false } = options
  if (token !== undefined)
    send({ frame: 'hello', version, token, device: id, epoch, cursor, tag, login, inflates })
  return {
    user,
    connection,
    frames,
    get closedBy() {
      return closedBy
    },
    get buffered() {
      return buffered
    },
    set buffered(bytes) {
      buffered = bytes
    },
    send,
    push: (conversation, page, updates) => send({ frame: 'push', conversation, page, updates }),
    command(conversation, command, commandId = testEntryId()) {
      send({ frame: 'command', conversation, id: commandId, command })
      return commandId
    },
    async take(kind) {
      await settle()
      const all = frames.filter(
        (frame): frame is Extract<RelayFrame, { frame: typeof kind }> => frame.frame === kind,
      )
      const fresh = all.slice(taken.get(kind) ?? 0)
      taken.set(kind, all.length)
      return fresh
    },
  }
}
