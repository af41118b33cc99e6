import { expect, test } from 'vitest'
import type { Chat, ChatMessage } from './chat.ts'
import { createOpenConversation } from './open-conversation.ts'
import { aMessage } from './values.test-kit.ts'

test('[AC35] what is heard of a message that was cleared away does not bring it back', async () => {
  const before = aMessage({ id: 'a', seq: 1 })
  const after = aMessage({ id: 'b', seq: 2 })
  let kept: readonly ChatMessage[] = [before]
  const history = async () => ({ messages: kept, complete: true, missing: false })
  const open = createOpenConversation({ history } as unknown as Chat, 'c', () => undefined)
  const shown = () => open.timeline().messages.map(({ id }) => id)
  const heard = async (message: ChatMessage) => open.apply({ type: 'message', message, fresh: false })
  await open.reread()
  expect(shown()).toEqual(['a'])

  kept = []
  await open.apply({ type: 'moved', conversation: 'c' })
  expect(shown()).toEqual([])
  await heard({ ...before, edited: true })
  expect(shown()).toEqual([])

  // One's own that waits changes nothing of that; what is new comes.
  const waiting = aMessage({ id: 'w', seq: 0, state: 'sending' })
  kept = [waiting]
  await heard(waiting)
  await heard({ ...before, edited: true })
  expect(shown()).toEqual(['w'])
  kept = [after, waiting]
  await heard(after)
  await heard({ ...before, edited: true })
  expect(shown()).toEqual(['b', 'w'])
})
