/**
 * The messages of all comparisons: the same for every server, about 195 bytes each, with a number in their text by which they
 * are found again in whatever bytes a server makes of them.
 */
import { someEntryId, userOf } from '../people.ts'
import { writeEntry } from '@parley/document'
import type { Seen } from './contender.ts'

/** Nothing else that travels looks like this: no id holds these characters, and chance would take years. */
const mark = Buffer.from('~#:')
const digits = 9
const most = 10 ** digits
/** Brings an update with 32-bit client ids to the size it had in the research: 199 bytes. */
const textLength = 108
const filler =
  'so we meet at the station at half past seven, and if the train is late I will wait by the clock over there. '

/** Of an entry id, the characters that are only chance and are made a counter instead. */
const counterAt = 12
const counterLength = 7
const alphabet = Buffer.from('-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz')

/** Gives the content of a message with this number, written by this user: cheap, since only two places of it differ. */
export function createWriter(user: string): (number: number) => Uint8Array {
  const id = someEntryId()
  const text = `${mark.toString()}${'0'.repeat(digits)} ${filler.repeat(2)}`.slice(0, textLength)
  const content = writeEntry({ id, from: userOf(user), sentAt: Date.now(), type: -1, text })
  const template = Buffer.from(content)
  const idAt = template.indexOf(id) + counterAt
  const numberAt = template.indexOf(mark) + mark.length
  let written = 0
  return (number) => {
    if (!Number.isInteger(number) || number < 0 || number >= most)
      throw new RangeError(`${number} is no number of a message`)
    const bytes = Buffer.from(template)
    let counter = written
    written += 1
    for (let at = counterLength - 1; at >= 0; at -= 1) {
      bytes[idAt + at] = alphabet[counter % 64] ?? 0
      counter = Math.floor(counter / 64)
    }
    let left = number
    for (let at = digits - 1; at >= 0; at -= 1) {
      bytes[numberAt + at] = 0x30 + (left % 10)
      left = Math.floor(left / 10)
    }
    return bytes
  }
}

/** The numbers of all messages in these bytes, as often as they are in there. */
export function numbersIn(bytes: Buffer): Seen {
  const numbers: number[] = []
  let sum = 0
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length + digits)) {
    let number = 0
    for (let place = at + mark.length; place < at + mark.length + digits; place += 1) {
      number = number * 10 + ((bytes[place] ?? 0) - 0x30)
    }
    numbers.push(number)
    sum += number
  }
  return { numbers, sum }
}

/** Reads frames, those that many members are sent alike only once. */
export function createEye(): (frame: Buffer) => Seen {
  let last = Buffer.alloc(0)
  let seen: Seen = { numbers: [], sum: 0 }
  return (frame) => {
    if (frame.length === last.length && frame.equals(last)) return seen
    seen = numbersIn(frame)
    last = Buffer.from(frame)
    return seen
  }
}
