/** Asks the relay instead of this device. Rules CL495 to CL497. */
import { type Query, toJson } from '@parley/document/query'
import type { Any } from '@parley/wire'
import type { Engine } from '../engine-types.ts'
import { type OnDevice, queryOf } from './query-device.ts'

/** What was found is there to be opened: one that he may join, too. */
export async function findAtRelay(engine: Engine, given: unknown): Promise<OnDevice> {
  const { ids } = await engine.remoteQuery(asked(queryOf(given)), false)
  for (const id of ids) if (engine.conversation(id) === undefined) await engine.look(id)
  return { ids, partial: false }
}

export async function countAtRelay(engine: Engine, given: unknown): Promise<number> {
  return (await engine.remoteQuery(asked(queryOf(given)), true)).count
}

function asked({ where, order, limit, skip }: Query): Any {
  return { where: toJson(where), order: order.map((one) => ({ ...one })), limit, skip }
}
