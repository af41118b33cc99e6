/**
 * The device's store as the engine uses it: what the relay can send again may wait in memory while the store fails,
 * what exists nowhere else may not. Rules CL20 to CL24.
 *
 * A relaxed batch that fails is kept and laid over every read, in order, until the store takes it; the app is told
 * (`degraded`) and nothing claims to be saved. A strict batch that fails is the caller's to report.
 */
import { compareKeys, StorageError } from '@parley/storage'
import type { Batch, Key, OpenStore, Put, Read, Row } from '@parley/storage'

export interface Disk {
  read(reads: readonly Read[]): Promise<readonly (readonly Row[])[]>
  /** Rejects with the `StorageError` when the store refused; then nothing of the batch stands. */
  commitStrict(batch: Omit<Batch, 'durability'>): Promise<void>
  /** Resolves `false` when the batch stands in memory only. Rejects only when this owner has lost the store. */
  commitRelaxed(batch: Omit<Batch, 'durability'>): Promise<boolean>
  /** Tries again what waits; answers whether all of it is stored now. */
  retry(): Promise<boolean>
  readonly degraded: boolean
}

export function createDisk(store: OpenStore): Disk {
  let waiting: readonly Omit<Batch, 'durability'>[] = []

  async function flush(): Promise<boolean> {
    if (waiting.length === 0) return true
    try {
      await store.commit({ ...merge(waiting), durability: 'relaxed' })
    } catch (error) {
      if (isLost(error)) throw error
      return false
    }
    waiting = []
    return true
  }

  return {
    get degraded() {
      return waiting.length > 0
    },
    async read(reads) {
      const found = await store.read(waiting.length === 0 ? reads : reads.map(unlimited))
      return waiting.length === 0 ? found : found.map((rows, index) => overlay(rows, reads[index], waiting))
    },
    async commitStrict(batch) {
      // What waits comes first, so that the store never holds a later state without the earlier one.
      const all = [...waiting, batch]
      await store.commit({ ...merge(all), durability: 'strict' })
      waiting = []
    },
    async commitRelaxed(batch) {
      waiting = [...waiting, batch]
      return flush()
    },
    retry: flush,
  }
}

/** The store belongs to somebody else now, or is gone: there is nothing to go on with. */
export function isLost(error: unknown): boolean {
  return (
    error instanceof StorageError &&
    (error.kind === 'stale-epoch' || error.kind === 'closed' || error.kind === 'newer')
  )
}

/** One batch with the effect of several in order. Within a batch prefixes go first, then removes, then puts. */
function merge(batches: readonly Omit<Batch, 'durability'>[]): Omit<Batch, 'durability'> {
  const only = batches[0]
  if (batches.length === 1 && only !== undefined) return only
  const puts = new Map<string, Put>()
  const removes = new Map<string, { readonly table: string; readonly key: Key }>()
  const prefixes: { readonly table: string; readonly prefix: Key }[] = []
  for (const batch of batches) {
    for (const removed of batch.removePrefixes ?? []) {
      for (const [name, put] of puts) {
        if (put.table === removed.table && startsWith(put.key, removed.prefix)) puts.delete(name)
      }
      prefixes.push(removed)
    }
    for (const removed of batch.removes ?? []) {
      const name = nameOf(removed.table, removed.key)
      puts.delete(name)
      removes.set(name, removed)
    }
    for (const put of batch.puts ?? []) puts.set(nameOf(put.table, put.key), put)
  }
  return { removePrefixes: prefixes, removes: [...removes.values()], puts: [...puts.values()] }
}

export function nameOf(table: string, key: Key): string {
  return JSON.stringify([table, ...key])
}

function startsWith(key: Key, prefix: Key): boolean {
  return prefix.every((part, index) => key[index] === part)
}

function unlimited(read: Read): Read {
  if (read.kind === 'get') return read
  const { kind, table, prefix, from, to, reverse } = read
  return {
    kind,
    table,
    prefix,
    ...(from === undefined ? undefined : { from }),
    ...(to === undefined ? undefined : { to }),
    ...(reverse === undefined ? undefined : { reverse }),
  }
}

function overlay(
  rows: readonly Row[],
  read: Read | undefined,
  batches: readonly Omit<Batch, 'durability'>[],
): readonly Row[] {
  if (read === undefined) return rows
  const merged = merge(batches)
  const gone = new Set((merged.removes ?? []).map((removed) => nameOf(removed.table, removed.key)))
  const kept = rows.filter(
    (row) =>
      !gone.has(nameOf(read.table, row.key)) &&
      !(merged.removePrefixes ?? []).some(
        (removed) => removed.table === read.table && startsWith(row.key, removed.prefix),
      ),
  )
  const byName = new Map(kept.map((row) => [nameOf(read.table, row.key), row]))
  for (const put of merged.puts ?? []) {
    if (put.table === read.table && covers(read, put.key))
      byName.set(nameOf(put.table, put.key), { key: put.key, value: put.value })
  }
  const all = [...byName.values()].toSorted((a, b) => compareKeys(a.key, b.key))
  if (read.kind === 'get') return all
  if (read.reverse === true) all.reverse()
  return read.limit === undefined ? all : all.slice(0, read.limit)
}

function covers(read: Read, key: Key): boolean {
  if (read.kind === 'get') return compareKeys(read.key, key) === 0
  if (!startsWith(key, read.prefix)) return false
  const rest = key.slice(read.prefix.length)
  if (read.from !== undefined && compareKeys(rest, read.from) < 0) return false
  return read.to === undefined || compareKeys(rest, read.to) <= 0
}
