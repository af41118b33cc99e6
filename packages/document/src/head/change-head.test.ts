import { expect, test } from 'vitest'
import { parseUserId, type UserId } from '../ids.ts'
import { changeHead } from './change-head.ts'
import { type Change, defaultPolicy, forever, type Head } from './head.ts'
import { openedHead } from './open-head.ts'

const tom = user('Tom')
const ann = user('Ann')
const bob = user('Bob')
const eve = user('Eve')
const created: Change = {
  op: 'created',
  by: tom,
  kind: 'group',
  unique: true,
  members: [ann],
  name: null,
  attributes: { colour: 'red' },
}

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

/** Each change a second after the one before. */
function after(...changes: readonly Change[]): Head {
  let head: Head | undefined
  for (const [index, change] of [created, ...changes].entries())
    head = changeHead(head, change, 1000 * (index + 1))
  if (head === undefined) throw new Error('nothing happened')
  return head
}

test('[DO36] a created conversation has what its creator said, one page, and him as owner', () => {
  expect(after()).toEqual({
    info: {
      kind: 'group',
      name: null,
      icon: null,
      creator: tom,
      createdAt: 1000,
      unique: true,
      pages: 1,
      policy: defaultPolicy,
    },
    members: new Map([
      [tom, { role: 'owner', joinedAt: 1000, invitedBy: null }],
      [ann, { role: 'member', joinedAt: 1000, invitedBy: tom }],
    ]),
    attributes: new Map([['colour', 'red']]),
    muted: new Map(),
    blocked: new Map(),
  })
})

test('[DO36] naming the creator among the first members changes nothing', () => {
  expect(changeHead(undefined, { ...created, members: [ann, tom] }, 1000)).toEqual(after())
})

test('[DO36] a conversation is created once, and before anything else', () => {
  expect(() => changeHead(after(), created, 2000)).toThrow('once')
  expect(() => changeHead(undefined, { op: 'joined', by: bob }, 2000)).toThrow('does not exist')
})

test('[DO37] who is added or joins is a member from then on, with whoever invited him', () => {
  expect(after({ op: 'added', by: ann, members: [bob] }).members.get(bob)).toEqual({
    role: 'member',
    joinedAt: 2000,
    invitedBy: ann,
  })
  expect(after({ op: 'joined', by: bob }).members.get(bob)).toEqual({
    role: 'member',
    joinedAt: 2000,
    invitedBy: null,
  })
})

test('[DO37] who is a member already stays the member he was', () => {
  expect(after({ op: 'added', by: ann, members: [tom, ann] }).members).toEqual(after().members)
  expect(after({ op: 'joined', by: tom }).members).toEqual(after().members)
})

test('[DO37] who comes back by himself was invited by nobody', () => {
  const back = after({ op: 'quit', by: ann }, { op: 'added', by: ann, members: [ann, bob] })
  expect(back.members.get(ann)).toEqual({ role: 'member', joinedAt: 3000, invitedBy: null })
  expect(back.members.get(bob)).toEqual({ role: 'member', joinedAt: 3000, invitedBy: ann })
})

test('[DO38] who is removed or quits is no member any more', () => {
  expect([...after({ op: 'removed', by: tom, members: [ann, bob] }).members.keys()]).toEqual([tom])
  expect([...after({ op: 'quit', by: ann }).members.keys()]).toEqual([tom])
  expect(after({ op: 'quit', by: bob }).members).toEqual(after().members)
})

test('[DO38] whoever has been there longest follows an owner who leaves', () => {
  const left = after({ op: 'joined', by: bob }, { op: 'quit', by: tom })
  expect(left.members.get(ann)).toEqual({ role: 'owner', joinedAt: 1000, invitedBy: tom })
  expect(left.members.get(bob)?.role).toBe('member')
})

