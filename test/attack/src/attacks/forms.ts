/** Bytes that Yjs does not write, or that are more than one item: cut, padded, counted wrongly, of another format. */
import * as Y from 'yjs'
import { type Attack, refusedEverywhere } from '../attack.ts'
import { nextClient } from '../scenes.ts'
import { anyOf, bytesOf, rawUpdate } from './raw-update.ts'
import { broken, changed, entry, refused, struct } from './updates.ts'

const notAtStock = (code: string): Attack['expects'] => ({
  parley: { answers: [`refused ${code}`], again: 'failure malformed' },
})

export const forms: readonly Attack[] = [
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
