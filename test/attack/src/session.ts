/** A device in session over a line: hello, pushes, commands, questions, each with its answer. */
import { type DeviceId, makeEntryId, parseDeviceId, type UserId } from '@parley/document'
import type { Any, CommandVerdict, PushAnswer } from '@parley/wire'
import type { Ground } from './ground.ts'
import { helloOf } from './hello.ts'
import type { FrameOf, Line } from './line.ts'

export interface Session {
  readonly user: UserId
  readonly device: DeviceId
  readonly line: Line
  readonly push: (
    conversation: string,
    page: number,
    updates: readonly Uint8Array[],
  ) => Promise<readonly PushAnswer[]>
  readonly command: (conversation: string, command: Any, id?: string) => Promise<CommandVerdict>
  readonly fetch: (conversation: string, page: number) => Promise<readonly FrameOf<'fetch-answer'>[]>
  /** Everything sent before has been read by then, and everything told before has been heard. */
  readonly settle: () => Promise<void>
}

let made = 0

/** Another one each time. */
export function nextNumber(): number {
  made += 1
  return made
}

export function nextDevice(): DeviceId {
  const device = parseDeviceId(nextNumber().toString(16).padStart(32, '0'))
  if (device === undefined) throw new Error('no device id was made')
  return device
}

/** Of this run: an id is new whatever was made by others. */
export function nextEntryId(): ReturnType<typeof makeEntryId> {
  const chance = new Uint8Array(10)
  new DataView(chance.buffer).setUint32(0, 0x0a77ac4)
  new DataView(chance.buffer).setUint32(6, nextNumber())
  return makeEntryId(1_700_000_000_000, chance)
}

export async function enter(ground: Ground, user: UserId, device: DeviceId = nextDevice()): Promise<Session> {
  const line = await ground.open()
  line.send(helloOf(await ground.token(user), device))
  await line.next('welcome')
  return sessionOf(line, user, device)
}

function sessionOf(line: Line, user: UserId, device: DeviceId): Session {
  return {
    user,
    device,
    line,
    async push(conversation, page, updates) {
      line.send({ frame: 'push', conversation, page, updates })
      const answers: PushAnswer[] = []
      while (answers.length < updates.length) {
        answers.push(...(await line.next('answer')).answers)
      }
      return answers
    },
    async command(conversation, command, id = nextEntryId()) {
      line.send({ frame: 'command', conversation, id, command })
      return (await line.next('command-answer')).verdict
    },
    async fetch(conversation, page) {
      const request = nextNumber()
      line.send({ frame: 'fetch', request, conversation, page, after: 0 })
      const parts: FrameOf<'fetch-answer'>[] = []
      for (let more = true; more;) {
        const part = await line.next('fetch-answer')
        if (part.request !== request) throw new Error('an answer to another question came')
        parts.push(part)
        more = part.fetched.result === 'rows' && part.fetched.more
      }
      return parts
    },
    async settle() {
      const nonce = nextNumber()
      line.send({ frame: 'ping', nonce, frames: line.sent() })
      for (let pong = await line.next('pong'); pong.nonce !== nonce;) {
        pong = await line.next('pong')
      }
    },
  }
}
