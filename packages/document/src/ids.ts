/**
 * Ids: made on the device, checked where they enter. Branded here and nowhere else.
 *
 * User and conversation ids are 1 to 64 characters of `A-Z a-z 0-9 _ - . @ :`. Entry ids (messages, operations,
 * commands) are 128 bits, 48 of them time, written as 22 characters whose order is the order of time. Rules DO1 to DO4.
 */
declare const brand: unique symbol

export type UserId = string & { readonly [brand]: 'user' }
export type ConversationId = string & { readonly [brand]: 'conversation' }
export type DeviceId = string & { readonly [brand]: 'device' }
/** A message, an operation or a command. */
export type EntryId = string & { readonly [brand]: 'entry' }

/** It is part of what a unique id is made of, and therefore declared here. */
export type ConversationKind = 'group' | 'direct'

/** One item of a page, as Yjs names it. */
export interface ItemId {
  readonly client: number
  readonly clock: number
}

const name = /^[\w\-.@:]{1,64}$/
const device = /^[0-9a-f]{32}$/
const entry = /^[\w-]{22}$/
const unique = /^u[\w-]{22}$/
const random = /^r[\w-]{22}$/

export function parseUserId(text: unknown): UserId | undefined {
  return isUserId(text) ? text : undefined
}

export function parseConversationId(text: unknown): ConversationId | undefined {
  return isConversationId(text) ? text : undefined
}

export function parseDeviceId(text: unknown): DeviceId | undefined {
  return isDeviceId(text) ? text : undefined
}

export function parseEntryId(text: unknown): EntryId | undefined {
  return isEntryId(text) ? text : undefined
}

function isUserId(text: unknown): text is UserId {
  return typeof text === 'string' && name.test(text)
}

function isConversationId(text: unknown): text is ConversationId {
  return typeof text === 'string' && name.test(text)
}

function isDeviceId(text: unknown): text is DeviceId {
  return typeof text === 'string' && device.test(text)
}

function isEntryId(text: unknown): text is EntryId {
  return typeof text === 'string' && entry.test(text)
}

/** `time` in milliseconds (48 bits of it), `chance`: 10 random bytes. */
export function makeEntryId(time: number, chance: Uint8Array): EntryId {
  if (chance.length !== 10) throw new RangeError('an entry id is made of 10 random bytes')
  if (!Number.isSafeInteger(time) || time < 0 || time >= 2 ** 48) {
    throw new RangeError('an entry id is made of a time of 48 bits')
  }
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Math.floor(time / 2 ** 32))
  view.setUint32(2, time % 2 ** 32)
  bytes.set(chance, 6)
  return made(parseEntryId(ordered(bytes)))
}

/** The id of an ordinary conversation: `r` and 16 random bytes. */
export function makeConversationId(chance: Uint8Array): ConversationId {
  if (chance.length !== 16) throw new RangeError('a conversation id is made of 16 random bytes')
  return made(parseConversationId(`r${ordered(chance)}`))
}

export function isUniqueId(id: string): boolean {
  return unique.test(id)
}

export function isRandomId(id: string): boolean {
  return random.test(id)
}

/** The order of ids everywhere: by code unit, which for these characters is by byte. */
export function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

export function made<T>(id: T | undefined): T {
  if (id === undefined) throw new Error('an id was made that nobody would take')
  return id
}

const alphabet = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'

/** Six bits a character, the last one filled with zeros; the alphabet is in ASCII order, so texts sort as bytes do. */
export function ordered(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    bits = (bits << 8) | byte
    held += 8
    while (held >= 6) {
      held -= 6
      text += alphabet.charAt((bits >> held) & 63)
    }
    bits &= 63
  }
  return held > 0 ? text + alphabet.charAt((bits << (6 - held)) & 63) : text
}
