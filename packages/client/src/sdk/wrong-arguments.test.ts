import { expect, test } from 'vitest'
import { inConversation, stage } from '../testing/client.test-kit.ts'
import { conversationId, settle } from '../testing/values.test-kit.ts'
import { ParleyError } from '../errors.ts'
import { LocationMessage, TextMessage } from './built-in-messages.ts'
import type { Conversation } from './conversation.ts'
import { Event } from './event.ts'
import type { IMClient } from './im-client.ts'
import { PortableRealtime } from './realtime.ts'
import { messageField, TypedMessage } from './typed-message.ts'

/** Of none of these is there anything to be made. */
const nothings: readonly unknown[] = [null, 5, '', Number.NaN, [], [null], true, Symbol('x'), 12n, () => 1]
/** Nor of these, where a text is asked for. */
const noTexts: readonly unknown[] = nothings.filter((one) => one !== '')

/** What an app without types may give. */
function as<T>(given: unknown): T {
  return given as T
}

async function refusal(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  return 'taken'
}

async function expectRefused(given: unknown, call: (given: never) => unknown): Promise<void> {
  const error = await refusal(() => call(as<never>(given)))
  if (!(error instanceof ParleyError)) throw new Error(`${String(given)} was not refused`, { cause: error })
  expect(['bad-argument', 'bad-id']).toContain(error.code)
  expect(error.detail).toMatch(/^\p{Lu}|^“|^[a-zA-Z]+ is /u)
  expect(error.detail).not.toMatch(/Cannot|undefined \(|not a function/)
}

const ofConversation: Record<string, (conversation: Conversation, given: never) => unknown> = {
  send: (conversation, given) => conversation.send(given === '' ? as(undefined) : given),
  'options of send': (conversation, given) => conversation.send('x', given),
  transient: (conversation, given) =>
    conversation.send('x', { transient: given === true ? as(null) : given }),
  receipt: (conversation, given) => conversation.send('x', { receipt: given === true ? as(null) : given }),
  forward: (conversation, given) => conversation.forward(given),
  'update what': (conversation, given) => conversation.update(given, new TextMessage('x')),
  recall: (conversation, given) => conversation.recall(given),
  react: (conversation, given) => conversation.react(given, 'x'),
  typing: (conversation, given) => conversation.typing(given === true ? as(null) : given),
  getMemberInfo: (conversation, given) => conversation.getMemberInfo(given),
  'options of mute': (conversation, given) => conversation.muteMembers(['Jerry'], options(given)),
  queryMutedMembers: (conversation, given) => conversation.queryMutedMembers(options(given)),
  get: (conversation, given) => conversation.get(given),
  set: (conversation, given) => conversation.set(given, 1),
  queryMessages: (conversation, given) => conversation.queryMessages(options(given)),
  startMessageId: (conversation, given) => conversation.queryMessages({ startMessageId: given }),
  createMessagesIterator: (conversation, given) => conversation.createMessagesIterator(options(given)),
  timeline: (conversation, given) => conversation.timeline(options(given)),
}

const ofClient: Record<string, (client: IMClient, given: never) => unknown> = {
  createConversation: (client, given) => client.createConversation(options(given)),
  getConversation: (client, given) => client.getConversation(given),
  conversations: (client, given) => client.conversations(options(given)),
  profile: (client, given) => client.profile(given),
  updateProfile: (client, given) => client.updateProfile(given),
  'name of updateProfile': (client, given) => client.updateProfile({ name: noText(given) }),
  'icon of updateProfile': (client, given) => client.updateProfile({ icon: noText(given) }),
  'fields of updateProfile': (client, given) => client.updateProfile({ fields: given }),
  totalUnread: (client, given) => client.totalUnread(given),
  'muted of totalUnread': (client, given) => client.totalUnread({ muted: given === true ? as(null) : given }),
  'contacts.request': (client, given) => client.contacts.request(given),
  'options of contacts.request': (client, given) => client.contacts.request('Jerry', given),
  'text of contacts.request': (client, given) => client.contacts.request('Jerry', { text: noText(given, 5) }),
  'contacts.accept': (client, given) => client.contacts.accept(given),
  'contacts.decline': (client, given) => client.contacts.decline(given),
  'contacts.remove': (client, given) => client.contacts.remove(given),
  'contacts.remark': (client, given) => client.contacts.remark(given, 'the mouse'),
  'text of contacts.remark': (client, given) => client.contacts.remark('Jerry', noText(given)),
  'blocked.add': (client, given) => client.blocked.add(given),
  'blocked.remove': (client, given) => client.blocked.remove(given),
  'one of blocked.add': (client, given) => client.blocked.add(['Jerry', given]),
  'refused.add': (client, given) => client.refused.add(given),
  'refused.remove': (client, given) => client.refused.remove(given),
  'one of refused.add': (client, given) => client.refused.add([conversationId(1), given]),
  getConversations: (client, given) => client.getConversations(notEmpty(given)),
  ping: (client, given) => client.ping(notEmpty(given)),
  subscribePresence: (client, given) => client.subscribePresence(notEmpty(given)),
  parseMessage: (client, given) => client.parseMessage(given),
}

/** Of nobody one may ask. */
function notEmpty(given: unknown): never {
  return as(Array.isArray(given) && given.length === 0 ? null : given)
}

/** null and '' stand for none where a text may be taken away. */
function noText(given: unknown, instead: unknown = {}): never {
  return as(given === null || given === '' ? instead : given)
}

/** A function is an object too, with nothing of what is asked for. */
function options(given: unknown): never {
  return as(given)
}

test.each(Object.keys(ofConversation))('[CL321] %s refuses what it cannot use', async (name) => {
  const { client, sent } = await inConversation()
  const conversation = await client.getConversation(conversationId(1))
  if (conversation === null) throw new Error('it is there')
  sent()
  for (const given of nothings) await expectRefused(given, (one) => ofConversation[name]?.(conversation, one))
  await settle()
  expect(client.unsent()).toEqual([])
  expect(sent()).toEqual([])
})

test.each(Object.keys(ofClient))('[CL321] client.%s refuses what it cannot use', async (name) => {
  const { client } = await stage()
  for (const given of nothings) await expectRefused(given, (one) => ofClient[name]?.(client, one))
  expect(client.unsent()).toEqual([])
})

test('[CL321] what is left out where something is needed is refused, too', async () => {
  const { client } = await stage()
  const { contacts, blocked, refused } = client
  for (const call of [
    (given: never) => client.updateProfile(given),
    (given: never) => client.profile(given),
    (given: never) => contacts.request(given),
    (given: never) => contacts.accept(given),
    (given: never) => blocked.add(given),
    (given: never) => refused.remove(given),
  ])
    await expectRefused(undefined, call)
  await expectRefused('Jerry', (given) => blocked.add(given))
  await expectRefused(conversationId(1), (given) => refused.add(given))
  expect(client.unsent()).toEqual([])
})

test('[CL321] a draft is a text or a message, and no other is kept', async () => {
  const { client } = await inConversation()
  const conversation = await client.getConversation(conversationId(1))
  await conversation?.setDraft('so far')
  for (const given of [...noTexts, undefined, {}])
    await expectRefused(given, (one) => conversation?.setDraft(one))
  await expectRefused(12, (data) => conversation?.setDraft('so far', { data }))
  expect(conversation?.draft?.text).toBe('so far')
})

test('[CL321] a listener is a function, and an event has a name that there is', async () => {
  const { client } = await inConversation()
  const conversation = await client.getConversation(conversationId(1))
  const timeline = conversation?.timeline()
  for (const given of [undefined, ...nothings.filter((one) => typeof one !== 'function')]) {
    await expectRefused(given, (one) => client.on(Event.MESSAGE, one))
    await expectRefused(given, (one) => client.once(one, () => undefined))
    await expectRefused(given, (one) => timeline?.subscribe(one))
    if (given !== undefined) await expectRefused(given, (one) => client.subscribePresence(['Jerry'], one))
  }
  await expectRefused('mesage', (one) => conversation?.on(one, () => undefined))
})

test('[CL321] so do messages, classes and a Realtime', async () => {
  for (const given of nothings) {
    await expectRefused(given, (one) => new LocationMessage(one))
    await expectRefused(given, (one) => new PortableRealtime(one, as({})))
    if (given !== null) await expectRefused(given, (one) => new TextMessage('x').setReplyTo(one))
    if (Array.isArray(given) && given.length === 0) continue
    await expectRefused(given, (one) => messageField(one)(class extends TypedMessage {}))
  }
  const whole = { server: 'ws://localhost', token: () => '' }
  for (const wrong of [
    { server: 'http://localhost' },
    { server: 'ws://' },
    { server: 'ws://a b' },
    { token: 'a.b.c' },
    { store: 'disk' },
    { store: null },
  ])
    await expectRefused({ ...whole, ...wrong }, (one) => new PortableRealtime(one, as({})))
  const { realtime } = await stage()
  for (const given of nothings) await expectRefused(given, (one) => realtime.createIMClient('Tom', one))
  for (const wrong of [{ syncReadMarks: 1 }, { readReceipts: 'yes' }, { isReconnect: null }])
    await expectRefused(wrong, (one) => realtime.createIMClient('Tom', one))
})
