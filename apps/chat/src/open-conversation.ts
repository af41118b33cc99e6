/**
 * The messages of the conversation that is open: loads them, keeps them in step with events, loads older ones on demand.
 *
 * What happened while the messages were read is newer than they are: then they are read again. When it never gets still
 * they are added, and nothing is taken away.
 *
 * Rules: AC35.
 */
import type { Chat, ChatEvent, ChatMessage } from './chat.ts'
import {
  type Timeline,
  emptyTimeline,
  oldest,
  withHeard,
  withMessages,
  withNewest,
  withOlder,
  withoutMessage,
} from './timeline-model.ts'

const olderSize = 40
/** After something moved unseen, enough to meet what is shown in most cases. */
const newestSize = 100
const maxAttempts = 3
/** So far back a quoted message is looked for. */
const maxReachLoads = 25

export interface OpenConversation {
  readonly timeline: () => Timeline
  /** Resolves when the newest messages are shown. */
  readonly reread: () => Promise<void>
  readonly loadOlder: () => Promise<void>
  /** Loads older ones until this one is shown; answers whether it is. */
  readonly reach: (message: string) => Promise<boolean>
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
  let loadingOlder: Promise<void> | undefined

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

  async function readOlder(before: ChatMessage): Promise<void> {
    show(withOlder(timeline, await chat.history(id, { before, limit: olderSize })))
  }

  async function loadOlder(): Promise<void> {
    const before = oldest(timeline)
    if (timeline.complete || before === undefined) return
    loadingOlder ??= readOlder(before).finally(() => {
      loadingOlder = undefined
    })
    await loadingOlder
  }

  return {
    timeline: () => timeline,
    reread,
    loadOlder,
    async reach(message) {
      const isHere = () => timeline.messages.some((one) => one.id === message)
      for (let loads = 0; !isHere() && loads < maxReachLoads; loads += 1) {
        const first = oldest(timeline)
        await loadOlder()
        // Nothing more came: it is the beginning, or the rest cannot be had.
        if (oldest(timeline) === first) break
      }
      return isHere()
    },
    async apply(event) {
      if (event.type === 'message' && event.message.conversation === id) {
        // It may stand among what was cleared away: the SDK knows, and the empty timeline does not.
        if (timeline.complete && oldest(timeline) === undefined && event.message.seq > 0) await reread()
        else show(withHeard(timeline, event.message))
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
