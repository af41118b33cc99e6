/**
 * The messages of the conversation that is open: loads them, keeps them in step with events, loads older ones on demand.
 *
 * What happened while the messages were read is newer than they are: then they are read again. When it never gets still
 * they are added, and nothing is taken away.
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

const olderSize = 40
/** After something moved unseen, enough to meet what is shown in most cases. */
const newestSize = 100
const maxAttempts = 3

export interface OpenConversation {
  readonly timeline: () => Timeline
  /** Resolves when the newest messages are shown. */
  readonly reread: () => Promise<void>
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
  let version = 0
  let rereading: Promise<void> | undefined
  let loadingOlder = false

  function show(next: Timeline): void {
    timeline = next
    version += 1
    changed(timeline)
  }

  async function readUntilStill(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const before = version
      const newest = await chat.history(id, { limit: newestSize })
      if (before === version) {
        show(withNewest(timeline, newest))
        return
      }
      if (attempt === maxAttempts) {
        show(withMessages(timeline, newest.messages))
        return
      }
    }
  }

  async function reread(): Promise<void> {
    version += 1
    rereading ??= readUntilStill().finally(() => {
      rereading = undefined
    })
    await rereading
  }

  return {
    timeline: () => timeline,
    reread,
    async loadOlder() {
      const before = oldest(timeline)
      if (loadingOlder || timeline.complete || before === undefined) return
      loadingOlder = true
      try {
        show(withOlder(timeline, await chat.history(id, { before, limit: olderSize })))
      } finally {
        loadingOlder = false
      }
    },
    async apply(event) {
      if (event.type === 'message' && event.message.conversation === id) {
        show(withMessages(timeline, [event.message]))
      } else if (event.type === 'moved' && event.conversation === id) {
        await reread()
      }
    },
    async discard(message) {
      await chat.discard(message.id)
      show(withoutMessage(timeline, message.id))
    },
  }
}
