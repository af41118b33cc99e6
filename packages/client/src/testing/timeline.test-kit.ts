/** A timeline of a device's conversation, and what it says. */
import type { TestDevice } from './device.test-kit.ts'
import { lunch, served, wordsOf } from './history.test-kit.ts'
import type { Script } from './script.test-kit.ts'
import { settle } from './values.test-kit.ts'
import { createMessageClasses } from '../sdk/message-classes.ts'
import { createTimeline } from '../sdk/timeline.ts'
import type { MessageTimeline, TimelineOptions } from '../sdk/timeline.ts'

export interface Shown {
  readonly timeline: MessageTimeline
  readonly faults: unknown[]
  readonly calls: () => number
}

export async function shown(
  device: TestDevice,
  options: TimelineOptions = {},
  script?: Script,
): Promise<Shown> {
  const faults: unknown[] = []
  const fault = (error: unknown): void => void faults.push(error)
  const { engine } = device
  const timeline = createTimeline({ engine, classes: createMessageClasses(fault), fault }, lunch, options)
  let count = 0
  timeline.subscribe(() => {
    count += 1
  })
  await (script === undefined ? timeline.ready : served(device, script, timeline.ready))
  await settle()
  return { timeline, faults, calls: () => count }
}

export const words = ({ messages }: MessageTimeline): readonly string[] => wordsOf(messages)

export const range = (from: number, to: number): readonly string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => `${from + at}`)

export const three = { sizes: [4, 4, 4] }
