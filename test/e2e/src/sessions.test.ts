// Devices under one tag, and what is true only now, over real sockets and a relay in a process of its own.

import { type ClientOptions, Event, type IMClient } from '@parley/client'
import { expect, test } from 'vitest'
import { checkData } from './relay-process.ts'
import { deviceAt, openPlace, type Place } from './relay-place.ts'
import { soon, until } from './waiting.ts'

/** What it is told of its end stands beside it. */
function device(
  place: Place,
  user: string,
): (options?: ClientOptions) => Promise<{ client: IMClient; told: string[] }> {
  const open = deviceAt(place, user)
  return async (options = {}) => {
    const { client } = await open(options)
    const told: string[] = []
    client.on(Event.CONFLICT, ({ reason }) => told.push(`conflict: ${reason !== ''}`))
    client.on(Event.CLOSE, ({ code }) => told.push(`close: ${code}`))
    return { client, told }
  }
}

async function connected({ client }: { readonly client: IMClient }): Promise<void> {
  await until('a connection', () => (client.state === 'connected' ? true : undefined))
}

const conflict = ['conflict: true', 'close: conflict']

test(
  '[EE20] the device that signs in last keeps the tag, and the other stays away',
  { timeout: 180_000 },
  async () => {
    const place = await openPlace()
    const [laptop, desktop] = [device(place, 'Tom'), device(place, 'Tom')]
    const first = await laptop({ tag: 'web' })
    await connected(first)
    const lunch = await first.client.createConversation({ members: ['Jerry'], name: 'Lunch' })
    await lunch.confirmed

    const second = await desktop({ tag: 'web' })
    await connected(second)
    await expect.poll(() => first.told, soon).toEqual(conflict)
    expect(first.client.state).toBe('stopped')
    expect(first.client.conversations().items.map(({ name }) => name)).toEqual(['Lunch'])
    const later = await lunch.send('written after the conflict')
    expect(later.seq).toBe(0)

    // Its page is loaded again: it comes back, which ends nobody else's session.
    await first.client.close()
    const reloaded = await laptop({ tag: 'web' })
    await expect.poll(() => reloaded.told, soon).toEqual(conflict)
    expect(second.told).toEqual([])

    await place.restart('SIGTERM')
    await reloaded.client.close()
    const afterRestart = await laptop({ tag: 'web' })
    await expect.poll(() => afterRestart.told, soon).toEqual(conflict)
    await connected(second)
    expect(second.told).toEqual([])

    await afterRestart.client.close()
    const signedIn = await laptop({ tag: 'web', isReconnect: false })
    await connected(signedIn)
    await expect.poll(() => second.told, soon).toEqual(conflict)
    await expect.poll(() => signedIn.client.unsent().length, soon).toBe(0)
    const again = await signedIn.client.getConversation(lunch.id)
    expect((await again?.queryMessages())?.map(({ text }) => text)).toEqual(['written after the conflict'])

    await place.end()
    expect(await checkData(place.data)).toMatchObject({ code: 0 })
  },
)

test(
  '[EE21] who types, who is there, and what nobody keeps is told over real sockets',
  { timeout: 120_000 },
  async () => {
    const place = await openPlace()
    const tom = await device(place, 'Tom')()
    const jerry = await device(place, 'Jerry')()
    await connected(tom)
    await connected(jerry)
    const told: string[] = []
    jerry.client.on(Event.TYPING, ({ from, typing }) => told.push(`${from} ${typing ? 'types' : 'stops'}`))
    jerry.client.on(Event.MESSAGE, ({ text, seq }) => told.push(`${text} at ${seq}`))
    jerry.client.subscribePresence(['Tom'], ({ user, online }) => told.push(`${user} ${online}`))
    await expect.poll(() => told.splice(0), soon).toEqual(['Tom true'])
    expect(await jerry.client.ping(['Tom', 'Mary'])).toEqual(['Tom'])

    const lunch = await tom.client.createConversation({ members: ['Jerry'] })
    await lunch.confirmed
    await until('the conversation', () =>
      jerry.client.conversations().items.length === 1 ? true : undefined,
    )
    lunch.typing()
    await expect.poll(() => told, soon).toEqual(['Tom types'])
    expect(jerry.client.conversations().items[0]?.typingMembers).toEqual(['Tom'])
    await lunch.send('psst', { transient: true })
    await expect.poll(() => told, soon).toEqual(['Tom types', 'Tom stops', 'psst at 0'])
    expect(jerry.client.totalUnreadCount).toBe(0)
    expect(await jerry.client.conversations().items[0]?.queryMessages()).toHaveLength(0)

    // A relay that has just started knows nobody, and everybody comes back.
    told.splice(0)
    await place.restart('SIGTERM')
    await connected(tom)
    await connected(jerry)
    await until('Tom', async () => {
      const there = await jerry.client.ping(['Tom']).catch(() => [])
      return there.length === 1 ? true : undefined
    })
    expect(told).toEqual([])

    await tom.client.close()
    await expect.poll(() => told, soon).toEqual(['Tom false'])
  },
)
