/**
 * A store in memory that keeps its promises like a disk: what was committed outlives the owner, an owner is fenced by
 * the next one, and nothing that is put or read shares memory with what is stored.
 *
 * The state is the disk. Two stores over one state are two processes on one device.
 */
import { createOwnership } from './ownership.ts'
import {
  type DeviceStore,
  type FirstLook,
  type OpenStore,
  type Read,
  type Row,
  StorageError,
  type StoreLayout,
} from './port.ts'
import { assertBatch, assertLayout, assertLook, assertReads } from './requests.ts'
import { createSortedRows, type SortedRows } from './sorted-rows.ts'
import { copyValue } from './value.ts'

/** Made by `createMemoryState`; its content is this module's own. */
export interface MemoryState {
  content: Content | null
}

interface Content {
  format: number
  epoch: number
  readonly tables: Map<string, SortedRows>
}

export function createMemoryState(): MemoryState {
  return { content: null }
}

export function createMemoryStore(
  layout: StoreLayout,
  state: MemoryState = createMemoryState(),
): DeviceStore {
  assertLayout(layout)
  return {
    async open(look) {
      assertLook(layout, look)
      const content = state.content ?? { format: 0, epoch: 0, tables: new Map() }
      assertUsable(layout, content)
      if (look !== undefined) lookAt(content, look)
      state.content = content
      prepare(layout, content)
      content.epoch += 1
      return own(layout, state, content)
    },
    async destroy() {
      state.content = null
    },
  }
}

/** Says why the layout cannot have these data. */
function assertUsable(layout: StoreLayout, content: Content): void {
  if (content.format > layout.format) {
    throw new StorageError(
      'newer',
      'The data were written by a newer version of this program. Use that version.',
    )
  }
  const missing = missingTables(layout, content)
  if (missing.length > 0 && content.format === layout.format) {
    throw new StorageError(
      'corrupt',
      `The data lack the tables ${missing.join(', ')}. Raise the layout's format.`,
    )
  }
}

function missingTables(layout: StoreLayout, { tables }: Content): readonly string[] {
  return layout.tables.filter((name) => !tables.has(name))
}

function lookAt({ tables }: Content, { table, key, see }: FirstLook): void {
  const row = tables.get(table)?.get(key)
  see(row === undefined ? undefined : copyValue(row.value))
}

function prepare(layout: StoreLayout, content: Content): void {
  for (const name of missingTables(layout, content)) content.tables.set(name, createSortedRows())
  content.format = layout.format
}

function own(layout: StoreLayout, state: MemoryState, content: Content): OpenStore {
  const ownership = createOwnership()
  const epoch = content.epoch

  function assertThere(): void {
    if (state.content !== content)
      ownership.lose('closed', 'The data were removed under their owner. Open the store again.')
    ownership.assertHeld()
  }

  return {
    epoch,
    async read(reads) {
      assertReads(layout, reads)
      assertThere()
      return reads.map((read) => answer(tableOf(content, read.table), read))
    },
    async commit(batch) {
      assertBatch(layout, batch)
      assertThere()
      if (content.epoch !== epoch) {
        ownership.lose(
          'stale-epoch',
          'Another owner has opened these data since. Open the store again to take them back.',
        )
      }
      ownership.assertHeld()
      for (const { table, prefix } of batch.removePrefixes ?? []) tableOf(content, table).removePrefix(prefix)
      for (const { table, key } of batch.removes ?? []) tableOf(content, table).remove(key)
      for (const { table, key, value } of batch.puts ?? []) {
        tableOf(content, table).put({ key: [...key], value: copyValue(value) })
      }
    },
    onLost: ownership.onLost,
    async close() {
      ownership.close()
    },
  }
}

function answer(rows: SortedRows, read: Read): readonly Row[] {
  const found =
    read.kind === 'range' ? rows.range(read) : [rows.get(read.key)].filter((row) => row !== undefined)
  return found.map(({ key, value }) => ({ key: [...key], value: copyValue(value) }))
}

function tableOf(content: Content, name: string): SortedRows {
  const rows = content.tables.get(name)
  if (rows === undefined) throw new Error(`The table ${name} was checked, and yet it is not there.`)
  return rows
}
