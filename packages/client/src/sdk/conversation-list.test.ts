import { expect, test } from 'vitest'
import { stage } from '../testing/client.test-kit.ts'
import type { Stage } from '../testing/client.test-kit.ts'
import { createScript } from '../testing/script.test-kit.ts'
import type { Script } from '../testing/script.test-kit.ts'
import { codeOf, conversationId, jerry, settle, tom } from '../testing/values.test-kit.ts'
import type { ConversationList } from './conversation-list.ts'

const names = ['Breakfast', 'Lunch', 'Dinner', 'Supper']

/** Four conversations, the later named ones first. */
async function listed(): Promise<{ readonly stood: Stage; readonly scripts: readonly Script[] }> {
  const stood = await stage()
  const scripts = names.map((name, at) => {
    const script = createScript(conversationId(at + 1), { by: jerry, members: [tom], name })
    for (let n = 0; n <= at; n += 1) script.text(jerry, `${n}`)
    return script
  })
  await stood.connect({ news: scripts.map((script) => script.news()) })
  return { stood, scripts }
}

function namesOf({ items }: ConversationList): readonly (string | null)[] {
  return items.map(({ name }) => name)
}

/** So often that it is later than what the others have: each message of a script comes a moment after the one before. */
async function speak(stood: Stage, script: Script): Promise<void> {
  const known = script.rows.length
  for (let n = 0; n < 10; n += 1) script.text(jerry, `${n}`)
  await stood.say(script.frame(...script.rows.slice(known)))
}

test('[CL461] a window begins with so many, knows how many there are, and shows more when asked', async () => {
  const { stood } = await listed()
  expect(namesOf(stood.client.conversations())).toEqual(['Supper', 'Dinner', 'Lunch', 'Breakfast'])
  const list = stood.client.conversations({ limit: 2 })
  expect([namesOf(list), list.total, list.hasMore]).toEqual([['Supper', 'Dinner'], 4, true])
  list.loadMore(1)
  expect([namesOf(list), list.hasMore]).toEqual([['Supper', 'Dinner', 'Lunch'], true])
  list.loadMore()
  expect([namesOf(list).length, list.hasMore]).toEqual([4, false])
  for (const limit of [0, -1, 1.5, 101, Number.NaN])
    await expect(codeOf((async () => stood.client.conversations({ limit }))())).resolves.toBe('bad-argument')
  await expect(codeOf((async () => list.loadMore(0))())).resolves.toBe('bad-argument')
})

test('[CL462] who looks on is told once of what changed together in the window, and of nothing beyond it', async () => {
  const { stood, scripts } = await listed()
  const [breakfast, , dinner] = scripts
  if (breakfast === undefined || dinner === undefined) throw new Error('there are four')
  const list = stood.client.conversations({ limit: 2 })
  const told: (readonly (string | null)[])[] = []
  const stop = list.subscribe(() => {
    told.push(namesOf(list))
    throw new Error('the app is wrong')
  })
  list.subscribe(() => undefined)
  const before = list.items
  expect(list.items).toBe(before)

  // Behind the window, and it stays there: the others have spoken later.
  await stood.say(breakfast.frame(breakfast.change({ op: 'updated', by: jerry, name: 'Brunch' })))
  expect([told, list.items]).toEqual([[], before])
  expect(list.items).toBe(before)

  await speak(stood, dinner)
  expect(told).toEqual([['Dinner', 'Supper']])
  expect(list.items).not.toBe(before)
  await speak(stood, breakfast)
  expect(told.at(-1)).toEqual(['Dinner', 'Brunch'])

  const count = told.length
  await stood.client.conversations().items[0]?.setDraft('soon')
  await settle()
  expect(told).toHaveLength(count + 1)
  list.loadMore(1)
  await settle()
  expect(told.at(-1)).toHaveLength(3)
  stop()
  await speak(stood, dinner)
  expect(told).toHaveLength(count + 2)
})

test('[CL463] without a subscriber it keeps nothing, and shows what is held, also after the end', async () => {
  const { stood, scripts } = await listed()
  const [breakfast] = scripts
  if (breakfast === undefined) throw new Error('there are four')
  const list = stood.client.conversations({ limit: 1 })
  expect(namesOf(list)).toEqual(['Supper'])
  await speak(stood, breakfast)
  expect(namesOf(list)).toEqual(['Breakfast'])
  const told: number[] = []
  const stop = list.subscribe(() => told.push(1))
  stop()
  stop()
  await speak(stood, breakfast)
  expect(told).toEqual([])
  list.subscribe(() => told.push(2))
  await stood.client.close()
  expect(namesOf(list)).toEqual(['Breakfast'])
  expect(told).toEqual([])
})

test('[CL464] what is marked as unread looks so, whatever is counted', async () => {
  const { stood } = await listed()
  const [first] = stood.client.conversations().items
  if (first === undefined) throw new Error('there are four')
  await first.read()
  expect([first.looksUnread, first.unreadMessagesCount]).toEqual([false, 0])
  await first.markAsUnread()
  expect([first.looksUnread, first.unreadMessagesCount]).toEqual([true, 0])
  await first.read()
  expect(first.looksUnread).toBe(false)
})
