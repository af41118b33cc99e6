import type { UserId } from '@parley/document'
import type { PresenceRequest } from '@parley/wire'
import { expect, test } from 'vitest'
import { startDevice, take, type TestDevice } from './testing/device.test-kit.ts'
import { codeOf, jerry, settle, tom, user } from './testing/values.test-kit.ts'

const mary = user('Mary')

function asked(device: TestDevice): readonly PresenceRequest[] {
  return device.sent().filter((frame): frame is PresenceRequest => frame.frame === 'presence')
}

async function answer(device: TestDevice, online: readonly string[]): Promise<readonly PresenceRequest[]> {
  await settle()
  const questions = asked(device)
  for (const { request, users } of questions) {
    await device.say({
      frame: 'presence-answer',
      request,
      online: online.filter((one) => users.includes(one)),
    })
  }
  return questions
}

function listen(): {
  readonly told: () => readonly string[]
  readonly listener: (p: { user: string; online: boolean }) => void
} {
  const heard: string[] = []
  return {
    told: () => heard.splice(0),
    listener: ({ user: who, online }) => heard.push(`${who} ${online ? 'comes' : 'goes'}`),
  }
}

test('[CL233] who is there is what the relay answers', async () => {
  const device = await startDevice()
  await device.connect()
  const [first, second] = [device.engine.presence([jerry, mary]), device.engine.presence([tom])]
  const questions = await answer(device, ['Mary', 'Tom'])
  expect(questions.map(({ users, watch }) => ({ users, watch }))).toEqual([
    { users: ['Jerry', 'Mary'], watch: 'no' },
    { users: ['Tom'], watch: 'no' },
  ])
  expect(await first).toEqual(['Mary'])
  expect(await second).toEqual(['Tom'])
  expect(take(device.events, 'presence')).toEqual([])
})

test('[CL233] without a session, or when it is lost meanwhile, nobody knows', async () => {
  const device = await startDevice()
  expect(await codeOf(device.engine.presence([jerry]))).toBe('OFFLINE')
  await device.connect()
  const asking = codeOf(device.engine.presence([jerry]))
  const [question] = asked(device)
  await device.cut()
  expect(await asking).toBe('OFFLINE')
  await device.pass(2000)
  await device.connect()
  await device.say({ frame: 'presence-answer', request: question?.request ?? 0, online: ['Jerry'] })
  expect(device.errors).toEqual([])
})

test('[CL234] who watches is told how everybody stands, and then what changes', async () => {
  const device = await startDevice()
  await device.connect()
  const { told, listener } = listen()
  device.engine.watchPresence([jerry, mary], listener)
  expect(await answer(device, ['Mary'])).toMatchObject([{ users: ['Jerry', 'Mary'], watch: 'on' }])
  expect(told()).toEqual(['Jerry goes', 'Mary comes'])
  await device.say({ frame: 'presence', user: 'Jerry', online: true })
  await device.say({ frame: 'presence', user: 'Jerry', online: true })
  await device.say({ frame: 'presence', user: 'Adam', online: true })
  await device.say({ frame: 'presence', user: 'no id', online: true })
  expect(told()).toEqual(['Jerry comes'])
  expect(take(device.events, 'presence').map(({ user: who, online }) => [who, online])).toEqual([
    ['Jerry', false],
    ['Mary', true],
    ['Jerry', true],
  ])
})

test('[CL234] a second watcher of the same user is told too, and the first one not again', async () => {
  const device = await startDevice()
  await device.connect()
  const [one, two] = [listen(), listen()]
  device.engine.watchPresence([mary], one.listener)
  await answer(device, ['Mary'])
  device.engine.watchPresence([mary], two.listener)
  await answer(device, ['Mary'])
  expect(one.told()).toEqual(['Mary comes'])
  expect(two.told()).toEqual(['Mary comes'])
  expect(take(device.events, 'presence')).toHaveLength(1)
})

