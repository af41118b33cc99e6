/** Fields of a stored value, each of the kind it must be: what is not is a `corrupt` store. */
import { everybody, parseConversationId, parseEntryId, parseUserId } from '@parley/document'
import type { ConversationId, EntryId, JsonObject, JsonValue, Mention, UserId } from '@parley/document'
import { StorageError } from '@parley/storage'
import type { Value } from '@parley/storage'

export type Fields = { readonly [key: string]: Value | undefined }

export function corrupt(field: string): StorageError {
  return new StorageError(
    'corrupt',
    `A stored record of this device cannot be read (${field}). Export what can be read, then remove the data and sign in again.`,
  )
}

function isFields(value: Value | undefined): value is Fields {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  )
}

export function object(value: Value | undefined): Fields {
  if (!isFields(value)) throw corrupt('record')
  return value
}

export function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw corrupt(name)
  return value
}

export function number(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw corrupt(name)
  return value
}

export function whole(fields: Fields, name: string): number {
  const value = number(fields, name)
  if (!Number.isSafeInteger(value) || value < 0) throw corrupt(name)
  return value
}

export function wholes(fields: Fields, name: string): readonly number[] {
  const values = fields[name]
  if (!Array.isArray(values)) throw corrupt(name)
  return values.map((value: Value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw corrupt(name)
    return value
  })
}

export function mentions(fields: Fields, name: string): readonly Mention[] {
  const values = fields[name]
  if (!Array.isArray(values)) throw corrupt(name)
  return values.map((value: Value) => {
    const mention = value === everybody ? everybody : parseUserId(value)
    if (mention === undefined) throw corrupt(name)
    return mention
  })
}

export function plain(fields: Fields, name: string): JsonObject {
  const value = fields[name]
  if (!isFields(value)) throw corrupt(name)
  return plainOf(value, name)
}

function plainOf(value: Fields, name: string): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, json(inner, name)]))
}

function json(value: Value | undefined, name: string): JsonValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return value
  if (Array.isArray(value)) return value.map((inner: Value) => json(inner, name))
  if (!isFields(value)) throw corrupt(name)
  return plainOf(value, name)
}

export function flag(fields: Fields, name: string): boolean {
  const value = fields[name]
  if (typeof value !== 'boolean') throw corrupt(name)
  return value
}

export function bytes(fields: Fields, name: string): Uint8Array {
  const value = fields[name]
  if (!(value instanceof Uint8Array)) throw corrupt(name)
  return value
}

export function userId(fields: Fields, name: string): UserId {
  const id = parseUserId(text(fields, name))
  if (id === undefined) throw corrupt(name)
  return id
}

export function conversationId(fields: Fields, name: string): ConversationId {
  const id = parseConversationId(text(fields, name))
  if (id === undefined) throw corrupt(name)
  return id
}

export function entryId(fields: Fields, name: string): EntryId {
  const id = parseEntryId(text(fields, name))
  if (id === undefined) throw corrupt(name)
  return id
}
