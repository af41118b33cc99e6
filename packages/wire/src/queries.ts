/** What travels when a device asks a relay for conversations. */
import type { News } from './list-row.ts'
import type { Any } from './rows.ts'

/** Asks for conversations by conditions: a `Query` of @parley/document, parsed there. `count`: only how many there are. */
export interface QueryFrame {
  readonly frame: 'query'
  readonly request: number
  readonly count: boolean
  readonly query: Any
}

/** One that was asked for. */
export type Found =
  /** As to a device that has never synced, without its rows, pages and marks. */
  | { readonly is: 'member'; readonly news: News }
  /** Not his, but he may join: what a list would show. */
  | {
      readonly is: 'joinable'
      readonly conversation: string
      readonly kind: string
      readonly name: string | null
      readonly creator: string
      readonly createdAt: number
      readonly members: number
    }

export type Answered =
  /** In the order of the query. */
  | {
      readonly result: 'found'
      readonly found: readonly Found[]
      /** Another answer to this request follows. */
      readonly more: boolean
      /** More are meant than were asked for. */
      readonly beyond: boolean
    }
  | { readonly result: 'count'; readonly count: number }
  | { readonly result: 'later'; readonly code: string; readonly waitMs: number }
  | { readonly result: 'failed'; readonly code: string; readonly detail: string }

export interface QueryAnswer {
  readonly frame: 'query-answer'
  readonly request: number
  readonly answered: Answered
}
