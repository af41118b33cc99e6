import { expect, test } from 'vitest'
import { makeConversationId, parseUserId, type UserId } from '../ids.ts'
import { uniqueConversationId } from '../unique-id.ts'
import { maxMembers } from '../limits.ts'
import { changeHead } from './change-head.ts'
import type { Change, Command, Formerly, Head, Verdict } from './head.ts'
import { judgeCommand } from './rules.ts'

const people = ['Tom', 'Ann', 'Bob', 'Eve', 'Joe'].map(user)
const [tom = user(''), ann = user(''), bob = user(''), eve = user('')] = people
const room = makeConversationId(new Uint8Array(16))
const empty = { name: null, attributes: {} }
const group: Command = { op: 'create', kind: 'group', unique: false, members: [ann, bob], ...empty }
const uniqueGroup: Command = { ...group, unique: true }
const direct: Command = { op: 'create', kind: 'direct', unique: true, members: [ann], ...empty }
const uniqueRoom = uniqueConversationId('group', [tom, ann, bob])
const directRoom = uniqueConversationId('direct', [tom, ann])

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

function judge(
  head: Head | undefined,
  command: Command,
  by: UserId,
  conversation: string = room,
  formerly: Formerly = 'never',
): Verdict {
  return judgeCommand(head, command, { conversation, by, time: 0, formerly: () => formerly })
}

function accepted(change: Change | null, successfulClientIds: readonly UserId[]): Verdict {
  return { accepted: true, change, outcome: { successfulClientIds, failures: [] } }
}

function codeOf(verdict: Verdict): string {
  return verdict.accepted ? 'accepted' : verdict.code
}

/** Tom's conversation with Ann and Bob, and what happened in it. */
function headOf(command: Command, ...changes: readonly Change[]): Head {
  if (command.op !== 'create') throw new Error('not a creation')
  let head = changeHead(undefined, { ...command, op: 'created', by: tom }, 1)
  for (const change of changes) head = changeHead(head, change, 2)
  return head
}

const crowd = Array.from({ length: maxMembers }, (_, number) => user(`u${number}`))

test('[DO47] a new conversation is created as it was meant', () => {
  expect(judge(undefined, group, tom)).toEqual(
    accepted({ ...empty, op: 'created', by: tom, kind: 'group', unique: false, members: [ann, bob] }, [
      ann,
      bob,
    ]),
  )
  expect(judge(undefined, uniqueGroup, tom, uniqueRoom)).toMatchObject({ change: { unique: true } })
  expect(judge(undefined, direct, tom, directRoom)).toMatchObject({
    change: { kind: 'direct', members: [ann] },
  })
})

test('[DO47] the creator and who is named twice are members once', () => {
  const twice: Command = { ...group, members: [ann, tom, bob, ann] }
  expect(judge(undefined, twice, tom)).toEqual(judge(undefined, group, tom))
})

test('[DO48] a unique conversation has the id its members make, any other a random one', () => {
  expect(codeOf(judge(undefined, uniqueGroup, tom, room))).toBe('wrong-id')
  expect(codeOf(judge(undefined, uniqueGroup, eve, uniqueRoom))).toBe('wrong-id')
  expect(codeOf(judge(undefined, { ...uniqueGroup, members: [ann] }, tom, uniqueRoom))).toBe('wrong-id')
  expect(codeOf(judge(undefined, direct, tom, uniqueConversationId('group', [tom, ann])))).toBe('wrong-id')
  expect(codeOf(judge(undefined, group, tom, uniqueRoom))).toBe('wrong-id')
  expect(codeOf(judge(undefined, group, tom, 'lobby'))).toBe('wrong-id')
})

test.each<readonly [string, Command]>([
  ['not unique', { ...direct, unique: false }],
  ['with two others', { ...direct, members: [ann, bob] }],
  ['with nobody', { ...direct, members: [] }],
  ['with himself', { ...direct, members: [tom] }],
])('[DO49] a one-to-one conversation %s is not created', (_, command) => {
  expect(codeOf(judge(undefined, command, tom, directRoom))).toBe('bad-content')
})

test('[DO50] creating a unique conversation again invites those of its first members who are not there', () => {
  const there = headOf(uniqueGroup)
  expect(judge(there, { ...uniqueGroup, members: [tom, ann] }, bob, uniqueRoom)).toEqual(
    accepted(null, [tom, ann]),
  )
  const left = headOf(uniqueGroup, { op: 'quit', by: ann })
  expect(judge(left, uniqueGroup, tom, uniqueRoom)).toEqual(
    accepted({ op: 'added', by: tom, members: [ann] }, [ann, bob]),
  )
})

