import { expect, test } from 'vitest'
import { maxMembers } from '../limits.ts'
import { parseOutcome } from './parse-outcome.ts'

const outcome = {
  successfulClientIds: ['Ann'],
  failures: [{ clientIds: ['Bob'], code: 'not-a-member', detail: 'not a member' }],
}

test('[DO63] an outcome is parsed to what it says', () => {
  expect(parseOutcome(outcome)).toEqual({ ok: true, outcome })
  expect(parseOutcome({ successfulClientIds: [], failures: [] }).ok).toBe(true)
})

test.each<readonly [unknown]>([
  [null],
  [{}],
  [{ ...outcome, more: 1 }],
  [{ ...outcome, successfulClientIds: ['a b'] }],
  [{ ...outcome, failures: {} }],
  [{ ...outcome, failures: [null] }],
  [{ ...outcome, failures: Array<unknown>(2) }],
  [{ ...outcome, failures: [{ clientIds: [], code: 'because', detail: '' }] }],
  [{ ...outcome, failures: [{ clientIds: [''], code: 'not-allowed', detail: '' }] }],
  [{ ...outcome, failures: [{ clientIds: [], code: 'not-allowed' }] }],
  [{ ...outcome, failures: [{ clientIds: [], code: 'not-allowed', detail: '', more: 1 }] }],
  [
    {
      ...outcome,
      failures: Array.from({ length: 1000 }, () => ({ clientIds: [], code: 'removed', detail: '' })),
    },
  ],
])('[DO64] the outcome %j is bad content', (value) => {
  expect(parseOutcome(value)).toMatchObject({ ok: false, code: 'bad-content' })
})

test('[DO64] the detail of a failure is a text that can travel', () => {
  const failing = (detail: unknown): unknown => ({
    successfulClientIds: [],
    failures: [{ clientIds: ['Tom'], code: 'removed', detail }],
  })
  expect(parseOutcome(failing('He was removed.')).ok).toBe(true)
  for (const detail of ['\ud800', 'a\udc00', 1, null, undefined]) {
    expect(parseOutcome(failing(detail))).toMatchObject({ ok: false, code: 'bad-content' })
  }
})

test('[DO65] an outcome names as many users as a conversation may have members, and not one more', () => {
  const members = Array.from({ length: maxMembers + 1 }, (_, number) => `u${number}`)
  expect(parseOutcome({ successfulClientIds: members.slice(1), failures: [] }).ok).toBe(true)
  expect(parseOutcome({ successfulClientIds: members, failures: [] })).toMatchObject({ code: 'too-large' })
})
