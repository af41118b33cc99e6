/**
 * A query as an app writes it, condition by condition. It only notes what is said: what it means, and whether it is a query at all,
 * is judged by what answers it, which a page loads when it is asked first. Rules CL490 and CL491.
 */
import type { ConversationId } from '@parley/document'
import type { Engine } from '../engine-types.ts'
import type { Conversation } from './conversation.ts'
import { badArgument } from './json.ts'
import type { OnDevice } from './query-device.ts'

/** What was found; `partial` where this device does not hold all that the conditions look at. */
export type FoundConversations = readonly Conversation[] & { readonly partial: boolean }

/** What a query is about: one's own conversations on this device. */
export interface QueryOver {
  readonly engine: Engine
  readonly conversation: (id: ConversationId) => Conversation
}

type Said = Readonly<Record<string, unknown>>

export class ConversationQuery {
  readonly #over: QueryOver
  readonly #conditions: Said[] = []
  readonly #order: Said[] = []
  #isRemote = false
  readonly #bounds: { limit?: unknown; skip?: unknown } = {}

  constructor(over: QueryOver) {
    this.#over = over
  }

  /** What meets the conditions of all of these; their order and bounds count for nothing. */
  static and(...queries: readonly ConversationQuery[]): ConversationQuery {
    return ConversationQuery.#joined('and', queries)
  }

  /** What meets those of at least one. */
  static or(...queries: readonly ConversationQuery[]): ConversationQuery {
    return ConversationQuery.#joined('or', queries)
  }

  static #joined(op: 'and' | 'or', queries: readonly ConversationQuery[]): ConversationQuery {
    const [first] = queries
    if (first === undefined || !queries.every((one) => one instanceof ConversationQuery))
      throw badArgument(`${op} joins queries, one or more.`)
    return new ConversationQuery(first.#over).#with({ op, of: queries.map((one) => one.#where()) })
  }

  equalTo(field: string, value: unknown): this {
    return this.#on('equalTo', field, { value })
  }

  notEqualTo(field: string, value: unknown): this {
    return this.#on('notEqualTo', field, { value })
  }

  greaterThan(field: string, value: number | string | Date): this {
    return this.#on('greaterThan', field, { value })
  }

  greaterThanOrEqualTo(field: string, value: number | string | Date): this {
    return this.#on('greaterThanOrEqualTo', field, { value })
  }

  lessThan(field: string, value: number | string | Date): this {
    return this.#on('lessThan', field, { value })
  }

  lessThanOrEqualTo(field: string, value: number | string | Date): this {
    return this.#on('lessThanOrEqualTo', field, { value })
  }

  contains(field: string, text: string): this {
    return this.#on('contains', field, { text })
  }

  startsWith(field: string, text: string): this {
    return this.#on('startsWith', field, { text })
  }

  endsWith(field: string, text: string): this {
    return this.#on('endsWith', field, { text })
  }

  matches(field: string, expression: RegExp): this {
    return this.#on('matches', field, { expression })
  }

  containsAll(field: string, values: readonly unknown[]): this {
    return this.#on('containsAll', field, { values })
  }

  containedIn(field: string, values: readonly unknown[]): this {
    return this.#on('containedIn', field, { values })
  }

  notContainedIn(field: string, values: readonly unknown[]): this {
    return this.#on('notContainedIn', field, { values })
  }

  containsMembers(members: readonly string[]): this {
    return this.#with({ op: 'containsMembers', members })
  }

  /** These members and nobody else; with oneself, unless `includeSelf` is false. */
  withMembers(members: readonly string[], includeSelf = true): this {
    return this.#with({
      op: 'withMembers',
      members: includeSelf ? [...members, this.#over.engine.user] : members,
    })
  }

  sizeEqualTo(field: string, size: number): this {
    return this.#on('sizeEqualTo', field, { size })
  }

  exists(field: string): this {
    return this.#on('exists', field, {})
  }

  doesNotExist(field: string): this {
    return this.#on('doesNotExist', field, {})
  }

  addAscending(field: string): this {
    this.#order.push({ field, descending: false })
    return this
  }

  addDescending(field: string): this {
    this.#order.push({ field, descending: true })
    return this
  }

  /** At most 100; 10 when nothing is said. */
  limit(limit: number): this {
    this.#bounds.limit = limit
    return this
  }

  skip(skip: number): this {
    this.#bounds.skip = skip
    return this
  }

  /** The relay is asked, instead of this device: it holds all heads. Rejects `OFFLINE` without a connection. */
  remote(): this {
    this.#isRemote = true
    return this
  }

  /** Rejects `bad-query` where what was said is none. */
  async find(): Promise<FoundConversations> {
    const { ids, partial } = await this.#found(this.#given())
    return Object.assign(ids.map(this.#over.conversation), { partial })
  }

  async first(): Promise<Conversation | null> {
    const [id] = (await this.#found({ ...this.#given(), limit: 1 })).ids
    return id === undefined ? null : this.#over.conversation(id)
  }

  /** All there are, whatever limit and skip say. */
  async count(): Promise<number> {
    const { engine } = this.#over
    const [given, isRemote] = [this.#given(), this.#isRemote]
    const { countAtRelay, countOnDevice } = await engine.load('past')
    return isRemote ? countAtRelay(engine, given) : countOnDevice(engine, given)
  }

  async #found(given: Said): Promise<OnDevice> {
    const { engine } = this.#over
    const isRemote = this.#isRemote
    const { findAtRelay, findOnDevice } = await engine.load('past')
    return isRemote ? findAtRelay(engine, given) : findOnDevice(engine, given)
  }

  #on(op: string, field: string, more: Said): this {
    return this.#with({ op, field, ...more })
  }

  #with(condition: Said): this {
    this.#conditions.push(condition)
    return this
  }

  #where(): Said {
    return { op: 'and', of: [...this.#conditions] }
  }

  #given(): Said {
    return { where: this.#where(), order: [...this.#order], ...this.#bounds }
  }
}
