/** The conversations of this device as a page lists them: a live window, from the first on. Rules CL461 to CL463. */
import type { ConversationId } from '@parley/document'
import type { ConversationView, Engine, EngineEvent } from '../engine-types.ts'
import type { Conversation } from './conversation.ts'
import { checkedCount } from './history.ts'
import { checkListener, flagOf, optionsOf } from './json.ts'

export interface ConversationListOptions {
  /** Hidden ones, too. */
  readonly hidden?: boolean
  /** How many to begin with, and how many more at a time: 1 to 100; all of them when nothing is said. */
  readonly limit?: number
}

export interface ConversationList {
  /** In their order. While somebody is subscribed another array whenever something in it has changed, and only then. */
  readonly items: readonly Conversation[]
  /** How many there are, shown or not. */
  readonly total: number
  readonly hasMore: boolean
  /** Shows so many more. */
  loadMore(count?: number): void
  /** Called once for everything that changed together: order, rows, who types. Answers what ends it. */
  subscribe(listener: () => void): () => void
}

export interface ConversationListHost {
  readonly engine: Pick<Engine, 'conversations' | 'listed' | 'on'>
  readonly find: (id: ConversationId) => Conversation
  readonly fault: (error: unknown) => void
}

export function createConversationList(
  { engine, find, fault }: ConversationListHost,
  options: ConversationListOptions,
): ConversationList {
  const { hidden: withHidden = false, limit: wanted } = optionsOf(options, 'What is asked for')
  const hidden = flagOf(withHidden, 'hidden')
  const step = wanted === undefined ? Infinity : checkedCount('limit', wanted)
  const listeners = new Set<() => void>()
  let limit = step
  /** What is shown, while somebody looks on. */
  let shown: readonly Conversation[] | undefined
  let isTelling = false
  let stop: (() => void) | undefined

  function read(): readonly Conversation[] {
    return engine.conversations({ hidden, limit }).map(({ id }) => find(id))
  }

  function hear(event: EngineEvent): void {
    if (event.type === 'ended') end()
    else if (event.type === 'conversation' || event.type === 'typing') noticed(event.conversation)
  }

  /** What lies beyond the window, and stays there, changes nothing in it. */
  function noticed(id: ConversationId): void {
    if (isTelling || shown === undefined) return
    const before = shown
    if (!before.some((one) => one.id === id) && isSame(before, engine.conversations({ hidden, limit })))
      return
    tellSoon()
  }

  function tellSoon(): void {
    isTelling = true
    Promise.resolve().then(tell).catch(fault)
  }

  function tell(): void {
    isTelling = false
    if (stop === undefined) return
    shown = read()
    for (const listener of Array.from(listeners)) {
      if (!listeners.has(listener)) continue
      try {
        listener()
      } catch (error) {
        fault(error)
      }
    }
  }

  function end(): void {
    stop?.()
    stop = undefined
    listeners.clear()
  }

  return {
    get items() {
      return stop === undefined ? (shown = read()) : (shown ??= read())
    },
    get total() {
      return engine.listed(hidden)
    },
    get hasMore() {
      return engine.listed(hidden) > limit
    },
    loadMore(count) {
      limit += count === undefined ? step : checkedCount('count', count)
      if (stop === undefined || isTelling) return
      tellSoon()
    },
    subscribe(listener) {
      checkListener(listener)
      const own = (): void => listener()
      if (stop === undefined) shown = read()
      stop ??= engine.on(hear)
      listeners.add(own)
      return () => {
        listeners.delete(own)
        if (listeners.size === 0) end()
      }
    },
  }
}

function isSame(shown: readonly Conversation[], views: readonly ConversationView[]): boolean {
  return shown.length === views.length && views.every(({ id }, at) => shown[at]?.id === id)
}
