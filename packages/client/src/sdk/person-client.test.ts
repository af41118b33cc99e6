import { expect, test } from 'vitest'
import { stage } from '../testing/client.test-kit.ts'
import type { Stage } from '../testing/client.test-kit.ts'
import { createPersonRelay } from '../testing/person.test-kit.ts'
import type { PersonDevice, PersonRelay } from '../testing/person.test-kit.ts'
import { createScript } from '../testing/script.test-kit.ts'
import type { Script } from '../testing/script.test-kit.ts'
import { codeOf, conversationId, jerry, mary, settle, tom } from '../testing/values.test-kit.ts'
import { Event } from './event.ts'

interface Met {
  readonly stood: Stage
  readonly device: PersonDevice
  readonly relay: PersonRelay
  readonly scripts: readonly [Script, Script]
}

async function met(options: { readonly connected?: boolean } = {}): Promise<Met> {
  const stood = await stage()
  const relay = createPersonRelay()
  const device: PersonDevice = Object.assign(Object.create(stood) as Stage, { engine: { user: tom } })
  const scripts = [
    createScript(conversationId(1), { by: jerry, members: [tom], name: 'Lunch' }),
    createScript(conversationId(2), { by: jerry, members: [tom], name: 'Dinner' }),
  ] as const
  scripts[1].text(jerry, 'soup')
  if (options.connected !== false)
    await relay.connect(
      device,
      scripts.map((script) => script.news()),
    )
  return { stood, device, relay, scripts }
}

const value = (state: string, since: number): { [key: string]: string | number | null } => ({
  state,
  text: 'hello',
  remark: null,
  since,
})

test('[CL281] somebody is asked without a network, shown as asked, and confirmed when the relay has heard', async () => {
  const { stood, device, relay } = await met({ connected: false })
  const { contacts } = stood.client
  const { confirmed } = await contacts.request('Jerry', { text: 'it is Tom' })
  expect(contacts.outgoing()).toEqual([
    { userId: 'Jerry', state: 'outgoing', text: 'it is Tom', remark: null, since: new Date(1_000_000) },
  ])
  expect([contacts.list(), contacts.incoming()]).toEqual([[], []])
  await relay.connect(device)
  await relay.settle()
  await confirmed
  expect(relay.row(jerry, 'contact', tom)).toMatchObject({ state: 'incoming', text: 'it is Tom' })
  await contacts.remove('Jerry')
  await relay.settle()
  expect([contacts.outgoing(), relay.row(jerry, 'contact', tom)]).toEqual([[], undefined])
})

test('[CL281] [CL282] a request is told, accepted or declined, remarked on and ended', async () => {
  const { stood, device } = await met()
  const { client } = stood
  const told: unknown[] = []
  client.on(Event.CONTACT_REQUEST, ({ userId, text }) => told.push(['asks', userId, text]))
  client.on(Event.CONTACT_ADDED, ({ userId, state }) => told.push(['added', userId, state]))
  client.on(Event.CONTACT_REMOVED, ({ userId, state }) => told.push(['gone', userId, state]))
  const { contacts } = client
  await device.say({
    frame: 'own',
    rows: [
      { kind: 'contact', key: jerry, value: value('incoming', 5), time: 5 },
      { kind: 'contact', key: mary, value: value('incoming', 6), time: 6 },
    ],
  })
  expect(contacts.incoming().map(({ userId }) => userId)).toEqual(['Mary', 'Jerry'])
  await contacts.accept('Jerry')
  await contacts.remark('Jerry', 'the mouse')
  await contacts.decline('Mary')
  expect(contacts.list()).toMatchObject([{ userId: 'Jerry', state: 'contact', remark: 'the mouse' }])
  expect(contacts.incoming()).toEqual([])
  await device.say({
    frame: 'own',
    rows: [
      { kind: 'contact', key: jerry, value: value('contact', 7), time: 7 },
      { kind: 'contact', key: mary, value: null, time: 7 },
    ],
  })
  await contacts.remark('Jerry', null)
  expect(contacts.list()).toMatchObject([{ remark: null }])
  await device.say({ frame: 'own', rows: [{ kind: 'contact', key: jerry, value: null, time: 9 }] })
  expect(told).toEqual([
    ['asks', 'Jerry', 'hello'],
    ['asks', 'Mary', 'hello'],
    ['added', 'Jerry', 'contact'],
    ['gone', 'Mary', 'incoming'],
    ['gone', 'Jerry', 'contact'],
  ])
})

