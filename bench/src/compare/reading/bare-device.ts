/** Reads from `bare-ws-sqlite`, as little as can be: one question, and every message of the answer looked at. */
import { readAnswer, writeQuestion } from '../servers/bare-frames.ts'
import { createCountingSockets, createMeter, type Reading } from './meter.ts'
import type { Given } from './program.ts'
import { textOf } from './text.ts'

export interface BareMessage {
  readonly id: string
  readonly from: string
  readonly ts: number
  readonly text: string
}

export function bareName(conversation: number): string {
  return `conversation-${conversation}`
}

const screen = 50

export async function readBare(given: Given): Promise<Reading> {
  const sockets = createCountingSockets()
  const meter = createMeter(sockets, given.pid)
  const { question, expected } = asked(given)
  const found: { readonly conversation: string; readonly text: string; readonly seq: number }[] = []
  meter.start()
  const socket = new sockets.WebSocket(`ws://127.0.0.1:${given.port}/`)
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('open', () => socket.send(writeQuestion(question)))
    socket.on('message', (bytes: Buffer) => {
      const { answered, last } = readAnswer(bytes)
      for (const { conversation, firstSeq, updates } of answered)
        for (const [at, update] of updates.entries())
          found.push({ conversation, text: textIn(update), seq: firstSeq + at })
      if (last) resolve()
    })
  })
  const cost = meter.stop()
  socket.close()
  const right = found.filter(({ conversation, text, seq }) => {
    const number = Number(conversation.slice(bareName(0).length - 1))
    return text === textOf(number, seq - 1)
  })
  return { ...cost, complete: found.length === right.length ? right.length : -1, expected }
}

function textIn(update: Uint8Array): string {
  // Written by `fillBare`.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { text } = JSON.parse(Buffer.from(update).toString()) as BareMessage
  return text
}

function asked({ job, shelf, conversation = 0, messages = 0 }: Given): {
  readonly question: Parameters<typeof writeQuestion>[0]
  readonly expected: number
} {
  if (job === 'first-screen') {
    const conversations = [bareName(conversation)]
    return { question: { ask: 'newest', count: screen, conversations }, expected: screen }
  }
  if (job === 'whole') {
    const cursors = [{ conversation: bareName(conversation), seq: 0 }]
    return { question: { ask: 'after', cursors }, expected: messages }
  }
  if (shelf === undefined) throw new Error('nobody says what there is')
  const names = Array.from({ length: shelf.conversations }, (_, at) => bareName(at))
  if (job === 'cold-start')
    return { question: { ask: 'newest', count: 1, conversations: names }, expected: shelf.conversations }
  const cursors = names.map((name) => ({ conversation: name, seq: shelf.messages }))
  return { question: { ask: 'after', cursors }, expected: shelf.moved * shelf.news }
}
