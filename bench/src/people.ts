/** Users, ids and what they write: random where it must be, and of the same make-up in every run. */
import { randomBytes } from 'node:crypto'
import {
  type ConversationId,
  type DeviceId,
  type EntryId,
  makeConversationId,
  makeEntryId,
  parseDeviceId,
  parseUserId,
  type UserId,
  writeEntry,
} from '@parley/document'

export function userOf(name: string): UserId {
  const user = parseUserId(name)
  if (user === undefined) throw new Error(`${name} is no user id`)
  return user
}

export function someDevice(): DeviceId {
  const device = parseDeviceId(randomBytes(16).toString('hex'))
  if (device === undefined) throw new Error('32 digits are a device id')
  return device
}

export function someConversation(): ConversationId {
  return makeConversationId(randomBytes(16))
}

/** Asking the system for a few bytes costs more than all else a message takes here. */
let pool = new Uint8Array()
function chance(count: number): Uint8Array {
  if (pool.length < count) pool = randomBytes(64 * 1024)
  const taken = pool.subarray(0, count)
  pool = pool.subarray(count)
  return taken
}

export function someEntryId(): EntryId {
  return makeEntryId(Date.now(), chance(10))
}

/** What a chat is made of: mostly a line, now and then a paragraph. Lengths of the texts, in characters. */
const lengths = [4, 12, 18, 25, 31, 38, 46, 55, 70, 240]
const words =
  'the a we you when lunch train late again nice garden photo tomorrow maybe really five minutes home okay see write grüße море 晩ご飯 👍'.split(
    ' ',
  )

/** The n-th text; the same for everybody and for ever. */
export function textOf(n: number): string {
  const length = lengths[n % lengths.length] ?? 0
  let text = ''
  for (let at = n; text.length < length; at += 7) text += `${words[at % words.length] ?? ''} `
  return text.slice(0, length).toWellFormed()
}

/** The content of a new message, as it stands in an update. */
export function contentOf(user: UserId, n: number): Uint8Array {
  return writeEntry({ id: someEntryId(), from: user, sentAt: Date.now(), type: -1, text: textOf(n) })
}
