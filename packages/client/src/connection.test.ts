import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stepConnection } from './connection.ts'
import type { Connection, ConnectionEffect, ConnectionInput } from './connection.ts'
import { clientLimits } from './limits.ts'

const states: Readonly<Record<string, Connection>> = {
  idle: { at: 'idle' },
  paused: { at: 'paused', network: true },
  'paused-off': { at: 'paused', network: false },
  offline: { at: 'offline', attempt: 2 },
  waiting: { at: 'waiting', attempt: 1, reason: 'connect' },
  token: { at: 'connecting', attempt: 1, stage: 'token' },
  socket: { at: 'connecting', attempt: 1, stage: 'socket' },
  hello: { at: 'connecting', attempt: 1, stage: 'hello' },
  online: { at: 'online', pinged: false },
  pinged: { at: 'online', pinged: true },
  stopped: { at: 'stopped', code: 'wrong-version', detail: '' },
}

const failure = (again: 'retry' | 'token' | 'stop', waitMs = 0): ConnectionInput => ({
  on: 'failure',
  again,
  code: again === 'token' ? 'token-expired' : 'overloaded',
  detail: '',
  waitMs,
  jitter: 0,
})

const inputs: Readonly<Record<string, ConnectionInput>> = {
  start: { on: 'start' },
  pause: { on: 'pause' },
  resume: { on: 'resume' },
  retry: { on: 'retry' },
  up: { on: 'network', online: true },
  down: { on: 'network', online: false },
  token: { on: 'token' },
  'no-token': { on: 'token-failed', jitter: 0 },
  open: { on: 'socket-open' },
  closed: { on: 'socket-closed', jitter: 0 },
  welcome: { on: 'welcome' },
  'fail-retry': failure('retry'),
  'fail-token': failure('token'),
  'fail-stop': failure('stop'),
  heard: { on: 'heard' },
  timer: { on: 'timer', jitter: 0 },
}

/** Where each input leads from each state; `·` stays, without an effect. */
const table = `
           idle    paused     paused-off offline    waiting token   socket  hello   online  pinged  stopped
start      token   ·          ·          ·          ·       ·       ·       ·       ·       ·       ·
pause      paused  ·          ·          paused-off paused  paused  paused  paused  paused  paused  ·
resume     ·       token      offline    ·          ·       ·       ·       ·       ·       ·       ·
retry      ·       ·          ·          token      token   ·       ·       ·       pinged  ·       ·
up         ·       ·          paused     token      token   ·       ·       ·       pinged  ·       ·
down       ·       paused-off ·          ·          offline offline offline offline offline offline ·
token      ·       ·          ·          ·          ·       socket  ·       ·       ·       ·       ·
no-token   ·       ·          ·          ·          ·       waiting ·       ·       ·       ·       ·
open       ·       ·          ·          ·          ·       ·       hello   ·       ·       ·       ·
closed     ·       ·          ·          ·          ·       waiting waiting waiting waiting waiting ·
welcome    ·       ·          ·          ·          ·       ·       ·       online  ·       ·       ·
fail-retry ·       ·          ·          ·          ·       waiting waiting waiting waiting waiting ·
fail-token ·       ·          ·          ·          ·       waiting waiting waiting token   token   ·
fail-stop  stopped stopped    stopped    stopped    stopped stopped stopped stopped stopped stopped ·
heard      ·       ·          ·          ·          ·       ·       ·       ·       online  online  ·
timer      ·       ·          ·          ·          token   waiting waiting waiting pinged  waiting ·
`

function nameOf(state: Connection): string {
  if (state.at === 'connecting') return state.stage
  if (state.at === 'paused') return state.network ? 'paused' : 'paused-off'
  if (state.at === 'online') return state.pinged ? 'pinged' : 'online'
  return state.at
}

const lines = table.trim().split('\n')
const columns = (lines[0] ?? '').trim().split(/\s+/)
const cells = lines.slice(1).flatMap((line) => {
  const [input = '', ...targets] = line.trim().split(/\s+/)
  return columns.map((from, index) => ({ input, from, to: targets[index] ?? '?' }))
})

test('[CL1] the table names every state and every input', () => {
  expect(columns).toEqual(Object.keys(states))
  expect(lines.slice(1).map((line) => line.trim().split(/\s+/)[0])).toEqual(Object.keys(inputs))
})

test.each(cells)('[CL1] $input in $from leads to $to', ({ input, from, to }) => {
  const state = states[from]
  const given = inputs[input]
  if (state === undefined || given === undefined) throw new Error('not in the table')
  const [after, effects] = stepConnection(state, given, clientLimits)
  const unchanged = after === state && effects.length === 0
  expect(unchanged ? '·' : nameOf(after)).toBe(to)
})

function run(
  first: Connection,
  ...given: readonly ConnectionInput[]
): readonly [Connection, readonly ConnectionEffect[]] {
  let state = first
  const all: ConnectionEffect[] = []
  for (const input of given) {
    const [after, effects] = stepConnection(state, input, clientLimits)
    state = after
    all.push(...effects)
  }
  return [state, all]
}

