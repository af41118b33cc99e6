/** The outbox as one job sees it: what it has changed itself laid over what was there before. Nothing is copied. */
import type { ConversationId, EntryId } from '@parley/document'
import { createOutboxIndex } from './outbox-index.ts'
import type { OutboxIndex } from './outbox-index.ts'
import type { CommandItem, EntryItem, OutboxItem } from './records.ts'

export interface OutboxChanges {
  get(n: number): OutboxItem | undefined
  byId(id: EntryId): OutboxItem | undefined
  put(item: OutboxItem): void
  drop(n: number): void
  laneIds(): readonly ConversationId[]
  lane(id: ConversationId): readonly OutboxItem[]
  /** The same as far as it is asked for; nothing is changed meanwhile. */
  walk(id: ConversationId): Iterable<OutboxItem>
  commands(id: ConversationId): readonly CommandItem[]
  made(id: ConversationId): readonly EntryItem[]
  answered(id: ConversationId): readonly OutboxItem[]
  about(target: EntryId): readonly EntryItem[]
  /** Into what was there before. */
  adopt(): void
}

export function createOutboxChanges(before: OutboxIndex): OutboxChanges {
  const own = createOutboxIndex()
  const dropped = new Set<number>()

  function isOld(item: OutboxItem): boolean {
    return !dropped.has(item.n) && own.get(item.n) === undefined
  }

  /** Two runs, each in order, as one. */
  function* merged<T extends OutboxItem>(old: Iterable<T>, fresh: Iterable<T>): Iterable<T> {
    const olds = old[Symbol.iterator]()
    let next = olds.next()
    for (const item of fresh) {
      for (; next.done !== true && next.value.n < item.n; next = olds.next())
        if (isOld(next.value)) yield next.value
      yield item
    }
    for (; next.done !== true; next = olds.next()) if (isOld(next.value)) yield next.value
  }

  return {
    get: (n) => own.get(n) ?? (dropped.has(n) ? undefined : before.get(n)),
    byId(id) {
      const changed = own.byId(id)
      if (changed !== undefined) return changed
      const known = before.byId(id)
      return known !== undefined && isOld(known) ? known : undefined
    },
    put(item) {
      dropped.delete(item.n)
      own.put(item)
    },
    drop(n) {
      own.drop(n)
      if (before.get(n) !== undefined) dropped.add(n)
    },
    laneIds: () => [...new Set([...before.laneIds(), ...own.laneIds()])],
    lane: (id) => [...merged(before.lane(id), own.lane(id))],
    walk: (id) => merged(before.lane(id), own.lane(id)),
    commands: (id) => [...merged(before.commands(id), own.commands(id))],
    made: (id) => [...merged(before.made(id), own.made(id))],
    answered: (id) => [...merged(before.answered(id), own.answered(id))],
    about: (target) => [...merged(before.about(target), own.about(target))],
    adopt() {
      for (const n of dropped) before.drop(n)
      for (const id of own.laneIds()) for (const item of own.lane(id)) before.put(item)
    },
  }
}
