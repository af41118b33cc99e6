/** Parts that are not there before the test lets them come, as chunks over a network. */
import type { PartSources } from '../part-modules.ts'
import type { PartName, PartSource } from '../parts.ts'
import { wholeParts } from '../whole-parts.ts'
import { settle } from './values.test-kit.ts'

export interface LateParts {
  readonly sources: PartSources
  /** What was asked for and has not come, in the order it was asked for. */
  readonly wanted: () => readonly PartName[]
  /** All that is wanted, and all that comes of it. */
  arrive(): Promise<void>
  /** What is wanted now, and not what that makes wanted. */
  arriveOnce(): Promise<void>
  fail(): Promise<void>
}

export function lateParts(): LateParts {
  let asked: { readonly name: PartName; readonly come: () => void; readonly fail: () => void }[] = []

  function late<Part>(name: PartName, whole: PartSource<Part>): PartSource<Part> {
    return {
      get: async () =>
        new Promise((resolve, reject) => {
          asked.push({
            name,
            come: () => ('there' in whole ? resolve(whole.there) : reject(new Error('not whole'))),
            fail: () => reject(new TypeError('Failed to fetch dynamically imported module')),
          })
        }),
    }
  }

  async function arriveOnce(): Promise<void> {
    for (const { come } of asked.splice(0)) come()
    await settle()
  }

  return {
    sources: {
      changes: late('changes', wholeParts.changes),
      live: late('live', wholeParts.live),
      past: late('past', wholeParts.past),
      people: late('people', wholeParts.people),
      receipts: late('receipts', wholeParts.receipts),
      repair: late('repair', wholeParts.repair),
    },
    wanted: () => asked.map(({ name }) => name),
    async arrive() {
      while (asked.length > 0) await arriveOnce()
    },
    arriveOnce,
    async fail() {
      for (const one of asked.splice(0)) one.fail()
      asked = []
      await settle()
    },
  }
}
