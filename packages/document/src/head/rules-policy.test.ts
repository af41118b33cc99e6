import { expect, test } from 'vitest'
import { makeConversationId, parseUserId, type UserId } from '../ids.ts'
import { uniqueConversationId } from '../unique-id.ts'
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

const hidden: Command = { ...group, policy: { past: 'hidden' } }
const closed: Command = { ...group, policy: { join: 'invited' } }

test('[DO47] a conversation is created with an icon, and with what of its policy is not ordinary', () => {
  const policy = { mute: 'owner', invite: 'members' } as const
  expect(judge(undefined, { ...group, icon: 'x', policy }, tom)).toMatchObject({
    change: { icon: 'x', policy: { mute: 'owner' } },
  })
  const ordinary = judge(undefined, { ...group, policy: { past: 'shown' } }, tom)
  expect(ordinary).toEqual(judge(undefined, group, tom))
})

test('[DO49] a one-to-one conversation has no policy of its own', () => {
  expect(codeOf(judge(undefined, { ...direct, policy: { speak: 'owner' } }, tom, directRoom))).toBe(
    'bad-content',
  )
  expect(codeOf(judge(undefined, { ...direct, policy: { speak: 'members' } }, tom, directRoom))).toBe(
    'accepted',
  )
})

test('[DO50] who may not bring in others gets the conversation, and the missing ones fail', () => {
  const managed: Command = { ...uniqueGroup, policy: { invite: 'managers' } }
  const left = headOf(managed, { op: 'quit', by: bob })
  const failures = [{ clientIds: [bob], code: 'not-allowed' }]
  expect(judge(left, { ...managed, members: [tom, bob] }, ann, uniqueRoom)).toMatchObject({
    change: null,
    outcome: { successfulClientIds: [tom], failures },
  })
  const bothLeft = headOf(managed, { op: 'quit', by: ann }, { op: 'quit', by: bob })
  expect(judge(bothLeft, { ...managed, members: [tom, bob] }, ann, uniqueRoom, 'quit')).toMatchObject({
    change: { op: 'added', by: ann, members: [ann] },
    outcome: { successfulClientIds: [ann, tom], failures },
  })
  const deserted = headOf(managed, { op: 'quit', by: ann }, { op: 'quit', by: bob }, { op: 'quit', by: tom })
  expect(judge(deserted, { ...managed, members: [tom, bob] }, ann, uniqueRoom, 'quit')).toMatchObject({
    change: { members: [ann, tom, bob] },
  })
})

test('[DO53] the policy says who adds others', () => {
  const head = headOf(
    { ...group, policy: { invite: 'managers' } },
    { op: 'role', by: tom, members: [bob], role: 'manager' },
  )
  expect(codeOf(judge(head, { op: 'add', members: [eve] }, ann))).toBe('not-allowed')
  expect(codeOf(judge(head, { op: 'add', members: [eve] }, bob))).toBe('accepted')
})

test('[DO95] who is blocked is not added, does not join, and does not come back by creating again', () => {
  const block: Change = { op: 'blocked', by: tom, members: [ann, eve], left: [ann] }
  expect(judge(headOf(group, block), { op: 'add', members: [eve, bob] }, bob)).toMatchObject({
    change: null,
    outcome: { successfulClientIds: [bob], failures: [{ clientIds: [eve], code: 'blocked' }] },
  })
  expect(codeOf(judge(headOf(group, block), { op: 'join' }, eve, room, 'removed'))).toBe('blocked')
  const unique = headOf(uniqueGroup, block)
  expect(codeOf(judge(unique, { ...uniqueGroup, members: [tom, bob] }, ann, uniqueRoom, 'removed'))).toBe(
    'blocked',
  )
  expect(judge(unique, uniqueGroup, tom, uniqueRoom)).toMatchObject({
    change: null,
    outcome: { failures: [{ clientIds: [ann], code: 'blocked' }] },
  })
  expect(codeOf(judge(unique, { op: 'join' }, eve, uniqueRoom))).toBe('not-found')
})

test('[DO96] where the policy wants invitations nobody joins, and strangers do not learn of it', () => {
  const head = headOf(closed)
  expect(judge(head, { op: 'join' }, eve)).toEqual(judge(undefined, { op: 'join' }, eve))
  for (const formerly of ['quit', 'removed'] as const)
    expect(codeOf(judge(head, { op: 'join' }, eve, room, formerly))).toBe('not-allowed')
  expect(judge(head, { op: 'join' }, ann)).toEqual(accepted(null, [ann]))
  expect(codeOf(judge(head, { op: 'add', members: [eve] }, ann))).toBe('accepted')
})

test('[DO83] where the past is hidden newcomers begin with the page the relay says', () => {
  const context = { conversation: room, by: eve, time: 0, formerly: () => 'never' as const }
  const join = (head: Head, newcomersSince?: number): Verdict =>
    judgeCommand(head, { op: 'join' }, { ...context, newcomersSince })
  expect(join(headOf(hidden), 4)).toMatchObject({ change: { op: 'joined', by: eve, since: 4 } })
  expect(join(headOf(hidden))).toEqual(accepted({ op: 'joined', by: eve }, [eve]))
  expect(join(headOf(group), 4)).toEqual(accepted({ op: 'joined', by: eve }, [eve]))
  const by = { ...context, by: tom, newcomersSince: 4 }
  expect(judgeCommand(headOf(hidden), { op: 'add', members: [eve, ann] }, by)).toMatchObject({
    change: { op: 'added', members: [eve], since: 4 },
  })
  const back: Command = { ...uniqueGroup, members: [tom, bob] }
  const left = headOf({ ...uniqueGroup, policy: { past: 'hidden' } }, { op: 'quit', by: ann })
  const returning = { ...by, conversation: uniqueRoom, by: ann, formerly: () => 'quit' as const }
  expect(judgeCommand(left, back, returning)).toMatchObject({ change: { op: 'added', by: ann, since: 4 } })
})
