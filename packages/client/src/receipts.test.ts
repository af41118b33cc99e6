import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { freshRecord } from './news.ts'
import { noReceipts, type Receipts } from './receipt-records.ts'
import {
  nextStep,
  ofNewLog,
  owing,
  reachedBy,
  unconfirmed,
  withMarks,
  withoutMembers,
  withStep,
} from './receipts.ts'
import { messageView } from './sdk/fake-engine.test-kit.ts'
import { withReceipts } from './with-receipts.ts'
import { conversationId, jerry, mary, tom, user } from './testing/values.test-kit.ts'

const others = ['Ada', 'Bob', 'Eve'].map(user)

/** As the ledger does it. */
function advanced(receipts: Receipts, members: number): Receipts {
  return withNext(withNext(receipts, members, 'delivered'), members, 'read')
}

function withNext(receipts: Receipts, members: number, which: 'delivered' | 'read'): Receipts {
  const step = nextStep(receipts, members, which)
  return step === undefined ? receipts : { ...receipts, [which]: withStep(receipts[which], step) }
}

const mark = fc.record({
  user: fc.constantFrom(...others),
  delivered: fc.nat({ max: 40 }),
  read: fc.nat({ max: 40 }),
  time: fc.nat({ max: 1000 }),
})

test('[CL303] [CL304] whatever order marks come in, a message is delivered when all others have passed it', () => {
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 30 }), (marks) => {
      const largest = new Map<string, { delivered: number; read: number }>()
      let receipts = noReceipts
      for (const one of marks) {
        receipts = advanced(withMarks(receipts, [one], false, tom), 4)
        const before = largest.get(one.user) ?? { delivered: 0, read: 0 }
        largest.set(one.user, {
          delivered: Math.max(before.delivered, one.delivered),
          read: Math.max(before.read, one.read),
        })
        const all = others.map((other) => largest.get(other) ?? { delivered: 0, read: 0 })
        for (const which of ['delivered', 'read'] as const) {
          const expected = Math.min(...all.map((reached) => reachedBy(reached, which)))
          expect(receipts[which].at(-1)?.seq ?? 0).toBe(expected)
        }
      }
    }),
  )
})

test('[CL303] in a conversation of two the other one decides, and nobody where one is alone', () => {
  const heard = withMarks(noReceipts, [{ user: mary, delivered: 5, read: 3, time: 70 }], false, tom)
  const two = advanced(heard, 2)
  expect(two.delivered).toEqual([{ seq: 5, time: 70 }])
  expect(two.read).toEqual([{ seq: 3, time: 70 }])
  expect(advanced(heard, 3)).toEqual(heard)
  expect(advanced(noReceipts, 1)).toEqual(noReceipts)
})

test('[CL303] what was delivered to all stays so when somebody comes, and who left does not hold it back', () => {
  const marks = [
    { user: mary, delivered: 5, read: 0, time: 70 },
    { user: jerry, delivered: 9, read: 0, time: 80 },
  ]
  const three = advanced(withMarks(noReceipts, marks, false, tom), 3)
  expect(three.delivered).toEqual([{ seq: 5, time: 70 }])
  expect(advanced(three, 4).delivered).toEqual(three.delivered)
  const left = advanced(withoutMembers(three, [mary]), 2)
  expect(left.delivered).toEqual([
    { seq: 5, time: 70 },
    { seq: 9, time: 80 },
  ])
  expect(withoutMembers(three, [tom])).toBe(three)
})

test('[CL303] an own message shows when it was delivered and read; nothing else shows anything', () => {
  const receipts: Receipts = {
    ...noReceipts,
    delivered: [
      { seq: 3, time: 30 },
      { seq: 6, time: 60 },
    ],
    read: [{ seq: 4, time: 50 }],
  }
  const own = (seq: number) => withReceipts(messageView({ from: tom, seq }), receipts, tom)
  expect(own(3)).toMatchObject({ delivered: 30, read: 50 })
  expect(own(4)).toMatchObject({ delivered: 60, read: 50 })
  expect(own(6)).toMatchObject({ delivered: 60 })
  expect(own(6)).not.toHaveProperty('read')
  for (const view of [
    messageView({ from: tom, seq: 7 }),
    messageView({ from: mary, seq: 3 }),
    messageView({ from: tom, seq: 3, recalled: true }),
    messageView({ from: tom, seq: 3, state: 'sending' }),
    messageView({ from: tom, seq: 0 }),
  ])
    expect(withReceipts(view, receipts, tom)).toBe(view)
})

test('[CL303] of steps long ago it is known that they were, and not when', () => {
  let receipts = noReceipts
  for (let seq = 1; seq <= 100; seq += 1)
    receipts = advanced(
      withMarks(receipts, [{ user: mary, delivered: seq, read: 0, time: 1000 + seq }], false, tom),
      2,
    )
  expect(receipts.delivered).toHaveLength(32)
  const own = (seq: number) => withReceipts(messageView({ from: tom, seq }), receipts, tom).delivered
  expect([own(1), own(69), own(70), own(100)]).toEqual([0, 0, 1070, 1100])
})

test('[CL304] where all marks come, whoever is not among them is forgotten, and nobody falls back', () => {
  const marks = [
    { user: mary, delivered: 5, read: 2, time: 70 },
    { user: jerry, delivered: 9, read: 0, time: 80 },
  ]
  const heard = withMarks(noReceipts, marks, false, tom)
  const all = withMarks(heard, [{ user: mary, delivered: 4, read: 3, time: 90 }], true, tom)
  expect(all.others).toEqual([{ user: mary, delivered: 5, read: 3, time: 90 }])
})

test('[CL304] the own mark is what the relay has confirmed, and is nobody else’s', () => {
  const heard = withMarks(noReceipts, [{ user: tom, delivered: 5, read: 2, time: 70 }], true, tom)
  expect(heard).toMatchObject({ told: { delivered: 5, read: 2 }, others: [] })
  expect(withMarks(heard, [{ user: tom, delivered: 4, read: 3, time: 9 }], false, tom).told).toEqual({
    delivered: 5,
    read: 3,
  })
})

test('[CL307] what is owed and not confirmed is to be told, at most up to what this log has', () => {
  const record = { ...freshRecord(conversationId(1)), seq: 8 }
  expect(unconfirmed(record, true)).toEqual({ delivered: 0, read: 0 })
  const owes = owing(record, { delivered: 5, read: 20 })
  expect(unconfirmed(owes, true)).toEqual({ delivered: 5, read: 8 })
  expect(unconfirmed(owes, false)).toEqual({ delivered: 5, read: 0 })
  expect(owing(owes, { delivered: 5, read: 3 })).toBe(owes)
  const told = { ...owes, receipts: { ...(owes.receipts ?? noReceipts), told: { delivered: 5, read: 7 } } }
  expect(unconfirmed(told, true)).toEqual({ delivered: 0, read: 8 })
})

test('[CL306] of another log only how far this user has read is kept', () => {
  expect(ofNewLog(null)).toBeNull()
  const receipts: Receipts = {
    ...noReceipts,
    owed: { delivered: 4, read: 3 },
    told: { delivered: 2, read: 7 },
    others: [{ user: mary, delivered: 1, read: 1, time: 1 }],
    delivered: [{ seq: 1, time: 1 }],
    lastDeliveredAt: 9,
  }
  expect(ofNewLog(receipts)).toEqual({ ...noReceipts, owed: { delivered: 0, read: 7 }, anew: true })
  expect(ofNewLog(noReceipts)).toEqual(noReceipts)
})
