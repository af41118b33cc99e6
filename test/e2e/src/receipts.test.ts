// Receipts over real sockets and a relay in a process of its own: delivered, read, across absences and its own restart.

import { type Conversation, Event, type IMClient } from '@parley/client'
import { expect, test } from 'vitest'
import { checkData } from './relay-process.ts'
import { deviceAt, openPlace } from './relay-place.ts'
import { soon, until } from './waiting.ts'

async function same(client: IMClient, { id }: Conversation): Promise<Conversation> {
  return until(`${client.id} in the conversation`, () =>
    client.conversations().items.find((one) => one.id === id),
  )
}

test(
  '[EE22] a message becomes DELIVERED when the other device has it, and READ when it was read, across absences',
  { timeout: 180_000 },
  async () => {
    const place = await openPlace()
    const [toms, jerrys] = [deviceAt(place, 'Tom'), deviceAt(place, 'Jerry')]
    const tom = await toms()
    const lunch = await tom.client.createConversation({ members: ['Jerry'], kind: 'direct' })
    await lunch.confirmed
    const told: string[] = []
    lunch.on(Event.LAST_DELIVERED_AT_UPDATE, () => told.push('delivered'))
    lunch.on(Event.LAST_READ_AT_UPDATE, () => told.push('read'))

    // Jerry has never been here: nothing has reached him.
    const asked = await lunch.send('Are you there?', { receipt: true })
    await asked.sent
    expect(asked.status).toBe('sent')
    let jerry = await jerrys({ readReceipts: true })
    await expect.poll(() => asked.status, soon).toBe('delivered')
    expect(lunch.lastDeliveredAt).toEqual(asked.timestamp)
    expect(lunch.lastReadAt).toBeNull()

    await (await same(jerry.client, lunch)).read()
    await expect.poll(() => asked.status, soon).toBe('read')
    expect(lunch.readStatus(asked)).toEqual({ delivered: ['Jerry'], read: ['Jerry'] })
    expect(told).toEqual(['delivered', 'read'])

    // While Tom is away Jerry reads; the relay dies in between; Tom learns of it when he is back.
    await jerry.close()
    const plain = await lunch.send('Nobody asks for anything here')
    await plain.sent
    await tom.close()
    await place.restart('SIGKILL')
    jerry = await jerrys({ readReceipts: true })
    const his = await same(jerry.client, lunch)
    await expect.poll(() => his.lastMessage?.text, soon).toBe('Nobody asks for anything here')
    await his.read()
    const observer = await deviceAt(place, 'Tom')()
    await expect.poll(async () => (await same(observer.client, lunch)).lastMessage?.status, soon).toBe('read')
    const back = await toms()
    await expect.poll(async () => (await same(back.client, lunch)).lastMessage?.status, soon).toBe('read')
    expect((await same(back.client, lunch)).lastReadAt).toEqual(plain.timestamp)

    await Promise.all([back.close(), observer.close(), jerry.close()])
    expect(await place.end()).toBe(0)
    expect(await checkData(place.data)).toMatchObject({ code: 0 })
  },
)

test(
  '[EE23] in a group a message is DELIVERED when everybody has it, and without receipts nothing is told',
  { timeout: 180_000 },
  async () => {
    const place = await openPlace()
    const [tom, jerry] = [await deviceAt(place, 'Tom')(), await deviceAt(place, 'Jerry')()]
    const lunch = await tom.client.createConversation({ members: ['Jerry', 'Mary'], name: 'Lunch' })
    const asked = await lunch.send('Who is in?', { receipt: true })
    const plain = await lunch.send('Nobody asks')
    await plain.sent
    await expect.poll(() => lunch.readStatus(asked).delivered, soon).toEqual(['Jerry'])
    expect(asked.status).toBe('sent')
    const mary = await deviceAt(place, 'Mary')()
    await expect.poll(() => asked.status, soon).toBe('delivered')
    expect(lunch.readStatus(asked)).toEqual({ delivered: ['Jerry', 'Mary'], read: [] })

    // Reading is nobody's business here: neither of them has switched it on.
    for (const { client } of [jerry, mary]) await (await same(client, lunch)).read()
    const after = await lunch.send('One more', { receipt: true })
    await expect.poll(() => after.status, soon).toBe('delivered')
    expect([asked.status, lunch.readStatus(asked).read, lunch.lastReadAt]).toEqual(['delivered', [], null])
    await Promise.all([tom.close(), jerry.close(), mary.close()])
    expect(await place.end()).toBe(0)
    expect(await checkData(place.data)).toMatchObject({ code: 0 })
  },
)
