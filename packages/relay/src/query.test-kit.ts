/** Asks queries of a relay, and waits for all of the answer. */
import type { Any, Answered, Found } from '@parley/wire'
import { expect } from 'vitest'
import { settle, type TestDevice } from './testing/test-device.ts'

export async function asked(device: TestDevice, query: Any, onlyCount = false): Promise<readonly Answered[]> {
  await device.take('query-answer')
  const from = device.frames.length
  device.send({ frame: 'query', request: 7, count: onlyCount, query })
  for (let round = 0; round < 400; round += 1) {
    await settle()
    if (device.frames.slice(from).some((frame) => frame.frame === 'query-answer' && isLast(frame.answered)))
      break
  }
  const answers = await device.take('query-answer')
  expect(answers.every(({ request }) => request === 7)).toBe(true)
  return answers.map(({ answered }) => answered)
}

function isLast(answered: Answered): boolean {
  return answered.result !== 'found' || !answered.more
}

export const idOf = (one: Found): string => (one.is === 'member' ? one.news.conversation : one.conversation)
export const everything: Any = { op: 'and', of: [] }

export async function found(device: TestDevice, query: Any): Promise<readonly string[]> {
  const answers = await asked(device, query)
  return answers.flatMap((one) => {
    if (one.result !== 'found') throw new Error(JSON.stringify(one))
    return one.found.map(idOf)
  })
}

export async function count(device: TestDevice, where: Any): Promise<number> {
  const [answered] = await asked(device, { where }, true)
  if (answered?.result !== 'count') throw new Error(JSON.stringify(answered))
  return answered.count
}

export const is = (field: string, value: Any): Any => ({ op: 'equalTo', field, value })
