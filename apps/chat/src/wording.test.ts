import { expect, test } from 'vitest'
import type { ChatMessage, Unsent } from './chat.ts'
import { aConversation, aMessage } from './values.test-kit.ts'
import {
  connectionText,
  memberFailureText,
  messageLabel,
  quoteOf,
  reactionText,
  reasonText,
  silenceText,
  typingText,
  unsentText,
} from './wording.ts'

const message = aMessage()

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

test('[AC40] who is typing is named, as long as they are few', () => {
  expect(typingText([])).toBeUndefined()
  expect(typingText(['Mary'])).toBe('Mary is typing…')
  expect(typingText(['Mary', 'Ada'])).toBe('Mary and Ada are typing…')
  expect(typingText(['Mary', 'Ada', 'Bob'])).toBe('3 people are typing…')
})

test('[AC11] a refusal is a sentence, also when its code is unknown', () => {
  expect(reasonText({ code: 'not-a-member', detail: 'x' })).toBe('You are not in this conversation any more.')
  expect(reasonText({ code: 'new-code', detail: 'The moon is full.' })).toBe('The moon is full.')
  expect(reasonText({ code: 'new-code', detail: '' })).toContain('new-code')
  expect(reasonText(undefined)).not.toBe('')
})

test('[AC16] a message says who, what, when, and for one’s own what became of it', () => {
  expect(messageLabel(message, 'Jerry', { time: '14:05' })).toBe('Tom: Hello, 14:05')
  expect(messageLabel(message, 'Tom', { time: '14:05' })).toBe('You: Hello, 14:05, sent')
  expect(messageLabel({ ...message, state: 'sending' }, 'Tom', { time: '14:05' })).toBe(
    'You: Hello, 14:05, waiting to be sent',
  )
  const failed = { ...message, state: 'failed', reason: { code: 'too-large', detail: '' } } as const
  expect(messageLabel(failed, 'Tom', { time: '14:05' })).toContain('not sent: The message is too long')
  expect(messageLabel({ ...message, recalled: true }, 'Jerry', { time: '14:05' })).toBe(
    'Tom took back a message, 14:05',
  )
})

test('[AC33] one’s own message says whether the others have got it, and have read it', () => {
  const label = (more: Partial<ChatMessage>) =>
    messageLabel({ ...message, ...more }, 'Tom', { time: '14:05' })
  expect(label({})).toMatch(/, sent$/)
  expect(label({ reached: 'delivered' })).toMatch(/, delivered$/)
  expect(label({ reached: 'read' })).toMatch(/, read$/)
  expect(label({ reached: 'read', recalled: true })).not.toContain('read')
  expect(messageLabel({ ...message, reached: 'read' }, 'Jerry', { time: '14:05' })).toBe('Tom: Hello, 14:05')
})

test('[AC38] what is said of a message calls people as they call themselves', () => {
  const names = { Tom: 'Tom Cat', Mary: 'Mary Ann' }
  const reaction = { sign: '👍', users: ['Mary', 'Jerry', 'Ada'] }
  expect(messageLabel({ ...message, reactions: [reaction] }, 'Jerry', { time: '14:05', names })).toBe(
    'Tom Cat: Hello, 14:05, 👍 from Mary Ann, you and Ada',
  )
  expect(messageLabel({ ...message, recalled: true }, 'Jerry', { time: '14:05', names })).toBe(
    'Tom Cat took back a message, 14:05',
  )
  expect(quoteOf(message, 'Jerry', names).who).toBe('Tom Cat')
  expect(quoteOf(message, 'Tom', names).who).toBe('You')
})

