import { expect, test } from 'vitest'
import type { ChatMessage } from './chat.ts'
import { createQuotes } from './quotes.ts'
import { aMessage } from './values.test-kit.ts'

/** A chat that has these messages, and says which it was asked for. */
function chatWith(messages: readonly ChatMessage[]) {
  const held = new Map(messages.map((message) => [message.id, message]))
  const asked: string[] = []
  let changes = 0
  const message = async (_conversation: string, id: string) => {
    asked.push(id)
    return held.get(id)
  }
  const quotes = createQuotes({ message }, 'c', () => {
    changes += 1
  })
  return { quotes, held, asked, changes: () => changes }
}

async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve)
  })
}

test('[AC27] what is quoted from further back is asked for once, and shown when it is there', async () => {
  const { quotes, asked, changes } = chatWith([aMessage({ id: 'far' })])
  expect(quotes.find('far')).toBeUndefined()
  quotes.want(['far', 'gone'])
  quotes.want(['far', 'gone'])
  await settled()
  expect(asked).toEqual(['far', 'gone'])
  expect(quotes.find('far')?.text).toBe('Hello')
  expect(quotes.find('gone')).toBeUndefined()
  expect(changes()).toBe(1)
})

test('[AC27] what could not be had is asked for again when there is a network, and nothing else', async () => {
  const { quotes, held, asked } = chatWith([aMessage({ id: 'far' })])
  quotes.want(['far', 'late'])
  await settled()
  held.set('late', aMessage({ id: 'late' }))
  quotes.again()
  quotes.want(['far', 'late'])
  await settled()
  expect(asked).toEqual(['far', 'late', 'late'])
  expect(quotes.find('late')?.id).toBe('late')
})

test('[AC27] a quoted message that changes is quoted as it is now', async () => {
  const { quotes } = chatWith([aMessage({ id: 'far' })])
  quotes.note(aMessage({ id: 'far', text: 'not asked for' }))
  expect(quotes.find('far')).toBeUndefined()
  quotes.want(['far'])
  await settled()
  quotes.note(aMessage({ id: 'far', text: 'Hello again' }))
  expect(quotes.find('far')?.text).toBe('Hello again')
})
