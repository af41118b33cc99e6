import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SendContent } from '../engine-types.ts'
import { entryId, jerry, tom } from '../testing/values.test-kit.ts'
import { fromBase64, toBase64 } from './base64.ts'
import {
  BinaryMessage,
  type Location,
  LocationMessage,
  RecalledMessage,
  TextMessage,
} from './built-in-messages.ts'
import { ElementsMessage, type GivenElement } from './elements-message.ts'
import { messageView } from './fake-engine.test-kit.ts'
import { AudioMessage, FileMessage, ImageMessage, VideoMessage } from './file-messages.ts'
import { createMessageClasses } from './message-classes.ts'
import { MessageFile, type MessageFileFields } from './message-file.ts'
import { Message } from './message.ts'

const faults: unknown[] = []
const classes = createMessageClasses((error) => faults.push(error))

/** What arrives elsewhere of a message that is sent here. */
function arrived(message: Message): Message {
  return classes.from(messageView(JSON.parse(JSON.stringify(message.toContent())) as SendContent), {
    user: tom,
  })
}

const url = 'https://files.example/1.png'
const all: MessageFileFields = {
  url,
  name: 'tom.png',
  mimeType: 'image/png',
  size: 2048,
  width: 640,
  height: 480,
  duration: 1.5,
  metaData: { camera: 'x' },
}

test('[CL166] every class has its number, and what it was given arrives as the same class', () => {
  const messages = [
    [-1, new TextMessage('hello')],
    [-2, new ImageMessage({ url })],
    [-3, new AudioMessage({ url })],
    [-4, new VideoMessage({ url })],
    [-5, new LocationMessage({ latitude: 31.3, longitude: 120.9 })],
    [-6, new FileMessage({ url })],
    [-10, new ElementsMessage([{ kind: 'text', text: 'one' }])],
    [-11, new BinaryMessage(new Uint8Array([1, 2]))],
  ] as const
  for (const [type, message] of messages) {
    message.setText('a caption').setAttributes({ mood: ['good'] })
    const other = arrived(message)
    expect([message.type, other.type]).toEqual([type, type])
    expect(other).toBeInstanceOf(message.constructor)
    expect([other.text, other.getText(), other.getAttributes()]).toEqual([
      'a caption',
      'a caption',
      { mood: ['good'] },
    ])
    expect(other.body).toEqual(message.body)
  }
  const plain = arrived(new Message('only text'))
  expect([plain.type, plain.getText(), plain.constructor]).toEqual([0, 'only text', Message])
  expect(faults).toEqual([])
})

test('[CL166] attributes are taken as they are when they are set', () => {
  const attributes = { seats: [1, 2], weight: -0 }
  const message = new TextMessage('one').setAttributes(attributes)
  attributes.seats.push(3)
  expect(message.toContent().attrs).toStrictEqual({ seats: [1, 2], weight: 0 })
})

const cycle: { self?: unknown } = {}
cycle.self = cycle

test.each([
  ['undefined inside', { a: undefined }],
  ['a date', { a: new Date(0) }],
  ['a function', { a: () => 1 }],
  ['not a number', { a: Number.NaN }],
  ['a hole', { a: [1, , 2] }], // oxlint-disable-line no-sparse-arrays -- a hole is the bad value tried here
  ['a list', [1]],
  ['a text', 'text'],
  ['nothing', null],
  ['a cycle', cycle],
  ['a key that reaches into prototypes', { a: JSON.parse('{"__proto__": 1}') as unknown }],
])('[CL166] attributes that are %s are refused', (_, attributes) => {
  const message = new TextMessage('one')
  expect(() => message.setAttributes(attributes as never)).toThrow(
    /^bad-argument: What was given as attributes/,
  )
  expect(message.getAttributes()).toEqual({})
})

test('[CL166] a text that is none is refused', () => {
  expect(() => new TextMessage(5 as never)).toThrow(/^bad-argument: The text/)
  expect(() => new Message().setText(undefined as never)).toThrow(/^bad-argument: The text/)
})

