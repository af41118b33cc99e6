/** Updates that are no appended entry: what Yjs would take from anybody, and what nobody writes. */
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { type Attack, refusedEverywhere } from '../attack.ts'
import type { Scene } from '../scene.ts'
import { nextClient, penOf } from '../scenes.ts'
import { nextEntryId } from '../session.ts'
import { anyOf, bytesOf, ofLength, type RawStruct, rawUpdate } from './raw-update.ts'

type Make = (scene: Scene) => Uint8Array

function refused(name: string, says: string, make: Make, expects?: Attack['expects']): Attack {
  return {
    name,
    says,
    breaks: ['RE10', 'DO21', 'RE214'],
    scene: 'member',
    expects: expects ?? refusedEverywhere('not-an-append'),
    run: async (attacker, scene) => attacker.write([make(scene)]),
  }
}

/** The page as a member has it, changed by Yjs itself. */
function changed(change: (doc: Y.Doc, entries: Y.Array<unknown>, scene: Scene) => void): Make {
  return (scene) => {
    const doc = new Y.Doc()
    doc.clientID = nextClient() % 0x7fff_ffff
    for (const update of scene.updates) Y.applyUpdate(doc, update)
    const entries = doc.getArray('entries')
    let made = new Uint8Array()
    doc.on('update', (update: Uint8Array) => {
      made = new Uint8Array(update)
    })
    doc.transact(() => change(doc, entries, scene))
    doc.destroy()
    return made
  }
}

/** One struct under a client id of his own. */
function struct(make: (scene: Scene) => RawStruct, clock = 0): Make {
  return (scene) => rawUpdate([{ client: nextClient(), clock, structs: [make(scene)] }])
}

function entry({ mallory }: Scene): object {
  return { id: nextEntryId(), from: mallory, sentAt: 1_700_000_000_000, type: -1, text: 'hm' }
}

/** A message, with its bytes worked over. */
function broken(work: (update: Uint8Array) => Uint8Array): Make {
  return (scene) => work(penOf(scene).text('broken').update)
}

const notAtStock = (code: string): Attack['expects'] => ({
  parley: { answers: [`refused ${code}`], again: 'failure malformed' },
})

const inserted: readonly Attack[] = [
  refused(
    'insert-before',
    'a message before the others',
    changed((_doc, entries, scene) => entries.insert(0, [entry(scene)])),
  ),
  refused(
    'insert-between',
    'a message between two others',
    changed((_doc, entries, scene) => entries.insert(1, [entry(scene)])),
  ),
  refused(
    'impossible-neighbours',
    'a message whose right neighbour stands left of its left one',
    struct((scene) => ({ content: 8, origin: scene.last, right: scene.toms, write: anyOf(entry(scene)) })),
  ),
]

const deleted: readonly Attack[] = [
  refused(
    'delete-toms',
    'a deletion of what Tom wrote',
    changed((_doc, entries) => entries.delete(0, 1)),
  ),
  refused(
    'delete-everything',
    'a deletion of everything',
    changed((_doc, entries) => entries.delete(0, entries.length)),
  ),
  refused('delete-tomorrow', 'a deletion of all that Tom will ever write', ({ last }) =>
    rawUpdate([], [{ client: last.client, clock: last.clock + 1, length: 1_000_000 }]),
  ),
  refused('append-and-delete', 'a message, and a deletion in the same update', (scene) => {
    const { client, clock } = scene.last
    const structs = [{ content: 8, origin: scene.last, write: anyOf(entry(scene)) }]
    return rawUpdate([{ client: nextClient(), clock: 0, structs }], [{ client, clock, length: 1 }])
  }),
  refused('delete-nothing', 'a range of deletions without a length', ({ last }) =>
    rawUpdate([], [{ client: last.client, clock: 0, length: 0 }]),
  ),
]

