import { defaultPolicy, forever, type Member } from '@parley/document'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { inConversation, stage } from '../testing/client.test-kit.ts'
import { codeOf, conversationId, jerry, mary, settle, tom, user } from '../testing/values.test-kit.ts'
import { fakeEngine, headOf, lunch } from './fake-engine.test-kit.ts'
import { ConversationMemberRole } from './member-info.ts'

const manager: Member = { role: 'manager', joinedAt: 5, invitedBy: tom }

test('[CL175] everybody’s role is known, and when he came by whom', async () => {
  const fake = await fakeEngine()
  fake.head = headOf({
    members: new Map([
      [jerry, { role: 'owner', joinedAt: 1, invitedBy: null }],
      [mary, manager],
    ]),
  })
  const { conversation, calls } = fake
  const all = await conversation.getAllMemberInfo()
  expect(all).toEqual([
    {
      conversationId: lunch,
      memberId: 'Jerry',
      role: ConversationMemberRole.OWNER,
      isOwner: true,
      joinedAt: new Date(1),
      invitedBy: null,
    },
    {
      conversationId: lunch,
      memberId: 'Mary',
      role: ConversationMemberRole.MANAGER,
      isOwner: false,
      joinedAt: new Date(5),
      invitedBy: 'Tom',
    },
  ])
  expect(await conversation.getMemberInfo('Mary')).toEqual(all[1])
  expect(await conversation.getMemberInfo('Tom')).toBeNull()
  expect(calls()).toEqual([])
})

test('[CL175] members that are not held are asked for, and without a connection that is said', async () => {
  const fake = await fakeEngine()
  fake.head = undefined
  expect(await codeOf(fake.conversation.getAllMemberInfo())).toBe('OFFLINE')
  expect(await codeOf(fake.conversation.queryMutedMembers())).toBe('OFFLINE')
  expect(await codeOf(fake.conversation.queryBlockedMembers())).toBe('OFFLINE')
  expect(fake.calls().map(([name]) => name)).toEqual(['open', 'open', 'open'])
  expect([fake.conversation.policy, fake.conversation.mutedMembers]).toEqual([null, []])
  const opening = { ...fake.engine, open: async () => Promise.resolve(void (fake.head = headOf())) }
  Object.assign(fake.engine, opening)
  expect(await fake.conversation.getAllMemberInfo()).toHaveLength(2)
})

test('[CL175] roles, mutes and blocks are one command each, with what the rules predict and the relay says', async () => {
  const fake = await fakeEngine()
  const { conversation, commands } = fake
  const outcome = { successfulClientIds: [mary], failures: [] }
  fake.outcome = Promise.resolve(outcome)
  const result = await conversation.updateMemberRole('Mary', ConversationMemberRole.MANAGER)
  expect([result.successfulClientIds, await result.confirmed]).toEqual([[], outcome])
  await conversation.muteMembers(['Mary', 'Mary'])
  await conversation.muteMembers(['Mary'], { forMs: 60_000 })
  await conversation.unmuteMembers(['Mary'])
  await conversation.blockMembers(['Mary', 'Jerry'])
  await conversation.unblockMembers(['Mary'])
  expect(commands()).toEqual([
    { op: 'role', members: ['Mary'], role: 'manager' },
    { op: 'mute', members: ['Mary'], forMs: null },
    { op: 'mute', members: ['Mary'], forMs: 60_000 },
    { op: 'unmute', members: ['Mary'] },
    { op: 'block', members: ['Mary', 'Jerry'] },
    { op: 'unblock', members: ['Mary'] },
  ])
})