test('[DO38] of those who have been there equally long the lesser id follows', () => {
  for (const members of [
    [ann, bob],
    [bob, ann],
  ]) {
    const head = changeHead(undefined, { ...created, members }, 1000)
    const left = changeHead(head, { op: 'quit', by: tom }, 2000)
    expect([...left.members].filter(([, { role }]) => role === 'owner').map(([id]) => id)).toEqual([ann])
  }
})

test('[DO38] a manager follows an owner who leaves, before members who have been there longer', () => {
  const head = after(
    { op: 'joined', by: bob },
    { op: 'joined', by: eve },
    { op: 'role', by: tom, members: [bob, eve], role: 'manager' },
    { op: 'quit', by: tom },
  )
  expect([...head.members].map(([id, { role }]) => [id, role])).toEqual([
    [ann, 'member'],
    [bob, 'owner'],
    [eve, 'manager'],
  ])
})

test('[DO39] the last one to leave leaves nobody, and who then comes by himself is the owner', () => {
  const empty = after({ op: 'quit', by: ann }, { op: 'quit', by: tom })
  expect(empty.members.size).toBe(0)
  expect(changeHead(empty, { op: 'joined', by: bob }, 9).members.get(bob)?.role).toBe('owner')
  const back = changeHead(empty, { op: 'added', by: tom, members: [ann, tom] }, 9)
  expect([...back.members].map(([id, { role }]) => [id, role])).toEqual([
    [ann, 'member'],
    [tom, 'owner'],
  ])
})

test('[DO40] a new page changes the number of pages and nothing else', () => {
  const { info, ...rest } = after({ op: 'page', pages: 7 })
  expect({ info: { ...info, pages: 1 }, ...rest }).toEqual(after())
  expect(info.pages).toBe(7)
})

test('[DO36] a creation may say an icon and a policy, of which the rest is as ordinary', () => {
  const { info } = changeHead(undefined, { ...created, icon: 'x', policy: { mute: 'owner' } }, 1000)
  expect(info.icon).toBe('x')
  expect(info.policy).toEqual({ ...defaultPolicy, mute: 'owner' })
})

test('[DO79] an update sets what it names, and leaves the rest', () => {
  const before = after({ op: 'updated', by: ann, name: 'Lunch', icon: 'x', policy: { mute: 'owner' } })
  expect(before).toEqual({
    ...after(),
    info: { ...after().info, name: 'Lunch', icon: 'x', policy: { ...defaultPolicy, mute: 'owner' } },
  })
  const change: Change = {
    op: 'updated',
    by: ann,
    name: null,
    set: { a: { b: 1 }, colour: 'blue' },
    unset: ['none', 'colour'],
    policy: { past: 'hidden' },
  }
  const head = changeHead(before, change, 3000)
  expect(head.info).toEqual({
    ...before.info,
    name: null,
    policy: { ...defaultPolicy, mute: 'owner', past: 'hidden' },
  })
  expect(head.attributes).toEqual(
    new Map<string, unknown>([
      ['a', { b: 1 }],
      ['colour', 'blue'],
    ]),
  )
  expect(changeHead(head, { op: 'updated', by: ann, unset: ['a'] }, 4000).attributes.size).toBe(1)
})

test('[DO80] a role is given to members, and neither to the owner nor to strangers', () => {
  const head = after({ op: 'role', by: tom, members: [ann, tom, bob], role: 'manager' })
  expect([...head.members].map(([id, { role }]) => [id, role])).toEqual([
    [tom, 'owner'],
    [ann, 'manager'],
  ])
  expect(head.members.get(ann)).toEqual({ ...after().members.get(ann), role: 'manager' })
  expect(changeHead(head, { op: 'role', by: tom, members: [ann], role: 'member' }, 9)).toEqual(after())
})

test('[DO80] who leaves loses his role', () => {
  const manager: Change = { op: 'role', by: tom, members: [ann], role: 'manager' }
  for (const gone of [
    { op: 'quit', by: ann },
    { op: 'removed', by: tom, members: [ann] },
    { op: 'blocked', by: tom, members: [ann], left: [ann] },
  ] satisfies readonly Change[]) {
    expect(after(manager, gone, { op: 'added', by: tom, members: [ann] }).members.get(ann)?.role).toBe(
      'member',
    )
  }
})

