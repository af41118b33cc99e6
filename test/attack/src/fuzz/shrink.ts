/** Makes an input smaller, as long as the same kind of thing happens to it. */
import { type Failure, tryInput } from './budget.ts'
import type { Target } from './target.ts'

const maxTries = 2000
const maxMilliseconds = 5000

export async function shrink(
  target: Target,
  input: Uint8Array,
  found: Failure,
  onInput: (input: Uint8Array) => void = () => undefined,
): Promise<Uint8Array> {
  let smallest = input
  let tries = 0
  const end = performance.now() + maxMilliseconds
  const goesOn = (): boolean => tries < maxTries && performance.now() < end
  const stillFails = async (smaller: Uint8Array): Promise<boolean> => {
    tries += 1
    onInput(smaller)
    const failure = await tryInput(target, smaller)
    return failure?.kind === found.kind
  }
  for (let length = Math.ceil(input.length / 2); length >= 1 && goesOn(); length = halved(length)) {
    for (let at = 0; at < smallest.length && goesOn();) {
      const without = Uint8Array.from([...smallest.subarray(0, at), ...smallest.subarray(at + length)])
      if (await stillFails(without)) smallest = without
      else at += length
    }
    if (length === 1) break
  }
  for (let at = 0; at < smallest.length && goesOn(); at += 1) {
    if (smallest[at] === 0) continue
    const zeroed = smallest.with(at, 0)
    if (await stillFails(zeroed)) smallest = zeroed
  }
  return smallest
}

function halved(length: number): number {
  return length === 1 ? 0 : Math.ceil(length / 2)
}
