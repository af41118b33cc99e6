/** What the tests of operations share: Tom at lunch, and what he sees there. */
import type { EntryId } from '@parley/document'
import type { MessageView } from '../engine-types.ts'
import { startDevice } from './device.test-kit.ts'
import type { TestDevice } from './device.test-kit.ts'
import { createScript } from './script.test-kit.ts'
import { conversationId, jerry, mary, pushed, tom } from './values.test-kit.ts'
import type { Pushed } from './values.test-kit.ts'

export const lunch = conversationId(1)

export const text = (words: string) => ({ type: -1, text: words })

export async function atLunch() {
  const device = await startDevice({ limits: { maxIdleConversations: 0, heartbeatMs: 10 ** 12 } })
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  device.sent()
  const { engine } = device

  /** Everything that left is taken. */
  async function accept(): Promise<readonly Pushed[]> {
    const updates = pushed(device.sent())
    const rows = updates.map((update) => script.accept(update))
    if (updates.length > 0) await device.say(script.accepted(updates, rows), script.frame(...rows))
    return updates
  }

  return { script, device, engine, accept }
}

export async function refuse(device: TestDevice, updates: readonly Pushed[], code: string): Promise<void> {
  const verdict = { class: 'refused', code, detail: 'no' } as const
  for (const { page, client, clock } of updates)
    await device.say({ frame: 'answer', conversation: lunch, answers: [{ page, client, clock, verdict }] })
}

export async function shown({ engine }: TestDevice, id: EntryId): Promise<MessageView> {
  const { messages } = await engine.history(lunch, { limit: 100 })
  const found = messages.find((message) => message.id === id)
  if (found === undefined) throw new Error('it is not shown')
  return found
}

export const ops = (updates: readonly Pushed[]): readonly string[] =>
  updates.map(({ entry }) =>
    !('op' in entry)
      ? `say ${entry.text ?? ''}`
      : entry.op === 'react'
        ? `react ${entry.sign} ${entry.on ? 'on' : 'off'}`
        : entry.op === 'edit'
          ? `edit ${entry.text ?? ''}`
          : 'recall',
  )