const ranges: readonly Attack[] = [
  refused(
    'collected-own',
    'a collected range of his own',
    struct(() => ({ content: 0, write: ofLength(3) })),
  ),
  refused('collected-of-tom', 'a collected range where Tom writes next', ({ last }) =>
    rawUpdate([
      { client: last.client, clock: last.clock + 1, structs: [{ content: 0, write: ofLength(1000) }] },
    ]),
  ),
  refused('skipped', 'a skipped range, and a message behind it', (scene) =>
    rawUpdate([
      {
        client: nextClient(),
        clock: 0,
        structs: [
          { content: 10, write: ofLength(5) },
          { content: 8, origin: scene.last, write: anyOf(entry(scene)) },
        ],
      },
    ]),
  ),
  refused(
    'collected-of-no-length',
    'a collected range without a length',
    struct(() => ({ content: 0, write: ofLength(0) })),
  ),
  refused(
    'deleted-content',
    'an item that says it has been deleted',
    struct(({ last }) => ({ content: 1, origin: last, write: ofLength(1) })),
  ),
]

const contents: readonly Attack[] = [
  refused(
    'text-content',
    'letters instead of an entry',
    struct(({ last }) => ({
      content: 4,
      origin: last,
      write: (encoder) => encoding.writeVarString(encoder, 'hello'),
    })),
  ),
  refused(
    'empty-text',
    'a text of no letters, which Yjs takes and cannot load',
    struct(({ last }) => ({
      content: 4,
      origin: last,
      write: (encoder) => encoding.writeVarString(encoder, ''),
    })),
  ),
  refused(
    'bytes-content',
    'bytes instead of an entry',
    struct(({ last }) => ({
      content: 3,
      origin: last,
      write: (encoder) => encoding.writeVarUint8Array(encoder, Uint8Array.of(1, 2)),
    })),
  ),
  refused(
    'json-content',
    'the old JSON content',
    struct(({ last }) => ({
      content: 2,
      origin: last,
      write: (encoder) => {
        encoding.writeVarUint(encoder, 1)
        encoding.writeVarString(encoder, '{"a":1}')
      },
    })),
  ),
  refused(
    'embed-content',
    'an embedded object',
    struct(({ last }) => ({
      content: 5,
      origin: last,
      write: (encoder) => encoding.writeVarString(encoder, '{"a":1}'),
    })),
  ),
  refused(
    'format-content',
    'a format',
    struct(({ last }) => ({
      content: 6,
      origin: last,
      write: (encoder) => {
        encoding.writeVarString(encoder, 'bold')
        encoding.writeVarString(encoder, 'true')
      },
    })),
  ),
  refused(
    'unknown-content',
    'a kind of content that Yjs does not have',
    struct(({ last }) => ({ content: 15, origin: last, write: ofLength(1) })),
  ),
  refused(
    'nested-array',
    'a list inside the list',
    changed((_doc, entries) => entries.push([new Y.Array()])),
  ),
  refused(
    'nested-map',
    'a map with a message in it',
    changed((_doc, entries, scene) => {
      const map = new Y.Map<unknown>()
      map.set('message', entry(scene))
      entries.push([map])
    }),
  ),
  refused(
    'nested-text',
    'a text that can be written into',
    changed((_doc, entries) => entries.push([new Y.Text('mine')])),
  ),
  refused(
    'nested-xml',
    'an element of XML',
    changed((_doc, entries) => entries.push([new Y.XmlElement('script')])),
  ),
  refused(
    'sub-document',
    'a document inside the document, loaded by itself',
    changed((_doc, entries) => entries.push([new Y.Doc({ guid: '../../etc/passwd', autoLoad: true })])),
  ),
]

const places: readonly Attack[] = [
  refused(
    'second-root',
    'another list beside the entries',
    changed((doc, _entries, scene) => doc.getArray('evil').push([entry(scene)])),
  ),
  refused(
    'root-of-the-head',
    'the root of the head on a page',
    changed((doc, _entries, scene) => doc.getMap('head').set(scene.mallory, { role: 'owner' })),
  ),
  refused(
    'prototype-root',
    'a root called __proto__',
    struct((scene) => ({ content: 8, parent: '__proto__', write: anyOf(entry(scene)) })),
  ),
  refused(
    'key-of-the-list',
    'a key set on the list',
    struct((scene) => ({ content: 8, parent: 'entries', key: 'length', write: anyOf(entry(scene)) })),
  ),
  refused(
    'prototype-key',
    'the key __proto__ set on the list',
    struct((scene) => ({ content: 8, parent: 'entries', key: '__proto__', write: anyOf(entry(scene)) })),
  ),
  refused(
    'parent-is-a-message',
    "an item inside one of Tom's",
    struct((scene) => ({ content: 8, parent: scene.toms, write: anyOf(entry(scene)) })),
  ),
  refused('parent-is-itself', 'an item inside itself', () => {
    const client = nextClient()
    return rawUpdate([
      { client, clock: 0, structs: [{ content: 8, parent: { client, clock: 0 }, write: anyOf('x') }] },
    ])
  }),
]