test('[CL175] nobody becomes the owner, and what is no role or no length of time is refused', async () => {
  const { conversation, calls } = await fakeEngine()
  expect(await codeOf(conversation.updateMemberRole('Mary', 'owner'))).toBe('bad-argument')
  expect(await codeOf(conversation.updateMemberRole('Mary', 'king' as never))).toBe('bad-argument')
  expect(await codeOf(conversation.updateMemberRole('a b', 'member'))).toBe('bad-id')
  for (const forMs of [0, -1, 1.5, Number.POSITIVE_INFINITY, '1' as never])
    expect(await codeOf(conversation.muteMembers(['Mary'], { forMs }))).toBe('bad-argument')
  for (const call of [
    'muteMembers',
    'unmuteMembers',
    'blockMembers',
    'unblockMembers',
    'add',
    'remove',
  ] as const) {
    expect(await codeOf(conversation[call]([]))).toBe('bad-argument')
    expect(await codeOf(conversation[call]('Mary' as never))).toBe('bad-argument')
    expect(await codeOf(conversation[call](['a b']))).toBe('bad-id')
  }
  expect(calls()).toEqual([])
})

test('[CL176] a mute that is over is none', async () => {
  const fake = await fakeEngine()
  fake.head = headOf({
    muted: new Map([
      [mary, 2000],
      [jerry, forever],
      [user('Anna'), 1000],
    ]),
    blocked: new Map([[user('Zoe'), 5]]),
  })
  fake.now = 1999
  expect(fake.conversation.mutedMembers).toEqual(['Mary', 'Jerry'])
  expect(await fake.conversation.queryMutedMembers()).toEqual({ results: ['Jerry', 'Mary'], next: null })
  fake.now = 2000
  expect(fake.conversation.mutedMembers).toEqual(['Jerry'])
  expect(await fake.conversation.queryBlockedMembers()).toEqual({ results: ['Zoe'], next: null })
})

test('[CL176] page by page everybody comes once, in the order of ids', async () => {
  const fake = await fakeEngine()
  const people = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_.@:-]{1,3}$/), { maxLength: 30 })
  await fc.assert(
    fc.asyncProperty(people, fc.integer({ min: 1, max: 8 }), async (names, limit) => {
      fake.head = headOf({ blocked: new Map(names.map((name, at) => [user(name), at])) })
      const found: string[] = []
      let next: string | null = null
      do {
        const page = await fake.conversation.queryBlockedMembers({ limit, next })
        expect(page.results.length).toBeLessThanOrEqual(limit)
        expect(page.next === null || page.results.length === limit).toBe(true)
        found.push(...page.results)
        next = page.next
      } while (next !== null)
      expect(found).toEqual(names.toSorted((a, b) => (a < b ? -1 : 1)))
    }),
  )
})

test.each([0, -1, 1.5, 1001, '1'])('[CL176] %j is no limit', async (limit) => {
  const { conversation } = await fakeEngine()
  expect(await codeOf(conversation.queryMutedMembers({ limit: limit as number }))).toBe('bad-argument')
  expect(await codeOf(conversation.queryBlockedMembers({ limit: limit as number }))).toBe('bad-argument')
})

test('[CL177] a policy is read whole and changed in part', async () => {
  const { conversation, commands } = await fakeEngine()
  expect(conversation.policy).toEqual(defaultPolicy)
  await (
    await conversation.setPolicy({ invite: 'managers', past: 'hidden' })
  ).confirmed
  expect(commands()).toEqual([{ op: 'update', policy: { invite: 'managers', past: 'hidden' } }])
})

test.each([
  [{}],
  [{ shout: 'members' }],
  [{ invite: 'everybody' }],
  [{ join: 'members' }],
  [{ past: null }],
  [{ constructor: 'owner' }],
  [[]],
  [null],
  ['owner'],
])('[CL177] %j is no policy', async (policy) => {
  const { conversation, client, calls } = await fakeEngine()
  expect(await codeOf(conversation.setPolicy(policy as never))).toBe('bad-argument')
  const given = { members: ['Jerry'], policy: policy as never }
  expect(await codeOf(client.createConversation(given))).toBe('bad-argument')
  expect(calls()).toEqual([])
})

