/**
 * What the relay has taken of this device's own changes in the last days, as it is asked for: by id, and by the message an
 * operation is about. The changes themselves lie on the disk. Rule CL66.
 */
import type { EntryId } from '@parley/document'
import type { OperationTarget, OutboxItem } from './records.ts'

export interface Acknowledgement {
  readonly n: number
  readonly id: EntryId
  /** Where it stands in the log that took it. */
  readonly seq: number
  readonly target: OperationTarget | null
}

export interface AcknowledgedIndex {
  byId(id: EntryId): Acknowledgement | undefined
  /** Operations on this message, in the order they were made. */
  about(target: EntryId): readonly Acknowledgement[]
  put(acknowledgement: Acknowledgement): void
  drop(n: number): void
}

export function acknowledgementOf(item: OutboxItem): Acknowledgement {
  const { n, id, answered } = item
  return { n, id, seq: answered?.seq ?? 0, target: item.kind === 'entry' ? item.target : null }
}

/** The newer one stands in the older one's place: of one message one edit, and one reaction by one sign. */
export function replaces(newer: Acknowledgement, older: Acknowledgement): boolean {
  const [a, b] = [newer.target, older.target]
  return newer.n > older.n && a !== null && a.op === b?.op && a.id === b.id && a.sign === b.sign
}

export function createAcknowledged(): AcknowledgedIndex {
  const all = new Map<number, Acknowledgement>()
  const numbers = new Map<EntryId, number>()
  const operations = new Map<EntryId, Set<number>>()

  function drop(n: number): void {
    const known = all.get(n)
    if (known === undefined) return
    all.delete(n)
    if (numbers.get(known.id) === n) numbers.delete(known.id)
    const target = known.target?.id
    const rest = target === undefined ? undefined : operations.get(target)
    rest?.delete(n)
    if (target !== undefined && rest?.size === 0) operations.delete(target)
  }

  return {
    byId(id) {
      const n = numbers.get(id)
      return n === undefined ? undefined : all.get(n)
    },
    about: (target) =>
      [...(operations.get(target) ?? [])].toSorted((a, b) => a - b).flatMap((n) => all.get(n) ?? []),
    put(acknowledgement) {
      const { n, id, target } = acknowledgement
      drop(n)
      all.set(n, acknowledgement)
      numbers.set(id, n)
      if (target !== null) operations.set(target.id, (operations.get(target.id) ?? new Set()).add(n))
    },
    drop,
  }
}

export interface AcknowledgedChanges extends AcknowledgedIndex {
  /** Into what was there before. */
  adopt(): void
}

/** The same as one job sees it: its own changes laid over what was there before. */
export function createAcknowledgedChanges(before: AcknowledgedIndex): AcknowledgedChanges {
  const own = createAcknowledged()
  const put = new Map<number, Acknowledgement>()
  const dropped = new Set<number>()

  function isOld({ n }: Acknowledgement): boolean {
    return !dropped.has(n) && !put.has(n)
  }

  return {
    byId(id) {
      const known = before.byId(id)
      return own.byId(id) ?? (known !== undefined && isOld(known) ? known : undefined)
    },
    about: (target) =>
      [...before.about(target).filter(isOld), ...own.about(target)].toSorted((a, b) => a.n - b.n),
    put(acknowledgement) {
      dropped.delete(acknowledgement.n)
      put.set(acknowledgement.n, acknowledgement)
      own.put(acknowledgement)
    },
    drop(n) {
      put.delete(n)
      own.drop(n)
      dropped.add(n)
    },
    adopt() {
      for (const n of dropped) before.drop(n)
      for (const acknowledgement of put.values()) before.put(acknowledgement)
    },
  }
}
