/** Pages that travel deflated, as they were before: for who looks on, and for devices that take their time. Rule WO90. */
import { inflateRawSync } from 'node:zlib'
import type { Ports } from '@parley/client/engine'
import { decodeFetchedRows, type RelayFrame } from '@parley/wire'
import type { Power } from './power.ts'
import type { Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'

/** undefined for what is deflated and cannot be read. */
export function inflatedFrame(frame: RelayFrame): RelayFrame | undefined {
  if (frame.frame !== 'fetch-answer' || frame.fetched.result !== 'deflated') return frame
  const rows = inflateRawSync(frame.fetched.bytes)
  const fetched = rows.length === frame.fetched.size ? decodeFetchedRows(rows) : undefined
  return fetched === undefined ? undefined : { ...frame, fetched }
}

/** It is done later, and never when the machine dies meanwhile. */
export function createInflate(
  scheduler: Scheduler,
  random: Random,
  power: Power,
): NonNullable<Ports['inflate']> {
  return async (bytes, maxOutputLength) =>
    new Promise((resolve) => {
      scheduler.after(random.float() * 40, () => {
        power.enter(() => resolve(inflateRawSync(bytes, { maxOutputLength })))
      })
    })
}
