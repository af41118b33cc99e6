/** `parley check`: what is wrong with the data, a line each. Rules AR14 and AR15. */
import type { Values } from './parse.ts'
import type { World } from './world.ts'

export async function runCheck(world: World, values: Values): Promise<number> {
  await Promise.resolve()
  world.complain(`parley: check ${values.text('data') ?? ''} is not there yet.\n`)
  return 1
}
