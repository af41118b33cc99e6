/** Whose data a store holds: looked at before it is taken over, since whoever opens a store owns it from then on. Rules CL322, CL334. */
import type { UserId } from '@parley/document'
import type { FirstLook, Value } from '@parley/storage'
import { ParleyError } from './errors.ts'
import { readDevice } from './read-records.ts'
import { deviceKey } from './records.ts'

/** Turns back at another user's data. */
export function lookWhose(user: UserId): FirstLook {
  return {
    table: 'device',
    key: deviceKey,
    see(value) {
      if (value !== undefined) mustBeHis(value, user)
    },
  }
}

function mustBeHis(value: Value, user: UserId): void {
  const owner = readDevice(value).user
  if (owner !== user) throw notHis(owner)
}

export function notHis(owner: UserId): ParleyError {
  const detail = `This store holds the data of ${owner}: every user has a store of his own.`
  return new ParleyError('bad-argument', detail)
}