const forms: readonly Attack[] = [
  refused(
    'two-clients',
    'items of two Yjs client ids in one update',
    (scene) =>
      rawUpdate(
        [nextClient(), nextClient()]
          .toSorted((a, b) => b - a)
          .map((client) => ({
            client,
            clock: 0,
            structs: [{ content: 8, origin: scene.last, write: anyOf(entry(scene)) }],
          })),
      ),
    notAtStock('not-an-append'),
  ),
  refused(
    'two-values',
    'two messages in one item',
    (scene) =>
      rawUpdate([
        {
          client: nextClient(),
          clock: 0,
          structs: [{ content: 8, origin: scene.last, write: anyOf(entry(scene), entry(scene)) }],
        },
      ]),
    notAtStock('not-an-append'),
  ),
  refused(
    'no-value',
    'an item without a value',
    struct(({ last }) => ({ content: 8, origin: last, write: bytesOf() })),
  ),
  refused('client-twice', 'one Yjs client id twice', (scene) => {
    const one = {
      client: nextClient(),
      clock: 0,
      structs: [{ content: 8, origin: scene.last, write: anyOf(entry(scene)) }],
    }
    return rawUpdate([one, one])
  }),
  refused('nothing-of-a-client', 'a Yjs client id with nothing behind it', () =>
    rawUpdate([{ client: nextClient(), clock: 0, structs: [] }]),
  ),
  refused(
    'trailing-bytes',
    'a message with bytes behind its end',
    broken((update) => Uint8Array.of(...update, 0, 0, 7)),
  ),
  refused(
    'cut-short',
    'a message that ends early',
    broken((update) => update.subarray(0, update.length - 9)),
    {
      parley: { answers: ['refused bad-content'], again: 'same' },
      stock: { answers: ['closed 4540 not-an-append'], again: 'read-only' },
    },
  ),
  refused('count-lie', 'a count of 33 million structs and no struct', () =>
    Uint8Array.of(1, 0xff, 0xff, 0xff, 0x0f, 1, 0, 0),
  ),
  refused('client-count-lie', 'a count of 33 million Yjs client ids', () =>
    Uint8Array.of(0xff, 0xff, 0xff, 0x0f),
  ),
  refused('deletion-count-lie', 'a count of 33 million deletions', () =>
    Uint8Array.of(0, 1, 5, 0xff, 0xff, 0xff, 0x0f, 0),
  ),
  refused('second-format', 'an update in the V2 format', (scene) =>
    Y.convertUpdateFormatV1ToV2(changed((_doc, entries) => entries.push([entry(scene)]))(scene)),
  ),
  refused('run-length-bomb', '26 bytes that Yjs would unpack to five million structs', () =>
    Uint8Array.of(
      0,
      0,
      1,
      5,
      0,
      0,
      0,
      1,
      0,
      1,
      0,
      0,
      1,
      0,
      0xc0,
      0x96,
      0xb1,
      0x02,
      1,
      0,
      0xc0,
      0x96,
      0xb1,
      0x02,
      0,
      0,
    ),
  ),
  refused('garbage', 'bytes that are nothing', () =>
    Uint8Array.from({ length: 64 }, (_, index) => (index * 151 + 83) & 0xff),
  ),
  refused(
    'wasteful-number',
    'a number in more bytes than it needs',
    broken((update) => Uint8Array.of(0x81, 0x00, ...update.subarray(1))),
    refusedEverywhere('not-canonical'),
  ),
]

export const structure: readonly Attack[] = [
  ...inserted,
  ...deleted,
  ...ranges,
  ...contents,
  ...places,
  ...forms,
]
