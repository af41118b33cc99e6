import { expect, test } from 'vitest'
import type { ChatMessage } from './chat.ts'
import { type TimelineRow, farQuotes, firstUnreadOf, timelineRows } from './timeline-rows.ts'
import { clockTime, dayLabel, listTime } from './times.ts'
import { aMessage } from './values.test-kit.ts'

const style = { zone: 'UTC', locale: 'en-GB' }
const noon = Date.UTC(2026, 10, 20, 12)
const minute = 60_000
const day = 24 * 60 * minute

function message(id: string, from: string, time: number, more: Partial<ChatMessage> = {}): ChatMessage {
  return aMessage({ id, from, text: id, time, ...more })
}

/** `[` begins a group and `]` ends it. */
function sketch(rows: readonly TimelineRow[]): string {
  return rows
    .map((row) =>
      row.is === 'message'
        ? `${row.first ? '[' : ''}${row.message.id}${row.last ? ']' : ''}`
        : row.is === 'day'
          ? row.label
          : 'new',
    )
    .join(' ')
}

test('[AC7] messages of one author within five minutes stand together', () => {
  const rows = timelineRows(
    [
      message('a', 'Tom', noon),
      message('b', 'Tom', noon + 5 * minute),
      message('c', 'Tom', noon + 10 * minute + 1),
      message('d', 'Jerry', noon + 10 * minute + 1),
    ],
    { now: noon, style },
  )
  expect(sketch(rows)).toBe('Today [a b] [c] [d]')
})

test('[AC7] a day begins with its name', () => {
  const rows = timelineRows(
    [message('a', 'Tom', noon - day), message('b', 'Tom', noon - day), message('c', 'Tom', noon)],
    {
      now: noon,
      style,
    },
  )
  expect(sketch(rows)).toBe('Yesterday [a b] Today [c]')
})

test('[AC7] a mark stands before the first unread message', () => {
  const messages = [message('a', 'Jerry', noon), message('b', 'Jerry', noon), message('c', 'Jerry', noon)]
  const firstUnread = firstUnreadOf(messages, 2, 'Tom')
  expect(sketch(timelineRows(messages, { now: noon, firstUnread, style }))).toBe('Today [a] new [b c]')
})

test("[AC7] one's own and recalled messages do not count as unread", () => {
  const messages = [
    message('a', 'Jerry', noon),
    message('b', 'Tom', noon),
    message('c', 'Jerry', noon, { recalled: true }),
    message('d', 'Jerry', noon),
  ]
  expect(firstUnreadOf(messages, 2, 'Tom')).toBe('a')
  expect(firstUnreadOf(messages, 0, 'Tom')).toBeUndefined()
  expect(firstUnreadOf([], 3, 'Tom')).toBeUndefined()
})

test('[AC7] keys are unique, so that each row is one element', () => {
  const messages = Array.from({ length: 50 }, (_, index) =>
    message(`m${index}`, 'Tom', noon + (index % 3) * day),
  )
  const keys = timelineRows(messages, { now: noon, firstUnread: 'm7', style }).map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
})

test('[AC3] times in the list grow coarser with age', () => {
  expect(listTime(noon, noon + minute, style)).toBe('12:00')
  expect(listTime(noon - day, noon, style)).toBe('Yesterday')
  expect(listTime(noon - 3 * day, noon, style)).toBe('Tue')
  expect(listTime(noon - 40 * day, noon, style)).toBe('11 Oct')
  expect(listTime(noon - 400 * day, noon, style)).toBe('16 Oct 2025')
})

test('[AC7] a time a little ahead of this clock is today', () => {
  expect(dayLabel(noon + 2 * day, noon, style)).toBe('Today')
  expect(dayLabel(noon - 9 * day, noon, style)).toBe('Wednesday 11 November')
  expect(clockTime(noon, { zone: 'Asia/Shanghai', locale: 'en-GB' })).toBe('20:00')
})

test('[AC27] a reply has what it answers beside it, from wherever that can be had', () => {
  const messages = [
    message('a', 'Tom', noon),
    message('b', 'Jerry', noon, { replyTo: 'a' }),
    message('c', 'Jerry', noon, { replyTo: 'far' }),
    message('d', 'Jerry', noon, { replyTo: 'gone' }),
  ]
  expect(farQuotes(messages)).toEqual(['far', 'gone'])
  const far = message('far', 'Mary', noon - day)
  const rows = timelineRows(messages, { now: noon, style, find: (id) => (id === 'far' ? far : undefined) })
  const quoted = rows.flatMap((row) => (row.is === 'message' ? [row.quoted?.id] : []))
  expect(quoted).toEqual([undefined, 'a', 'far', undefined])
})

test('[AC32] a message to which something was done that waits says so', () => {
  const messages = [message('a', 'Tom', noon), message('b', 'Jerry', noon)]
  const rows = timelineRows(messages, { now: noon, style, waiting: new Set(['b']) })
  expect(rows.flatMap((row) => (row.is === 'message' ? [row.waits] : []))).toEqual([false, true])
})

test('[AC38] a row has the names of who said it, reacted, and is answered', () => {
  const asked: string[][] = []
  const namesOf = (people: Iterable<string>) => {
    asked.push([...people])
    return { Jerry: 'Jerry Mouse' }
  }
  const answered = aMessage({ id: 'a', from: 'Ada', seq: 1 })
  const answer = aMessage({
    id: 'b',
    from: 'Jerry',
    seq: 2,
    replyTo: 'a',
    reactions: [{ sign: '👍', users: ['Mary', 'Jerry'] }],
  })
  const rows = timelineRows([answered, answer], { now: 1, namesOf })
  expect(asked).toEqual([['Ada'], ['Jerry', 'Mary', 'Ada']])
  expect(rows.at(-1)).toMatchObject({ names: { Jerry: 'Jerry Mouse' } })
})
