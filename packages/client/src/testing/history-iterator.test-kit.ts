/** Iterators over a device's conversation, read to their end. */
import type { DeviceFrame } from '@parley/wire'
import type { TestDevice } from './device.test-kit.ts'
import { lunch, served } from './history.test-kit.ts'
import type { Script } from './script.test-kit.ts'
import { createMessagesIterator } from '../sdk/history-iterator.ts'
import type { MessagesBatch, MessagesIterator, MessagesIteratorOptions } from '../sdk/history-iterator.ts'
import { createMessageClasses } from '../sdk/message-classes.ts'
import { createOutgoing } from '../sdk/outgoing.ts'

export function iterate(device: TestDevice, options: MessagesIteratorOptions = {}): MessagesIterator {
  const { engine } = device
  const outgoing = createOutgoing(
    engine,
    createMessageClasses(() => undefined),
  )
  return createMessagesIterator({ engine, outgoing }, lunch, options)
}

/** Reads to the end; the batches as they came. */
export async function drain(
  device: TestDevice,
  script: Script,
  iterator: MessagesIterator,
  between: (left: readonly DeviceFrame[]) => Promise<void> = async () => undefined,
): Promise<readonly MessagesBatch[]> {
  const batches: MessagesBatch[] = []
  for (let turns = 0; turns < 200; turns += 1) {
    const left: DeviceFrame[] = []
    const batch = await served(device, script, iterator.next(), () => true, [], left)
    batches.push(batch)
    if (batch.done || (batch.value.missing && batch.value.length === 0)) return batches
    await between(left)
  }
  throw new Error('it never ends')
}
