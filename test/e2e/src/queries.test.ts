// Queries over real sockets, a relay in a process of its own, and its SQLite file.

import { join } from 'node:path'
import type { ConversationQuery, IMClient } from '@parley/client'
import { expect, onTestFinished, test } from 'vitest'
import { openDevice } from './device.ts'
import { startRelay, temporaryFolder } from './relay-process.ts'
import { until } from './waiting.ts'

async function device(user: string, port: number): Promise<IMClient> {
  const folder = temporaryFolder('device')
  onTestFinished(folder.dispose)
  const opened = await openDevice(user, port, join(folder.path, 'device.sqlite'))
  onTestFinished(opened.close)
  return opened.client
}

type Ask = (query: ConversationQuery) => ConversationQuery

const asked: readonly (readonly [string, Ask, number])[] = [
  ['everything', (query) => query, 6],
  ['an attribute', (query) => query.equalTo('attr.topic', 'food'), 2],
  ['not an attribute', (query) => query.notEqualTo('attr.topic', 'food'), 4],
  ['a range', (query) => query.greaterThan('attr.seats', 1).lessThanOrEqualTo('attr.seats', 4), 3],
  ['a path, and what is in a list', (query) => query.equalTo('attr.place.tags', 'green'), 1],
  ['what is missing', (query) => query.doesNotExist('attr.topic').exists('name'), 4],
  ['an expression', (query) => query.matches('name', /^n[1-3]$/i).addDescending('name'), 3],
  ['a member', (query) => query.containedIn('m', ['Ann']), 2],
  ['exactly these', (query) => query.withMembers(['Mary']), 4],
  ['who has spoken', (query) => query.exists('lm'), 1],
  ['muted', (query) => query.equalTo('mu', true), 1],
  [
    'an order and a part',
    (query) => query.addAscending('attr.seats').addDescending('name').skip(1).limit(3),
    3,
  ],
]

test('[EE42] a device that holds everything and the relay answer a query alike', async () => {
  const folder = temporaryFolder('relay')
  onTestFinished(folder.dispose)
  const relay = await startRelay({ data: folder.path })
  onTestFinished(async () => {
    await relay.end('SIGKILL')
  })
  const tom = await device('Tom', relay.port)
  for (let at = 0; at < 6; at += 1) {
    const made = await tom.createConversation({
      members: at < 2 ? ['Mary', 'Ann'] : ['Mary'],
      unique: false,
      name: `N${at}`,
      seats: at,
      ...(at % 3 === 0 ? { topic: 'food' } : undefined),
      ...(at === 4 ? { place: { tags: ['green', 5] } } : undefined),
    })
    await made.confirmed
    if (at === 1) await (await made.send('hello')).sent
    if (at === 5) await made.mute()
  }
  await until('nothing waits', () => (tom.unsent().length === 0 ? true : undefined))
  for (const [what, ask, many] of asked) {
    const here = await ask(tom.getQuery()).find()
    const there = await ask(tom.getQuery()).remote().find()
    const names = (found: typeof here): readonly (string | null)[] => found.map(({ name }) => name)
    expect([what, names(there)]).toEqual([what, names(here)])
    expect([what, here.length, here.partial]).toEqual([what, many, false])
  }
  const stranger = await device('Eve', relay.port)
  await until('Eve connected', () => (stranger.state === 'connected' ? true : undefined))
  expect(await stranger.getQuery().exists('name').remote().count()).toBe(0)
})
