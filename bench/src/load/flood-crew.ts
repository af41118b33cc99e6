/** One user who uses all he may, on all his devices, and comes back as soon as he may. */
import { randomBytes } from 'node:crypto'
import { type ConversationId, makeClientId, parseConversationId, writeAppend } from '@parley/document'
import { encodeDeviceFrame, type RelayFrame } from '@parley/wire'
import { contentOf, userOf } from '../people.ts'
import { pause } from '../waiting.ts'
import { openRaw, type RawDevice } from './raw-device.ts'

export interface Flooded {
  readonly frames: number
  readonly updates: number
  readonly accepted: number
  readonly later: number
  readonly answers: number
  /** How often a device was sent away, or not let in, by the reason. */
  readonly ends: Readonly<Record<string, number>>
}

/** Full pushes as fast as frames may come; single messages at the rate that is taken; questions; signals. */
const kinds = ['pushes', 'messages', 'questions', 'signals'] as const
type Kind = (typeof kinds)[number]

interface Flooder {
  readonly kind: Kind
  device: RawDevice | undefined
  unanswered: number
  page: number
}

const perPush = 64
const maxInFlight = 512
const maxQuestions = 60
const stepMs = 20

let running = false
const isRunning = (): boolean => running
let over: Promise<unknown> = Promise.resolve()
let counts = nothing()

export async function floodStart(given: {
  readonly port: number
  readonly user: string
  readonly conversation: string
  readonly devices: number
  /** Frames of one device: a little less than ends a session. */
  readonly framesPerSecond: number
  /** All devices do the one thing with this number; 0 for all of them in turn. */
  readonly only: number
}): Promise<void> {
  const conversation = parseConversationId(given.conversation)
  if (conversation === undefined) throw new Error('no conversation to flood')
  running = true
  counts = nothing()
  over = Promise.all(
    Array.from({ length: given.devices }, async (_, place) => {
      const kind = kinds[(given.only === 0 ? place : given.only - 1) % kinds.length] ?? 'pushes'
      await flood({ ...given, conversation }, { kind, device: undefined, unanswered: 0, page: 1 })
    }),
  )
  await pause(0)
}

export async function floodStop(): Promise<Flooded> {
  running = false
  await over
  return counts
}

function nothing(): {
  frames: number
  updates: number
  accepted: number
  later: number
  answers: number
  ends: Record<string, number>
} {
  return { frames: 0, updates: 0, accepted: 0, later: 0, answers: 0, ends: {} }
}

interface Target {
  readonly port: number
  readonly user: string
  readonly conversation: ConversationId
  readonly framesPerSecond: number
}

async function flood(target: Target, flooder: Flooder): Promise<void> {
  while (isRunning()) {
    let waitMs = 0
    try {
      flooder.unanswered = 0
      flooder.device = await openRaw({
        port: target.port,
        user: userOf(target.user),
        hear: (frame) => hear(flooder, frame),
        ended(end) {
          if (!end.code.startsWith('closed with')) counts.ends[end.code] = (counts.ends[end.code] ?? 0) + 1
          waitMs = end.waitMs
        },
      })
      await pour(target, flooder, flooder.device)
      await flooder.device.close()
    } catch {
      // Not let in: counted, and tried again when the wait is over.
    }
    for (let waited = 0; isRunning() && waited < waitMs; waited += stepMs) await pause(stepMs)
  }
}

async function pour(target: Target, flooder: Flooder, device: RawDevice): Promise<void> {
  const begin = performance.now()
  let sent = 0
  while (isRunning() && device.end === undefined) {
    const due = ((performance.now() - begin) * target.framesPerSecond) / 1000
    for (; sent < due && mayGoOn(flooder); sent += 1) {
      device.sendBytes(frameOf(target, flooder))
      counts.frames += 1
    }
    // What could not go out in its time is not saved up.
    sent = Math.max(sent, Math.floor(due))
    await pause(2)
  }
}

function mayGoOn({ kind, unanswered }: Flooder): boolean {
  if (kind === 'questions') return unanswered < maxQuestions
  return kind === 'signals' || unanswered < maxInFlight
}

/** A full push that was once made is sent again and again: making it costs more than sending it. */
const madePushes: { readonly page: number; readonly bytes: Uint8Array }[] = []
const maxMade = 64

function frameOf({ conversation, user }: Target, flooder: Flooder): Uint8Array {
  const { kind, page } = flooder
  switch (kind) {
    case 'pushes': {
      flooder.unanswered += perPush
      counts.updates += perPush
      const known = madePushes[counts.frames % maxMade]
      if (known?.page === page) return known.bytes
      const bytes = pushOf(conversation, user, page, perPush)
      madePushes[counts.frames % maxMade] = { page, bytes }
      return bytes
    }
    case 'messages':
      flooder.unanswered += 1
      counts.updates += 1
      return pushOf(conversation, user, page, 1)
    case 'questions':
      flooder.unanswered += 1
      return encodeDeviceFrame({ frame: 'fetch', request: counts.frames, conversation, page: 1, after: 0 })
    case 'signals':
      return encodeDeviceFrame({ frame: 'signal', conversation, content: { typing: true } })
  }
}

/** Behind nothing, as from a device that has just opened the page. */
function pushOf(conversation: ConversationId, user: string, page: number, count: number): Uint8Array {
  const client = makeClientId(randomBytes(8))
  const updates = Array.from({ length: count }, (_, clock) => {
    const origin = clock === 0 ? null : { client, clock: clock - 1 }
    return writeAppend({ client, clock, origin, content: contentOf(userOf(user), clock) })
  })
  return encodeDeviceFrame({ frame: 'push', conversation, page, updates })
}

function hear(flooder: Flooder, frame: RelayFrame): void {
  if (frame.frame === 'answer') {
    flooder.unanswered -= frame.answers.length
    for (const { verdict } of frame.answers) {
      if (verdict.class === 'accepted') counts.accepted += 1
      if (verdict.class === 'later') counts.later += 1
      if (verdict.class === 'rewrite') flooder.page = Math.max(flooder.page, verdict.page)
    }
  }
  if (frame.frame === 'fetch-answer' && !('more' in frame.fetched && frame.fetched.more)) {
    flooder.unanswered -= 1
    counts.answers += 1
  }
}
