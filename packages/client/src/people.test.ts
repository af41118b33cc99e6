import { expect, test } from 'vitest'
import { startDevice, take } from './testing/device.test-kit.ts'
import type { TestDevice } from './testing/device.test-kit.ts'
import { createScript } from './testing/script.test-kit.ts'
import { conversationId, jerry, mary, settle, tom, user } from './testing/values.test-kit.ts'

const lunch = conversationId(1)
const hour = 3_600_000

function asked(
  device: TestDevice,
): readonly { readonly request: number; readonly users: readonly string[] }[] {
  return device.sent().flatMap((frame) => (frame.frame === 'people' ? [frame] : []))
}

async function answer(
  device: TestDevice,
  request: number,
  ...people: readonly (readonly [string, string | null, number])[]
): Promise<void> {
  await device.say({
    frame: 'people-answer',
    request,
    people: people.map(([name, shown, time]) => ({
      user: name,
      time,
      profile: shown === null ? null : { name: shown, icon: null, fields: {} },
    })),
  })
}

test('[CL277] a profile is what is held, at once; who is looked at in one turn is asked for together', async () => {
  const device = await startDevice()
  await device.connect()
  expect(device.engine.profile(jerry)).toEqual({
    user: jerry,
    name: null,
    icon: null,
    fields: {},
    known: false,
  })
  device.engine.profile(mary)
  device.engine.profile(jerry)
  expect(device.sent().filter(({ frame }) => frame === 'people')).toEqual([])
  await settle()
  const [question] = asked(device)
  expect(question?.users).toEqual([jerry, mary])
  device.engine.profile(user('Spike'))
  await settle()
  expect(asked(device)).toEqual([])
  await answer(device, question?.request ?? 0, [jerry, 'Jerry Mouse', 3], [mary, null, 0])
  expect(take(device.events, 'profile').map((event) => event.user)).toEqual([jerry, mary])
  expect(device.engine.profile(jerry)).toMatchObject({ name: 'Jerry Mouse', known: true })
  expect(device.engine.profile(mary)).toMatchObject({ name: null, known: true })
  expect(asked(device).map(({ users }) => users)).toEqual([['Spike']])
  const again = await startDevice({ store: device.store, seed: 2 })
  expect(again.engine.profile(jerry).name).toBe('Jerry Mouse')
})

test('[CL277] what is older than an hour is asked for again, and told when it is another one', async () => {
  const device = await startDevice()
  await device.connect()
  device.engine.profile(jerry)
  await settle()
  await answer(device, asked(device)[0]?.request ?? 0, [jerry, 'Jerry', 3])
  take(device.events, 'profile')
  device.setClock(1_000_000 + hour - 1)
  device.engine.profile(jerry)
  await settle()
  expect(asked(device)).toEqual([])
  device.setClock(1_000_000 + hour)
  expect(device.engine.profile(jerry).name).toBe('Jerry')
  await settle()
  const same = asked(device)
  await answer(device, same[0]?.request ?? 0, [jerry, 'Jerry', 3])
  expect(take(device.events, 'profile')).toEqual([])
  device.setClock(0)
  device.engine.profile(jerry)
  await settle()
  await answer(device, asked(device)[0]?.request ?? 0, [jerry, 'The Mouse', 9])
  expect(take(device.events, 'profile')).toEqual([{ type: 'profile', user: jerry }])
  expect(device.engine.profile(jerry).name).toBe('The Mouse')
})

test('[CL332] somebody who is the same to look at is not told again, whenever he said it', async () => {
  const device = await startDevice()
  await device.connect()
  for (const [clock, person, times] of [
    [1_000_000, [jerry, 'Jerry', 3], 1],
    [1_000_000 + hour, [jerry, 'Jerry', 9], 0],
    [1_000_000 + 2 * hour, [jerry, 'The Mouse', 10], 1],
  ] as const) {
    device.setClock(clock)
    device.engine.profile(jerry)
    await settle()
    await answer(device, asked(device)[0]?.request ?? 0, person)
    expect(take(device.events, 'profile')).toHaveLength(times)
  }
})

