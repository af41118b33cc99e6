/**
 * The shape of the contract: cases any backend must pass, independent of the test runner.
 */
import type { Batch, DeviceStore, OpenStore, Put, Read, Row, StoreLayout } from '../port.ts'

/** One device: nothing stored at first, and every store it makes is over the same data. */
export interface StoreHarness {
  store(layout: StoreLayout): DeviceStore
}

export interface StoreCase {
  /** Begins with the ids of the rules it tests. */
  readonly title: string
  run(harness: StoreHarness): Promise<void>
}

export function storeCase(title: string, run: (harness: StoreHarness) => Promise<void>): StoreCase {
  return { title, run }
}

/** The layout of most cases. */
export const layout: StoreLayout = { format: 1, tables: ['rows', 'others'] }

export function row(...key: readonly (string | number)[]): Put {
  return { table: 'rows', key, value: { key } }
}

export function strictly(batch: Omit<Batch, 'durability'>): Batch {
  return { ...batch, durability: 'strict' }
}

/** The answer to one read. */
export async function readOne(store: OpenStore, read: Read): Promise<readonly Row[]> {
  const [rows] = await store.read([read])
  if (rows === undefined) throw new Error('A read was not answered.')
  return rows
}

/** All rows of a table, in their order. */
export async function contentOf(store: OpenStore, table: string): Promise<readonly Row[]> {
  return readOne(store, { kind: 'range', table, prefix: [] })
}

export async function keysOf(
  store: OpenStore,
  table: string,
): Promise<readonly (readonly (string | number)[])[]> {
  return (await contentOf(store, table)).map(({ key }) => key)
}
