import { ParleyError } from '@parley/client'
import { expect, test } from 'vitest'
import type { ChatEvent } from './chat.ts'
import { type Listening, listenTo } from './parley-events.ts'
import { failuresText } from './parley-members.ts'

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

function partsOf(client: object, told: ChatEvent[], foretold = new Set<string>()): Listening {
  const tell = (event: ChatEvent) => told.push(event)
  return { realtime: speaker(), client, tell, foretold } as unknown as Listening
}

test('[AC41] for whom a change did not work is told once, in the words of when it was tried', () => {
  const client = speaker()
  const told: ChatEvent[] = []
  const foretold = new Set<string>()
  listenTo(partsOf(client, told, foretold))
  const failures = [{ clientIds: ['Mary'], code: 'declined', detail: 'Mary does not want to be added' }]
  const error = { code: 'declined', detail: 'Mary does not want to be added', failures }
  const item = {
    id: 'u',
    conversation: 'c',
    kind: 'command',
    state: 'refused',
    command: { op: 'add' },
    error,
  }
  const text = failuresText(failures) ?? ''
  client.say('changerefused', { item }, { id: 'c' })
  expect(told).toEqual([
    { type: 'notice', text },
    { type: 'moved', conversation: 'c' },
  ])
  foretold.add(text)
  client.say('changerefused', { item }, { id: 'c' })
  expect(told.slice(2)).toEqual([{ type: 'moved', conversation: 'c' }])
  client.say('changerefused', { item }, { id: 'c' })
  expect(told.slice(3)).toEqual([
    { type: 'notice', text },
    { type: 'moved', conversation: 'c' },
  ])
})

test('[AC37] a refusal of what is one’s own is told, with its reason, and counted anew', () => {
  const client = speaker()
  const told: ChatEvent[] = []
  listenTo(partsOf(client, told))
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
