import { once } from 'node:events'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { testToken } from './server.test-kit.ts'
import {
  maxReadersPerUser,
  userAnswerRate,
  userByteRate,
  userFrameRate,
  userOpeningRate,
} from './y-limits.ts'
import { stage } from './y-stage.test-kit.ts'
import { createVisitors, type Visitor } from './y-visitors.ts'

function enter(visitors: ReturnType<typeof createVisitors>, user = 'Mary'): Visitor {
  const visitor = visitors.enter(user)
  if (visitor === undefined) throw new Error('he was not let in')
  return visitor
}

test('[RE262] one user has so many readers, whatever they read, and the others still have theirs', async () => {
  const { server, conversation } = await stage()
  const token = { Mary: await testToken('Mary'), Tom: await testToken('Tom') }
  const statusOf = async (user: 'Mary' | 'Tom', index: number): Promise<number> => {
    const name = index % 2 === 0 ? `c/${conversation}` : `c/${conversation}/1`
    const socket = new WebSocket(`${server.ws}/y/${name}`, ['parley.y1', `token.${token[user]}`])
    socket.on('error', () => undefined)
    return new Promise((resolve) => {
      socket.on('open', () => {
        resolve(101)
      })
      socket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0)
      })
    })
  }
  const answers: number[] = []
  for (let index = 0; index < maxReadersPerUser; index += 1) answers.push(await statusOf('Mary', index))
  expect(new Set(answers)).toEqual(new Set([101]))
  expect(await statusOf('Mary', 0)).toBe(429)
  expect(await statusOf('Tom', 0)).toBe(101)
})

test('[RE262] who leaves makes room, once', () => {
  const visitors = createVisitors(() => 0)
  const all = Array.from({ length: maxReadersPerUser }, () => enter(visitors))
  expect(visitors.enter('Mary')).toBeUndefined()
  all[0]?.leave()
  all[0]?.leave()
  enter(visitors)
  expect(visitors.enter('Mary')).toBeUndefined()
})

test('[RE262] who opens and leaves over and over waits for the next one, and is as new after a while', () => {
  const clock = { time: 1_000_000 }
  const visitors = createVisitors(() => clock.time)
  for (let opened = 0; opened < userOpeningRate.burst; opened += 1) enter(visitors).leave()
  expect(visitors.enter('Mary')).toBeUndefined()
  enter(visitors, 'Tom').leave()
  visitors.sweep()
  expect(visitors.enter('Mary')).toBeUndefined()
  clock.time += 1000 / userOpeningRate.perSecond
  enter(visitors).leave()
  expect(visitors.enter('Mary')).toBeUndefined()
  clock.time += 120_000
  visitors.sweep()
  for (let opened = 0; opened < userOpeningRate.burst; opened += 1) enter(visitors).leave()
  expect(visitors.enter('Mary')).toBeUndefined()
})

test('[RE263] all readers of a user together have so many answers, frames and bytes, in any order', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ reader: fc.nat(3), work: fc.nat(2), waits: fc.nat(200), bytes: fc.nat(300_000) }),
        {
          maxLength: 2_000,
        },
      ),
      (steps) => {
        const clock = { time: 5 }
        const visitors = createVisitors(() => clock.time)
        const readers = [0, 1, 2, 3].map(() => enter(visitors))
        let [answers, frames, bytes] = [0, 0, 0]
        for (const step of steps) {
          clock.time += step.waits
          const reader = readers[step.reader]
          if (step.work === 0) answers += reader?.mayAsk() === true ? 1 : 0
          else if (reader?.mayBring(step.bytes) === true) {
            frames += 1
            bytes += step.bytes
          }
          const seconds = (clock.time - 5) / 1000
          expect(answers).toBeLessThanOrEqual(userAnswerRate.burst + userAnswerRate.perSecond * seconds + 1)
          expect(frames).toBeLessThanOrEqual(userFrameRate.burst + userFrameRate.perSecond * seconds + 1)
          expect(bytes).toBeLessThanOrEqual(userByteRate.burst + userByteRate.perSecond * seconds + 1)
        }
      },
    ),
    { numRuns: 30 },
  )
})

test('[RE263] who asks through many sockets is sent away as one who asks through one', async () => {
  const { server, conversation } = await stage()
  const token = await testToken('Mary')
  const sockets: WebSocket[] = []
  for (let opened = 0; opened < 8; opened += 1) {
    const socket = new WebSocket(`${server.ws}/y/c/${conversation}`, ['parley.y1', `token.${token}`])
    await once(socket, 'open')
    sockets.push(socket)
  }
  const codes = sockets.map(async (socket) => (await once(socket, 'close'))[0] as unknown)
  for (const socket of sockets)
    for (let asked = 0; asked < 25; asked += 1) socket.send(new Uint8Array([0, 0, 1, 0]))
  expect(await Promise.race(codes)).toBe(4503)
})
