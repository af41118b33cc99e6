/** An iterator that is made as soon as what makes it is there. Rule CL417. */
import type { MessagesIterator } from './history-iterator.ts'

export function laterIterator(make: () => Promise<MessagesIterator>): MessagesIterator {
  let making: Promise<MessagesIterator> | undefined

  async function made(): Promise<MessagesIterator> {
    making ??= make()
    try {
      return await making
    } catch (error) {
      // The next one tries again.
      making = undefined
      throw error
    }
  }

  return {
    next: async () => (await made()).next(),
    async *[Symbol.asyncIterator]() {
      yield* await made()
    },
  }
}
