import * as fc from 'fast-check'
import { Awareness, applyAwarenessUpdate } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { expect, test } from 'vitest'
import { type AwarenessReader, createAwareness } from './y-awareness.ts'
import { maxAwarenessClientsPerReader, maxAwarenessClientsPerUser } from './y-limits.ts'
import { type AwarenessEntry, readYMessage, writeAwareness } from './y-messages.ts'

const tom: AwarenessReader = { user: 'Tom' }
const mary: AwarenessReader = { user: 'Mary' }

function says(client: number, clock: number, state = '{}'): AwarenessEntry {
  return { client, clock, state }
}

test('[RE112] what one reader says is news once, and known to whoever comes later', () => {
  const room = createAwareness()
  expect(room.say(tom, [says(1, 1, '"a"')])).toBe('changed')
  expect(room.takeNews()).toEqual([says(1, 1, '"a"')])
  expect(room.takeNews()).toEqual([])
  expect(room.say(tom, [says(1, 2, '"a"')])).toBe('renewed')
  expect(room.say(tom, [says(1, 3, '"b"'), says(1, 4, '"c"')])).toBe('changed')
  expect(room.takeNews()).toEqual([says(1, 4, '"c"')])
  expect(room.known()).toEqual([says(1, 4, '"c"')])
})

test('[RE267] a user names so many clients over all his readers, and has them again when those have left', () => {
  const room = createAwareness()
  const readers = Array.from({ length: 20 }, (): AwarenessReader => ({ user: 'Tom' }))
  for (const [index, reader] of readers.entries()) {
    room.say(
      reader,
      Array.from({ length: 10 }, (_, client) => says(100 * index + client + 1, 1)),
    )
  }
  expect(room.known()).toHaveLength(maxAwarenessClientsPerUser)
  expect(room.say(mary, [says(5000, 1)])).toBe('changed')
  // A dead socket's is taken over: it counts for the one who has it now.
  const [first, second] = readers
  if (first === undefined || second === undefined) throw new Error('there are twenty')
  expect(room.say(second, [says(1, 2)])).toBe('renewed')
  room.leave(first)
  expect(room.known()).toHaveLength(maxAwarenessClientsPerUser + 1 - (maxAwarenessClientsPerReader - 1))
  for (const reader of readers) room.leave(reader)
  expect(room.known()).toEqual([says(5000, 1)])
  expect(
    room.say(
      first,
      [1, 2, 3, 4, 5].map((client) => says(9000 + client, 1)),
    ),
  ).toBe('changed')
  expect(room.known()).toHaveLength(1 + maxAwarenessClientsPerReader)
})

test('[RE113] nobody speaks for another user', () => {
  const room = createAwareness()
  room.say(tom, [says(1, 5, '"Tom"')])
  room.takeNews()
  expect(room.say(mary, [says(1, 5, '"Tom"'), says(1, 6, '"Mary"'), says(1, 7, 'null')])).toBe('nothing')
  expect(room.known()).toEqual([says(1, 5, '"Tom"')])
  expect(room.takeNews()).toEqual([])
})

test('[RE113] what is old says nothing', () => {
  const room = createAwareness()
  room.say(tom, [says(1, 5)])
  expect(room.say(tom, [says(1, 5, '"other"'), says(1, 4, '"older"')])).toBe('nothing')
  expect(room.known()).toEqual([says(1, 5)])
})

test('[RE113] who leaves is gone, and no echo brings him back', () => {
  const room = createAwareness()
  room.say(tom, [says(1, 5), says(2, 1)])
  room.say(mary, [says(3, 1)])
  room.takeNews()
  expect(room.leave(tom)).toBe('changed')
  expect(room.takeNews()).toEqual([says(1, 5, 'null'), says(2, 1, 'null')])
  expect(room.say(mary, [says(1, 5), says(2, 1), says(1, 5, 'null')])).toBe('nothing')
  expect(room.known()).toEqual([says(3, 1)])
  expect(room.leave(tom)).toBe('nothing')
  expect(room.say({ user: 'Tom' }, [says(1, 6)])).toBe('changed')
})

test('[RE113] another socket of the same user takes over what its dead one said', () => {
  const room = createAwareness()
  const again: AwarenessReader = { user: 'Tom' }
  room.say(tom, [says(1, 5)])
  expect(room.say(again, [says(1, 6)])).toBe('renewed')
  expect(room.leave(tom)).toBe('nothing')
  expect(room.known()).toEqual([says(1, 6)])
  expect(room.say(again, [says(1, 6, 'null')])).toBe('changed')
  expect(room.known()).toEqual([])
})

test('[RE114] a reader has as many clients as it may, and not one more', () => {
  const room = createAwareness()
  const many = Array.from({ length: maxAwarenessClientsPerReader }, (_, index) => says(index, 1))
  room.say(tom, many)
  expect(room.known()).toEqual(many)
  expect(room.say(tom, [says(100, 1)])).toBe('nothing')
  expect(room.say(mary, [says(100, 1)])).toBe('changed')
})

test('[RE112] [RE113] whatever readers say, a stock client that hears the news knows what the room knows', () => {
  const readers: readonly AwarenessReader[] = [tom, mary, { user: 'Jerry' }]
  const reader = fc.nat({ max: readers.length - 1 })
  const entry = fc.record({
    client: fc.integer({ min: 1, max: 4 }),
    clock: fc.integer({ min: 1, max: 6 }),
    state: fc.constantFrom('{"a":1}', '{"b":2}', 'null'),
  })
  const step = fc.oneof(
    fc.record({ kind: fc.constant('say' as const), reader, entries: fc.array(entry, { maxLength: 3 }) }),
    fc.record({ kind: fc.constant('leave' as const), reader }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const room = createAwareness()
      const doc = new Y.Doc()
      doc.clientID = 1_000_000
      const stock = new Awareness(doc)
      stock.setLocalState(null)
      const sent: AwarenessEntry[] = []
      for (const [index, one] of steps.entries()) {
        const by = readers[one.reader] ?? tom
        if (one.kind === 'say') room.say(by, one.entries)
        else room.leave(by)
        if (index % 2 === 1) sent.push(...room.takeNews())
      }
      sent.push(...room.takeNews())
      for (const news of sent) applyAwarenessUpdate(stock, writeAwareness([news]).subarray(2), 'relay')
      const known = Object.fromEntries(
        room.known().map(({ client, state }) => [client, JSON.parse(state) as unknown]),
      )
      const heard = Object.fromEntries(stock.getStates())
      stock.destroy()
      doc.destroy()
      expect(heard).toEqual(known)
    }),
  )
})

test('[RE114] a state of the largest size passes, a larger one is dropped alone', () => {
  const at = says(1, 1, JSON.stringify('x'.repeat(2046)))
  const over = says(2, 1, JSON.stringify('x'.repeat(2047)))
  expect(readYMessage(writeAwareness([at, over, says(3, 1)]))).toEqual({
    kind: 'awareness',
    entries: [at, says(3, 1)],
  })
})

test('[RE114] more states than a room may have are no message', () => {
  const many = (count: number): Uint8Array =>
    writeAwareness(Array.from({ length: count }, (_, index) => says(index, 1)))
  expect(readYMessage(many(1024))).toMatchObject({ kind: 'awareness' })
  expect(readYMessage(many(1025))).toEqual({ kind: 'malformed' })
})