test('[CL2] the wait doubles from half a second to thirty, between half and the whole by chance', () => {
  const waits = (jitter: number): readonly number[] =>
    Array.from({ length: 8 }, (_, attempt) => {
      const [, effects] = stepConnection(
        { at: 'connecting', attempt, stage: 'socket' },
        { on: 'socket-closed', jitter },
        clientLimits,
      )
      return effects.flatMap((effect) => (effect.do === 'timer' ? [effect.ms] : []))[0] ?? -1
    })
  expect(waits(0)).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000])
  expect(waits(0.999_999)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('[CL2] a failure that names a longer wait is heeded', () => {
  const [, effects] = run({ at: 'online', pinged: false }, failure('retry', 5000))
  expect(effects).toContainEqual({ do: 'timer', ms: 5000 })
})

test('[CL3] [CL8] a network that comes back is used at once', () => {
  const [state, effects] = run(
    { at: 'online', pinged: false },
    { on: 'network', online: false },
    { on: 'network', online: true },
  )
  expect(nameOf(state)).toBe('token')
  expect(effects.flatMap((effect) => (effect.do === 'emit' ? [effect.event] : []))).toEqual([
    'DISCONNECT',
    'OFFLINE',
    'ONLINE',
    'RETRY',
  ])
})

test('[CL7] a network that goes while paused is not tried on resuming, and the app hears why', () => {
  const [state, effects] = run(
    { at: 'online', pinged: false },
    { on: 'pause' },
    { on: 'network', online: false },
    { on: 'resume' },
  )
  expect(nameOf(state)).toBe('offline')
  expect(effects.at(-1)).toEqual({ do: 'emit', event: 'OFFLINE', attempt: 0 })
  expect(
    nameOf(run({ at: 'paused', network: false }, { on: 'network', online: true }, { on: 'resume' })[0]),
  ).toBe('token')
})

test('[CL4] silence is asked about, and no answer is a loss', () => {
  const [asked, ping] = run({ at: 'online', pinged: false }, { on: 'timer', jitter: 0 })
  expect(ping).toEqual([{ do: 'ping' }, { do: 'timer', ms: clientLimits.pongDeadlineMs }])
  const [lost, effects] = run(asked, { on: 'timer', jitter: 0 })
  expect(nameOf(lost)).toBe('waiting')
  expect(effects).toContainEqual({ do: 'close-socket' })
  expect(run(asked, { on: 'heard' })[1]).toEqual([{ do: 'timer', ms: clientLimits.heartbeatMs }])
})

test('[CL5] connecting has one deadline for all its stages', () => {
  const [, effects] = run({ at: 'idle' }, { on: 'start' }, { on: 'token' }, { on: 'socket-open' })
  expect(effects.filter((effect) => effect.do === 'timer')).toEqual([
    { do: 'timer', ms: clientLimits.connectDeadlineMs },
  ])
})

test('[CL6] stop is for good, and another token is asked for at once when the old one ran out', () => {
  const [stopped, effects] = run({ at: 'online', pinged: false }, failure('stop'))
  expect(nameOf(stopped)).toBe('stopped')
  expect(effects.at(-1)).toEqual({ do: 'tell-stop', code: 'overloaded', detail: '' })
  const [, token] = run({ at: 'online', pinged: false }, failure('token'))
  expect(token).toContainEqual({ do: 'ask-token', reason: 'expired' })
})

test('[CL8] attempts are counted from 0, and SCHEDULE says how long', () => {
  const [, effects] = run(
    { at: 'connecting', attempt: 0, stage: 'hello' },
    { on: 'welcome' },
    { on: 'socket-closed', jitter: 0 },
    { on: 'timer', jitter: 0 },
    { on: 'socket-closed', jitter: 0 },
  )
  expect(effects.filter((effect) => effect.do === 'emit' || effect.do === 'emit-schedule')).toEqual([
    { do: 'emit', event: 'RECONNECT', attempt: 0 },
    { do: 'emit', event: 'DISCONNECT', attempt: 0 },
    { do: 'emit-schedule', attempt: 0, delayMs: 250 },
    { do: 'emit', event: 'RETRY', attempt: 0 },
    { do: 'emit-schedule', attempt: 1, delayMs: 500 },
  ])
})

test('[CL7] [CL9] whatever happens: no socket is opened while paused, offline or stopped, and each is closed before the next', () => {
  const anyInput = fc.constantFrom(...Object.values(inputs))
  fc.assert(
    fc.property(fc.array(anyInput, { maxLength: 60 }), (given) => {
      let state: Connection = { at: 'idle' }
      let open = 0
      for (const input of given) {
        // The shell tells of a socket's end only while there is one.
        const ends = input.on === 'socket-closed'
        const [after, effects] = stepConnection(state, input, clientLimits)
        if (ends && open > 0 && after !== state) open = 0
        for (const effect of effects) {
          if (effect.do === 'close-socket') open = 0
          if (effect.do === 'open-socket') open += 1
        }
        state = after
        const most = state.at === 'online' || state.at === 'connecting' ? 1 : 0
        expect(open).toBeLessThanOrEqual(most)
      }
    }),
  )
})
