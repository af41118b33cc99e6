/**
 * Reading objects of unknown form by a description of what they hold: by key, in the order of the result, the function that
 * reads its value. The compiler holds each description against its type. Rules DO63 to DO65 and DO110 to DO114.
 *
 * What does not fit travels as an exception between these functions and `orFault` or `orUndefined`, and never further.
 */
import { readAny, writeAny } from './entry/any.ts'
import type { JsonObject, JsonValue } from './entry/entry.ts'
import { type Fields, isFields, isJson, isObject, wellFormed } from './entry/json.ts'
import { parseConversationId, parseUserId, type ConversationId, type UserId } from './ids.ts'
import { maxDepth, maxIconLength, maxNameLength } from './limits.ts'

export interface ParseFault {
  readonly ok: false
  readonly code: 'bad-content' | 'too-large'
  readonly detail: string
}

export type Read<T> = (value: unknown, name: string) => T

/** A `?` ends a key that may be missing. */
export type Shape<T> = {
  readonly [K in keyof T & string as Partial<Record<K, T[K]>> extends Pick<T, K> ? `${K}?` : K]-?: Read<
    Exclude<T[K], undefined>
  >
}

/** One for each value that the key may have which tells them apart. */
export type Shapes<T extends Readonly<Record<Tag, string>>, Tag extends string> = {
  readonly [K in T[Tag]]: Shape<Omit<Extract<T, Readonly<Record<Tag, K>>>, Tag>>
}

class Unfit extends Error {
  readonly code: ParseFault['code']
  constructor(code: ParseFault['code'], detail: string) {
    super(detail)
    this.name = 'Unfit'
    this.code = code
  }
}

export function bad(detail: string): never {
  throw new Unfit('bad-content', detail)
}

export function tooLarge(detail: string): never {
  throw new Unfit('too-large', detail)
}

export function orFault<T>(read: () => T): T | ParseFault {
  try {
    return read()
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, code: error.code, detail: error.message }
    throw error
  }
}

/** For what was checked when it came, and may be missing. */
export function orUndefined<T>(value: unknown, readValue: Read<T>): T | undefined {
  if (value === undefined) return undefined
  const result = orFault(() => ({ ok: true as const, value: readValue(value, 'it') }))
  return result.ok ? result.value : undefined
}

/** Nothing unknown is kept, and nothing that is undefined. */
export function readRecord<T extends object>(value: unknown, shape: Shape<T>): T
export function readRecord(value: unknown, shape: object): object {
  return readShape(readObject(value), shape)
}

/** By the shape that goes with the value of a key, which stands first in the result. */
export function readTagged<T extends Readonly<Record<Tag, string>>, Tag extends string>(
  value: unknown,
  tag: Tag,
  shapes: Shapes<T, Tag>,
): T
export function readTagged(value: unknown, tag: string, shapes: Readonly<Record<string, object>>): object {
  const fields = readObject(value)
  const word = fields[tag]
  const shape = typeof word === 'string' && Object.hasOwn(shapes, word) ? shapes[word] : undefined
  return readShape(fields, shape ?? bad(`${tag} is none that is known`), tag)
}

function readShape(given: Fields, shape: object, tag?: string): object {
  const fields = fieldsOf(shape)
  const record: Record<string, unknown> = tag === undefined ? {} : { [tag]: given[tag] }
  for (const key of Object.keys(given))
    if (key !== tag && !fields.some(({ name }) => name === key)) bad('a key is unknown')
  for (const { name, isOptional, read: readField } of fields) {
    const value = given[name]
    if (value !== undefined || !isOptional) record[name] = readField(value, name)
  }
  return record
}

interface Field {
  readonly name: string
  readonly isOptional: boolean
  readonly read: Read<unknown>
}

const known = new WeakMap<object, readonly Field[]>()

function fieldsOf(shape: object): readonly Field[] {
  const before = known.get(shape)
  if (before !== undefined) return before
  const fields = Object.entries<Read<unknown>>({ ...shape }).map(([key, readField]): Field => {
    const isOptional = key.endsWith('?')
    return { name: isOptional ? key.slice(0, -1) : key, isOptional, read: readField }
  })
  known.set(shape, fields)
  return fields
}

function readObject(value: unknown): Fields {
  return isFields(value) ? value : bad('it is not an object')
}

export function readUser(value: unknown, name: string): UserId {
  return parseUserId(value) ?? bad(`${name} is not a user id`)
}

export function readConversation(value: unknown, name: string): ConversationId {
  return parseConversationId(value) ?? bad(`${name} is not a conversation id`)
}

/** Nothing twice. */
export function readDistinct<T>(value: unknown, name: string, max: number, readOne: Read<T>): readonly T[] {
  const all = readList(value, name, max).map((one) => readOne(one, `one of ${name}`))
  return new Set(all).size === all.length ? all : bad(`something stands twice among ${name}`)
}

export function readList(value: unknown, name: string, max: number): readonly unknown[] {
  if (!Array.isArray(value)) bad(`${name} is not a list`)
  // A hole becomes undefined, which whoever reads the items refuses: it would be passed over.
  return value.length <= max ? Array.from<unknown>(value) : tooLarge(`${name} has more than ${max}`)
}

export function readChoice<T>(value: unknown, name: string, choices: readonly T[]): T {
  return choices.find((choice) => choice === value) ?? bad(`${name} is none that is known`)
}

export function readFlag(value: unknown, name: string): boolean {
  return typeof value === 'boolean' ? value : bad(`${name} is neither true nor false`)
}

/** Whole numbers from 0. */
export function readWhole(value: unknown, name: string): number {
  return isWholeFrom(0, value) ? value : bad(`${name} is not a whole number from 0`)
}

/** Whole numbers from 1: pages, and milliseconds that last. */
export function readCount(value: unknown, name: string): number {
  return isWholeFrom(1, value) ? value : bad(`${name} is not a whole number from 1`)
}

function isWholeFrom(least: number, value: unknown): value is number {
  return Number.isSafeInteger(value) && typeof value === 'number' && value >= least && !Object.is(value, -0)
}

export function readText(value: unknown, name: string, maxLength: number): string {
  if (typeof value !== 'string') bad(`${name} is not a text`)
  if (value.length > maxLength) tooLarge(`the ${name} is longer than ${maxLength}`)
  return wellFormed(value) === value ? value : bad(`${name} is not well-formed`)
}

export function readLine(value: unknown, name: string, maxLength: number): string | null {
  return value === null ? null : readText(value, name, maxLength)
}

export function readName(value: unknown, name: string): string | null {
  return readLine(value, name, maxNameLength)
}

export function readIcon(value: unknown, name: string): string | null {
  return readLine(value, name, maxIconLength)
}

export function readJsonObject(value: unknown, name: string, maxBytes: number, depth: number): JsonObject {
  const plain = readJson(value, name, maxBytes, depth)
  return isObject(plain) ? plain : bad(`${name} is not an object`)
}

/** Encoded and read again: what comes out is plain, bounded JSON, and nothing of the object that was given. */
export function readJson(value: unknown, name: string, maxBytes: number, depth: number): JsonValue {
  if (!isJson(value, depth)) bad(`${name} is not plain JSON, or nested too deep`)
  const read = readAny(writeAny(value), { maxBytes, maxDepth })
  if (read.ok) return read.value
  return read.code === 'too-large' ? tooLarge(`${name}: ${read.detail}`) : bad(`${name}: ${read.detail}`)
}
