import { describe, expect, test } from 'vitest'
import { maxPersonBlocks, maxPins, maxProfileBytes, maxRefusals, maxSettings } from '../limits.ts'
import { changedBy, createPeopleStage } from './person.test-kit.ts'

const lunch = 'rlunch'
const setting = (more: object): object => ({ op: 'setting', conversation: lunch, ...more })

describe('[DO117] a profile', () => {
  test('is changed where it is set, field by field', () => {
    const stage = createPeopleStage()
    stage.run('Tom', { op: 'profile', set: { name: 'Tom', fields: { age: 5, town: { name: 'Ulm' } } } })
    stage.run('Tom', { op: 'profile', set: { icon: 'tom.png', fields: { age: null, likes: [1] } } })
    expect(stage.read('Tom', 'profile', '')).toEqual({
      name: 'Tom',
      icon: 'tom.png',
      fields: { town: { name: 'Ulm' }, likes: [1] },
    })
    stage.run('Tom', { op: 'profile', set: { name: null } })
    expect(stage.read('Tom', 'profile', '')).toMatchObject({ name: null, icon: 'tom.png' })
  })

  test('is too large as a whole, however small each step was', () => {
    const stage = createPeopleStage()
    const half = 'x'.repeat(maxProfileBytes / 2)
    expect(stage.run('Tom', { op: 'profile', set: { fields: { a: half } } })).toMatchObject({
      accepted: true,
    })
    expect(changedBy(stage.run('Tom', { op: 'profile', set: { fields: { b: half } } }))).toBe('too-large')
    expect(stage.read('Tom', 'profile', '')).toMatchObject({ fields: { a: half } })
    expect(stage.run('Tom', { op: 'profile', set: { fields: { a: null, b: half } } })).toMatchObject({
      accepted: true,
    })
  })
})

test('[DO116] what is so already changes nothing, and a setting of nothing is no row', () => {
  const stage = createPeopleStage()
  const once = [
    { op: 'profile', set: { name: 'Tom' } },
    setting({ pinned: true, muted: true, hidden: 3 }),
    { op: 'block', users: ['Mary', 'Eve'] },
    { op: 'refuse', conversations: [lunch] },
  ]
  for (const command of once) expect(changedBy(stage.run('Tom', command))).not.toEqual([])
  stage.time = 2000
  for (const command of once) expect(changedBy(stage.run('Tom', command))).toEqual([])
  expect(stage.run('Tom', setting({ pinned: false, muted: false, hidden: null }))).toMatchObject({
    changes: [{ owner: 'Tom', kind: 'setting', key: lunch, value: null }],
  })
  expect(changedBy(stage.run('Tom', setting({ muted: false })))).toEqual([])
})

describe('[DO118] a setting', () => {
  test('is pinned since the first time, and hidden up to what was said last', () => {
    const stage = createPeopleStage()
    stage.run('Tom', setting({ pinned: true, hidden: 7 }))
    stage.time = 2000
    stage.run('Tom', setting({ pinned: true, hidden: 5, muted: true }))
    expect(stage.read('Tom', 'setting', lunch)).toEqual({ pinned: 1000, muted: true, hidden: 5 })
    stage.run('Tom', setting({ pinned: false }))
    stage.run('Tom', setting({ pinned: true }))
    expect(stage.read('Tom', 'setting', lunch)).toMatchObject({ pinned: 2000 })
  })

  test('never goes back in what was cleared and what was read', () => {
    const stage = createPeopleStage()
    const read = (seq: number, stamp: number): object =>
      setting({ read: { seq, total: seq, mine: 0, stamp } })
    stage.run('Tom', setting({ cleared: 9 }))
    expect(changedBy(stage.run('Tom', setting({ cleared: 8 })))).toEqual([])
    stage.run('Tom', setting({ cleared: 10 }))
    stage.run('Tom', read(5, 50))
    expect(changedBy(stage.run('Tom', read(4, 60)))).toEqual([])
    expect(changedBy(stage.run('Tom', read(5, 50)))).toEqual([])
    stage.run('Tom', read(5, 60))
    expect(stage.read('Tom', 'setting', lunch)).toMatchObject({ cleared: 10, read: { seq: 5, stamp: 60 } })
    stage.run('Tom', read(6, 10))
    expect(stage.read('Tom', 'setting', lunch)).toMatchObject({ read: { seq: 6, total: 6, stamp: 10 } })
  })
})