test('[DO50] a first member who quit comes back by creating it again, with those who are missing', () => {
  const left = headOf(uniqueGroup, { op: 'quit', by: ann }, { op: 'quit', by: bob })
  const again: Command = { ...uniqueGroup, members: [tom, bob], name: 'Other' }
  expect(judge(left, again, ann, uniqueRoom, 'quit')).toEqual(
    accepted({ op: 'added', by: ann, members: [ann, bob] }, [ann, tom, bob]),
  )
})

test('[DO51] a first member who was removed does not come back by creating it again', () => {
  const without = headOf(uniqueGroup, { op: 'removed', by: tom, members: [ann] })
  expect(codeOf(judge(without, { ...uniqueGroup, members: [tom, bob] }, ann, uniqueRoom, 'removed'))).toBe(
    'removed',
  )
})

test('[DO51] who was removed may be invited again', () => {
  const without = headOf(group, { op: 'removed', by: tom, members: [ann] })
  expect(judge(without, { op: 'add', members: [ann] }, bob, room, 'removed')).toEqual(
    accepted({ op: 'added', by: bob, members: [ann] }, [ann]),
  )
})

test('[DO52] creating a conversation with a random id again changes nothing for its creator', () => {
  expect(judge(headOf(group), group, tom)).toEqual(accepted(null, [ann, bob]))
})

test('[DO52] a random id that is taken is refused to everybody else', () => {
  expect(codeOf(judge(headOf(group), group, ann))).toBe('already-exists')
  expect(codeOf(judge(headOf(group), { ...group, members: [] }, eve))).toBe('already-exists')
})

test('[DO53] any member adds others; who is there already is a success without a change', () => {
  expect(judge(headOf(group), { op: 'add', members: [eve, tom, eve] }, bob)).toEqual(
    accepted({ op: 'added', by: bob, members: [eve] }, [eve, tom]),
  )
  expect(judge(headOf(group), { op: 'add', members: [tom, bob] }, bob)).toEqual(accepted(null, [tom, bob]))
})

test('[DO54] the owner removes members', () => {
  expect(judge(headOf(group), { op: 'remove', members: [ann, ann] }, tom)).toEqual(
    accepted({ op: 'removed', by: tom, members: [ann] }, [ann]),
  )
})

test('[DO54] strangers and the owner cannot be removed, and fail one by one', () => {
  const verdict = judge(headOf(group), { op: 'remove', members: [eve, ann, tom] }, tom)
  expect(verdict).toMatchObject({
    accepted: true,
    change: { op: 'removed', members: [ann] },
    outcome: {
      successfulClientIds: [ann],
      failures: [
        { clientIds: [eve], code: 'not-a-member' },
        { clientIds: [tom], code: 'not-allowed' },
      ],
    },
  })
  expect(judge(headOf(group), { op: 'remove', members: [eve] }, tom)).toMatchObject({
    accepted: true,
    change: null,
  })
})

test('[DO54] plain members remove nobody, unless the policy says so', () => {
  expect(codeOf(judge(headOf(group), { op: 'remove', members: [bob] }, ann))).toBe('not-allowed')
  expect(codeOf(judge(headOf(group), { op: 'remove', members: [ann] }, ann))).toBe('not-allowed')
  const open = headOf({ ...group, policy: { remove: 'members' } })
  expect(judge(open, { op: 'remove', members: [bob] }, ann)).toMatchObject({ change: { members: [bob] } })
})

test('[DO55] whoever knows a random id joins', () => {
  expect(judge(headOf(group), { op: 'join' }, eve)).toEqual(accepted({ op: 'joined', by: eve }, [eve]))
  expect(judge(headOf(group), { op: 'join' }, eve, room, 'quit')).toEqual(
    accepted({ op: 'joined', by: eve }, [eve]),
  )
})

test('[DO55] joining what one is in changes nothing', () => {
  expect(judge(headOf(group), { op: 'join' }, ann)).toEqual(accepted(null, [ann]))
  expect(judge(headOf(uniqueGroup), { op: 'join' }, ann, uniqueRoom)).toEqual(accepted(null, [ann]))
  expect(judge(headOf(direct), { op: 'join' }, ann, directRoom)).toEqual(accepted(null, [ann]))
})

