import { deflateRawSync } from 'node:zlib'
import { encodeFetchedRows, type FetchedRows, type RelayFrame } from '@parley/wire'
import { expect, test } from 'vitest'
import { inflatedFrame } from './inflated.ts'

const fetched: FetchedRows = {
  result: 'rows',
  page: 1,
  version: 3,
  digest: '',
  after: 0,
  more: false,
  rows: [{ kind: 'hidden', seq: 3, time: 7 }],
}

test('[WO90] what is deflated is looked at as it was, and told when it cannot be', () => {
  const rows = encodeFetchedRows(fetched)
  const bytes = deflateRawSync(rows)
  const frame = (size: number): RelayFrame => ({
    frame: 'fetch-answer',
    request: 1,
    conversation: 'c',
    fetched: { result: 'deflated', size, bytes },
  })
  expect(inflatedFrame(frame(rows.length))).toMatchObject({ request: 1, fetched })
  expect(inflatedFrame(frame(rows.length + 1))).toBeUndefined()
})
