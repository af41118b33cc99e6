/** A frame in one line, for people who read a trace. */
import { decodeDeviceFrame, decodeRelayFrame, type Row } from '@parley/wire'
import { documentOf, entryOf } from './truth.ts'

export function describeFrame(bytes: Uint8Array, direction: 'up' | 'down'): string {
  const read = direction === 'up' ? decodeDeviceFrame(bytes) : decodeRelayFrame(bytes)
  if (!read.ok) return `(${read.failure.code}: ${read.failure.detail})`
  const { frame } = read
  const short = JSON.stringify(frame, (key, value: unknown) => shorten(key, value))
  return short.length > 1500 ? `${short.slice(0, 1500)}…` : short
}

function shorten(key: string, value: unknown): unknown {
  if (key === 'state' && value instanceof Uint8Array) return documentOf([value]).getMap('head').toJSON()
  if (key === 'updates' && isUpdates(value)) return value.map(describeUpdate)
  if (key === 'rows' && Array.isArray(value)) return value.map(describeRow)
  if (key === 'last' && typeof value === 'object' && value !== null) return describeRow(value)
  return value instanceof Uint8Array ? `${value.length} bytes` : value
}

function isUpdates(value: unknown): value is readonly Uint8Array[] {
  return Array.isArray(value) && value.every((part) => part instanceof Uint8Array)
}

function describeUpdate(update: Uint8Array): unknown {
  return entryOf(update) ?? 'erased'
}

function describeRow(value: unknown): unknown {
  // A row of a person says all in plain words.
  if (typeof value === 'object' && value !== null && 'key' in value) return value
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a decoded frame's rows are rows
  const row = value as Row
  if (row.kind === 'head') return { seq: row.seq, command: row.command, change: row.change }
  if (row.kind === 'hidden') return { seq: row.seq, hidden: true }
  const { seq, page } = row
  return row.kind === 'erased'
    ? { seq, page, erased: row.id }
    : { seq, page, entry: entryOf(row.update), erases: row.erases }
}
