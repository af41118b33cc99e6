import { maxProfileBytes } from '@parley/document'
import { expect, test } from 'vitest'
import { blocking, contact, kept, ownRows, said, setting, unblocking } from './testing/person-calls.ts'
import { testEntryId } from './testing/pen.ts'
import { wrapStore } from './testing/store-wrapper.ts'
import { createTestDevice, settle } from './testing/test-device.ts'
import { createTestLunch } from './testing/test-lunch.ts'
import { createTestRelay, testEpoch } from './testing/test-relay.ts'
import { StoreError } from './store.ts'

test('[RE140] a command about no conversation is one of a person, answered under its id', async () => {
  const { tom, clock } = await createTestLunch()
  const id = testEntryId()
  tom.command('', { op: 'profile', set: { name: 'Tom' } }, id)
  expect(await tom.take('command-answer')).toMatchObject([
    {
      conversation: '',
      id,
      verdict: {
        class: 'accepted',
        seq: 2,
        time: clock.time,
        outcome: { successfulClientIds: ['Tom'], failures: [] },
      },
    },
  ])
})

test('[RE140] a command that comes again gets its first outcome, a refusal too, and changes nothing', async () => {
  const { relay, tom, store } = await createTestLunch()
  const [block, accept] = [testEntryId(), testEntryId()]
  expect(await said(tom, blocking('Mary'), block)).toMatchObject({ class: 'accepted', seq: 2 })
  expect(await said(tom, contact('accept', 'Eve'), accept)).toMatchObject({
    class: 'refused',
    code: 'not-found',
  })
  await said(tom, unblocking('Mary'))
  const tablet = createTestDevice(relay, { user: 'Tom', device: 2 })
  expect(await said(tablet, { op: 'profile', set: { name: 'x' } }, block)).toMatchObject({
    class: 'duplicate',
    seq: 2,
    outcome: { successfulClientIds: ['Mary'] },
  })
  expect(await said(tablet, contact('request', 'Eve'), accept)).toMatchObject({
    class: 'refused',
    code: 'not-found',
  })
  expect(store.position).toBe(3)
})

test('[RE140] what is no command of a person, or has no id, is refused', async () => {
  const { tom, store } = await createTestLunch()
  const [bad, large] = ['bad-content', 'too-large'].map((code) => ({ class: 'refused', code }))
  expect(await said(tom, { op: 'add', members: ['Ada'] })).toMatchObject(bad ?? {})
  expect(await said(tom, blocking('Mary'), 'no id')).toMatchObject(bad ?? {})
  expect(await said(tom, { op: 'profile', set: { name: 'x'.repeat(201) } })).toMatchObject(large ?? {})
  const half = 'x'.repeat(maxProfileBytes / 2)
  expect(await said(tom, { op: 'profile', set: { fields: { a: half } } })).toMatchObject({ seq: 2 })
  expect(await said(tom, { op: 'profile', set: { fields: { b: half } } })).toMatchObject(large ?? {})
  expect(store.position).toBe(2)
})

test('[RE141] nothing is answered or told before the disk has it, and nothing of a failed turn stays', async () => {
  let full = false
  const { relay, tom, store } = await createTestLunch({
    wrap: (inner) =>
      wrapStore(inner, {
        async commit(commit) {
          if (full) throw new StoreError('full', 'no room')
          await inner.commit(commit)
        },
      }),
  })
  const tablet = createTestDevice(relay, { user: 'Tom', device: 2 })
  await settle()
  full = true
  const id = testEntryId()
  expect(await said(tom, blocking('Mary'), id)).toMatchObject({ class: 'later', code: 'disk-full' })
  expect(kept([...tom.frames, ...tablet.frames])).toEqual([])
  full = false
  expect(await said(tom, blocking('Mary'), id)).toMatchObject({ class: 'accepted', seq: 2 })
  expect(kept(tablet.frames)).toEqual(['block/Mary'])
  expect(store.position).toBe(2)
})

test('[RE142] a row has a later time after every change, when the clock stands or goes back', async () => {
  const { tom, clock } = await createTestLunch()
  const times: number[] = []
  for (const ahead of [0, 0, -5000, 1000]) {
    clock.time += ahead
    await said(tom, { op: 'profile', set: { name: `${times.length}` } })
    times.push(ownRows(tom.frames).get('profile/')?.time ?? 0)
  }
  expect(times.map((time, index) => time > (times[index - 1] ?? 0))).toEqual([true, true, true, true])
})

