/**
 * Updates as a stock Yjs client makes them: items appended to the array `entries` of a document, each behind the last one of
 * the same writer, under a client id of 32 bits. Rule BE18.
 */
import { randomBytes } from 'node:crypto'
import { writeAppend } from '@parley/document'
import { joined, varText, varUint } from './bytes.ts'
import { createWriter } from './message.ts'

export interface YjsPen {
  readonly write: (number: number) => Uint8Array
  /** One update with many messages: what a client sends that has written them in one go. */
  readonly writeMany: (numbers: readonly number[]) => Uint8Array
}

const hasOrigin = 0x80
const contentAny = 8

export function createYjsPen(user: string, client: number = randomBytes(4).readUInt32LE()): YjsPen {
  const contentOf = createWriter(user)
  let clock = 0
  return {
    write(number) {
      const origin = clock === 0 ? null : { client, clock: clock - 1 }
      const update = writeAppend({ client, clock, origin, content: contentOf(number) })
      clock += 1
      return update
    },
    writeMany(numbers) {
      const behind =
        clock === 0
          ? [varUint(contentAny), varUint(1), varText('entries')]
          : [Uint8Array.of(contentAny | hasOrigin), varUint(client), varUint(clock - 1)]
      const update = joined(
        varUint(1),
        varUint(1),
        varUint(client),
        varUint(clock),
        ...behind,
        varUint(numbers.length),
        ...numbers.map(contentOf),
        varUint(0),
      )
      clock += numbers.length
      return update
    },
  }
}
