import { expect, test } from 'vitest'
import { maxPenalties } from './y-limits.ts'
import { createPenalties } from './y-penalties.ts'

const offence = { code: 'muted', detail: 'Somebody who is muted does not write.' }

test('[RE217] each offence doubles the time, up to ten minutes', () => {
  const mary = createPenalties().of('Mary', 'c/a/1')
  let at = 1_000
  const times: number[] = []
  for (let count = 0; count < 9; count += 1) {
    const { until } = mary.offend(at, offence)
    times.push((until - at) / 1000)
    expect(mary.standing(until - 1)).toMatchObject(offence)
    expect(mary.standing(until)).toBeUndefined()
    at = until
  }
  expect(times).toEqual([5, 10, 20, 40, 80, 160, 320, 600, 600])
})

test('[RE217] it is forgotten after ten quiet minutes, and not before', () => {
  const mary = createPenalties().of('Mary', 'c/a/1')
  const { until } = mary.offend(0, offence)
  const next = mary.offend(until + 599_999, offence)
  expect(next.until).toBe(until + 599_999 + 10_000)
  const later = next.until + 600_000
  expect(mary.offend(later, offence).until).toBe(later + 5_000)
})

test('[RE217] it is of one user and one document, whatever socket it came by', () => {
  const penalties = createPenalties()
  const first = penalties.of('Mary', 'c/a/1').offend(0, offence)
  expect(penalties.of('Mary', 'c/a/1').standing(1)).toEqual(first)
  expect(penalties.of('Mary', 'c/a/1').offend(1, { code: 'gap', detail: '' })).toEqual(first)
  expect(penalties.of('Mary', 'c/a/2').standing(1)).toBeUndefined()
  expect(penalties.of('Tom', 'c/a/1').standing(1)).toBeUndefined()
})

test('[RE217] so many are remembered, those that offended last', () => {
  const penalties = createPenalties()
  penalties.of('first', 'c/a/1').offend(0, offence)
  penalties.of('second', 'c/a/1').offend(0, offence)
  penalties.of('first', 'c/a/1').offend(5_000, offence)
  for (let count = 0; count < maxPenalties - 1; count += 1) {
    penalties.of(`other-${count}`, 'c/a/1').offend(5_000, offence)
  }
  expect(penalties.of('second', 'c/a/1').standing(1)).toBeUndefined()
  expect(penalties.of('first', 'c/a/1').standing(5_001)).toMatchObject({ until: 15_000 })
})
