/**
 * What stands in a timeline, row by row: days, the mark before what is unread, and messages in groups of one author.
 *
 * Rules: AC7, AC38.
 */
import type { ChatMessage, Names } from './chat.ts'
import { type TimeStyle, dayLabel, dayOf } from './times.ts'

/** Messages of one author this close together share a name and a picture. */
const maxGroupGapMs = 5 * 60_000

export type TimelineRow =
  | { readonly is: 'day'; readonly key: string; readonly label: string }
  | { readonly is: 'unread'; readonly key: string }
  | {
      readonly is: 'message'
      readonly key: string
      readonly message: ChatMessage
      readonly first: boolean
      readonly last: boolean
      /** Of whom it shows: who said it, reacted, or is answered. */
      readonly names: Names
      /** What it answers, when that can be had. */
      readonly quoted?: ChatMessage
      /** Something that was done to it has not reached the relay. */
      readonly waits: boolean
    }

export interface RowOptions {
  readonly now: number
  /** The first message that had not been read when the conversation was opened. */
  readonly firstUnread?: string | undefined
  readonly style?: TimeStyle
  /** Finds what is quoted and not among the messages. */
  readonly find?: (id: string) => ChatMessage | undefined
  readonly namesOf?: (people: Iterable<string>) => Names
  /** The messages to which something was done that waits for the relay. */
  readonly waiting?: ReadonlySet<string>
}

export function timelineRows(messages: readonly ChatMessage[], options: RowOptions): readonly TimelineRow[] {
  const rows: TimelineRow[] = []
  const byId = new Map(messages.map((message) => [message.id, message]))
  messages.forEach((message, index) => {
    const before = messages[index - 1]
    const after = messages[index + 1]
    const day = dayOf(message.time, options.style)
    const newDay = before === undefined || dayOf(before.time, options.style) !== day
    if (newDay)
      rows.push({
        is: 'day',
        key: `day ${day} ${message.id}`,
        label: dayLabel(message.time, options.now, options.style),
      })
    if (message.id === options.firstUnread) rows.push({ is: 'unread', key: 'unread' })
    const { replyTo } = message
    const quoted = replyTo === null ? undefined : (byId.get(replyTo) ?? options.find?.(replyTo))
    rows.push({
      is: 'message',
      key: message.id,
      message,
      names: options.namesOf?.(peopleIn(message, quoted)) ?? {},
      first: before === undefined || newDay || parted(before, message, options),
      last:
        after === undefined || dayOf(after.time, options.style) !== day || parted(message, after, options),
      ...(quoted === undefined ? {} : { quoted }),
      waits: options.waiting?.has(message.id) ?? false,
    })
  })
  return rows
}

function peopleIn(message: ChatMessage, quoted: ChatMessage | undefined): Iterable<string> {
  const reacted = message.reactions.flatMap(({ users }) => users)
  return new Set([message.from, ...reacted, ...(quoted === undefined ? [] : [quoted.from])])
}

/** What is answered by a message and does not stand among them. */
export function farQuotes(messages: readonly ChatMessage[]): readonly string[] {
  const here = new Set(messages.map(({ id }) => id))
  return messages.flatMap(({ replyTo }) => (replyTo === null || here.has(replyTo) ? [] : replyTo))
}

/** Counts back from the newest: `unread` messages of others. */
export function firstUnreadOf(
  messages: readonly ChatMessage[],
  unread: number,
  self: string,
): string | undefined {
  let left = unread
  let first: string | undefined
  for (const message of messages.toReversed()) {
    if (left === 0) break
    if (message.from === self || message.recalled) continue
    left -= 1
    first = message.id
  }
  return first
}

function parted(before: ChatMessage, after: ChatMessage, options: RowOptions): boolean {
  return (
    before.from !== after.from ||
    after.time - before.time > maxGroupGapMs ||
    after.id === options.firstUnread ||
    before.recalled !== after.recalled
  )
}