test('[CL165] a file says where it lies and what is known of it, here and where it arrives', () => {
  const sent = new ImageMessage(new MessageFile(all))
  for (const message of [sent, arrived(sent) as ImageMessage]) {
    const file = message.getFile()
    expect([file.url(), file.name, file.mimeType]).toEqual([url, 'tom.png', 'image/png'])
    expect([file.metaData('size'), file.metaData('width'), file.metaData('duration')]).toEqual([
      2048, 640, 1.5,
    ])
    expect([file.metaData('camera'), file.metaData('toString')]).toEqual(['x', undefined])
    expect(file.metaData()).toEqual({
      camera: 'x',
      size: 2048,
      width: 640,
      height: 480,
      duration: 1.5,
      mimeType: 'image/png',
    })
    expect(file.toJSON()).toEqual(all)
  }
  expect(new MessageFile({ url }).toJSON()).toEqual({ url })
  expect(MessageFile.withURL('a.pdf', url, { size: 0 }).toJSON()).toEqual({ url, name: 'a.pdf', size: 0 })
  expect(ImageMessage.fromURL(url, { width: 1 }).getFile().toJSON()).toEqual({ url, width: 1 })
  for (const Class of [AudioMessage, VideoMessage, FileMessage]) {
    const message = Class.fromURL(url)
    expect(message).toBeInstanceOf(Class)
    expect(message.getFile().url()).toBe(url)
  }
})

const badFiles: readonly (readonly [string, unknown])[] = [
  ['a script', { url: 'javascript:alert(1)' }],
  ['a script behind a line break', { url: 'https://x\njavascript:1' }],
  ['data', { url: 'data:text/html,hi' }],
  ['a path', { url: '/1.png' }],
  ['no address', {}],
  ['an address without a host', { url: 'https://' }],
  ['a name that is a number', { url, name: 5 }],
  ['a kind that is a number', { url, mimeType: 5 }],
  ['a negative size', { url, size: -1 }],
  ['a size without end', { url, size: Number.POSITIVE_INFINITY }],
  ['a width that is a text', { url, width: '1' }],
  ['a height that is null', { url, height: null }],
  ['a negative duration', { url, duration: -1 }],
  ['metaData that is a list', { url, metaData: [1] }],
]

test.each(badFiles)('[CL165] a file with %s is refused when it is made', (_, file) => {
  expect(() => new MessageFile(file as never)).toThrow(/^bad-argument: The .* of a file/)
  expect(() => new ImageMessage(file as never)).toThrow(/^bad-argument: /)
})

test.each(badFiles)('[CL163] a body with %s arrives whole as a plain message', (_, file) => {
  const body = { file: file as never }
  const message = classes.from(messageView({ type: -2, text: 'look', body }), { user: tom })
  expect([message.constructor, message.type, message.text, message.body]).toEqual([Message, -2, 'look', body])
})

test('[CL165] a file message without a file is refused when it is sent, and says so when it is asked', () => {
  expect(() => new ImageMessage().toContent()).toThrow(/^bad-argument: This message has no file/)
  expect(() => new ImageMessage(null as never)).toThrow(/^bad-argument: A file is given as/)
})

test.each([
  [90, 180],
  [-90, -180],
  [0, 0],
])('[CL166] the place %d, %d is one', (latitude, longitude) => {
  const place = new LocationMessage({ latitude, longitude })
  expect((arrived(place) as LocationMessage).getLocation()).toEqual({ latitude, longitude })
})

test.each([
  [90.1, 0],
  [-90.1, 0],
  [0, 180.1],
  [0, -180.1],
  [Number.NaN, 0],
  ['1', 0],
  [undefined, 0],
])('[CL166] [CL163] the place %s, %s is none, made here or arriving', (latitude, longitude) => {
  const place = { latitude, longitude } as Location
  expect(() => new LocationMessage(place)).toThrow(/^bad-argument: A location/)
  const message = classes.from(messageView({ type: -5, body: { ...place } }), { user: tom })
  expect(message.constructor).toBe(Message)
})

