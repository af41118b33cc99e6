/** Messages that others answer and that stand further back than what is shown: each is asked for once. Rules: AC27. */
import type { Chat, ChatMessage } from './chat.ts'

export interface Quotes {
  readonly find: (id: string) => ChatMessage | undefined
  /** Asks for those that are not here yet. */
  readonly want: (ids: readonly string[]) => void
  /** One of them may have changed. */
  readonly note: (message: ChatMessage) => void
  /** What could not be had may be had now. */
  readonly again: () => void
}

export function createQuotes(chat: Pick<Chat, 'message'>, conversation: string, changed: () => void): Quotes {
  const found = new Map<string, ChatMessage>()
  const asked = new Set<string>()

  async function ask(id: string): Promise<void> {
    const message = await chat.message(conversation, id)
    if (message === undefined) return
    found.set(id, message)
    changed()
  }

  return {
    find: (id) => found.get(id),
    want(ids) {
      for (const id of ids) {
        if (asked.has(id)) continue
        asked.add(id)
        ask(id).catch((error: unknown) => reportError(error))
      }
    },
    note(message) {
      if (found.has(message.id)) found.set(message.id, message)
    },
    again() {
      for (const id of asked) if (!found.has(id)) asked.delete(id)
    },
  }
}