test('[RE142] commands of one turn are judged one after the other, with rows and counts as they then are', async () => {
  const { tom, mary } = await createTestLunch()
  for (let number = 0; number < 99; number += 1) tom.command('', setting(`c${number}`, { pinned: true }))
  await settle()
  await tom.take('command-answer')
  tom.command('', setting('x', { pinned: true }))
  tom.command('', setting('y', { pinned: true }))
  tom.command('', setting('c0', { pinned: false }))
  tom.command('', setting('y', { pinned: true }))
  const answers = await tom.take('command-answer')
  expect(answers.map(({ verdict }) => ('code' in verdict ? verdict.code : verdict.class))).toEqual([
    'accepted',
    'too-many',
    'accepted',
    'accepted',
  ])
  tom.command('', contact('request', 'Mary'))
  mary.command('', contact('request', 'Tom'))
  await settle()
  for (const device of [tom, mary]) {
    const row = ownRows(device.frames).get(`contact/${device === tom ? 'Mary' : 'Tom'}`)
    expect(row).toMatchObject({ value: { state: 'contact' } })
  }
})

test('[RE142] [RE8] every row takes the next position, and the conversations go on behind it', async () => {
  const { tom, store, conversation } = await createTestLunch()
  expect(await said(tom, contact('request', 'Mary'))).toMatchObject({ seq: 3 })
  tom.command(conversation, { op: 'update', name: 'Dinner' })
  tom.command('', blocking('Eve', 'Ada'))
  expect(await tom.take('command-answer')).toMatchObject([{ verdict: { seq: 2 } }, { verdict: { seq: 6 } }])
  expect(store.position).toBe(6)
  expect((await store.row(conversation, 2))?.position).toBe(4)
  expect(await said(tom, blocking('Eve'))).toMatchObject({ class: 'accepted', seq: 0 })
  expect(store.position).toBe(6)
})

test('[RE143] rows go to every device of their owner, behind the answer, and to nobody else', async () => {
  const { relay, tom, mary, eve, clock } = await createTestLunch()
  const tablet = createTestDevice(relay, { user: 'Tom', device: 2 })
  await settle()
  const before = tom.frames.length
  await said(tom, setting('c', { muted: true }))
  await said(tom, contact('request', 'Mary'))
  expect(tom.frames.slice(before).map(({ frame }) => frame)).toEqual([
    'command-answer',
    'own',
    'command-answer',
    'own',
  ])
  for (const device of [tom, tablet]) {
    expect(await device.take('own')).toEqual([
      { frame: 'own', rows: [{ kind: 'setting', key: 'c', value: { muted: true }, time: clock.time }] },
      {
        frame: 'own',
        rows: [
          {
            kind: 'contact',
            key: 'Mary',
            value: { state: 'outgoing', text: null, remark: null, since: clock.time },
            time: clock.time,
          },
        ],
      },
    ])
  }
  expect(await mary.take('own')).toMatchObject([
    { rows: [{ kind: 'contact', key: 'Tom', value: { state: 'incoming' } }] },
  ])
  expect(await eve.take('own')).toEqual([])
})

test('[RE143] a row that changes twice in a turn is told as it is then, and one that goes is told as gone', async () => {
  const { tom } = await createTestLunch()
  tom.command('', blocking('Mary', 'Eve'))
  tom.command('', unblocking('Mary'))
  expect(await tom.take('own')).toMatchObject([
    {
      rows: [
        { kind: 'block', key: 'Mary', value: null },
        { kind: 'block', key: 'Eve', value: {} },
      ],
    },
  ])
})

test('[RE143] rows that do not fit into one frame come in several', async () => {
  const { tom } = await createTestLunch({ limits: { maxPayloadBytes: 300 } })
  const users = Array.from({ length: 30 }, (_, number) => `user-${number}`)
  await said(tom, blocking(...users))
  const frames = await tom.take('own')
  expect(frames.length).toBeGreaterThan(2)
  expect(frames.flatMap(({ rows }) => rows.map(({ key }) => key))).toEqual(users)
})

test('[RE143] a session about one conversation is told of no rows of his', async () => {
  const { relay, tom, conversation } = await createTestLunch()
  const reader = createTestDevice(relay, { user: 'Tom', device: 2, only: conversation })
  await said(tom, blocking('Mary'))
  expect(reader.frames.map(({ frame }) => frame)).toEqual(['welcome'])
})

