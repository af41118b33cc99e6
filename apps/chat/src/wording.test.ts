import { expect, test } from 'vitest'
import type { ChatMessage, Unsent } from './chat.ts'
import { connectionText, messageLabel, reasonText, unsentText } from './wording.ts'

const message: ChatMessage = {
  id: 'm',
  conversation: 'c',
  from: 'Tom',
  text: 'Hello',
  time: 1,
  seq: 1,
  state: 'sent',
  recalled: false,
}

test('[AC10] only waiting for the next try counts down and offers to try now', () => {
  expect(connectionText({ is: 'waiting', until: 5000 }, 1200)).toEqual({
    tone: 'warn',
    text: 'Offline, waiting to try again',
    seconds: 4,
    action: 'retry',
  })
  expect(connectionText({ is: 'waiting', until: 1000 }, 5000).seconds).toBe(0)
  for (const is of ['connecting', 'connected', 'offline', 'elsewhere'] as const) {
    expect(connectionText({ is }, 0)).not.toHaveProperty('seconds')
  }
})

test('[AC10] what is read out stays the same while the seconds pass', () => {
  const texts = [0, 1000, 2000, 9000].map((now) => connectionText({ is: 'waiting', until: 8000 }, now).text)
  expect(new Set(texts).size).toBe(1)
})

test('[AC11] a refusal is a sentence, also when its code is unknown', () => {
  expect(reasonText({ code: 'not-a-member', detail: 'x' })).toBe('You are not in this conversation any more.')
  expect(reasonText({ code: 'new-code', detail: 'The moon is full.' })).toBe('The moon is full.')
  expect(reasonText({ code: 'new-code', detail: '' })).toContain('new-code')
  expect(reasonText(undefined)).not.toBe('')
})

test('[AC16] a message says who, what, when, and for one’s own what became of it', () => {
  expect(messageLabel(message, 'Jerry', '14:05')).toBe('Tom: Hello, 14:05')
  expect(messageLabel(message, 'Tom', '14:05')).toBe('You: Hello, 14:05, sent')
  expect(messageLabel({ ...message, state: 'sending' }, 'Tom', '14:05')).toBe(
    'You: Hello, 14:05, waiting to be sent',
  )
  const failed = { ...message, state: 'failed', reason: { code: 'too-large', detail: '' } } as const
  expect(messageLabel(failed, 'Tom', '14:05')).toContain('not sent: The message is too long')
  expect(messageLabel({ ...message, recalled: true }, 'Jerry', '14:05')).toBe('Tom recalled a message, 14:05')
})

test('[AC12] what waits and what was refused is counted apart', () => {
  const waiting: Unsent = { id: '1', conversation: 'c', what: 'Hello', state: 'waiting' }
  expect(unsentText([])).toBe('')
  expect(unsentText([waiting, waiting])).toBe('2 waiting to be sent')
  expect(unsentText([waiting, { ...waiting, state: 'refused' }])).toBe('1 waiting to be sent, 1 not sent')
})
