import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOutboxChanges } from './outbox-changes.ts'
import { createOutboxIndex } from './outbox-index.ts'
import type { OutboxItem } from './records.ts'
import { conversationId, createGroup, entryId } from './testing/values.test-kit.ts'

const ids = [1, 2, 3].map(conversationId)

const item: fc.Arbitrary<OutboxItem> = fc
  .record({
    n: fc.integer({ min: 1, max: 12 }),
    id: fc.integer({ min: 1, max: 12 }).map(entryId),
    conversation: fc.constantFrom(...ids),
    state: fc.constantFrom('waiting' as const, 'refused' as const),
    answered: fc.option(fc.record({ seq: fc.nat(9), time: fc.nat(9) })),
    command: fc.boolean(),
    made: fc.boolean(),
    target: fc.option(fc.integer({ min: 1, max: 12 }).map(entryId)),
    op: fc.constantFrom('recall' as const, 'edit' as const, 'react' as const),
  })
  .map(({ command, made, target, op, ...common }): OutboxItem => {
    const all = { ...common, at: 1, reason: null, tried: made, offered: false }
    if (command) return { ...all, kind: 'command', command: createGroup([]) }
    return {
      ...all,
      kind: 'entry',
      content: new Uint8Array(),
      made: made ? { page: 1, client: 1, clock: 1, update: new Uint8Array() } : null,
      target: target === null ? null : { id: target, place: null, op, sign: '' },
    }
  })

type Step = { readonly put: OutboxItem } | { readonly drop: number } | 'adopt'

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ put: item }) },
  { weight: 2, arbitrary: fc.record({ drop: fc.integer({ min: 1, max: 12 }) }) },
  { weight: 1, arbitrary: fc.constant('adopt' as const) },
)

test('[CL50] the outbox answers as a plain list does, through a job’s changes and after they stand', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      const before = createOutboxIndex()
      let changes = createOutboxChanges(before)
      const plain = new Map<number, OutboxItem>()
      for (const one of steps) {
        if (one === 'adopt') {
          changes.adopt()
          changes = createOutboxChanges(before)
        } else if ('drop' in one) {
          changes.drop(one.drop)
          plain.delete(one.drop)
        } else {
          // An id stands under one number, and a number means one change for good.
          const same = plain.get(one.put.n)
          const taken = [...plain.values()].some(({ id, n }) => id === one.put.id && n !== one.put.n)
          if (
            taken ||
            (same !== undefined && (same.id !== one.put.id || same.conversation !== one.put.conversation))
          )
            continue
          changes.put(one.put)
          plain.set(one.put.n, one.put)
        }
        const all = [...plain.values()].toSorted((a, b) => a.n - b.n)
        for (const id of ids) {
          const lane = all.filter(({ conversation }) => conversation === id)
          expect(changes.lane(id)).toEqual(lane)
          expect([...changes.walk(id)]).toEqual(lane)
          expect(changes.commands(id)).toEqual(lane.filter(({ kind }) => kind === 'command'))
          expect(changes.made(id)).toEqual(
            lane.filter((other) => other.kind === 'entry' && other.made !== null),
          )
          expect(changes.answered(id)).toEqual(lane.filter(({ answered }) => answered !== null))
        }
        for (let n = 1; n <= 12; n += 1) {
          expect(changes.get(n)).toEqual(plain.get(n))
          expect(changes.byId(entryId(n))).toEqual(all.find(({ id }) => id === entryId(n)))
          expect(changes.about(entryId(n))).toEqual(
            all.filter((other) => other.kind === 'entry' && other.target?.id === entryId(n)),
          )
        }
        expect(new Set(all.map(({ conversation }) => conversation))).toEqual(
          new Set(changes.laneIds().filter((id) => changes.lane(id).length > 0)),
        )
      }
      changes.adopt()
      expect(before.all()).toEqual([...plain.values()].toSorted((a, b) => a.n - b.n))
      expect(before.size).toBe(plain.size)
    }),
    { numRuns: 100 },
  )
}, 60_000)
