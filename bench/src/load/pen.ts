/** Somebody who writes at a fixed pace, whatever the relay does, and notes how long each message took. */
import { randomBytes } from 'node:crypto'
import { type ConversationId, makeClientId, writeAppend } from '@parley/document'
import type { Answer } from '@parley/wire'
import { pause } from '../waiting.ts'
import type { RawDevice } from './raw-device.ts'

export interface Pen {
  /** Whose it is; his answers go to `take`. */
  readonly give: (device: RawDevice) => void
  readonly take: (answer: Answer) => void
  /** Writes for so long; resolves when all of it has been accepted. */
  readonly write: (conversation: ConversationId, seconds: number, perSecond: number) => Promise<void>
  /** Milliseconds from the first sending to the acceptance, since they were asked for last. */
  readonly times: () => readonly number[]
  /** What went out again, because a page had closed. */
  readonly rewritten: number
  readonly written: number
}

interface Text {
  readonly content: Uint8Array
  readonly since: number
}

const patienceMs = 60_000

/** Fewer than a page takes; what is due beyond them waits, and its time runs. */
const maxInFlight = 16

export function createPen(content: (n: number) => Uint8Array): Pen {
  let device: RawDevice | undefined
  const unanswered = new Map<string, Text>()
  let delayed = 0
  let fault: Error | undefined
  let times: number[] = []
  let conversation: ConversationId | undefined
  let page = 1
  let client = makeClientId(randomBytes(8))
  let clock = 0
  let written = 0
  let rewritten = 0

  const send = (all: readonly Text[]): void => {
    if (all.length === 0) return
    if (device === undefined || conversation === undefined) throw new Error('nobody writes')
    const updates = all.map((one) => {
      const place = { client, clock }
      const origin = clock === 0 ? null : { client, clock: clock - 1 }
      clock += 1
      unanswered.set(`${place.client}/${place.clock}`, one)
      return writeAppend({ ...place, origin, content: one.content })
    })
    device.send({ frame: 'push', conversation, page, updates })
  }

  const moveTo = (next: number): void => {
    page = next
    client = makeClientId(randomBytes(8))
    clock = 0
  }
  const check = (): void => {
    if (fault !== undefined) throw fault
    if (device?.end !== undefined) throw new Error(`a writer was sent away: ${device.end.code}`)
  }

  return {
    give(to) {
      device = to
    },
    take({ answers }) {
      const again: Text[] = []
      for (const { client: of, clock: at, verdict } of answers) {
        const one = unanswered.get(`${of}/${at}`)
        if (one === undefined) {
          fault ??= new Error('an answer to what was not asked')
          continue
        }
        unanswered.delete(`${of}/${at}`)
        if (verdict.class === 'accepted') {
          times.push(performance.now() - one.since)
        } else if (verdict.class === 'rewrite') {
          again.push(one)
          rewritten += 1
          if (of === client) moveTo(verdict.page)
        } else if (verdict.class === 'later') {
          // Its place stays empty: what follows goes elsewhere.
          if (of === client) moveTo(page)
          delayed += 1
          setTimeout(() => {
            delayed -= 1
            send([one])
          }, verdict.waitMs)
        } else fault ??= new Error(`a message was not accepted: ${JSON.stringify(verdict)}`)
      }
      send(again)
    },
    async write(to, seconds, perSecond) {
      conversation = to
      const begin = performance.now()
      const count = Math.ceil(seconds * perSecond)
      for (let sent = 0; sent < count;) {
        const due = Math.min(count, ((performance.now() - begin) * perSecond) / 1000)
        // Since it was due: a driver that is late, or a relay that makes it late, is not let off.
        for (; sent < due && unanswered.size + delayed < maxInFlight; sent += 1) {
          written += 1
          send([{ content: content(written), since: begin + (sent * 1000) / perSecond }])
        }
        check()
        await pause(1)
      }
      const until = performance.now() + patienceMs
      while (unanswered.size + delayed > 0) {
        check()
        if (performance.now() > until) throw new Error(`${unanswered.size} messages were not answered`)
        await pause(10)
      }
    },
    times() {
      const taken = times
      times = []
      return taken
    },
    get rewritten() {
      return rewritten
    },
    get written() {
      return written
    },
  }
}
