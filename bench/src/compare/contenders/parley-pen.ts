/**
 * What a device of Parley does with what it writes: pushes it, and when a page has closed under it, writes the same messages
 * again, under a new client id, on the page it is told.
 */
import { randomBytes } from 'node:crypto'
import { type ConversationId, makeClientId, writeAppend } from '@parley/document'
import { type Answer, type DeviceFrame, maxUpdatesPerPush, type PushAnswer } from '@parley/wire'
import { createWriter } from '../message.ts'

export interface ParleyPen {
  /** One message in one frame; several in as few as hold them. */
  readonly write: (numbers: readonly number[]) => void
  readonly take: (answer: Answer) => void
}

export interface ParleyPenOptions {
  readonly user: string
  readonly conversation: ConversationId
  readonly send: (frame: DeviceFrame) => void
  readonly acknowledged: (numbers: readonly number[]) => void
}

interface Waiting {
  readonly number: number
  readonly content: Uint8Array
}

/** What happens to every device whose page fills up. */
const usualRewrites = new Set(['page-closed', 'gap', 'origin-unknown'])

export function createParleyPen(options: ParleyPenOptions): ParleyPen {
  const { user, conversation, send, acknowledged } = options
  const contentOf = createWriter(user)
  const waiting = new Map<string, Waiting>()
  let page = 1
  let client = makeClientId(randomBytes(8))
  let clock = 0

  const push = (messages: readonly Waiting[]): void => {
    for (let at = 0; at < messages.length; at += maxUpdatesPerPush) {
      const updates = messages.slice(at, at + maxUpdatesPerPush).map((message) => {
        const origin = clock === 0 ? null : { client, clock: clock - 1 }
        const update = writeAppend({ client, clock, origin, content: message.content })
        waiting.set(`${client}/${clock}`, message)
        clock += 1
        return update
      })
      send({ frame: 'push', conversation, page, updates })
    }
  }

  /** Whether it is to be written again. */
  const settle = ({ verdict, ...place }: PushAnswer, done: number[]): Waiting | undefined => {
    const key = `${place.client}/${place.clock}`
    const message = waiting.get(key)
    if (message === undefined) throw new Error('an answer to what was not asked')
    waiting.delete(key)
    if (verdict.class === 'accepted') {
      done.push(message.number)
      return undefined
    }
    if (verdict.class !== 'rewrite' || !usualRewrites.has(verdict.code)) {
      throw new Error(`a message was not accepted: ${JSON.stringify(verdict)}`)
    }
    if (place.client === client) {
      page = verdict.page
      client = makeClientId(randomBytes(8))
      clock = 0
    }
    return message
  }

  return {
    write: (numbers) => push(numbers.map((number) => ({ number, content: contentOf(number) }))),
    take({ answers }) {
      const done: number[] = []
      const again = answers.map((answer) => settle(answer, done)).filter((one) => one !== undefined)
      // Each in a frame of its own, as it came.
      for (const message of again) push([message])
      if (done.length > 0) acknowledged(done)
    },
  }
}