describe('[DO119] there is an end to', () => {
  test('pins, where one more is refused and everything else goes on', () => {
    const stage = createPeopleStage()
    for (let number = 0; number < maxPins; number += 1)
      stage.run('Tom', { op: 'setting', conversation: `c${number}`, pinned: true })
    expect(changedBy(stage.run('Tom', setting({ pinned: true })))).toBe('too-many')
    expect(stage.run('Tom', setting({ muted: true }))).toMatchObject({ accepted: true })
    expect(changedBy(stage.run('Tom', { op: 'setting', conversation: 'c0', pinned: true }))).toEqual([])
    stage.run('Tom', { op: 'setting', conversation: 'c0', pinned: false })
    expect(stage.run('Tom', setting({ pinned: true }))).toMatchObject({ accepted: true })
    expect(stage.run('Mary', setting({ pinned: true }))).toMatchObject({ accepted: true })
  })

  test('settings, of which one that is there is still changed', () => {
    const stage = createPeopleStage()
    for (let number = 0; number < maxSettings; number += 1)
      stage.put('Tom', 'setting', `c${number}`, { muted: true })
    expect(changedBy(stage.run('Tom', setting({ cleared: 1 })))).toBe('too-many')
    expect(changedBy(stage.run('Tom', setting({ muted: false })))).toEqual([])
    expect(stage.run('Tom', { op: 'setting', conversation: 'c0', cleared: 1 })).toMatchObject({
      accepted: true,
    })
  })

  test('blocks, of which the first that fit are', () => {
    const stage = createPeopleStage()
    for (let number = 1; number < maxPersonBlocks; number += 1)
      stage.put('Tom', 'block', `u${number}`, { since: 1 })
    expect(stage.run('Tom', { op: 'block', users: ['Mary', 'u1', 'Eve'] })).toMatchObject({
      changes: [{ owner: 'Tom', kind: 'block', key: 'Mary', value: { since: 1000 } }],
      outcome: { successfulClientIds: ['Mary', 'u1'], failures: [{ code: 'too-many', clientIds: ['Eve'] }] },
    })
  })

  test('refusals, of which all are or none', () => {
    const stage = createPeopleStage()
    for (let number = 1; number < maxRefusals; number += 1)
      stage.put('Tom', 'refuse', `c${number}`, { since: 1 })
    expect(changedBy(stage.run('Tom', { op: 'refuse', conversations: [lunch, 'c0'] }))).toBe('too-many')
    expect(changedBy(stage.run('Tom', { op: 'refuse', conversations: [lunch, 'c1'] }))).toEqual([
      `Tom/refuse/${lunch}`,
    ])
  })
})

describe('[DO126] blocking', () => {
  test('ends what the two were to each other, on both sides', () => {
    const stage = createPeopleStage()
    stage.run('Tom', { op: 'contact', user: 'Mary', act: 'request' })
    stage.run('Mary', { op: 'contact', user: 'Tom', act: 'accept' })
    stage.run('Eve', { op: 'contact', user: 'Tom', act: 'request' })
    expect(changedBy(stage.run('Tom', { op: 'block', users: ['Mary', 'Eve'] }))).toEqual([
      'Tom/block/Mary',
      'Tom/contact/Mary',
      'Mary/contact/Tom',
      'Tom/block/Eve',
      'Tom/contact/Eve',
      'Eve/contact/Tom',
    ])
    expect([...stage.rows.keys()]).toEqual(['Tom/block/Mary', 'Tom/block/Eve'])
  })

  test('fails for himself, and for nobody else', () => {
    const stage = createPeopleStage()
    expect(stage.run('Tom', { op: 'block', users: ['Tom', 'Mary'] })).toMatchObject({
      changes: [{ key: 'Mary' }],
      outcome: { successfulClientIds: ['Mary'], failures: [{ code: 'bad-content', clientIds: ['Tom'] }] },
    })
  })

  test('is undone by unblocking, also of who is not blocked', () => {
    const stage = createPeopleStage()
    stage.run('Tom', { op: 'block', users: ['Mary'] })
    expect(stage.run('Tom', { op: 'unblock', users: ['Eve', 'Mary'] })).toMatchObject({
      changes: [{ owner: 'Tom', kind: 'block', key: 'Mary', value: null }],
      outcome: { successfulClientIds: ['Eve', 'Mary'] },
    })
  })
})

test('[DO127] a conversation is refused and admitted again', () => {
  const stage = createPeopleStage()
  stage.run('Tom', { op: 'refuse', conversations: [lunch, 'rwork'] })
  expect(stage.read('Tom', 'refuse', lunch)).toEqual({ since: 1000 })
  expect(changedBy(stage.run('Tom', { op: 'admit', conversations: [lunch, 'relse'] }))).toEqual([
    `Tom/refuse/${lunch}`,
  ])
  expect([...stage.rows.keys()]).toEqual(['Tom/refuse/rwork'])
})
