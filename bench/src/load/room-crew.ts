/** Members of a room who read whatever comes. */
import { userOf } from '../people.ts'
import { pause } from '../waiting.ts'
import { eachOf, keepAlive, openRaw, type RawDevice } from './raw-device.ts'

const readers: RawDevice[] = []
let lateSyncs = 0

export async function roomOpen(given: {
  readonly port: number
  readonly users: readonly string[]
}): Promise<void> {
  await eachOf(given.users, 16, async (name) => {
    let live = false
    const device = await openRaw({
      port: given.port,
      user: userOf(name),
      hear(frame) {
        if (frame.frame === 'sync' && live) lateSyncs += 1
      },
    })
    live = true
    readers.push(device)
  })
  keepAlive(readers)
}

export async function roomCount(): Promise<{
  readonly rows: readonly number[]
  /** A reader who was meant to keep up has fallen behind. */
  readonly lateSyncs: number
  readonly gone: readonly string[]
}> {
  await pause(0)
  return {
    rows: readers.map((reader) => reader.rows),
    lateSyncs,
    gone: readers.flatMap(({ end }) => (end === undefined ? [] : [end.code])),
  }
}
