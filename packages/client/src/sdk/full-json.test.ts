import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryId, jerry, tom } from '../testing/values.test-kit.ts'
import { RecalledMessage, TextMessage } from './built-in-messages.ts'
import { fakeEngine, messageView } from './fake-engine.test-kit.ts'
import { ImageMessage } from './file-messages.ts'
import { Message, MessageStatus } from './message.ts'

const full = messageView({
  type: -2,
  text: 'look',
  attrs: { mood: 'good' },
  body: { file: { url: 'https://files.example/1.png' } },
  mentions: [tom, '*'],
  replyTo: entryId(2),
  editedAt: 1500,
  reactions: [{ sign: '👍', users: [jerry, tom] }],
})

test('[CL164] a message becomes JSON with everything, and the same message again', async () => {
  const { client, classes } = await fakeEngine()
  const message = classes.from(full, { user: tom })
  const json = message.toFullJSON()
  expect(json).toEqual({
    id: entryId(1),
    cid: full.conversation,
    from: 'Jerry',
    type: -2,
    timestamp: 1000,
    sentAt: 900,
    seq: 3,
    status: 'sent',
    text: 'look',
    attributes: { mood: 'good' },
    body: { file: { url: 'https://files.example/1.png' } },
    mentions: ['Tom', '*'],
    replyTo: entryId(2),
    updatedAt: 1500,
    reactions: [{ sign: '👍', users: ['Jerry', 'Tom'] }],
  })
  const again = await client.parseMessage(JSON.parse(JSON.stringify(json)))
  expect(again).toBeInstanceOf(ImageMessage)
  expect([again.mentioned, again.updatedAt, again.replyTo]).toEqual([true, new Date(1500), entryId(2)])
  expect((again as ImageMessage).getFile().url()).toBe('https://files.example/1.png')
  expect(again.toFullJSON()).toEqual(json)
  expect(await again.sent).toEqual({ seq: 3, time: 1000 })
})

test('[CL164] so does one that failed, that was taken back, that was never sent, or that nobody knows', async () => {
  const { client, classes } = await fakeEngine()
  const error = { code: 'muted', detail: 'for now' }
  const failed = classes.from(messageView({ ...full, state: 'failed', error }), { user: tom })
  const recalled = classes.from(messageView({ type: -127, recalled: true }), { user: tom })
  const fresh = new TextMessage('draft').setReplyTo(entryId(4)).mentionAll()
  const unknown = classes.from(messageView({ type: 99, body: { a: [1] } }), { user: tom })
  for (const message of [failed, recalled, fresh, unknown]) {
    const json = message.toFullJSON()
    const again = await client.parseMessage(json)
    expect(again.toFullJSON()).toEqual(json)
    expect(again.constructor).toBe(message.constructor)
  }
  const again = await client.parseMessage(failed.toFullJSON())
  expect([again.status, again.error]).toEqual([MessageStatus.FAILED, error])
  await expect(again.sent).rejects.toMatchObject({ code: 'muted' })
  expect(await client.parseMessage(recalled.toFullJSON())).toBeInstanceOf(RecalledMessage)
  expect((await client.parseMessage(unknown.toFullJSON())).constructor).toBe(Message)
})

test('[CL164] what is missing, or is none, is named', async () => {
  const { client, classes } = await fakeEngine()
  const json = classes.from(full, { user: tom }).toFullJSON()
  const wrong: readonly (readonly [string, unknown])[] = [
    ['id', 'x'],
    ['id', undefined],
    ['cid', 'a b'],
    ['from', ''],
    ['type', '1'],
    ['type', 1.5],
    ['timestamp', -1],
    ['sentAt', 'now'],
    ['seq', null],
    ['status', 'lost'],
    ['status', undefined],
    ['text', 5],
    ['attributes', []],
    ['body', 'x'],
    ['mentions', ['a b']],
    ['mentions', 'Tom'],
    ['replyTo', 'x'],
    ['updatedAt', 'x'],
    ['reactions', [{ sign: 1, users: [] }]],
    ['reactions', [{ sign: 'x', users: ['a b'] }]],
    ['error', { code: 1 }],
  ]
  for (const [key, value] of wrong) {
    const rest = Object.entries(json).filter(([other]) => other !== key)
    const given = Object.fromEntries(value === undefined ? rest : [...rest, [key, value]])
    await expect(client.parseMessage(given)).rejects.toThrow(`“${key}” is missing, or is none.`)
  }
})

const names = fc.constantFrom('a', 'file', 'text', 'elements')
const plain = fc.dictionary(
  names,
  fc.oneof(fc.string(), fc.integer(), fc.array(fc.boolean(), { maxLength: 2 })),
)
const views = fc
  .record(
    {
      type: fc.constantFrom(0, -1, -2, -5, -10, -11, 7),
      text: fc.string(),
      attrs: plain,
      body: plain,
      mentions: fc.subarray([tom, jerry, '*'] as const, { minLength: 1 }),
      replyTo: fc.constant(entryId(2)),
      editedAt: fc.nat(),
      state: fc.constantFrom('sent' as const, 'sending' as const),
    },
    { requiredKeys: ['type', 'state'] },
  )
  .map(messageView)

test('[CL164] whatever arrived, it comes back the same', async () => {
  const { client, classes } = await fakeEngine()
  await fc.assert(
    fc.asyncProperty(views, async (view) => {
      const message = classes.from(view, { user: tom })
      const json = JSON.parse(JSON.stringify(message.toFullJSON())) as unknown
      const again = await client.parseMessage(json)
      expect(again.toFullJSON()).toEqual(json)
      expect([again.constructor, again.mentioned]).toEqual([message.constructor, message.mentioned])
    }),
  )
})

test('[CL164] nothing else makes a message', async () => {
  const { client } = await fakeEngine()
  await fc.assert(
    fc.asyncProperty(fc.anything(), async (value) => {
      await expect(client.parseMessage(value)).rejects.toMatchObject({ code: 'bad-argument' })
    }),
  )
})