test('[CL281] what is no user, no text, or no request is refused where it enters', async () => {
  const { stood } = await met()
  const { contacts, blocked, refused } = stood.client
  expect(await codeOf(contacts.request('no id!'))).toBe('bad-id')
  expect(await codeOf(contacts.request('Jerry', { text: 5 as never }))).toBe('bad-argument')
  expect(await codeOf(contacts.accept('Jerry'))).toBe('not-found')
  expect(await codeOf(contacts.request('Tom'))).toBe('bad-content')
  expect(await codeOf(blocked.add([]))).toBe('bad-argument')
  expect(await codeOf(refused.add(['no id!']))).toBe('bad-id')
  expect(await codeOf(refused.add([]))).toBe('bad-argument')
  expect(stood.client.unsent()).toEqual([])
})

test('[CL282] a late refusal is told and stands among what is unsent', async () => {
  const { stood, device } = await met()
  const told: unknown[] = []
  stood.client.on(Event.OWN_CHANGE_REFUSED, ({ item, error }) => told.push([item.person?.op, error.code]))
  const { confirmed } = await stood.client.contacts.request('Jerry')
  const frame = device.sent().find((one) => one.frame === 'command')
  const id = frame?.frame === 'command' ? frame.id : ''
  const verdict = { class: 'refused', code: 'too-many', detail: 'enough' } as const
  await device.say({ frame: 'command-answer', conversation: '', id, verdict })
  expect(await codeOf(confirmed)).toBe('too-many')
  expect(told).toEqual([['contact', 'too-many']])
  const [unsent] = stood.client.unsent()
  expect(unsent).toMatchObject({ kind: 'person', error: { code: 'too-many' } })
  await unsent?.retry()
  expect(stood.client.contacts.outgoing()).toHaveLength(1)
})

test('[CL283] a profile is changed in part, shown at once, and told; that of others is asked for behind what is held', async () => {
  const { stood, device, relay } = await met()
  const { client } = stood
  const told: string[] = []
  client.on(Event.PROFILE_UPDATED, ({ id, name }) => told.push(`${id}: ${name}`))
  expect(client.profile('Tom')).toEqual({ id: 'Tom', name: null, icon: null, fields: {}, known: true })
  await client.updateProfile({ name: 'Tom Cat', fields: { town: 'X', age: 3 } })
  await client.updateProfile({ icon: 'https://files.example/tom.png', fields: { town: null } })
  expect(client.profile('Tom')).toEqual({
    id: 'Tom',
    name: 'Tom Cat',
    icon: 'https://files.example/tom.png',
    fields: { age: 3 },
    known: true,
  })
  await relay.settle()
  expect(relay.row(tom, 'profile', '')).toMatchObject({ name: 'Tom Cat', fields: { age: 3 } })
  told.splice(0)
  expect(client.profile('Mary').known).toBe(false)
  await settle()
  await relay.serve(device)
  expect(told).toEqual(['Mary: null'])
  expect(client.profile('Mary')).toMatchObject({ name: null, known: true })
  expect(await codeOf(client.updateProfile({ name: 5 as never }))).toBe('bad-argument')
  expect(await codeOf(client.updateProfile({ fields: [] as never }))).toBe('bad-argument')
  expect(await codeOf(client.updateProfile({}))).toBe('bad-content')
})

test('[CL332] an own change of the profile is told once, when it shows, and what changes nothing never', async () => {
  const { stood, device, relay } = await met()
  const { client } = stood
  const told: unknown[] = []
  client.on(Event.PROFILE_UPDATED, ({ id, name }) => id === 'Tom' && told.push([id, name]))
  await client.updateProfile({ name: 'Tom Cat' })
  expect(told).toEqual([['Tom', 'Tom Cat']])
  await relay.settle()
  await client.updateProfile({ name: 'Tom Cat' })
  await relay.settle()
  expect(told).toEqual([['Tom', 'Tom Cat']])
  expect(client.unsent()).toEqual([])
  const row = { name: 'Thomas', icon: null, fields: {} }
  await device.say({ frame: 'own', rows: [{ kind: 'profile', key: '', value: row, time: 9_000_000 }] })
  expect(told.splice(0)).toEqual([
    ['Tom', 'Tom Cat'],
    ['Tom', 'Thomas'],
  ])
})

test('[CL332] a change of the profile that is refused is told again: what was there before shows', async () => {
  const { stood, device } = await met()
  const told: unknown[] = []
  stood.client.on(Event.PROFILE_UPDATED, ({ name }) => told.push(name))
  await stood.client.updateProfile({ name: 'Tom Cat' })
  const frame = device.sent().find((one) => one.frame === 'command')
  const id = frame?.frame === 'command' ? frame.id : ''
  const verdict = { class: 'refused', code: 'too-many', detail: 'enough' } as const
  await device.say({ frame: 'command-answer', conversation: '', id, verdict })
  expect(told).toEqual(['Tom Cat', null])
})