test('[CL166] messages without what their type asks for are not sent', () => {
  expect(() => new LocationMessage().toContent()).toThrow(/^bad-argument: This message has no location/)
  expect(() => new BinaryMessage().toContent()).toThrow(/^bad-argument: This message has no bytes/)
  expect(() => new ElementsMessage().toContent()).toThrow(/^bad-argument: This message has no elements/)
  expect(() => new RecalledMessage().toContent()).toThrow(/^bad-argument: What was taken back/)
  expect(() => new BinaryMessage('text' as never)).toThrow(/^bad-argument: A binary message/)
})

test('[CL166] any bytes arrive as they were, and changing what was given changes nothing', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
      const message = new BinaryMessage(bytes)
      const before = [...bytes]
      bytes.fill(1)
      expect([...(arrived(message) as BinaryMessage).bytes]).toEqual(before)
      expect(toBase64(new Uint8Array(before))).toBe(Buffer.from(before).toString('base64'))
    }),
  )
  expect([...new BinaryMessage(new Uint8Array([1, 2, 3]).buffer).bytes]).toEqual([1, 2, 3])
})

test.each(['A', 'AAA', 'A===', 'AB==', 'AAB=', 'AA=A', 'AA-_', 'AAAA\n', 'ä==='])(
  '[CL163] %j is not how bytes are written',
  (bytes) => {
    expect(fromBase64(bytes)).toBeUndefined()
    const message = classes.from(messageView({ type: -11, body: { bytes } }), { user: tom })
    expect(message.constructor).toBe(Message)
  },
)

test('[CL166] elements arrive in their order, and one that nobody here knows travels on as it came', () => {
  const file = new MessageFile(all)
  const given: readonly GivenElement[] = [
    { kind: 'text', text: 'look:' },
    { kind: 'image', file },
    { kind: 'audio', file: { url } },
    { kind: 'video', file: { url } },
    { kind: 'file', file: { url } },
    { kind: 'location', latitude: 1, longitude: 2, description: 'here' },
    { kind: 'face', index: 3, data: 'grin' },
    { kind: 'custom', data: { dice: [1, 6] }, description: 'two dice' },
    { kind: 'unknown', raw: { kind: 'hologram', depth: 3 } },
  ]
  const message = arrived(new ElementsMessage(given)) as ElementsMessage
  expect(message.elements.map(({ kind }) => kind)).toEqual(given.map(({ kind }) => kind))
  expect(message.elements[1]).toMatchObject({ kind: 'image', file: { name: 'tom.png' } })
  expect(message.elements.filter((element) => !('file' in element))).toEqual(
    given.filter((element) => !('file' in element)),
  )
  expect(message.body).toEqual(arrived(message).body)
  expect(message.body).toMatchObject({ elements: { 8: { kind: 'hologram', depth: 3 } } })
})

test.each([
  ['a text without text', { kind: 'text' }],
  ['an image without file', { kind: 'image' }],
  ['an image that is a script', { kind: 'image', file: { url: 'javascript:1' } }],
  ['a place nowhere', { kind: 'location', latitude: 91, longitude: 0 }],
  ['a face without index', { kind: 'face', index: -1 }],
  ['custom without data', { kind: 'custom' }],
  ['a kind of its own', { kind: 'hologram' }],
  ['no object', 'text'],
  ['null', null],
])('[CL166] an element that is %s is refused when it is made, and unknown when it arrives', (_, element) => {
  expect(() => new ElementsMessage([element as never])).toThrow(/^bad-argument: /)
  const body = { elements: [{ kind: 'text', text: 'before' }, element] } as never
  const message = classes.from(messageView({ type: -10, body }), { user: tom }) as ElementsMessage
  expect(message.elements).toEqual([
    { kind: 'text', text: 'before' },
    { kind: 'unknown', raw: element },
  ])
  expect(message.body).toEqual(body)
})

