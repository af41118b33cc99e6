import { expect, test } from 'vitest'
import { startDevice } from './testing/device.test-kit.ts'
import { holder, idsOf, lunch, talk } from './testing/history.test-kit.ts'
import { watchStore } from './testing/store.test-kit.ts'
import { entryId } from './testing/values.test-kit.ts'

const pagesOf = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at + 1)

test('[CL400] what a device does not hold of a conversation is not looked for page by page', async () => {
  const readsOf = async (pages: number, direction: 'new-to-old' | 'old-to-new'): Promise<number> => {
    const store = watchStore()
    const device = await startDevice({ store, limits: { maxIdleConversations: 0 } })
    const script = talk({ sizes: pagesOf(pages).map(() => 1) })
    await device.connect({ news: [script.news({ whole: false, rows: [], touched: [] })] })
    const before = store.reads.length
    const { messages, missing } = await device.engine.history(lunch, { from: 'device', direction })
    expect(messages).toEqual([])
    expect(missing.toSorted((a, b) => a - b)).toEqual(pagesOf(pages))
    return store.reads.length - before
  }
  for (const direction of ['new-to-old', 'old-to-new'] as const)
    expect(await readsOf(60, direction)).toBe(await readsOf(6, direction))
})

test('[CL400] without a network, what is held between pages that are not is shown, and those are missing', async () => {
  const device = await holder(talk({ sizes: [2, 2, 2, 2] }), [2])
  await device.cut()
  for (const direction of ['new-to-old', 'old-to-new'] as const) {
    const { messages, missing } = await device.engine.history(lunch, { direction })
    expect(idsOf(messages)).toEqual([3, 4].map(entryId))
    expect(missing.toSorted((a, b) => a - b)).toEqual([1, 3, 4])
  }
})