test('[CL284] people are blocked and conversations refused, in lists', async () => {
  const { stood, relay } = await met()
  const { client } = stood
  const answer = await client.blocked.add(['Mary', 'Jerry', 'Mary', 'Tom'])
  expect(answer.successfulClientIds).toEqual(['Mary', 'Jerry'])
  expect(answer.failures).toMatchObject([{ clientIds: ['Tom'] }])
  expect(client.blocked.list()).toEqual(['Jerry', 'Mary'])
  await client.blocked.remove(['Jerry'])
  const lunch = await client.getConversation(conversationId(1))
  await lunch?.refuseInvitations()
  expect([lunch?.refusesInvitations, client.refused.list()]).toEqual([true, [conversationId(1)]])
  await relay.settle()
  expect(await answer.confirmed).toMatchObject({ successfulClientIds: ['Mary', 'Jerry'] })
  expect(client.blocked.list()).toEqual(['Mary'])
  await lunch?.admitInvitations()
  await client.refused.add([conversationId(9)])
  expect([lunch?.refusesInvitations, client.refused.list()]).toEqual([false, [conversationId(9)]])
  await client.refused.remove([conversationId(9)])
  await relay.settle()
  expect(client.refused.list()).toEqual([])
})

test('[CL285] a conversation is pinned, muted, hidden and cleared for its user, and shows it', async () => {
  const { stood, relay } = await met()
  const { client } = stood
  const lunch = await client.getConversation(conversationId(1))
  const dinner = await client.getConversation(conversationId(2))
  if (lunch === null || dinner === null) throw new Error('both are there')
  const names = (): readonly unknown[] => client.conversations().items.map(({ name }) => name)
  expect(names()).toEqual(['Dinner', 'Lunch'])
  const { confirmed } = await lunch.pin()
  expect([lunch.pinned, lunch.pinnedAt, names()]).toEqual([true, new Date(1_000_000), ['Lunch', 'Dinner']])
  await relay.settle()
  await confirmed
  await lunch.mute()
  expect([lunch.muted, dinner.muted]).toEqual([true, false])
  await lunch.unpin()
  await lunch.unmute()
  expect([lunch.pinned, lunch.pinnedAt, lunch.muted, names()]).toEqual([
    false,
    null,
    false,
    ['Dinner', 'Lunch'],
  ])
  await dinner.hide()
  expect([dinner.hidden, names()]).toEqual([true, ['Lunch']])
  expect(client.conversations({ hidden: true }).items).toHaveLength(2)
  await dinner.show()
  expect([dinner.hidden, names()]).toEqual([false, ['Dinner', 'Lunch']])
  expect(dinner.lastMessage).not.toBeNull()
  await dinner.clearHistory()
  expect([dinner.lastMessage, names()]).toEqual([null, ['Dinner', 'Lunch']])
  expect(await dinner.queryMessages()).toHaveLength(0)
})

test('[CL285] a timeline that is open empties when its conversation is cleared, and goes on', async () => {
  const { stood, device, scripts } = await met()
  const dinner = await stood.client.getConversation(conversationId(2))
  if (dinner === null) throw new Error('it is there')
  const timeline = dinner.timeline()
  await timeline.ready
  await device.say(scripts[1].frame(scripts[1].text(jerry, 'salt?')))
  await settle()
  expect(timeline.messages).toHaveLength(2)
  await dinner.clearHistory()
  await settle()
  expect([timeline.messages, timeline.hasOlder]).toEqual([[], false])
  await device.say(scripts[1].frame(scripts[1].text(jerry, 'pepper?')))
  await settle()
  expect(timeline.messages.map((message) => message.getText?.() ?? '')).toEqual(['pepper?'])
  timeline.close()
})

test('[CL286] quitting a direct conversation hides it, until somebody writes', async () => {
  const { stood } = await met()
  const direct = await stood.client.createConversation({ members: ['Jerry'], kind: 'direct' })
  const { failures } = await direct.quit()
  expect(failures).toEqual([])
  expect([direct.hidden, direct.role]).toEqual([true, 'owner'])
  expect(stood.client.conversations().items).not.toContain(direct)
  await direct.send('still here')
  expect(stood.client.conversations().items[0]).toBe(direct)
})

test('[CL287] unread counts are summed, with and without muted ones, not hidden ones, and read together', async () => {
  const { stood, device, scripts } = await met()
  const { client } = stood
  const [first, second] = scripts
  await device.say(
    first.frame(first.text(jerry, 'one')),
    second.frame(second.text(jerry, 'two'), second.text(jerry, 'three')),
  )
  expect([client.totalUnreadCount, client.totalUnread()]).toEqual([3, 3])
  const lunch = await client.getConversation(conversationId(1))
  const dinner = await client.getConversation(conversationId(2))
  await dinner?.mute()
  expect([client.totalUnread({ muted: false }), client.totalUnread()]).toEqual([1, 3])
  await lunch?.hide()
  expect(client.totalUnreadCount).toBe(2)
  await client.markAllAsRead()
  await lunch?.show()
  expect(client.totalUnreadCount).toBe(0)
})
