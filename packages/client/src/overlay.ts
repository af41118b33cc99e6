/**
 * Batches that could not be stored yet, as one: the batch with the effect of all of them in order, and what they change in
 * what is read meanwhile. Rule CL20.
 *
 * Within a batch prefixes are removed first, then keys, then rows are put; the last put of a key counts.
 */
import { compareKeys } from '@parley/storage'
import type { Batch, Key, Put, Read, Remove, RemovePrefix, Row } from '@parley/storage'

/** A batch without its durability, which is decided when it is stored. */
export type Changes = Omit<Batch, 'durability'>

export interface Overlay {
  readonly changes: Changes
  add(changes: Changes): void
  /** What a read answers over these rows of the store; they must come without the read's limit. */
  lay(read: Read, rows: readonly Row[]): readonly Row[]
}

export function createOverlay(first: Changes = {}): Overlay {
  const prefixes = new Map<string, RemovePrefix>()
  const removes = new Map<string, Remove>()
  const puts = new Map<string, Put>()

  function add(changes: Changes): void {
    for (const removed of changes.removePrefixes ?? []) {
      for (const [name, put] of puts) {
        if (put.table === removed.table && startsWith(put.key, removed.prefix)) puts.delete(name)
      }
      prefixes.set(nameOf(removed.table, removed.prefix), removed)
    }
    for (const removed of changes.removes ?? []) {
      const name = nameOf(removed.table, removed.key)
      puts.delete(name)
      removes.set(name, removed)
    }
    for (const put of changes.puts ?? []) puts.set(nameOf(put.table, put.key), put)
  }

  function isGone({ table }: Read, { key }: Row): boolean {
    if (removes.has(nameOf(table, key))) return true
    for (const removed of prefixes.values()) {
      if (removed.table === table && startsWith(key, removed.prefix)) return true
    }
    return false
  }

  add(first)
  return {
    get changes() {
      return {
        removePrefixes: [...prefixes.values()],
        removes: [...removes.values()],
        puts: [...puts.values()],
      }
    },
    add,
    lay(read, rows) {
      const found = new Map<string, Row>()
      for (const row of rows) if (!isGone(read, row)) found.set(nameOf(read.table, row.key), row)
      for (const [name, { table, key, value }] of puts) {
        if (table === read.table && covers(read, key)) found.set(name, { key, value })
      }
      const all = [...found.values()].toSorted((a, b) => compareKeys(a.key, b.key))
      if (read.kind === 'get') return all
      if (read.reverse === true) all.reverse()
      return read.limit === undefined ? all : all.slice(0, read.limit)
    },
  }
}

/** The same read, answered by the store as the overlay needs it. */
export function unlimited(read: Read): Read {
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

export function nameOf(table: string, key: Key): string {
  return JSON.stringify([table, ...key])
}

function covers(read: Read, key: Key): boolean {
  if (read.kind === 'get') return compareKeys(read.key, key) === 0
  if (!startsWith(key, read.prefix)) return false
  const rest = key.slice(read.prefix.length)
  if (read.from !== undefined && compareKeys(rest, read.from) < 0) return false
  return read.to === undefined || compareKeys(rest, read.to) <= 0
}

function startsWith(key: Key, prefix: Key): boolean {
  return key.length >= prefix.length && prefix.every((part, index) => key[index] === part)
}