test('[CL277] a hundred are asked for at most, one question after the other', async () => {
  const device = await startDevice()
  await device.connect()
  const names = Array.from({ length: 230 }, (_, n) => user(`u${n}`))
  for (const name of names) device.engine.profile(name)
  await settle()
  const sizes: number[] = []
  for (let round = 0; round < 5; round += 1) {
    const questions = asked(device)
    expect(questions.length).toBeLessThanOrEqual(1)
    for (const { request, users } of questions) {
      sizes.push(users.length)
      await answer(device, request, ...users.map((name): [string, string, number] => [name, name, 1]))
    }
  }
  expect(sizes).toEqual([100, 100, 30])
})

test('[CL277] oneself is never asked for, nobody is without a connection, and a lost question is asked again', async () => {
  const device = await startDevice()
  device.engine.profile(jerry)
  await settle()
  await device.connect()
  device.engine.profile(tom)
  await settle()
  expect(asked(device)).toEqual([])
  device.engine.profile(jerry)
  await settle()
  expect(asked(device)).toHaveLength(1)
  await device.cut()
  await device.pass(40_000)
  await device.connect()
  device.engine.profile(jerry)
  await settle()
  expect(asked(device).map(({ users }) => users)).toEqual([[jerry]])
})

test('[CL277] answers nobody has asked for, and profiles that are none, change nothing', async () => {
  const device = await startDevice()
  await device.connect()
  await answer(device, 7, [jerry, 'False', 3])
  await answer(device, 0, [jerry, 'False', 3])
  expect(device.engine.profile(jerry).known).toBe(false)
  await settle()
  await device.say({
    frame: 'people-answer',
    request: asked(device)[0]?.request ?? 0,
    people: [
      { user: jerry, time: 3, profile: { name: 5 } },
      { user: 'no id!', time: 3, profile: null },
      { user: tom, time: 3, profile: { name: 'Not me', icon: null, fields: {} } },
    ],
  })
  expect(take(device.events, 'error').map(({ code }) => code)).toEqual(['unreadable-row'])
  expect(device.engine.profile(jerry)).toMatchObject({ name: null, known: true })
  expect(device.engine.profile(tom).name).toBeNull()
})

test('[CL278] who spoke last in a listed conversation, and contacts, are known offline without having been looked at', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom, mary] })
  script.text(mary, 'hello')
  await device.opens()
  const spike = { state: 'contact', text: null, remark: null, since: 1 }
  await device.say(
    { frame: 'welcome', version: 1, user: 'Tom', epoch: 'epoch', time: 5, expires: 0 },
    { frame: 'own', rows: [{ kind: 'contact', key: 'Spike', value: spike, time: 5 }] },
    { frame: 'sync', cursor: 3, frames: 0, full: true, more: false, news: [script.news()] },
  )
  const [question] = asked(device)
  expect(question?.users).toEqual([mary, 'Spike'])
  await answer(device, question?.request ?? 0, [mary, 'Mary', 1], ['Spike', 'Spike', 1])
  await device.cut()
  expect(device.engine.profile(mary).name).toBe('Mary')
  await device.pass(40_000)
  await device.connect({ cursor: 4 })
  expect(asked(device)).toEqual([])
})

test('[CL278] who speaks for the first time, and who becomes a contact, is asked for at once', async () => {
  const device = await startDevice()
  const script = createScript(lunch, { by: jerry, members: [tom, mary] })
  await device.connect({ news: [script.news()] })
  expect(asked(device)).toEqual([])
  await device.say(script.frame(script.text(mary, 'hello')))
  const [question] = asked(device)
  expect(question?.users).toEqual([mary])
  await answer(device, question?.request ?? 0, [mary, 'Mary', 1])
  const incoming = { state: 'incoming', text: null, remark: null, since: 1 }
  await device.say(script.frame(script.text(mary, 'again')), {
    frame: 'own',
    rows: [{ kind: 'contact', key: 'Spike', value: incoming, time: 5 }],
  })
  expect(asked(device).map(({ users }) => users)).toEqual([['Spike']])
})

test('[CL279] the oldest of very many profiles go', async () => {
  const device = await startDevice({ limits: { maxPeople: 3 } })
  await device.connect()
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    device.engine.profile(user(name))
    await settle()
    await answer(device, asked(device)[0]?.request ?? 0, [name, name, 1])
    await device.pass(10)
  }
  const known = ['a', 'b', 'c', 'd', 'e'].filter((name) => device.engine.profile(user(name)).known)
  expect(known).toContain('e')
  expect(known).not.toContain('a')
  expect(known.length).toBeLessThanOrEqual(4)
})
