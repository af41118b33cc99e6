import { parseDeviceId } from '@parley/document'
import type { Connection, Identity } from '@parley/relay'
import { expect, test } from 'vitest'
import { createApp } from './app.ts'
import { createCounters } from './counters.ts'
import { openStage, verdict } from './stage.ts'
import { createTokenOffice } from './token-office.ts'
import { createPower } from './power.ts'

/** In session under the token of somebody, whatever anybody does. */
function stubborn(identity: Identity): Connection {
  return {
    state: 'open',
    identity,
    receive: () => undefined,
    receiveBytes: () => undefined,
    drained: () => undefined,
    closed: () => undefined,
    fail: () => undefined,
  }
}

async function identityOf(expires: number, issuedAt: number): Promise<Identity> {
  const { world, tom } = await openStage()
  const device = parseDeviceId(world.watch.idOf(tom.name))
  if (device === undefined) throw new Error('nobody is there')
  return { user: tom.user, device, expires, issuedAt }
}

test('[WO80] a session that is heard after its token has run out is seen', async () => {
  let now = 1000
  const office = createTokenOffice(() => now, createCounters())
  const connection = stubborn(await identityOf(2000, 0))
  expect(office.check(connection, connection.identity)).toBeUndefined()
  now = 1999
  expect(office.check(connection, connection.identity)).toBeUndefined()
  now = 2000
  expect(office.check(connection, connection.identity)).toMatch(/after its token had run out/)
  expect(office.check({ ...connection, state: 'closed' }, connection.identity)).toBeUndefined()
})

test('[WO81] a session that outlives the signing out of its user is seen, at once and later', async () => {
  const { world } = await openStage()
  const counters = createCounters()
  const office = createTokenOffice(() => 1000, counters)
  const identity = await identityOf(5000, 900)
  const connection = stubborn(identity)
  office.opened(connection)
  const deaf = {
    health: { epoch: '', position: 0, sessions: 0, state: 'running' as const },
    accept: () => connection,
    connect: () => connection,
    authenticate: async () => Promise.resolve(office.authenticate('', 0)),
    revoke: async () => Promise.resolve({ at: 1000, sessions: 0 }),
    sweep: () => undefined,
    drain: async () => Promise.resolve(),
  }
  expect(office.revoke(deaf, identity.user)).toMatch(/1 sessions go on/)
  await world.run(1)
  expect(office.check(connection, identity)).toMatch(/a token that was revoked/)
  const read = office.authenticate(office.mint(identity.user, 5000), 1000)
  expect(read).toMatchObject({ ok: true, issuedAt: 1001, expires: 6000 })
  expect(office.check(stubborn({ ...identity, issuedAt: 1001 }), identity)).toBeUndefined()
  expect(counters.get('revocations')).toBe(1)
})

test('[WO82] an engine that asks for a second token meanwhile is seen', async () => {
  const { world, tom } = await openStage()
  const wrong: string[] = []
  const ask = createApp({
    scheduler: world.scheduler,
    power: createPower(),
    chance: world.random.fork('chance'),
    mood: world.random.fork('mood'),
    counters: world.counters,
    online: () => true,
    moody: () => false,
    mint: () => 'a.token',
    violate: (what) => wrong.push(what),
  })
  const request = { clientId: tom.user, deviceId: '', reason: 'connect' } as const
  const first = ask(request)
  await world.run(100)
  expect(await first).toBe('a.token')
  const second = ask(request)
  expect(wrong).toEqual([])
  const third = ask(request)
  expect(wrong).toHaveLength(1)
  await world.run(100)
  expect(await Promise.all([second, third])).toEqual(['a.token', 'a.token'])
  expect(await verdict(world)).toEqual([])
})