test('[RE146] profiles are told by id, in the order asked', async () => {
  const { tom, mary, clock } = await createTestLunch()
  await said(tom, { op: 'profile', set: { name: 'Tom', fields: { town: 'Ulm' } } })
  mary.send({ frame: 'people', request: 5, users: ['Eve', 'Tom', 'not a user', 'Tom'] })
  const profile = { name: 'Tom', icon: null, fields: { town: 'Ulm' } }
  const nobody = (user: string): object => ({ user, time: 0, profile: null })
  expect(await mary.take('people-answer')).toEqual([
    {
      frame: 'people-answer',
      request: 5,
      people: [
        nobody('Eve'),
        { user: 'Tom', time: clock.time, profile },
        nobody('not a user'),
        { user: 'Tom', time: clock.time, profile },
      ],
    },
  ])
  mary.send({ frame: 'people', request: 6, users: [] })
  expect(await mary.take('people-answer')).toMatchObject([{ request: 6, people: [] }])
})

test('[RE146] who has said nothing about himself looks like nobody, and nothing but profiles is told', async () => {
  const { relay, tom } = await createTestLunch()
  await said(tom, blocking('Eve'))
  await said(tom, contact('request', 'Mary'))
  const stranger = createTestDevice(relay, { user: 'Ada' })
  stranger.send({ frame: 'people', request: 1, users: ['Tom', 'Mary', 'Nobody'] })
  const [answer] = await stranger.take('people-answer')
  expect(answer?.people.map(({ time, profile }) => ({ time, profile }))).toEqual(
    Array.from({ length: 3 }, () => ({ time: 0, profile: null })),
  )
})

test('[RE146] [RE47] who asks for people and takes no answers is no exception', async () => {
  const { relay } = createTestRelay({ limits: { maxQueuedReads: 2 } })
  const tom = createTestDevice(relay, { user: 'Tom' })
  await settle()
  for (const request of [1, 2, 3]) tom.send({ frame: 'people', request, users: ['Tom'] })
  await settle()
  expect(tom.closedBy).toBe('overloaded')
})

test('[RE144] a device that comes back is told what changed since, and what is gone', async () => {
  const { relay, tom } = await createTestLunch()
  await said(tom, blocking('Mary', 'Eve'))
  const since = 3
  await said(tom, unblocking('Mary'))
  await said(tom, { op: 'profile', set: { name: 'Tom' } })
  const device = createTestDevice(relay, { user: 'Tom', device: 2, epoch: testEpoch, cursor: since })
  await settle()
  expect(device.frames.map(({ frame }) => frame)).toEqual(['welcome', 'own', 'sync'])
  expect(await device.take('own')).toMatchObject([
    {
      rows: [
        { kind: 'block', key: 'Mary', value: null },
        { kind: 'profile', value: { name: 'Tom' } },
      ],
    },
  ])
  expect(await device.take('sync')).toMatchObject([{ full: false, more: false, cursor: 5, frames: 2 }])
})

test('[RE144] a device that starts over, after a restore too, is told all of his, and of nothing that is gone', async () => {
  const { relay, tom, mary } = await createTestLunch()
  await said(tom, blocking('Mary', 'Eve'))
  await said(tom, unblocking('Mary'))
  await said(mary, contact('request', 'Tom'))
  for (const standing of [{}, { epoch: 'another', cursor: 4 }, { epoch: testEpoch, cursor: 99 }]) {
    const device = createTestDevice(relay, { user: 'Tom', device: 2, ...standing })
    const rows = (await device.take('own')).flatMap((frame) => frame.rows)
    expect(rows).toMatchObject([
      { kind: 'block', key: 'Eve', value: {} },
      { kind: 'contact', key: 'Mary', value: { state: 'incoming' } },
    ])
    expect(await device.take('sync')).toMatchObject([{ full: true, more: false, cursor: 6 }])
  }
})

test('[RE144] nothing is sent where nothing has changed', async () => {
  const { relay, tom, eve } = await createTestLunch()
  await said(tom, blocking('Mary'))
  const device = createTestDevice(relay, { user: 'Tom', device: 2, epoch: testEpoch, cursor: 2 })
  await settle()
  expect(device.frames.map(({ frame }) => frame)).toEqual(['welcome', 'sync'])
  expect(kept(eve.frames)).toEqual([])
})
