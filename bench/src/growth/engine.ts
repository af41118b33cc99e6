/**
 * The relay's own engine in this process, on the SQLite store, with nothing that limits how much is brought at once: what
 * fixtures are written with. No socket stands between, and thousands of messages share a transaction.
 */
import { createHash, randomBytes } from 'node:crypto'
import { type ConversationId, type DeviceId, parseDeviceId, type UserId } from '@parley/document'
import { createRelay, type Relay, type RelayLimits } from '@parley/relay'
import { openSqliteRelayStore } from '@parley/relay/node'
import { type Any, type CommandFrame, type DeviceFrame, decodeRelayFrame, type Push } from '@parley/wire'
import { someEntryId } from '../people.ts'

export interface Engine {
  readonly epoch: string
  readonly position: number
  /** Everything in it is accepted when this resolves; rejects with what was not. */
  bring(user: UserId, frames: readonly DeviceFrame[]): Promise<void>
  close(): Promise<void>
}

const much = 1_000_000_000
const limits: Partial<RelayLimits> = {
  maxTurnUpdates: 4096,
  maxTurnBytes: 16 * 1024 * 1024,
  maxUserTurnUpdates: 4096,
  maxUserTurnBytes: 16 * 1024 * 1024,
  maxTurnHeadBytes: 64 * 1024 * 1024,
  maxQueuedUpdates: much,
  maxQueuedBytes: much,
  maxQueuedUserBytes: much,
  maxUserUpdatesPerSecond: much,
  maxUserUpdatesBurst: much,
  maxUserBytesPerSecond: much,
  maxUserBytesBurst: much,
  maxCreationsPerHour: much,
  maxFramesPerSecond: much,
  maxFramesBurst: much,
}

export async function openEngine(directory: string): Promise<Engine> {
  const store = await openSqliteRelayStore({ directory })
  const faults: unknown[] = []
  const relay = createRelay({
    store,
    clock: { now: () => Date.now() },
    random: (count) => randomBytes(count),
    logger: {
      error: (message, facts) => faults.push(message, facts),
      info: () => undefined,
      debug: () => undefined,
    },
    authenticate: async () => ({ ok: false, code: 'bad-token', detail: 'Nobody says hello here.' }),
    limits,
    onFault: (error) => faults.push(error),
  })
  const devices = new Map<UserId, Device>()
  return {
    epoch: store.epoch,
    get position() {
      return store.position
    },
    async bring(user, frames) {
      const device = devices.get(user) ?? enter(relay, user, store)
      devices.set(user, device)
      await device.bring(frames)
      if (faults.length > 0) throw new Error(`the relay says: ${String(faults[0])}`)
    },
    async close() {
      await relay.drain()
      await store.close()
    },
  }
}

interface Device {
  bring(frames: readonly DeviceFrame[]): Promise<void>
}

/** Answers come as they would to a socket; rows are not looked at. */
function enter(relay: Relay, user: UserId, { epoch, position }: { epoch: string; position: number }): Device {
  let awaited = 0
  let settled: { resolve: () => void; reject: (error: Error) => void } | undefined
  const connection = relay.connect(
    { user, device: deviceOf(user) },
    { epoch, cursor: position },
    {
      send(bytes) {
        const decoded = decodeRelayFrame(bytes)
        if (!decoded.ok) throw new Error(`the relay sent no frame: ${decoded.failure.detail}`)
        const { frame } = decoded
        if (frame.frame === 'failure') settled?.reject(new Error(`${frame.code}: ${frame.detail}`))
        else if (frame.frame === 'answer') frame.answers.forEach(({ verdict }) => take(verdict))
        else if (frame.frame === 'command-answer') take(frame.verdict)
      },
      buffered: () => 0,
      close: () => undefined,
    },
  )
  const take = (verdict: { readonly class: string }): void => {
    awaited -= 1
    if (verdict.class !== 'accepted') settled?.reject(new Error(`not accepted: ${JSON.stringify(verdict)}`))
    else if (awaited === 0) settled?.resolve()
  }
  return {
    async bring(frames) {
      awaited = frames.reduce((sum, frame) => sum + (frame.frame === 'push' ? frame.updates.length : 1), 0)
      if (awaited === 0) return
      await new Promise<void>((resolve, reject) => {
        settled = { resolve, reject }
        for (const frame of frames) connection.receive(frame)
      })
    },
  }
}

/** The same whenever the fixture grows on: what it has begun to write is its own. */
function deviceOf(user: UserId): DeviceId {
  const device = parseDeviceId(createHash('sha256').update(user).digest('hex').slice(0, 32))
  if (device === undefined) throw new Error('32 digits are a device id')
  return device
}

export function commandFrame(conversation: ConversationId, command: Any): CommandFrame {
  return { frame: 'command', conversation, id: someEntryId(), command }
}

export function creationFrame(
  conversation: ConversationId,
  name: string,
  members: readonly UserId[],
): CommandFrame {
  return commandFrame(conversation, {
    op: 'create',
    kind: 'group',
    unique: false,
    members: [...members],
    name,
    attributes: {},
  })
}

export function pushFrame(conversation: ConversationId, page: number, updates: Push['updates']): DeviceFrame {
  return { frame: 'push', conversation, page, updates }
}
