import { expect, test } from 'vitest'
import { readOrder } from './order.ts'

const wal = '21</data/relay.sqlite-wal>'
const socket = '25<TCP:[127.0.0.1:4650->127.0.0.1:5000]>'

test('[RE71] what leaves before the log is synced is seen', () => {
  const honest = [
    `77 pwrite64(${wal}, "..."..., 24, 0) = 24`,
    `77 fsync(${wal}) = 0`,
    `77 writev(${socket}, [{iov_base=...}], 1) = 9`,
    `77 write(1</dev/null>, "log", 3) = 3`,
  ]
  expect(readOrder(honest)).toEqual({ writes: 1, syncs: 1, sends: 1, early: 0 })
  const [write = '', sync = '', answer = ''] = honest
  expect(readOrder([write, answer, sync])).toEqual({ writes: 1, syncs: 1, sends: 1, early: 1 })
  expect(readOrder([sync, answer])).toEqual({ writes: 0, syncs: 0, sends: 1, early: 0 })
})
