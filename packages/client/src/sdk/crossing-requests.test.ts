import type { JsonObject } from '@parley/document'
import { expect, test } from 'vitest'
import { stage } from '../testing/client.test-kit.ts'
import { codeOf, jerry, mary } from '../testing/values.test-kit.ts'
import { Event } from './event.ts'

const value = (state: string, since: number): JsonObject => ({ state, text: 'hello', remark: null, since })
const row = (key: string, state: string, time: number) =>
  ({ kind: 'contact', key, value: value(state, time), time }) as const

async function heard() {
  const stood = await stage()
  await stood.connect()
  const { client } = stood
  const told: string[] = []
  client.on(Event.CONTACT_REQUEST, ({ userId }) => told.push(`${userId} asks`))
  client.on(Event.CONTACT_ADDED, ({ userId }) => told.push(`${userId} added`))
  client.on(Event.CONTACT_REMOVED, ({ userId }) => told.push(`${userId} gone`))
  client.on(Event.OWN_CHANGE_REFUSED, ({ error }) => told.push(error.code))
  const { confirmed } = await client.contacts.request('Jerry')
  const command = stood.sent().find((frame) => frame.frame === 'command')
  const id = command?.frame === 'command' ? command.id : ''
  return { stood, client, told, confirmed, id }
}

test('[CL333] of requests that cross, who had asked already hears only that there is a contact', async () => {
  const { stood, client, told } = await heard()
  await stood.say({ frame: 'own', rows: [row(jerry, 'incoming', 6), row(mary, 'incoming', 6)] })
  expect(told).toEqual(['Mary asks'])
  expect(client.contacts.list()).toMatchObject([{ userId: 'Jerry', state: 'contact' }])
  await stood.say({ frame: 'own', rows: [row(jerry, 'contact', 7)] })
  expect(told).toEqual(['Mary asks', 'Jerry added'])
})

test('[CL333] when his own request is refused, he hears of the other one then', async () => {
  const { stood, client, told, confirmed, id } = await heard()
  await stood.say({ frame: 'own', rows: [row(jerry, 'incoming', 6)] })
  expect(told).toEqual([])
  const verdict = { class: 'refused', code: 'too-many', detail: 'enough' } as const
  await stood.say({ frame: 'command-answer', conversation: '', id, verdict })
  expect(await codeOf(confirmed)).toBe('too-many')
  expect(told).toEqual(['too-many', 'Jerry asks'])
  expect(client.contacts.incoming()).toMatchObject([{ userId: 'Jerry' }])
})
