// What belongs to people, over real sockets and a relay in a process of its own: contacts, profiles, how they keep conversations.

import { join } from 'node:path'
import { type ClientOptions, Event, type IMClient } from '@parley/client'
import { expect, onTestFinished, test } from 'vitest'
import { type CuttableProxy, createCuttableProxy } from './cuttable-proxy.ts'
import { openDevice } from './device.ts'
import { checkData, startRelay, temporaryFolder } from './relay-process.ts'
import { soon, until } from './waiting.ts'

interface Place {
  readonly data: string
  /** Another way to the relay, which can be cut by itself. */
  readonly network: () => Promise<CuttableProxy>
  readonly port: () => number
  readonly restart: () => Promise<void>
  readonly end: () => Promise<number | null>
}

async function setUp(): Promise<Place> {
  const folder = temporaryFolder('relay')
  onTestFinished(folder.dispose)
  let relay = await startRelay({ data: folder.path })
  const networks: CuttableProxy[] = []
  onTestFinished(async () => {
    await Promise.all(networks.map(async (network) => network.dispose()))
    await relay.end('SIGKILL')
  })
  return {
    data: folder.path,
    port: () => relay.port,
    async network() {
      const network = await createCuttableProxy(relay.port)
      networks.push(network)
      return network
    },
    async restart() {
      await relay.end('SIGKILL')
      relay = await startRelay({ data: folder.path })
      for (const network of networks) network.lead(relay.port)
    },
    end: () => relay.end('SIGTERM'),
  }
}

async function device(user: string, port: number, options: ClientOptions = {}): Promise<IMClient> {
  const folder = temporaryFolder('device')
  onTestFinished(folder.dispose)
  const opened = await openDevice(user, port, join(folder.path, 'device.sqlite'), options)
  onTestFinished(opened.close)
  return opened.client
}

async function isConnected(...clients: readonly IMClient[]): Promise<void> {
  for (const client of clients)
    await until(`${client.id} connected`, () => (client.state === 'connected' ? true : undefined))
}

async function isAway(...clients: readonly IMClient[]): Promise<void> {
  for (const client of clients)
    await until(`${client.id} away`, () => (client.state === 'connected' ? undefined : true))
}

test(
  '[EE24] two who ask each other while neither has a network are contacts when both are back, and know each other’s faces',
  { timeout: 180_000 },
  async () => {
    const place = await setUp()
    const networks = [await place.network(), await place.network()] as const
    const tom = await device('Tom', networks[0].port)
    const jerry = await device('Jerry', networks[1].port)
    await isConnected(tom, jerry)
    await (
      await jerry.updateProfile({ name: 'Jerry Mouse', fields: { town: 'X' } })
    ).confirmed
    for (const network of networks) network.cut()
    await isAway(tom, jerry)

    const told: string[] = []
    tom.on(Event.CONTACT_ADDED, ({ userId }) => told.push(userId))
    const asked = await tom.contacts.request('Jerry', { text: 'It is Tom' })
    await jerry.contacts.request('Tom', { text: 'It is Jerry' })
    expect([tom.contacts.list(), tom.contacts.outgoing().length]).toEqual([[], 1])

    networks[0].lead(place.port())
    await asked.confirmed
    await place.restart()
    await expect.poll(() => tom.contacts.list().map(({ userId }) => userId), soon).toEqual(['Jerry'])
    await expect.poll(() => jerry.contacts.list().map(({ userId }) => userId), soon).toEqual(['Tom'])
    expect([tom.contacts.outgoing(), jerry.contacts.incoming(), jerry.contacts.outgoing()]).toEqual([
      [],
      [],
      [],
    ])
    expect(told).toEqual(['Jerry'])
    await expect.poll(() => tom.profile('Jerry').name, soon).toBe('Jerry Mouse')
    for (const network of networks) network.cut()
    expect(tom.profile('Jerry').fields).toEqual({ town: 'X' })

    await Promise.all([tom.close(), jerry.close()])
    expect(await place.end()).toBe(0)
    expect(await checkData(place.data)).toMatchObject({ code: 0 })
  },
)

test(
  '[EE25] how somebody keeps his conversations follows him to his other devices, there or away, across the relay’s death',
  { timeout: 180_000 },
  async () => {
    const place = await setUp()
    const network = await place.network()
    const jerry = await device('Jerry', network.port)
    const phone = await device('Tom', network.port, { syncReadMarks: true })
    const laptop = await device('Tom', network.port, { syncReadMarks: true })
    const lunch = await jerry.createConversation({ members: ['Tom'], name: 'Lunch' })
    const dinner = await jerry.createConversation({ members: ['Tom', 'Mary'], name: 'Dinner' })
    for (const conversation of [lunch, dinner]) await (await conversation.send('hello')).sent
    const names = (client: IMClient): readonly unknown[] =>
      client.conversations().items.map(({ name }) => name)
    for (const client of [phone, laptop])
      await expect
        .poll(() => [names(client), client.totalUnreadCount], soon)
        .toEqual([['Dinner', 'Lunch'], 2])

    const own = await phone.getConversation(lunch.id)
    if (own === null) throw new Error('he is in it')
    await (
      await own.pin()
    ).confirmed
    await own.read()
    for (const client of [phone, laptop])
      await expect
        .poll(() => [names(client), client.totalUnreadCount], soon)
        .toEqual([['Lunch', 'Dinner'], 1])

    await laptop.close()
    await own.mute()
    const cleared = await own.clearHistory()
    await cleared.confirmed
    await place.restart()
    const other = await device('Tom', network.port)
    await expect.poll(() => names(other), soon).toEqual(['Lunch', 'Dinner'])
    const there = await until('Lunch on the new device', () =>
      other.conversations().items.find(({ id }) => id === lunch.id),
    )
    await expect.poll(() => [there.pinned, there.muted, there.lastMessage], soon).toEqual([true, true, null])
    expect(await there.queryMessages()).toHaveLength(0)
    await (
      await lunch.send('once more')
    ).sent
    await expect.poll(async () => (await there.queryMessages()).length, soon).toBe(1)

    await Promise.all([jerry.close(), phone.close(), other.close()])
    expect(await place.end()).toBe(0)
    expect(await checkData(place.data)).toMatchObject({ code: 0 })
  },
)
