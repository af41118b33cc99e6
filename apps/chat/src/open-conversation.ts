/**
 * The messages of the conversation that is open: loads them, keeps them in step with events, loads older ones on demand,
 * one request at a time.
 */
import type { Chat, ChatEvent, ChatMessage } from './chat.ts'
import {
  type Timeline,
  emptyTimeline,
  oldest,
  withMessages,
  withNewest,
  withOlder,
  withoutMessage,
} from './timeline-model.ts'

const pageSize = 40
/** After something moved unseen, enough to meet what is shown in most cases. */
const rereadSize = 100

export interface OpenConversation {
  readonly timeline: () => Timeline
  /** Resolves when the newest messages are shown. */
  readonly start: () => Promise<void>
  readonly loadOlder: () => Promise<void>
  readonly apply: (event: ChatEvent) => Promise<void>
  readonly discard: (message: ChatMessage) => Promise<void>
}

export function createOpenConversation(
  chat: Chat,
  id: string,
  changed: (timeline: Timeline) => void,
): OpenConversation {
  let timeline = emptyTimeline
  let loading = false

  function show(next: Timeline): void {
    timeline = next
    changed(timeline)
  }

  return {
    timeline: () => timeline,
    async start() {
      const newest = await chat.history(id, { limit: pageSize })
      // What arrived while the history was read is newer than it.
      const arrived = timeline.messages
      const read = { messages: [], complete: newest.complete, missing: newest.missing }
      show(withMessages(withMessages(read, newest.messages), arrived))
    },
    async loadOlder() {
      const before = oldest(timeline)
      if (loading || timeline.complete || before === undefined) return
      loading = true
      try {
        const older = await chat.history(id, { before, limit: pageSize })
        show(withOlder(timeline, older))
      } finally {
        loading = false
      }
    },
    async apply(event) {
      if (event.type === 'message' && event.message.conversation === id) {
        show(withMessages(timeline, [event.message]))
      } else if (event.type === 'moved' && event.conversation === id) {
        show(withNewest(timeline, await chat.history(id, { limit: rereadSize })))
      }
    },
    async discard(message) {
      await chat.discard(message.id)
      show(withoutMessage(timeline, message.id))
    },
  }
}
