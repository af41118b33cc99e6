// The relay dies, or is told to stop, in the middle of sends: what was answered stays, what was not arrives later, once.

import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Conversation, Message } from '@parley/client'
import { expect, onTestFinished, test } from 'vitest'
import { createCuttableProxy } from './cuttable-proxy.ts'
import { type Device, openDevice } from './device.ts'
import { checkData, startRelay, temporaryFolder } from './relay-process.ts'
import { until } from './waiting.ts'

const pageSize = 100

test('[EE4] SIGKILL in the middle of 2,000 sends: all arrive, once each', { timeout: 300_000 }, async () => {
  const { data, relays, tom, jerry } = await setUp()
  const conversation = await tom.client.createConversation({ members: ['Jerry'], name: 'Two thousand' })
  const killed: number[] = []
  const sent = await sendMany(conversation, 2000, async (answered) => {
    if (killed.length === 0 ? answered < 600 : killed.length > 1 || answered < 1300) return
    killed.push(answered)
    await relays.end('SIGKILL')
    await relays.start()
  })
  // A relay that was killed before the first or after the last answer shows nothing.
  expect(killed).toHaveLength(2)
  expect(killed.every((answered) => answered < 2000)).toBe(true)

  await expectEverywhere(conversation, jerry, sent)
  await relays.end('SIGTERM')
  expect(await checkData(data.path)).toMatchObject({ code: 0 })
})

test(
  '[EE5] SIGTERM in the middle of sends: the relay ends by itself, and nothing is lost',
  { timeout: 180_000 },
  async () => {
    const { data, relays, tom, jerry } = await setUp()
    const conversation = await tom.client.createConversation({ members: ['Jerry'], name: 'Orderly' })
    let stopped: { readonly answered: number; readonly code: number | null } | undefined
    const sent = await sendMany(conversation, 1000, async (answered) => {
      if (stopped !== undefined || answered < 300) return
      stopped = { answered, code: await relays.end('SIGTERM') }
      await relays.start()
    })
    expect(stopped?.code).toBe(0)
    expect(stopped?.answered).toBeLessThan(1000)

    await expectEverywhere(conversation, jerry, sent)
    await relays.end('SIGTERM')
    expect(await checkData(data.path)).toMatchObject({ code: 0 })
  },
)

/** One relay after the other on the same data, at the same address. */
interface Relays {
  readonly start: () => Promise<void>
  readonly end: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number | null>
}

interface Setting {
  readonly data: { readonly path: string }
  readonly relays: Relays
  readonly tom: Device
  readonly jerry: Device
}

async function setUp(): Promise<Setting> {
  const data = temporaryFolder('relay')
  onTestFinished(data.dispose)
  let current = await startRelay({ data: data.path })
  const network = await createCuttableProxy(current.port)
  onTestFinished(async () => {
    await network.dispose()
    await current.end('SIGKILL')
  })
  const relays: Relays = {
    async start() {
      current = await startRelay({ data: data.path })
      network.lead(current.port)
    },
    end: (signal) => current.end(signal),
  }
  const file = temporaryFolder('device')
  onTestFinished(file.dispose)
  const tom = await openDevice('Tom', network.port, join(file.path, 'tom.sqlite'))
  onTestFinished(tom.close)
  const jerry = await openDevice('Jerry', network.port)
  onTestFinished(jerry.close)
  return { data, relays, tom, jerry }
}

/** Sends without waiting for answers, and resolves when all are answered; `onAnswer` is told how many there are. */
async function sendMany(
  conversation: Conversation,
  count: number,
  onAnswer: (answered: number) => Promise<void>,
): Promise<readonly string[]> {
  const texts = Array.from({ length: count }, (_, index) => `message ${index}`)
  let answered = 0
  let acting = Promise.resolve()
  const failed: string[] = []
  for (const text of texts) {
    const message = await conversation.send(text)
    message.sent.then(
      () => {
        answered += 1
        acting = acting.then(() => onAnswer(answered))
      },
      (error: unknown) => failed.push(`${text}: ${String(error)}`),
    )
    // A store that never waits must not keep the answers waiting.
    await setImmediate()
  }
  await until(
    () => `${count} answers; there are ${answered}, and refused were ${failed.join(', ')}`,
    () => (answered === count ? true : undefined),
    120_000,
  )
  await acting
  return texts
}

async function expectEverywhere(
  conversation: Conversation,
  other: Device,
  sent: readonly string[],
): Promise<void> {
  const there = await until('the other member knows the conversation', async () => {
    const known = await other.client.getConversation(conversation.id)
    return known !== null && known.lastMessage?.getText() === sent.at(-1) ? known : undefined
  })
  const here = await readAll(conversation)
  expect(here.map(({ text }) => text)).toEqual(sent)
  expect(new Set(here.map(({ id }) => id)).size).toBe(sent.length)
  expect(await readAll(there)).toEqual(here)
}

interface Read {
  readonly id: string
  readonly seq: number
  readonly text: string
}

/** The whole history, page by page from the newest. */
async function readAll(conversation: Conversation): Promise<readonly Read[]> {
  const all: Read[] = []
  for (;;) {
    const before = all[0]?.id
    const messages: readonly Message[] = await conversation.queryMessages({
      limit: pageSize,
      ...(before === undefined ? {} : { startMessageId: before }),
    })
    all.unshift(...messages.map((message) => ({ id: message.id, seq: message.seq, text: message.getText() })))
    if (messages.length < pageSize) return all
  }
}