test('[CL178] a conversation is made with its icon, its policy and its attributes', async () => {
  const { client, commands } = await fakeEngine()
  await client.createConversation({
    members: ['Jerry', 'Mary'],
    name: 'Dinner',
    icon: 'https://files.example/d.png',
    policy: { speak: 'managers' },
    topic: { food: true },
  })
  await client.createConversation({ members: ['Mary'], unique: false })
  expect(commands()).toEqual([
    {
      op: 'create',
      kind: 'group',
      unique: true,
      members: ['Jerry', 'Mary'],
      name: 'Dinner',
      icon: 'https://files.example/d.png',
      policy: { speak: 'managers' },
      attributes: { topic: { food: true } },
    },
    { op: 'create', kind: 'group', unique: false, members: ['Mary'], name: null, attributes: {} },
  ])
})

test('[CL178] a direct conversation has one other member, is unique, and is not the group of the two', async () => {
  const { client, calls } = await stageOfCalls()
  const direct = await client.createConversation({ members: ['Jerry', 'Tom'], kind: 'direct' })
  const group = await client.createConversation({ members: ['Jerry'] })
  expect([direct.kind, direct.unique, direct.members]).toEqual(['direct', true, ['Tom', 'Jerry']])
  expect(direct.id).not.toBe(group.id)
  expect((await client.createConversation({ members: ['Jerry'], kind: 'direct' })).id).toBe(direct.id)
  const bad = [
    { members: ['Jerry', 'Mary'], kind: 'direct' },
    { members: ['Tom'], kind: 'direct' },
    { members: [], kind: 'direct' },
    { members: ['Jerry'], kind: 'direct', unique: false },
    { members: ['Jerry'], kind: 'room' as never },
  ] as const
  for (const options of bad) expect(await codeOf(client.createConversation(options))).toBe('bad-argument')
  expect(calls()).toHaveLength(2)
})

test('[CL178] nobody is added to a direct conversation, or removed from it', async () => {
  const { client } = await stageOfCalls()
  const direct = await client.createConversation({ members: ['Jerry'], kind: 'direct' })
  expect(await codeOf(direct.add(['Mary']))).toBe('members-fixed')
  expect(await codeOf(direct.remove(['Jerry']))).toBe('members-fixed')
})

test.each([
  ['attributes', { members: ['Jerry'], when: new Date(0) }],
  ['a name', { members: ['Jerry'], name: 5 }],
  ['an icon', { members: ['Jerry'], icon: {} }],
  ['members', { members: 'Jerry' }],
  ['any members', {}],
])('[CL178] without %s that are such, nothing is made', async (_, options) => {
  const { client, calls } = await fakeEngine()
  expect(await codeOf(client.createConversation(options as never))).toBe('bad-argument')
  expect(calls()).toEqual([])
})

test('[CL181] several conversations come in the order they were asked for, null for what is not there', async () => {
  const staged = await inConversation()
  const unknown = conversationId(9)
  const asking = staged.client.getConversations([unknown, conversationId(1)])
  await settle()
  const [fetch] = staged.sent().filter((frame) => frame.frame === 'fetch' && frame.conversation === unknown)
  if (fetch?.frame !== 'fetch') throw new Error('it was not looked up')
  const fetched = { result: 'failed', code: 'not-found', detail: 'there is none' } as const
  await staged.say({ frame: 'fetch-answer', request: fetch.request, conversation: unknown, fetched })
  const [none, known] = await asking
  expect([none, known?.name]).toEqual([null, 'Lunch'])
  expect(await staged.client.getConversations([])).toEqual([])
  expect(await codeOf(staged.client.getConversations(['a b']))).toBe('bad-id')
  expect(await codeOf(staged.client.getConversations('a' as never))).toBe('bad-argument')
})

async function stageOfCalls() {
  const staged = await stage()
  return { client: staged.client, calls: () => staged.client.unsent() }
}
