/**
 * Random work against a naive model: whatever is committed and read, a store must answer as the model does (ST23).
 *
 * The model is a list of rows per table, searched from end to end with a comparison of its own, so that it shares no
 * idea with the backends.
 */
import type { Batch, Key, OpenStore, Read, Row } from '../port.ts'
import { differenceOf } from './check.ts'
import { layout, type StoreHarness } from './store-case.ts'

export type Step =
  | { readonly kind: 'commit'; readonly batch: Batch }
  | { readonly kind: 'read'; readonly reads: readonly Read[] }
  /** Another owner takes over; `closed` says whether the one before has closed. */
  | { readonly kind: 'reopen'; readonly closed: boolean }

/** The first difference between the store and the model, or undefined. */
export async function runScript(harness: StoreHarness, steps: readonly Step[]): Promise<string | undefined> {
  let model: Model = { rows: [], others: [] }
  let owner = await harness.store(layout).open()
  for (const [index, step] of steps.entries()) {
    if (step.kind === 'commit') {
      await owner.commit(step.batch)
      model = applied(model, step.batch)
    } else if (step.kind === 'read') {
      const difference = await differenceIn(owner, model, step.reads, `step ${index}`)
      if (difference !== undefined) return difference
    } else {
      if (step.closed) await owner.close()
      owner = await harness.store(layout).open()
    }
  }
  const everything = layout.tables.map((table): Read => ({ kind: 'range', table, prefix: [] }))
  const difference = await differenceIn(owner, model, everything, 'at the end')
  await owner.close()
  return difference
}

type Model = Readonly<Record<string, readonly Row[]>>

async function differenceIn(
  owner: OpenStore,
  model: Model,
  reads: readonly Read[],
  where: string,
): Promise<string | undefined> {
  const expected = reads.map((read) => answer(model[read.table] ?? [], read))
  return differenceOf(await owner.read(reads), expected, where)
}

function applied(model: Model, batch: Batch): Model {
  const next = new Map(Object.entries(model))
  const change = (table: string, rows: readonly Row[]): unknown => next.set(table, rows)
  for (const { table, prefix } of batch.removePrefixes ?? []) {
    change(
      table,
      (next.get(table) ?? []).filter((row) => !startsWith(row.key, prefix)),
    )
  }
  for (const { table, key } of batch.removes ?? []) {
    change(
      table,
      (next.get(table) ?? []).filter((row) => order(row.key, key) !== 0),
    )
  }
  for (const { table, key, value } of batch.puts ?? []) {
    const others = (next.get(table) ?? []).filter((row) => order(row.key, key) !== 0)
    change(table, [...others, { key, value }])
  }
  return Object.fromEntries(next)
}

function answer(rows: readonly Row[], read: Read): readonly Row[] {
  if (read.kind === 'get') return rows.filter((row) => order(row.key, read.key) === 0)
  const { prefix, from, to, reverse, limit } = read
  const found = rows
    .filter(({ key }) => startsWith(key, prefix))
    .filter(({ key }) => from === undefined || order(key.slice(prefix.length), from) >= 0)
    .filter(({ key }) => to === undefined || order(key.slice(prefix.length), to) <= 0)
    .toSorted((a, b) => order(a.key, b.key))
  return (reverse === true ? found.toReversed() : found).slice(0, limit)
}

function startsWith(key: Key, prefix: Key): boolean {
  return order(key.slice(0, prefix.length), prefix) === 0
}

/** Numbers by size, then strings by character; the shorter key first. */
function order(a: Key, b: Key): number {
  const [x, ...restA] = a
  const [y, ...restB] = b
  if (x === undefined || y === undefined) return a.length - b.length
  if (typeof x !== typeof y) return typeof x === 'number' ? -1 : 1
  return x === y ? order(restA, restB) : x < y ? -1 : 1
}