test('[DO82] who is muted is so until then, whether he leaves or not, or somebody ends it', () => {
  const head = after({ op: 'muted', by: tom, members: [ann, bob], until: 9000 }, { op: 'quit', by: ann })
  expect(head.muted).toEqual(
    new Map([
      [ann, 9000],
      [bob, 9000],
    ]),
  )
  expect(changeHead(head, { op: 'unmuted', by: tom, members: [ann, eve] }, 1).muted).toEqual(
    new Map([[bob, 9000]]),
  )
  expect(changeHead(head, { op: 'muted', by: tom, members: [bob], until: forever }, 1).muted.get(bob)).toBe(
    forever,
  )
})

test('[DO82] mutes that are over go when somebody else is muted', () => {
  const head = after({ op: 'muted', by: tom, members: [ann], until: 9000 })
  const mute: Change = { op: 'muted', by: tom, members: [bob], until: 20_000 }
  expect([...changeHead(head, mute, 8999).muted.keys()]).toEqual([ann, bob])
  expect([...changeHead(head, mute, 9000).muted.keys()]).toEqual([bob])
  const again: Change = { op: 'muted', by: tom, members: [ann], until: 20_000 }
  expect(changeHead(head, again, 9000).muted).toEqual(new Map([[ann, 20_000]]))
})

test('[DO82] who is blocked is so since then, and no member; unblocking makes him none', () => {
  const head = after({ op: 'blocked', by: tom, members: [ann, bob], left: [ann] })
  expect([...head.members.keys()]).toEqual([tom])
  expect(head.blocked).toEqual(
    new Map([
      [ann, 2000],
      [bob, 2000],
    ]),
  )
  const free = changeHead(head, { op: 'unblocked', by: tom, members: [ann, eve] }, 3000)
  expect(free.blocked).toEqual(new Map([[bob, 2000]]))
  expect(free.members).toEqual(head.members)
})

test('[DO83] a newcomer from whom the past is hidden has the page he begins with', () => {
  const head = after(
    { op: 'added', by: ann, members: [bob, tom], since: 4 },
    { op: 'joined', by: eve, since: 5 },
    { op: 'role', by: tom, members: [eve], role: 'manager' },
  )
  expect([...head.members].map(([id, { since }]) => [id, since])).toEqual([
    [tom, undefined],
    [ann, undefined],
    [bob, 4],
    [eve, 5],
  ])
  expect(head.members.get(ann)).not.toHaveProperty('since')
  const back = changeHead(
    changeHead(head, { op: 'quit', by: eve }, 1),
    { op: 'joined', by: eve, since: 9 },
    2,
  )
  expect(back.members.get(eve)?.since).toBe(9)
})

test('[DO40] a head that opens a page is the one that is changed by it', () => {
  expect(openedHead(after(), 7)).toEqual(after({ op: 'page', pages: 7 }))
})

test('[DO40] the head that was given is not changed', () => {
  const head = after()
  const copy = structuredClone(head)
  changeHead(head, { op: 'updated', by: tom, name: 'x', set: { a: 1 }, unset: ['colour'] }, 2000)
  changeHead(head, { op: 'role', by: tom, members: [ann], role: 'manager' }, 2000)
  changeHead(head, { op: 'muted', by: tom, members: [ann], until: 9 }, 2000)
  changeHead(head, { op: 'blocked', by: tom, members: [ann], left: [ann] }, 2000)
  changeHead(head, { op: 'added', by: tom, members: [bob] }, 2000)
  changeHead(head, { op: 'quit', by: tom }, 2000)
  changeHead(head, { op: 'page', pages: 7 }, 2000)
  expect(head).toEqual(copy)
})
