/** Entries that say what no entry may say, or say it otherwise than it is written. */
import { writeAppend } from '@parley/document'
import * as encoding from 'lib0/encoding'
import { type Attack, refusedEverywhere } from '../attack.ts'
import type { Scene } from '../scene.ts'
import { nextClient } from '../scenes.ts'
import { nextEntryId } from '../session.ts'

type Fields = readonly (readonly [string, unknown])[]

/** A value in lib0's encoding, object keys in the order given and as often as given. */
class Raw {
  readonly write: (encoder: encoding.Encoder) => void

  constructor(write: (encoder: encoding.Encoder) => void) {
    this.write = write
  }
}

function objectOf(fields: Fields): Raw {
  return new Raw((encoder) => {
    encoding.writeUint8(encoder, 118)
    encoding.writeVarUint(encoder, fields.length)
    for (const [key, value] of fields) {
      encoding.writeVarString(encoder, key)
      writeValue(encoder, value)
    }
  })
}

function writeValue(encoder: encoding.Encoder, value: unknown): void {
  if (value instanceof Raw) value.write(encoder)
  // lib0 takes what it can write.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  else encoding.writeAny(encoder, value as string)
}

function appendOf({ last }: Scene, fields: Fields): Uint8Array {
  const content = encoding.encode((encoder) => writeValue(encoder, objectOf(fields)))
  return writeAppend({ client: nextClient(), clock: 0, origin: last, content })
}

/** What every message begins with. */
function head({ mallory }: Scene): Fields {
  return [
    ['id', nextEntryId()],
    ['from', mallory],
    ['sentAt', 1_700_000_000_000],
  ]
}

function message(
  name: string,
  says: string,
  code: 'bad-content' | 'not-canonical' | 'too-large',
  breaks: readonly string[],
  fields: (scene: Scene) => Fields,
): Attack {
  return {
    name,
    says,
    breaks: ['RE19', ...breaks],
    scene: 'member',
    expects: refusedEverywhere(code),
    run: async (attacker, scene) => attacker.write([appendOf(scene, fields(scene))]),
  }
}

function body(
  name: string,
  says: string,
  breaks: readonly string[],
  value: () => unknown,
  code: 'bad-content' | 'not-canonical' | 'too-large' = 'bad-content',
): Attack {
  return message(name, says, code, breaks, (scene) => [...head(scene), ['type', -1], ['attrs', value()]])
}

function nested(levels: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < levels; level += 1) value = [value]
  return value
}

/** Written without recursion: the writer of Yjs cannot. */
const deepest = new Raw((encoder) => {
  for (let level = 0; level < 8000; level += 1) {
    encoding.writeUint8(encoder, 117)
    encoding.writeVarUint(encoder, 1)
  }
  encoding.writeUint8(encoder, 126)
})

const minusZero = new Raw((encoder) => {
  encoding.writeUint8(encoder, 124)
  encoding.writeFloat32(encoder, -0)
})

const notANumber = new Raw((encoder) => {
  encoding.writeUint8(encoder, 124)
  encoding.writeFloat32(encoder, Number.NaN)
})

const loneSurrogate = new Raw((encoder) => {
  encoding.writeUint8(encoder, 119)
  encoding.writeVarUint(encoder, 3)
  for (const byte of [0xed, 0xa0, 0x80]) encoding.writeUint8(encoder, byte)
})

const values: readonly Attack[] = [
  body('prototype-attribute', 'the key __proto__ in what a message carries', ['DO9'], () =>
    objectOf([['__proto__', objectOf([['admin', true]])]]),
  ),
  body('constructor-attribute', 'the key constructor in it', ['DO9'], () => objectOf([['constructor', 1]])),
  body('same-key-twice', 'a key that stands twice', ['DO9'], () =>
    objectOf([
      ['a', 1],
      ['a', 2],
    ]),
  ),
  body('big-integer', 'a BigInt, which no JSON can say', ['DO8'], () => objectOf([['a', 10n]])),
  body('undefined-value', 'undefined', ['DO8'], () => objectOf([['a', undefined]])),
  body('bytes-value', 'bytes where JSON belongs', ['DO8'], () => objectOf([['a', Uint8Array.of(1)]])),
  body('not-a-number', 'NaN', ['DO8'], () => objectOf([['a', notANumber]])),
  body('minus-zero', 'minus zero', ['DO8'], () => objectOf([['a', minusZero]])),
  body('lone-surrogate', 'a text that is not well-formed', ['DO8'], () => objectOf([['a', loneSurrogate]])),
  body('too-deep', 'lists in lists, 40 deep', ['DO11'], () => objectOf([['a', nested(40)]]), 'too-large'),
  body(
    'deepest',
    'lists in lists, 8,000 deep: Yjs reads them, and nothing can print them',
    ['DO11'],
    () => objectOf([['a', deepest]]),
    'too-large',
  ),
]

