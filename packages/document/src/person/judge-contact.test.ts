import { describe, expect, test } from 'vitest'
import { maxContacts, maxIncoming } from '../limits.ts'
import { changedBy, createPeopleStage, type PeopleStage } from './person.test-kit.ts'

const contact = (act: string, user: string, text?: string): object => ({
  op: 'contact',
  user,
  act,
  ...(text === undefined ? undefined : { text }),
})
const state = (stage: PeopleStage, owner: string, user: string): unknown =>
  stage.read(owner, 'contact', user)?.['state']
const states = (stage: PeopleStage): unknown => [state(stage, 'Tom', 'Mary'), state(stage, 'Mary', 'Tom')]

test('[DO120] a request stands with both: he asked, she was asked', () => {
  const stage = createPeopleStage()
  expect(stage.run('Tom', contact('request', 'Mary', 'hi'))).toMatchObject({
    outcome: { successfulClientIds: ['Mary'], failures: [] },
  })
  expect(stage.read('Tom', 'contact', 'Mary')).toEqual({
    state: 'outgoing',
    text: 'hi',
    remark: null,
    since: 1000,
  })
  expect(stage.read('Mary', 'contact', 'Tom')).toEqual({
    state: 'incoming',
    text: 'hi',
    remark: null,
    since: 1000,
  })
})

test('[DO120] a request is repeated with other words, and changes nothing between contacts', () => {
  const stage = createPeopleStage()
  stage.run('Tom', contact('request', 'Mary', 'hi'))
  stage.run('Tom', contact('request', 'Mary', 'please'))
  expect(stage.read('Mary', 'contact', 'Tom')).toMatchObject({ state: 'incoming', text: 'please' })
  stage.run('Mary', contact('accept', 'Tom'))
  expect(changedBy(stage.run('Tom', contact('request', 'Mary', 'again')))).toEqual([])
  expect(states(stage)).toEqual(['contact', 'contact'])
})

test('[DO120] nobody is his own contact', () => {
  const stage = createPeopleStage()
  for (const act of ['request', 'accept', 'decline', 'remove', 'remark'])
    expect(changedBy(stage.run('Tom', contact(act, 'Tom')))).toBe('bad-content')
})

test('[DO121] who is asked and accepts, and two who ask each other, become contacts', () => {
  for (const act of ['accept', 'request']) {
    const stage = createPeopleStage()
    stage.run('Tom', contact('request', 'Mary', 'hi'))
    stage.time = 2000
    expect(changedBy(stage.run('Mary', contact(act, 'Tom')))).toEqual([
      'Mary/contact/Tom',
      'Tom/contact/Mary',
    ])
    expect(states(stage)).toEqual(['contact', 'contact'])
    expect(stage.read('Tom', 'contact', 'Mary')).toMatchObject({ text: 'hi', since: 2000 })
    expect(changedBy(stage.run('Mary', contact('accept', 'Tom')))).toEqual([])
  }
})

test('[DO121] nothing is accepted that was not asked, by whom it was not asked, or that was taken back', () => {
  const stage = createPeopleStage()
  expect(changedBy(stage.run('Tom', contact('accept', 'Mary')))).toBe('not-found')
  stage.run('Tom', contact('request', 'Mary'))
  expect(changedBy(stage.run('Tom', contact('accept', 'Mary')))).toBe('not-found')
  expect(changedBy(stage.run('Eve', contact('accept', 'Tom')))).toBe('not-found')
  stage.run('Tom', contact('remove', 'Mary'))
  expect(states(stage)).toEqual([undefined, undefined])
  expect(changedBy(stage.run('Mary', contact('accept', 'Tom')))).toBe('not-found')
  // Her row says that he asks, and his does not: hers is left over, and nobody is bound by it.
  stage.put('Mary', 'contact', 'Tom', { state: 'incoming', text: null, remark: null, since: 1 })
  expect(changedBy(stage.run('Mary', contact('accept', 'Tom')))).toBe('not-found')
})

describe('[DO122] a request that is not shown to whom it was sent', () => {
  test('who blocks him hears nothing, and he sees it wait', () => {
    const stage = createPeopleStage()
    stage.run('Mary', { op: 'block', users: ['Tom'] })
    const verdict = stage.run('Tom', contact('request', 'Mary', 'hi'))
    expect(changedBy(verdict)).toEqual(['Tom/contact/Mary'])
    expect(verdict).toMatchObject({ outcome: { successfulClientIds: ['Mary'], failures: [] } })
    expect(changedBy(stage.run('Mary', contact('accept', 'Tom')))).toBe('not-found')
    expect(changedBy(stage.run('Mary', contact('decline', 'Tom')))).toBe('not-found')
    expect(changedBy(stage.run('Mary', contact('remove', 'Tom')))).toEqual([])
    expect(states(stage)).toEqual(['outgoing', undefined])
    // He may take it back, and learns nothing by that either.
    expect(changedBy(stage.run('Tom', contact('remove', 'Mary')))).toEqual(['Tom/contact/Mary'])
  })

  test('once she blocks him no more, asking again reaches her, and so does her asking him', () => {
    for (const [by, user] of [
      ['Tom', 'Mary'],
      ['Mary', 'Tom'],
    ] as const) {
      const stage = createPeopleStage()
      stage.run('Mary', { op: 'block', users: ['Tom'] })
      stage.run('Tom', contact('request', 'Mary'))
      stage.run('Mary', { op: 'unblock', users: ['Tom'] })
      stage.run(by, contact('request', user))
      expect(states(stage)).toEqual(by === 'Tom' ? ['outgoing', 'incoming'] : ['contact', 'contact'])
    }
  })

  test('who has been asked by very many is not asked by one more', () => {
    const stage = createPeopleStage()
    for (let number = 0; number < maxIncoming; number += 1)
      stage.put('Mary', 'contact', `u${number}`, { state: 'incoming', text: null, remark: null, since: 1 })
    expect(changedBy(stage.run('Tom', contact('request', 'Mary')))).toEqual(['Tom/contact/Mary'])
    stage.put('Mary', 'contact', 'u0', null)
    // The second time she has as many again, and his is one of them.
    for (const text of ['hm', 'please'])
      expect(changedBy(stage.run('Tom', contact('request', 'Mary', text)))).toEqual([
        'Tom/contact/Mary',
        'Mary/contact/Tom',
      ])
  })
})

