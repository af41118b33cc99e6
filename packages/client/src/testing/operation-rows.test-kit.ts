/** What the tests of operations share: Tom at lunch, and what he sees there. */
import { startDevice } from './device.test-kit.ts'
import type { TestDevice } from './device.test-kit.ts'
import { createScript } from './script.test-kit.ts'
import { watchStore } from './store.test-kit.ts'
import type { WatchedStore } from './store.test-kit.ts'
import { conversationId, jerry, mary, tom } from './values.test-kit.ts'

export const lunch = conversationId(1)

export const text = (words: string) => ({ type: -1, text: words })

export async function atLunch() {
  const store = watchStore()
  const device = await startDevice({ store, limits: { maxIdleConversations: 0 } })
  const script = createScript(lunch, { by: jerry, members: [tom, mary], reader: tom })
  await device.connect({ news: [script.news()] })
  device.events.splice(0)
  device.sent()
  return { store, script, device, engine: device.engine }
}

export async function shown({ engine }: TestDevice) {
  return (await engine.history(lunch, { limit: 100 })).messages
}

export async function digestOf({ engine }: TestDevice, page: number) {
  const { pages } = await engine.inspect(lunch)
  return pages.find((other) => other.page === page)
}

/** Everything of these words that lies on the disk. */
export async function holds(store: WatchedStore, words: string): Promise<boolean> {
  const owner = await store.open()
  const tables = ['conversations', 'updates', 'outbox', 'acknowledged'] as const
  const found = await owner.read(tables.map((table) => ({ kind: 'range', table, prefix: [] })))
  return found
    .flat()
    .some(({ value }) =>
      JSON.stringify(value, (_, part: unknown) =>
        part instanceof Uint8Array ? Buffer.from(part).toString('latin1') : part,
      ).includes(words),
    )
}
