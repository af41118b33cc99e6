/** Updates that are no appended entry: what Yjs would take from anybody. */
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import type { Attack } from '../attack.ts'
import { nextClient } from '../scenes.ts'
import { anyOf, ofLength, rawUpdate } from './raw-update.ts'
import { changed, entry, refused, struct } from './updates.ts'

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

export const structure: readonly Attack[] = [...inserted, ...deleted, ...ranges, ...contents, ...places]