test('[DO122] nobody asks whom he blocks', () => {
  const stage = createPeopleStage()
  stage.run('Tom', { op: 'block', users: ['Mary'] })
  expect(changedBy(stage.run('Tom', contact('request', 'Mary')))).toBe('blocked')
})

test('[DO123] declining, taking back and parting remove both rows', () => {
  for (const [by, act, user] of [
    ['Mary', 'decline', 'Tom'],
    ['Mary', 'remove', 'Tom'],
    ['Tom', 'remove', 'Mary'],
  ] as const) {
    const stage = createPeopleStage()
    stage.run('Tom', contact('request', 'Mary'))
    expect(stage.run(by, contact(act, user))).toMatchObject({ accepted: true })
    expect(states(stage)).toEqual([undefined, undefined])
    expect(changedBy(stage.run(by, contact('remove', user)))).toEqual([])
  }
})

test('[DO123] only what was asked is declined: neither a contact nor an own request', () => {
  const stage = createPeopleStage()
  stage.run('Tom', contact('request', 'Mary'))
  expect(changedBy(stage.run('Tom', contact('decline', 'Mary')))).toBe('not-found')
  stage.run('Mary', contact('accept', 'Tom'))
  expect(changedBy(stage.run('Mary', contact('decline', 'Tom')))).toBe('not-found')
  expect(states(stage)).toEqual(['contact', 'contact'])
})

test('[DO124] a remark is his own, outlasts what happens to the contact, and is taken away by none', () => {
  const stage = createPeopleStage()
  expect(changedBy(stage.run('Tom', contact('remark', 'Mary', 'M.')))).toBe('not-found')
  stage.run('Tom', contact('request', 'Mary'))
  expect(changedBy(stage.run('Tom', contact('remark', 'Mary', 'M.')))).toEqual(['Tom/contact/Mary'])
  stage.run('Tom', contact('request', 'Mary', 'again'))
  stage.run('Mary', contact('accept', 'Tom'))
  expect(stage.read('Tom', 'contact', 'Mary')).toMatchObject({ state: 'contact', remark: 'M.' })
  expect(stage.read('Mary', 'contact', 'Tom')).toMatchObject({ state: 'contact', remark: null })
  for (const none of [contact('remark', 'Mary', ''), contact('remark', 'Mary')]) {
    stage.run('Tom', contact('remark', 'Mary', 'M.'))
    stage.run('Tom', none)
    expect(stage.read('Tom', 'contact', 'Mary')).toMatchObject({ remark: null })
  }
})

test('[DO119] who has as many contacts as there may be neither asks nor accepts', () => {
  const stage = createPeopleStage()
  stage.run('Eve', contact('request', 'Tom'))
  for (let number = 0; number < maxContacts; number += 1)
    stage.put('Tom', 'contact', `u${number}`, { state: 'contact', text: null, remark: null, since: 1 })
  expect(changedBy(stage.run('Tom', contact('request', 'Mary')))).toBe('too-many')
  expect(changedBy(stage.run('Tom', contact('accept', 'Eve')))).toBe('too-many')
  expect(changedBy(stage.run('Tom', contact('request', 'Eve')))).toBe('too-many')
  stage.run('Tom', contact('remove', 'u0'))
  expect(stage.run('Tom', contact('accept', 'Eve'))).toMatchObject({ accepted: true })
  expect(changedBy(stage.run('Tom', contact('request', 'Mary')))).toBe('too-many')
})

describe('[DO125] on a device, which knows nobody else', () => {
  test('what needs the row of another is left to the relay, and only own rows change', () => {
    const stage = createPeopleStage(false)
    expect(changedBy(stage.run('Tom', contact('request', 'Mary')))).toEqual(['Tom/contact/Mary'])
    stage.put('Tom', 'contact', 'Eve', { state: 'incoming', text: 'hi', remark: null, since: 1 })
    expect(changedBy(stage.run('Tom', contact('accept', 'Eve')))).toEqual(['Tom/contact/Eve'])
    expect(state(stage, 'Tom', 'Eve')).toBe('contact')
    stage.put('Tom', 'contact', 'Ada', { state: 'incoming', text: 'hi', remark: null, since: 1 })
    expect(changedBy(stage.run('Tom', contact('request', 'Ada')))).toEqual(['Tom/contact/Ada'])
    expect(state(stage, 'Tom', 'Ada')).toBe('contact')
    expect(changedBy(stage.run('Tom', { op: 'block', users: ['Eve'] }))).toEqual([
      'Tom/block/Eve',
      'Tom/contact/Eve',
    ])
    expect(changedBy(stage.run('Tom', contact('remove', 'Ada')))).toEqual(['Tom/contact/Ada'])
  })

  test('what his own rows forbid is refused there already', () => {
    const stage = createPeopleStage(false)
    expect(changedBy(stage.run('Tom', contact('accept', 'Mary')))).toBe('not-found')
    stage.run('Tom', { op: 'block', users: ['Mary'] })
    expect(changedBy(stage.run('Tom', contact('request', 'Mary')))).toBe('blocked')
  })
})
