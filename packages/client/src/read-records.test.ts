import { parseCommand, parseOutcome } from '@parley/document/commands'
import type { Value } from '@parley/storage'
import { expect, test } from 'vitest'
import { freshRecord } from './news.ts'
import { readConversation, readOutboxItem, readUpdate } from './read-records.ts'
import { toValue } from './records.ts'
import type { CommandItem, ConversationRecord, EntryItem } from './records.ts'
import { conversationId, entryId, jerry, tom } from './testing/values.test-kit.ts'

const record: ConversationRecord = {
  ...freshRecord(conversationId(1)),
  icon: 'i',
  mentioned: [3, 5],
  last: {
    seq: 5,
    time: 6,
    sentAt: 7,
    id: entryId(1),
    from: tom,
    type: 9,
    text: 'hey',
    attrs: { a: [1, null, { b: true }] },
    body: { file: 'x' },
    mentions: [jerry, '*'],
    replyTo: entryId(2),
    editedAt: 8,
    recalled: false,
  },
}

const common = {
  n: 1,
  id: entryId(1),
  conversation: conversationId(1),
  at: 1,
  state: 'waiting',
  reason: null,
  answered: null,
  tried: false,
  offered: false,
} as const

const item: EntryItem = {
  ...common,
  kind: 'entry',
  content: new Uint8Array(),
  made: null,
  target: { id: entryId(2), place: { page: 1, client: 2, clock: 3 }, op: 'react', sign: '👍' },
}

const update = {
  time: 1,
  update: new Uint8Array(),
  erased: { author: tom, id: entryId(1), operation: true },
}

test('[CL135] records are read back as they were written', () => {
  expect(readConversation(toValue(record))).toEqual(record)
  expect(readOutboxItem(toValue(item))).toEqual(item)
  expect(readUpdate(toValue(update))).toEqual(update)
})

const last = (more: object): Value => toValue({ ...record, last: { ...record.last, ...more } })
const target = (more: object): Value => toValue({ ...item, target: { ...item.target, ...more } })
const wrong: readonly (readonly [string, () => unknown])[] = [
  ['icon', () => readConversation(toValue({ ...record, icon: 5 }))],
  ['mentioned', () => readConversation(toValue({ ...record, mentioned: [0.5] }))],
  ['mentioned', () => readConversation(toValue({ ...record, mentioned: undefined }))],
  ['text', () => readConversation(last({ text: 5 }))],
  ['attrs', () => readConversation(last({ attrs: [] }))],
  ['body', () => readConversation(last({ body: { deep: [new Uint8Array()] } }))],
  ['body', () => readConversation(last({ body: null }))],
  ['mentions', () => readConversation(last({ mentions: ['not a name'] }))],
  ['mentions', () => readConversation(last({ mentions: 'Tom' }))],
  ['replyTo', () => readConversation(last({ replyTo: 'x' }))],
  ['editedAt', () => readConversation(last({ editedAt: 'x' }))],
  ['op', () => readOutboxItem(target({ op: 'shout' }))],
  ['sign', () => readOutboxItem(target({ sign: null }))],
  ['operation', () => readUpdate(toValue({ ...update, erased: { author: tom, id: entryId(1) } }))],
]

test('[CL360] a refused command keeps for whom it was refused, and nothing that no relay says', () => {
  const failures = [{ clientIds: [jerry], code: 'blocked', detail: 'no' }] as const
  const refused: CommandItem = {
    ...common,
    state: 'refused',
    reason: { code: 'blocked', detail: 'no', failures },
    kind: 'command',
    command: { op: 'add', members: [jerry] },
  }
  expect(readOutboxItem(toValue(refused), { parseCommand, parseOutcome })).toEqual(refused)
  for (const wrongly of [null, [{}], [{ clientIds: ['a b'], code: 'blocked', detail: 'no' }]]) {
    const reason = { ...refused.reason, failures: wrongly }
    expect(() => readOutboxItem(toValue({ ...refused, reason }), { parseCommand, parseOutcome })).toThrow(
      'failures',
    )
  }
})

test('[CL23] [CL135] what does not fit is a corrupt store, and says where', () => {
  for (const [field, read] of wrong) {
    let said = ''
    try {
      read()
    } catch (error) {
      said = String(error)
    }
    expect(`${String(read)}: ${said}`).toContain(`cannot be read (${field})`)
  }
})
