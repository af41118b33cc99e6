import { describe, expect, test } from 'vitest'
import type { Entry } from '../entry/entry.ts'
import { makeConversationId, makeEntryId, parseUserId, type UserId } from '../ids.ts'
import { uniqueConversationId } from '../unique-id.ts'
import { changeHead } from './change-head.ts'
import type { Command, Formerly, Head, Verdict } from './head.ts'
import { judgeEntry, judgeSignal } from './judge-entry.ts'
import { judgeCommand } from './rules.ts'

const [tom, ann, bob, eve] = [user('Tom'), user('Ann'), user('Bob'), user('Eve')]
const empty = { name: null, attributes: {} }

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

function judge(
  head: Head | undefined,
  command: Command,
  by: UserId,
  ...declining: readonly UserId[]
): Verdict {
  const members = command.op === 'create' ? [tom, ...command.members] : []
  const conversation =
    command.op === 'create' && command.unique
      ? uniqueConversationId(command.kind, members)
      : makeConversationId(new Uint8Array(16))
  const declines = (someone: UserId): boolean => declining.includes(someone)
  return judgeCommand(head, command, { conversation, by, time: 0, formerly: () => 'never', declines })
}

function headOf(kind: 'group' | 'direct', members: readonly UserId[]): Head {
  const unique = kind === 'direct'
  return changeHead(undefined, { op: 'created', by: tom, kind, unique, members, ...empty }, 0)
}

const declined = (...clientIds: readonly UserId[]): object => ({ code: 'declined', clientIds })

describe('[DO129] who declines is not brought in', () => {
  test('when a group is made: it is made without him', () => {
    for (const unique of [true, false]) {
      const group: Command = { op: 'create', kind: 'group', unique, members: [ann, bob], ...empty }
      expect(judge(undefined, group, tom, bob)).toMatchObject({
        change: { op: 'created', members: [ann] },
        outcome: { successfulClientIds: [ann], failures: [declined(bob)] },
      })
      expect(judge(undefined, group, tom, ann, bob)).toMatchObject({
        change: { op: 'created', members: [] },
        outcome: { successfulClientIds: [], failures: [declined(ann, bob)] },
      })
    }
  })

  test('when a conversation of two is made: it is not made', () => {
    const direct: Command = { op: 'create', kind: 'direct', unique: true, members: [ann], ...empty }
    expect(judge(undefined, direct, tom, ann)).toMatchObject({ accepted: false, code: 'declined' })
    expect(judge(headOf('direct', [ann]), direct, tom, ann)).toMatchObject({ change: null })
  })

  test('when he is added, while the others are', () => {
    const head = headOf('group', [ann])
    expect(judge(head, { op: 'add', members: [bob, eve, ann] }, ann, bob, ann)).toMatchObject({
      change: { op: 'added', members: [eve] },
      outcome: { successfulClientIds: [eve, ann], failures: [declined(bob)] },
    })
  })

  test('when a unique group is made again, but for himself, who comes by his own will', () => {
    const head = headOf('group', [bob])
    const again: Command = { op: 'create', kind: 'group', unique: true, members: [ann, bob], ...empty }
    expect(judge(head, again, tom, ann)).toMatchObject({
      change: null,
      outcome: { failures: [declined(ann)] },
    })
    expect(judge(head, { ...again, members: [tom, bob] }, ann, ann)).toMatchObject({
      accepted: false,
      code: 'wrong-id',
    })
    const conversation = uniqueConversationId('group', [tom, ann, bob])
    const declines = (): boolean => true
    const formerly = (): Formerly => 'quit'
    const context = { conversation, by: ann, time: 0, formerly, declines }
    const back = judgeCommand(head, { ...again, members: [tom, bob] }, context)
    expect(back).toMatchObject({ change: { op: 'added', by: ann, members: [ann] } })
  })

  test('whatever a device thinks: it does not know', () => {
    const context = { conversation: makeConversationId(new Uint8Array(16)), by: ann, time: 0 } as const
    const added = judgeCommand(
      headOf('group', [ann]),
      { op: 'add', members: [bob] },
      {
        ...context,
        formerly: () => 'never',
      },
    )
    expect(added).toMatchObject({ change: { members: [bob] }, outcome: { failures: [] } })
  })
})

const target = makeEntryId(0, new Uint8Array(10))
const made = { id: makeEntryId(1, new Uint8Array(10)), from: ann, sentAt: 0 }
const entries: Readonly<Record<string, Entry>> = {
  message: { ...made, type: -1 },
  edit: { ...made, op: 'edit', target, type: -1 },
  reaction: { ...made, op: 'react', target, sign: 'x', on: true },
}
const recall: Entry = { ...made, op: 'recall', target }
const hers = { author: ann, type: -1, recalled: false }

test.each(Object.entries(entries))(
  '[DO130] in a conversation of two a %s of whom the other blocks is refused',
  (_, entry) => {
    const head = headOf('direct', [ann])
    expect(judgeEntry(head, entry, ann, hers, 0, (other) => other === tom)).toMatchObject({
      accepted: false,
      code: 'blocked',
    })
    expect(judgeEntry(head, entry, ann, hers, 0, () => false)).toEqual({ accepted: true })
    // Whom she blocks herself she may still write to.
    expect(judgeEntry(head, entry, ann, hers, 0, (other) => other === ann)).toEqual({ accepted: true })
  },
)

test('[DO130] in a conversation of two nobody is heard by whom he is blocked', () => {
  const blocked = (other: UserId): boolean => other === tom
  expect(judgeSignal(headOf('direct', [ann]), ann, 0, blocked)).toMatchObject({ code: 'blocked' })
  expect(judgeSignal(headOf('direct', [ann]), tom, 0, blocked)).toEqual({ accepted: true })
  expect(judgeSignal(headOf('direct', [ann]), ann, 0)).toEqual({ accepted: true })
  expect(judgeSignal(headOf('group', [ann]), ann, 0, blocked)).toEqual({ accepted: true })
})

test('[DO130] he takes back what he said, and in a group nobody is kept silent by one of many', () => {
  const everybody = (): boolean => true
  expect(judgeEntry(headOf('direct', [ann]), recall, ann, hers, 0, everybody)).toEqual({ accepted: true })
  for (const entry of Object.values(entries))
    expect(judgeEntry(headOf('group', [ann, bob]), entry, ann, hers, 0, everybody)).toEqual({
      accepted: true,
    })
})
