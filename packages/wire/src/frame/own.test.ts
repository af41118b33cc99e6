import { expect, test } from 'vitest'
import { decodeRelayFrame, encodeRelayFrame } from '../codec.ts'
import type { OwnRow } from '../frames.ts'
import { maxPeoplePerRequest } from '../limits.ts'
import { ownRowSize } from '../sizes.ts'

const time = 1_800_000_000_000
const rows: readonly OwnRow[] = [
  { kind: 'profile', key: '', value: { name: '漢', icon: null, fields: { seat: [1, 2] } }, time },
  { kind: 'block', key: 'x'.repeat(64), value: null, time: 0 },
]

test('[WI31] a row of a person takes its size, wherever it stands', () => {
  const empty = encodeRelayFrame({ frame: 'own', rows: [] }).length
  for (const row of rows) {
    expect(encodeRelayFrame({ frame: 'own', rows: [row] })).toHaveLength(empty + ownRowSize(row))
  }
  const sizes = rows.reduce((sum, row) => sum + ownRowSize(row), 0)
  expect(encodeRelayFrame({ frame: 'own', rows: rows.toReversed() })).toHaveLength(empty + sizes)
})

test('[WI31] a hundred profiles of the largest size fit into one answer', () => {
  // As @parley/document bounds them: a profile is at most 8 KiB, as it is written here.
  const profile = { name: null, icon: null, fields: { text: 'x'.repeat(8 * 1024) } }
  const people = Array.from({ length: maxPeoplePerRequest }, () => ({ user: '漢'.repeat(64), time, profile }))
  const frame = { frame: 'people-answer', request: Number.MAX_SAFE_INTEGER, people } as const
  expect(decodeRelayFrame(encodeRelayFrame(frame))).toEqual({ ok: true, frame })
})