test('[CL235] what is watched without a session is asked for with the next one, and each after it', async () => {
  const device = await startDevice()
  const { told, listener } = listen()
  device.engine.watchPresence([jerry, mary], listener)
  expect(asked(device)).toEqual([])
  await device.connect()
  expect(await answer(device, ['Mary'])).toMatchObject([{ users: ['Jerry', 'Mary'], watch: 'on' }])
  expect(told()).toEqual(['Jerry goes', 'Mary comes'])
  await device.cut()
  expect(told()).toEqual([])
  await device.pass(2000)
  await device.connect()
  expect(await answer(device, ['Jerry', 'Mary'])).toMatchObject([{ watch: 'on' }])
  expect(told()).toEqual(['Jerry comes'])
})

test('[CL235] who is missing after the connection was lost has gone only when he does not come back in time', async () => {
  const device = await startDevice()
  await device.connect()
  const { told, listener } = listen()
  device.engine.watchPresence([jerry, mary], listener)
  await answer(device, ['Jerry', 'Mary'])
  expect(told()).toEqual(['Jerry comes', 'Mary comes'])
  await device.cut()
  await device.pass(2000)
  await device.connect()
  await answer(device, [])
  await device.pass(4000)
  await device.say({ frame: 'presence', user: 'Mary', online: true })
  await device.pass(999)
  expect(told()).toEqual([])
  await device.pass(1)
  expect(told()).toEqual(['Jerry goes'])
  await device.pass(10_000)
  expect(told()).toEqual([])
})

test('[CL235] a doubt ends with its session, and with the wish to know', async () => {
  const device = await startDevice()
  await device.connect()
  const { told, listener } = listen()
  const stop = device.engine.watchPresence([jerry], listener)
  await answer(device, ['Jerry'])
  for (let time = 0; time < 3; time += 1) {
    await device.cut()
    await device.pass(2000)
    await device.connect()
    await answer(device, [])
    await device.pass(3000)
  }
  expect(told()).toEqual(['Jerry comes'])
  stop()
  take(device.events, 'presence')
  await device.pass(10_000)
  expect(told()).toEqual([])
  expect(take(device.events, 'presence')).toEqual([])
})

test('[CL235] the relay is told when nobody watches somebody any more', async () => {
  const device = await startDevice()
  await device.connect()
  const [one, two] = [listen(), listen()]
  const stopOne = device.engine.watchPresence([jerry, mary], one.listener)
  const stopTwo = device.engine.watchPresence([mary], two.listener)
  await answer(device, [])
  stopOne()
  stopOne()
  expect(asked(device)).toMatchObject([{ users: ['Jerry'], watch: 'off' }])
  one.told()
  await device.say({ frame: 'presence', user: 'Mary', online: true })
  await device.say({ frame: 'presence', user: 'Jerry', online: true })
  expect(one.told()).toEqual([])
  expect(two.told()).toEqual(['Mary goes', 'Mary comes'])
  stopTwo()
  expect(asked(device)).toMatchObject([{ users: ['Mary'], watch: 'off' }])
  await device.cut()
  await device.pass(2000)
  await device.connect()
  expect(asked(device)).toEqual([])
})

test('[CL235] the answer for somebody who is watched no more tells nothing', async () => {
  const device = await startDevice()
  await device.connect()
  const { told, listener } = listen()
  const stop = device.engine.watchPresence([mary], listener)
  stop()
  await answer(device, ['Mary'])
  expect(told()).toEqual([])
  expect(take(device.events, 'presence')).toEqual([])
})

test('[CL236] a thousand users are watched, and not one more', async () => {
  const device = await startDevice()
  await device.connect()
  const crowd: readonly UserId[] = Array.from({ length: 1000 }, (_, number) => user(`User${number}`))
  const { listener } = listen()
  const stop = device.engine.watchPresence(crowd, listener)
  device.engine.watchPresence(crowd.slice(7), listener)
  expect(() => device.engine.watchPresence([mary], listener)).toThrow('bad-argument')
  stop()
  device.engine.watchPresence([mary], listener)
})

test('[CL237] a watcher that throws is reported, and the others hear', async () => {
  const device = await startDevice()
  await device.connect()
  const { told, listener } = listen()
  device.engine.watchPresence([mary], () => {
    throw new Error('of the app')
  })
  device.engine.watchPresence([mary], listener)
  await answer(device, ['Mary'])
  expect(told()).toEqual(['Mary comes'])
  expect(device.errors).toEqual(['a listener threw'])
})
