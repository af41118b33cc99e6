import { forever } from '@parley/document'
import { expect, test } from 'vitest'
import type { HeadNews } from '../engine-types.ts'
import { jerry, mary, tom } from '../testing/values.test-kit.ts'
import { Event } from './event.ts'
import { type FakeEngine, fakeEngine, headOf, lunch } from './fake-engine.test-kit.ts'

const names = [
  'CONVERSATION_INFO_UPDATED',
  'MEMBER_INFO_UPDATED',
  'MUTED',
  'UNMUTED',
  'MEMBERS_MUTED',
  'MEMBERS_UNMUTED',
  'BLOCKED',
  'UNBLOCKED',
  'MEMBERS_BLOCKED',
  'MEMBERS_UNBLOCKED',
] as const

/** Listeners of any event: what they are given is looked at, and no more. */
interface Listening {
  on(name: string, listener: (...given: readonly unknown[]) => void): unknown
  off(name: string, listener: (...given: readonly unknown[]) => void): unknown
}

/** What the conversation and the client tell of one change; both must say the same. */
function told({ conversation, client, emit }: FakeEngine, change: HeadNews, replayed = false): unknown[] {
  const heard: unknown[] = []
  const elsewhere: unknown[] = []
  const [near, far] = [conversation, client] as unknown as readonly [Listening, Listening]
  const off = names.map((name) => {
    const listen = (payload: unknown): unknown => heard.push([name, payload])
    const listenFar = (payload: unknown, where: unknown): unknown =>
      elsewhere.push([name, payload, where === conversation])
    near.on(Event[name], listen)
    far.on(Event[name], listenFar)
    return () => [near.off(Event[name], listen), far.off(Event[name], listenFar)]
  })
  emit({ type: 'changed', conversation: lunch, change, ...(replayed ? { replayed } : {}) })
  for (const stop of off) stop()
  expect(elsewhere).toEqual(heard.map((one) => [...(one as unknown[]), true]))
  return heard
}

test('[CL179] what changed of a conversation is told by the keys that `get` takes', async () => {
  const fake = await fakeEngine()
  const updated = { op: 'updated', by: jerry } as const
  const change: HeadNews = {
    ...updated,
    name: 'Dinner',
    icon: null,
    set: { topic: ['food'] },
    unset: ['seat'],
    policy: { invite: 'owner' },
  }
  expect(told(fake, change, true)).toStrictEqual([
    [
      'CONVERSATION_INFO_UPDATED',
      {
        attributes: {
          name: 'Dinner',
          icon: null,
          'attr.topic': ['food'],
          'attr.seat': undefined,
          policy: { invite: 'owner' },
        },
        updatedBy: 'Jerry',
        replayed: true,
      },
    ],
  ])
  expect(told(fake, { ...updated, set: { a: 1 } })).toStrictEqual([
    ['CONVERSATION_INFO_UPDATED', { attributes: { 'attr.a': 1 }, updatedBy: 'Jerry' }],
  ])
})

test('[CL180] a role is told of each member', async () => {
  const fake = await fakeEngine()
  fake.head = headOf({ members: new Map([[tom, { role: 'manager', joinedAt: 7, invitedBy: jerry }]]) })
  const change: HeadNews = { op: 'role', by: jerry, members: [tom, mary], role: 'manager' }
  const info = { conversationId: lunch, role: 'manager', isOwner: false }
  const ofTom = { ...info, memberId: 'Tom', joinedAt: new Date(7), invitedBy: 'Jerry' }
  const ofMary = { ...info, memberId: 'Mary', joinedAt: null, invitedBy: null }
  expect(told(fake, change)).toStrictEqual([
    ['MEMBER_INFO_UPDATED', { member: 'Tom', memberInfo: ofTom, updatedBy: 'Jerry' }],
    ['MEMBER_INFO_UPDATED', { member: 'Mary', memberInfo: ofMary, updatedBy: 'Jerry' }],
  ])
})

test('[CL330] that somebody is the owner now is told as his role, by who left', async () => {
  const fake = await fakeEngine()
  fake.head = headOf({ members: new Map([[tom, { role: 'owner', joinedAt: 7, invitedBy: jerry }]]) })
  const memberInfo = {
    conversationId: lunch,
    memberId: 'Tom',
    role: 'owner',
    isOwner: true,
    joinedAt: new Date(7),
    invitedBy: 'Jerry',
  }
  expect(told(fake, { op: 'role', by: jerry, members: [tom], role: 'owner' })).toStrictEqual([
    ['MEMBER_INFO_UPDATED', { member: 'Tom', memberInfo, updatedBy: 'Jerry' }],
  ])
})

test.each([
  ['muted', { until: 5000 }, 'MUTED', 'mutedBy', { until: new Date(5000) }],
  ['muted', { until: forever }, 'MUTED', 'mutedBy', { until: null }],
  ['unmuted', {}, 'UNMUTED', 'unmutedBy', {}],
  ['blocked', { left: [tom] }, 'BLOCKED', 'blockedBy', {}],
  ['unblocked', {}, 'UNBLOCKED', 'unblockedBy', {}],
] as const)(
  '[CL180] %s %j: oneself hears it as %s, of others one hears in one event',
  async (op, more, name, by, also) => {
    const fake = await fakeEngine()
    const change = (...members: readonly string[]): HeadNews =>
      ({ op, by: jerry, members, ...more }) as unknown as HeadNews
    const mine = [name, { [by]: 'Jerry', ...also }]
    const theirs = (...members: readonly string[]): unknown => [
      `MEMBERS_${name}`,
      { members, [by]: 'Jerry', ...also },
    ]
    expect(told(fake, change('Tom'))).toStrictEqual([mine])
    expect(told(fake, change('Mary'))).toStrictEqual([theirs('Mary')])
    expect(told(fake, change('Mary', 'Tom', 'Anna'))).toStrictEqual([mine, theirs('Mary', 'Anna')])
    const [replayed] = told(fake, change('Tom'), true)
    expect(replayed).toStrictEqual([name, { [by]: 'Jerry', ...also, replayed: true }])
  },
)

test('[CL180] what a listener throws is caught there, and the next one hears', async () => {
  const fake = await fakeEngine()
  fake.conversation.on(Event.MUTED, () => {
    throw new Error('mine')
  })
  expect(told(fake, { op: 'muted', by: jerry, members: [tom], until: 1 })).toHaveLength(1)
  expect(fake.faults).toEqual([new Error('mine')])
})

test('[CL127] a conversation says whether somebody is mentioned in what is unread', async () => {
  const fake = await fakeEngine()
  expect(fake.conversation.unreadMessagesMentioned).toBe(false)
  fake.view = { mentioned: true }
  expect(fake.conversation.unreadMessagesMentioned).toBe(true)
})
