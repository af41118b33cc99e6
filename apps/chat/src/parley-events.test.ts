import { type IMClient, ParleyError, type Realtime } from '@parley/client'
import { expect, test } from 'vitest'
import type { ChatEvent } from './chat.ts'
import { listenTo } from './parley-events.ts'

type Listener = (...args: readonly unknown[]) => void

/** Only what is listened to: what the SDK says is said by the test. */
function speaker() {
  const listeners = new Map<string, Listener>()
  const on = (name: string, listener: Listener) => {
    listeners.set(name, listener)
    return { on }
  }
  return { on, say: (name: string, ...args: readonly unknown[]) => listeners.get(name)?.(...args) }
}

test('[AC37] a refusal of what is one’s own is told, with its reason, and counted anew', () => {
  const client = speaker()
  const told: ChatEvent[] = []
  const parts = [speaker(), client] as unknown as readonly [Realtime, IMClient]
  listenTo(...parts, (event) => told.push(event))
  const reason = { code: 'too-many', detail: 'at most 100 conversations are pinned' } as const
  const person = { op: 'setting', conversation: 'c', pinned: true }
  const item = { id: 'u', conversation: '', kind: 'person', state: 'refused', person, error: reason }
  client.say('ownchangerefused', { item, error: new ParleyError(reason.code, reason.detail) })
  expect(told).toEqual([
    {
      type: 'notice',
      text: 'Refused: Pinning the conversation. There is no room for one more. Take another one away first.',
    },
    { type: 'changed' },
  ])
})
