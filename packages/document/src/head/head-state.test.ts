import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { firstRelayClientId } from '../client-ids.ts'
import { parseUserId, type UserId } from '../ids.ts'
import { changeHead } from './change-head.ts'
import type { Change, Head } from './head.ts'
import { mergeHeadUpdates, readHeadState, writeHeadChange } from './head-state.ts'

const client = firstRelayClientId + 7
const people = ['Tom', 'Ann', 'Bob', 'Eve'].map(user)
const [tom = user(''), ann = user('')] = people
const created: Change = {
  op: 'created',
  by: tom,
  kind: 'group',
  unique: false,
  members: [ann],
  name: null,
  attributes: {},
}

/** Changes that do change something: everybody but Tom comes and goes, and pages are counted. */
const changes = fc.array(
  fc.oneof(
    fc.constantFrom(...people.slice(1)).map((id) => ({ who: id })),
    fc.integer({ min: 2, max: 99 }).map((pages) => ({ pages })),
  ),
  { maxLength: 20 },
)

function user(text: string): UserId {
  const id = parseUserId(text)
  if (id === undefined) throw new Error(text)
  return id
}

function toggled(head: Head, who: UserId): Change {
  return head.members.has(who) ? { op: 'quit', by: who } : { op: 'joined', by: who }
}

test('[DO45] a change takes an exact state to the next one, and the update takes everybody else there', () => {
  fc.assert(
    fc.property(changes, (steps) => {
      let written = writeHeadChange({ state: null, client, change: created, time: 0 })
      let head = changeHead(undefined, created, 0)
      const follower = new Y.Doc()
      Y.applyUpdate(follower, written.update)
      for (const [index, step] of steps.entries()) {
        const change: Change = 'who' in step ? toggled(head, step.who) : { op: 'page', pages: step.pages }
        head = changeHead(head, change, index + 1)
        written = writeHeadChange({ state: written.state, client, change, time: index + 1 })
        Y.applyUpdate(follower, written.update)
        expect(readHeadState(written.state)).toEqual(head)
        expect(Y.encodeStateAsUpdate(follower)).toEqual(written.state)
      }
    }),
  )
})

test('[DO45] the writer keeps its client id over any number of changes', () => {
  let { state } = writeHeadChange({ state: null, client, change: created, time: 0 })
  for (let pages = 2; pages < 20; pages += 1) {
    ;({ state } = writeHeadChange({ state, client, change: { op: 'page', pages }, time: pages }))
  }
  expect([...Y.parseUpdateMeta(state).to.keys()]).toEqual([client])
})

test('[DO45] a state stays small however often it changes, and every update is small but the compactions', () => {
  let { state } = writeHeadChange({ state: null, client, change: created, time: 0 })
  let large = 0
  for (let time = 1; time < 1500; time += 1) {
    const op = time % 2 === 0 ? 'added' : 'removed'
    const written = writeHeadChange({ state, client, change: { op, by: tom, members: [ann] }, time })
    if (written.update.length > 200) large += 1
    state = written.state
  }
  expect(state.length).toBeLessThan(20_000)
  expect(large).toBeLessThan(10)
})

test('[DO45] a state without a head reads as none', () => {
  expect(readHeadState(Y.encodeStateAsUpdate(new Y.Doc()))).toBeUndefined()
})

test('[DO46] the updates of a head add up to its state', () => {
  let { state, update } = writeHeadChange({ state: null, client, change: created, time: 0 })
  const updates = [update]
  const states = [state]
  for (let time = 1; time < 700; time += 1) {
    const op = time % 2 === 0 ? 'added' : 'removed'
    ;({ state, update } = writeHeadChange({ state, client, change: { op, by: tom, members: [ann] }, time }))
    updates.push(update)
    states.push(state)
  }
  expect(mergeHeadUpdates(updates)).toEqual(state)
  expect(mergeHeadUpdates([states[300] ?? state, ...updates.slice(301)])).toEqual(state)
})
