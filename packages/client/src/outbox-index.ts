/**
 * The outbox's items as they are asked for: by number, by id, by lane, by what they are about. Each look-up and each
 * change costs what it touches, never the length of a lane: a device may hold ten thousand waiting messages.
 */
import type { ConversationId, EntryId } from '@parley/document'
import type { CommandItem, EntryItem, OutboxItem } from './records.ts'

interface Lane {
  /** By number, in the order they were made; sorted when it is walked, should one have come late. */
  items: Map<number, OutboxItem>
  last: number
  sorted: boolean
  readonly commands: Set<number>
  /** Entries whose bytes exist. */
  readonly made: Set<number>
  readonly answered: Set<number>
}

export interface OutboxIndex {
  readonly size: number
  /** In the order they were made. */
  all(): readonly OutboxItem[]
  get(n: number): OutboxItem | undefined
  byId(id: EntryId): OutboxItem | undefined
  put(item: OutboxItem): void
  drop(n: number): void
  /** Whether there is anything in its lane. */
  has(id: ConversationId): boolean
  /** Conversations with anything in their lane. */
  laneIds(): Iterable<ConversationId>
  lane(id: ConversationId): Iterable<OutboxItem>
  commands(id: ConversationId): Iterable<CommandItem>
  made(id: ConversationId): Iterable<EntryItem>
  answered(id: ConversationId): Iterable<OutboxItem>
  /** Operations on this entry. */
  about(target: EntryId): Iterable<EntryItem>
}

export function createOutboxIndex(): OutboxIndex {
  const items = new Map<number, OutboxItem>()
  const numbers = new Map<EntryId, number>()
  const lanes = new Map<ConversationId, Lane>()
  const operations = new Map<EntryId, Set<number>>()

  function laneOf(id: ConversationId): Lane {
    const lane = lanes.get(id) ?? {
      items: new Map(),
      last: 0,
      sorted: true,
      commands: new Set(),
      made: new Set(),
      answered: new Set(),
    }
    lanes.set(id, lane)
    return lane
  }

  function sorted(lane: Lane): Map<number, OutboxItem> {
    if (!lane.sorted) {
      lane.items = new Map([...lane.items].toSorted(([a], [b]) => a - b))
      lane.sorted = true
    }
    return lane.items
  }

  function* those<T extends OutboxItem>(
    found: ReadonlySet<number> | undefined,
    is: (item: OutboxItem) => item is T,
  ): Iterable<T> {
    for (const n of inOrder(found)) {
      const item = items.get(n)
      if (item !== undefined && is(item)) yield item
    }
  }

  function drop(n: number): void {
    const item = items.get(n)
    if (item === undefined) return
    items.delete(n)
    if (numbers.get(item.id) === n) numbers.delete(item.id)
    const lane = laneOf(item.conversation)
    lane.items.delete(n)
    mark(lane, n, undefined)
    if (lane.items.size === 0) lanes.delete(item.conversation)
    unlist(item)
  }

  function unlist(item: OutboxItem): void {
    const target = targetOf(item)
    const rest = target === undefined ? undefined : operations.get(target)
    rest?.delete(item.n)
    if (target !== undefined && rest?.size === 0) operations.delete(target)
  }

  return {
    get size() {
      return items.size
    },
    all: () => [...items.values()].toSorted((a, b) => a.n - b.n),
    get: (n) => items.get(n),
    byId(id) {
      const n = numbers.get(id)
      return n === undefined ? undefined : items.get(n)
    },
    put(item) {
      const { n, id, conversation } = item
      const known = items.get(n)
      if (known !== undefined && (known.id !== id || known.conversation !== conversation)) drop(n)
      else if (known !== undefined) unlist(known)
      items.set(n, item)
      numbers.set(id, n)
      const lane = laneOf(conversation)
      if (n < lane.last && !lane.items.has(n)) lane.sorted = false
      lane.last = Math.max(lane.last, n)
      lane.items.set(n, item)
      mark(lane, n, item)
      const target = targetOf(item)
      if (target !== undefined) operations.set(target, (operations.get(target) ?? new Set()).add(n))
    },
    drop,
    has: (id) => lanes.has(id),
    laneIds: () => lanes.keys(),
    lane(id) {
      const lane = lanes.get(id)
      return lane === undefined ? [] : sorted(lane).values()
    },
    commands: (id) => those(lanes.get(id)?.commands, isCommand),
    made: (id) => those(lanes.get(id)?.made, isEntry),
    answered: (id) => those(lanes.get(id)?.answered, isAny),
    about: (target) => those(operations.get(target), isEntry),
  }
}

function mark(lane: Lane, n: number, item: OutboxItem | undefined): void {
  set(lane.commands, n, item?.kind === 'command')
  set(lane.made, n, item?.kind === 'entry' && item.made !== null)
  set(lane.answered, n, item !== undefined && item.answered !== null)
}

function set(numbers: Set<number>, n: number, has: boolean): void {
  if (has) numbers.add(n)
  else numbers.delete(n)
}

function inOrder(numbers: ReadonlySet<number> | undefined): readonly number[] {
  return numbers === undefined ? [] : [...numbers].toSorted((a, b) => a - b)
}

function targetOf(item: OutboxItem): EntryId | undefined {
  return item.kind === 'entry' ? item.target?.id : undefined
}

function isCommand(item: OutboxItem): item is CommandItem {
  return item.kind === 'command'
}

function isEntry(item: OutboxItem): item is EntryItem {
  return item.kind === 'entry'
}

function isAny(_item: OutboxItem): _item is OutboxItem {
  return true
}