test.each([{}, { elements: [] }, { elements: 'x' }, undefined])(
  '[CL163] a message of elements without any, %j, arrives as a plain one',
  (body) => {
    const view = messageView({ type: -10, ...(body === undefined ? {} : { body }) })
    expect(classes.from(view, { user: tom }).constructor).toBe(Message)
    expect(() => new ElementsMessage([])).toThrow(/^bad-argument: A message of elements/)
  },
)

test('[CL167] whom a message names is kept once, and everybody beside them', () => {
  const message = new TextMessage('@Jerry')
    .setMentionList(['Jerry', 'Mary', 'Jerry'])
    .mentionAll()
    .mentionAll()
  expect(message.getMentionList()).toEqual(['Jerry', 'Mary'])
  expect(message.mentionedAll).toBe(true)
  expect(message.toContent().mentions).toEqual(['Jerry', 'Mary', '*'])
  message.setMentionList([])
  expect([message.getMentionList(), message.mentionedAll]).toEqual([[], true])
  expect(new TextMessage('nobody').setMentionList([]).toContent()).not.toHaveProperty('mentions')
  expect(arrived(message).mentionedAll).toBe(true)
})

test('[CL167] one is mentioned by name or with everybody, and never by oneself', () => {
  const mentioned = (mentions: readonly string[], from = jerry): boolean =>
    classes.from(messageView({ from, mentions: mentions as never }), { user: tom }).mentioned
  expect(mentioned(['Tom'])).toBe(true)
  expect(mentioned(['*'])).toBe(true)
  expect(mentioned(['Mary'])).toBe(false)
  expect(mentioned([])).toBe(false)
  expect(mentioned(['Tom', '*'], tom)).toBe(false)
  expect(new TextMessage('not sent').mentionAll().mentioned).toBe(false)
})

test('[CL167] a hundred people are named at most, by their ids', () => {
  const people = Array.from({ length: 100 }, (_, n) => `user${n}`)
  const message = new TextMessage('all of you').setMentionList(people)
  expect(() => message.mentionAll()).toThrow(/^bad-argument: A message mentions at most 100/)
  expect(() => message.setMentionList([...people, 'one-more'])).toThrow(/^bad-argument: /)
  expect(message.getMentionList()).toHaveLength(100)
  expect(() => message.setMentionList(['*'])).toThrow(/^bad-id: /)
  expect(() => message.setMentionList('Tom' as never)).toThrow(/^bad-argument: The people/)
})

test('[CL168] what a message answers is set by the message or by its id, and read as an id', () => {
  const answered = classes.from(messageView(), { user: tom })
  const message = new TextMessage('yes')
  expect(message.replyTo).toBeNull()
  expect(message.setReplyTo(answered).toContent().replyTo).toBe(answered.id)
  message.replyTo = entryId(2)
  expect(message.replyTo).toBe(entryId(2))
  message.replyTo = null
  expect(message.toContent()).not.toHaveProperty('replyTo')
  expect(() => message.setReplyTo(new TextMessage('not sent'))).toThrow(/^bad-argument: This is not the id/)
  expect(() => message.setReplyTo('x')).toThrow(/^bad-argument: This is not the id/)
  expect(classes.from(messageView({ replyTo: entryId(2) }), { user: tom }).replyTo).toBe(entryId(2))
})

test('[CL101] a message shows its reactions, and when it was edited', () => {
  const reactions = [{ sign: '👍', users: [jerry, tom] }]
  const message = classes.from(messageView({ reactions, editedAt: 5 }), { user: tom })
  expect([message.reactions, message.updatedAt]).toEqual([reactions, new Date(5)])
  expect(classes.from(messageView(), { user: tom }).updatedAt).toBeNull()
})
