import { expect, test } from 'vitest'
import { parseUserId, type UserId } from '../ids.ts'
import { changeHead } from './change-head.ts'
import { type Change, defaultPolicy, type Head } from './head.ts'

const tom = user('Tom')
const ann = user('Ann')
const bob = user('Bob')
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

test('[DO40] the head that was given is not changed', () => {
  const head = after()
  const copy = structuredClone({ ...head, members: new Map(head.members) })
  changeHead(head, { op: 'added', by: tom, members: [bob] }, 2000)
  changeHead(head, { op: 'quit', by: tom }, 2000)
  changeHead(head, { op: 'page', pages: 7 }, 2000)
  expect(head).toEqual(copy)
})