test('[AC37] reasons of what is one’s own are sentences', () => {
  for (const code of ['declined', 'too-many'])
    expect(reasonText({ code, detail: 'at most 100' })).toMatch(/^[A-Z][^(]+\.$/)
  expect(memberFailureText(['Mary'], 'too-many')).toBe('Mary: more than there is room for.')
  expect(memberFailureText(['Mary'], 'declined')).toBe('Mary: not to be added by you.')
})

test('[AC11] what a limit of the relay refuses is a sentence of this page, true of people and of messages', () => {
  for (const code of ['quota-exceeded', 'too-many-conversations', 'conversation-full'])
    expect(reasonText({ code, detail: 'x' })).toMatch(/^[A-Z][^(]+\.$/)
  expect(reasonText({ code: 'conversation-full', detail: 'x' })).toMatch(/people.*messages/)
  expect(memberFailureText(['Mary'], 'too-many-conversations')).toBe(
    'Mary: in as many conversations as may be.',
  )
})

test('[AC12] what waits and what was refused is counted apart', () => {
  const waiting: Unsent = { id: '1', conversation: 'c', what: 'Hello', state: 'waiting' }
  expect(unsentText([])).toBe('')
  expect(unsentText([waiting, waiting])).toBe('2 waiting to be sent')
  expect(unsentText([waiting, { ...waiting, state: 'refused' }])).toBe('1 waiting to be sent, 1 not sent')
})

test('[AC16] what was done to a message is read out between its time and what became of it', () => {
  const done = {
    ...message,
    edited: true,
    reactions: [
      { sign: '👍', users: ['Jerry', 'Tom'] },
      { sign: '🎉', users: ['Mary'] },
    ],
  }
  expect(messageLabel(done, 'Tom', { time: '14:05', quoted: 'Jerry: When?', waits: true })).toBe(
    'You: Hello, in answer to Jerry: When?, 14:05, edited, 👍 from Jerry and you, 🎉 from Mary, a change of it waits to be sent, sent',
  )
  // Of a message that waits itself it is plain that what was done to it waits.
  expect(messageLabel({ ...message, state: 'sending' }, 'Tom', { time: '14:05', waits: true })).toBe(
    'You: Hello, 14:05, waiting to be sent',
  )
})

test('[AC26] a reaction says who set it', () => {
  expect(reactionText({ sign: '👍', users: ['Jerry'] }, 'Tom')).toBe('👍 from Jerry')
  expect(reactionText({ sign: '👍', users: ['A', 'Tom', 'B'] }, 'Tom')).toBe('👍 from A, you and B')
})

test('[AC27] a quoted line says whose words they are, and not what was taken back', () => {
  expect(quoteOf(message, 'Jerry')).toEqual({ who: 'Tom', text: 'Hello' })
  expect(quoteOf(message, 'Tom').who).toBe('You')
  expect(quoteOf({ ...message, text: '🙂'.repeat(120) }, 'Tom').text).toBe('🙂'.repeat(120))
  expect(quoteOf({ ...message, text: '🙂'.repeat(9000) }, 'Tom').text).toBe(`${'🙂'.repeat(120)}…`)
  expect(quoteOf({ ...message, text: 'a'.repeat(121) }, 'Tom').text).toBe(`${'a'.repeat(120)}…`)
  expect(quoteOf({ ...message, recalled: true }, 'Jerry').text).toBe('Message taken back')
})

test('[AC31] who may not write is told why, the most weighty reason first', () => {
  const here = aConversation({ muted: ['Jerry'], rights: ['speak'] })
  expect(silenceText(here, 'Tom')).toBeUndefined()
  expect(silenceText(here, 'Jerry')).toContain('You were muted')
  expect(silenceText({ ...here, sync: 'left' }, 'Jerry')).toContain('not in this conversation')
  expect(silenceText({ ...here, rights: [] }, 'Tom')).toContain('Writing is for those who lead')
})

test('[AC11] a change that did not work for somebody says for whom, and why', () => {
  expect(memberFailureText(['Mary', 'Ned'], 'blocked')).toBe('Mary, Ned: blocked here; unblock first.')
  expect(memberFailureText(['Mary'], 'new-code')).toBe('Mary: refused (new-code).')
})