test('[DO55] who was removed does not join', () => {
  expect(codeOf(judge(headOf(group), { op: 'join' }, eve, room, 'removed'))).toBe('removed')
})

test('[DO55] nobody joins a unique conversation, nor learns that it exists', () => {
  for (const formerly of ['never', 'quit', 'removed'] as const) {
    const unique = judge(headOf(uniqueGroup), { op: 'join' }, eve, uniqueRoom, formerly)
    expect(unique).toEqual(judge(undefined, { op: 'join' }, eve, uniqueRoom))
    expect(judge(headOf(direct), { op: 'join' }, eve, directRoom, formerly)).toEqual(unique)
    expect(codeOf(unique)).toBe('not-found')
  }
})

test('[DO56] any member quits, the owner and the last one included', () => {
  expect(judge(headOf(group), { op: 'quit' }, ann)).toEqual(accepted({ op: 'quit', by: ann }, [ann]))
  expect(judge(headOf(group), { op: 'quit' }, tom)).toEqual(
    accepted({ op: 'quit', by: tom, heir: ann }, [tom]),
  )
  expect(judge(headOf({ ...group, members: [] }), { op: 'quit' }, tom)).toEqual(
    accepted({ op: 'quit', by: tom }, [tom]),
  )
})

test.each<Command>([
  { op: 'add', members: [eve] },
  { op: 'remove', members: [ann] },
  { op: 'quit' },
  { op: 'role', members: [ann], role: 'manager' },
  { op: 'mute', members: [ann], forMs: null },
  { op: 'unmute', members: [ann] },
  { op: 'block', members: [ann] },
  { op: 'unblock', members: [ann] },
])('[DO57] a one-to-one conversation keeps its members: $op', (command) => {
  expect(codeOf(judge(headOf(direct), command, tom, directRoom))).toBe('members-fixed')
})

const others: readonly Command[] = [
  { op: 'add', members: [eve] },
  { op: 'remove', members: [ann] },
  { op: 'quit' },
  { op: 'update', name: 'x' },
  { op: 'role', members: [ann], role: 'manager' },
  { op: 'mute', members: [ann], forMs: null },
  { op: 'unmute', members: [ann] },
  { op: 'block', members: [ann] },
  { op: 'unblock', members: [ann] },
]

test.each(others)('[DO58] to a stranger there is no such conversation: $op', (command) => {
  const nowhere = judge(undefined, command, eve)
  expect(codeOf(nowhere)).toBe('not-found')
  for (const head of [headOf(group), headOf(uniqueGroup), headOf(direct)]) {
    expect(judge(head, command, eve)).toEqual(nowhere)
  }
})

test.each(others)('[DO58] who was a member once hears that he is none: $op', (command) => {
  for (const formerly of ['quit', 'removed'] as const) {
    expect(codeOf(judge(headOf(group), command, eve, room, formerly))).toBe('not-a-member')
  }
})

test('[DO59] a conversation is created with as many members as the limit says, and not one more', () => {
  expect(codeOf(judge(undefined, { ...group, members: crowd.slice(1) }, tom))).toBe('accepted')
  expect(codeOf(judge(undefined, { ...group, members: crowd }, tom))).toBe('conversation-full')
})

test('[DO59] adding fills a conversation to the limit; the rest fail', () => {
  const head = headOf({ ...group, members: crowd.slice(2) })
  const verdict = judge(head, { op: 'add', members: [crowd[5] ?? eve, ann, bob] }, tom)
  expect(verdict).toMatchObject({
    change: { members: [ann] },
    outcome: {
      successfulClientIds: [crowd[5], ann],
      failures: [{ clientIds: [bob], code: 'conversation-full' }],
    },
  })
})

test('[DO59] a full conversation is neither joined nor come back to', () => {
  const head = headOf({ ...group, members: crowd.slice(1) })
  expect(codeOf(judge(head, { op: 'join' }, eve))).toBe('conversation-full')
  const room4 = uniqueConversationId('group', [eve, ann])
  const unique = headOf({ ...uniqueGroup, members: crowd.slice(1) })
  expect(codeOf(judge(unique, { ...uniqueGroup, members: [ann] }, eve, room4, 'quit'))).toBe(
    'conversation-full',
  )
})
