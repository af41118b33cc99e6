import { expect, test } from 'vitest'
import { timesOf } from './costs.ts'

test('[BE7] time is put down to the code that ran, in the stretch that counts, and idleness to nobody', () => {
  const root = 'file:///somewhere/packages'
  const node = (
    id: number,
    functionName: string,
    url: string,
  ): Parameters<typeof timesOf>[0]['nodes'][number] => ({
    id,
    callFrame: { functionName, url },
  })
  const profile = {
    startTime: 5_000_000,
    nodes: [
      node(1, '(idle)', ''),
      node(2, '', `${root}/relay/src/node/sqlite-log.ts`),
      node(3, 'readAppend', `${root}/document/src/page/append.ts`),
      node(4, 'fanOut', `${root}/relay/src/fan-out.ts`),
      node(5, 'writev', ''),
      node(6, 'nobodyKnows', 'elsewhere.js'),
      node(7, 'commitToJournal', `${root}/relay/src/node/sqlite-log.ts`),
      node(8, 'flush', `${root}/relay/src/node/sqlite-rows.ts`),
      node(9, 'findEntries', `${root}/relay/src/node/sqlite-rows.ts`),
      node(10, 'decodeUTF8', ''),
      node(11, 'FastBuffer', 'node:internal/buffer'),
      node(12, 'RegExp: ^a$', ''),
    ],
    samples: [3, 3, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 2],
    // At 1, 11, 12, 14, 17, 18, 19, 21, 24, 28, 28.5, 28.7, 28.8 and 30 milliseconds.
    timeDeltas: [1000, 10_000, 1000, 2000, 3000, 1000, 1000, 2000, 3000, 4000, 500, 200, 100, 1200],
  }
  const times = timesOf(profile, 10, 30)
  expect(Object.fromEntries([...times].filter(([, us]) => us > 0))).toEqual({
    'updates, entries and digests: @parley/document': 10_100,
    'frames: @parley/wire and lib0': 500,
    'SQLite: a turn’s blob, and COMMIT with its fsync': 2000,
    'the journal: encoding, and what is pending': 2000,
    'SQLite: settling the journal into the tables': 3000,
    'SQLite: reading what is known': 4000,
    'the core of @parley/relay': 3000,
    'sockets: ws and Node': 1200,
    'everything else': 1000,
  })
  expect(times.has('idle')).toBe(false)
})