const shapes: readonly Attack[] = [
  message('unknown-key', 'a key that no entry has', 'not-canonical', ['DO15'], (scene) => [
    ...head(scene),
    ['type', -1],
    ['text', 'hm'],
    ['isAdmin', true],
  ]),
  message('keys-out-of-order', 'the keys in another order', 'not-canonical', ['DO15'], (scene) => [
    ...head(scene),
    ['text', 'hm'],
    ['type', -1],
  ]),
  message('missing-key', 'a message without a time', 'bad-content', ['DO15'], (scene) => [
    ...head(scene).slice(0, 2),
    ['type', -1],
    ['text', 'hm'],
  ]),
  message('time-before-time', 'a time below zero', 'bad-content', ['DO15'], (scene) => [
    ...head(scene).slice(0, 2),
    ['sentAt', -1],
    ['type', -1],
    ['text', 'hm'],
  ]),
  message('id-of-another-form', 'an id that is none', 'bad-content', ['DO1', 'DO15'], (scene) => [
    ['id', '../../etc/passwd'],
    ...head(scene).slice(1),
    ['type', -1],
    ['text', 'hm'],
  ]),
  message('author-of-another-form', 'an author that is an object', 'bad-content', ['DO15'], (scene) => [
    ['id', nextEntryId()],
    ['from', objectOf([['toString', scene.mallory]])],
    ['sentAt', 1],
    ['type', -1],
    ['text', 'hm'],
  ]),
  message('text-is-a-number', 'a text that is a number', 'bad-content', ['DO15'], (scene) => [
    ...head(scene),
    ['type', -1],
    ['text', 7],
  ]),
  message('mention-twice', 'somebody mentioned twice', 'bad-content', ['DO72'], (scene) => [
    ...head(scene),
    ['type', -1],
    ['text', 'hm'],
    ['mentions', [scene.tom.user, scene.tom.user]],
  ]),
  message('too-many-mentions', 'a hundred and one people mentioned', 'too-large', ['DO72'], (scene) => [
    ...head(scene),
    ['type', -1],
    ['text', 'hm'],
    ['mentions', Array.from({ length: 101 }, (_, index) => `u${index}`)],
  ]),
  message(
    'receipt-of-another-form',
    'a wish for receipts that is no wish',
    'bad-content',
    ['DO105'],
    (scene) => [...head(scene), ['type', -1], ['text', 'hm'], ['receipt', 'always']],
  ),
  message('unknown-operation', 'an operation that does not exist', 'bad-content', ['DO15'], (scene) => [
    ...head(scene),
    ['op', 'delete-all'],
    ['target', scene.toms.id],
  ]),
  message('empty-sign', 'a reaction without a sign', 'bad-content', ['DO73'], (scene) => [
    ...head(scene),
    ['op', 'react'],
    ['target', scene.toms.id],
    ['sign', ''],
    ['on', true],
  ]),
  message('long-sign', 'a reaction with a novel for a sign', 'too-large', ['DO73'], (scene) => [
    ...head(scene),
    ['op', 'react'],
    ['target', scene.toms.id],
    ['sign', 'x'.repeat(65)],
    ['on', true],
  ]),
  message('long-text', 'a text of one byte too many', 'too-large', ['DO16'], (scene) => [
    ...head(scene),
    ['type', -1],
    ['text', 'x'.repeat(16 * 1024 + 1)],
  ]),
]

const notObjects: readonly Attack[] = [
  {
    name: 'length-lie',
    says: 'a text that says it is 2 GB long',
    breaks: ['DO12', 'DO146'],
    scene: 'member',
    expects: {
      parley: { answers: ['refused bad-content'], again: 'same' },
      stock: { answers: ['closed 4540 not-an-append'], again: 'read-only' },
    },
    run: async (attacker, { last }) => {
      const content = encoding.encode((encoder) => {
        encoding.writeUint8(encoder, 119)
        encoding.writeVarUint(encoder, 2 ** 31)
      })
      return attacker.write([writeAppend({ client: nextClient(), clock: 0, origin: last, content })])
    },
  },
  {
    name: 'entry-is-a-list',
    says: 'a list instead of an entry',
    breaks: ['RE19', 'DO15'],
    scene: 'member',
    expects: refusedEverywhere('bad-content'),
    run: async (attacker, { last }) => {
      const content = encoding.encode((encoder) => encoding.writeAny(encoder, ['a', 'b']))
      return attacker.write([writeAppend({ client: nextClient(), clock: 0, origin: last, content })])
    },
  },
]

export const content: readonly Attack[] = [...values, ...shapes, ...notObjects]
