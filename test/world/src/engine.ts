/** The client's engine as the world uses it: one place for its names. */
import type { createEngine, EngineOptions } from '@parley/client'

export { createEngine } from '@parley/client'

export type Engine = ReturnType<typeof createEngine>
export type EngineEvent = Parameters<Parameters<Engine['on']>[0]>[0]
export type ClientLimits = NonNullable<EngineOptions['limits']>
export type Ports = EngineOptions['ports']
export type SocketHandlers = Parameters<Ports['connect']>[0]
export type Socket = ReturnType<Ports['connect']>
export type ConversationView = NonNullable<ReturnType<Engine['conversation']>>
export type HistoryPage = Awaited<ReturnType<Engine['history']>>
export type MessageView = HistoryPage['messages'][number]
export type Inspection = Awaited<ReturnType<Engine['inspect']>>
export type UnsentItem = ReturnType<Engine['unsent']>[number]
/** What a changing call resolves with. */
export interface Queued {
  readonly id: Awaited<ReturnType<Engine['send']>>['id']
  readonly confirmed: Promise<unknown>
}
