/**
 * The `parley` command as a function: what it is given, what it prints, and the code it ends with.
 *
 * Everything it needs of the process comes in with `world`, so that tests run it as it is. Rules AR1 to AR20.
 */
import { RelayServerError } from '@parley/relay/node'
import { runCheck } from './check.ts'
import { exitCodeOf } from './exit-codes.ts'
import { helpText } from './help.ts'
import { parse } from './parse.ts'
import { runRelay } from './relay.ts'
import { runRevoke } from './revoke.ts'
import { runToken } from './token.ts'
import type { World } from './world.ts'
import { Wrong } from './wrong.ts'

export async function runParley(world: World): Promise<number> {
  const parsed = parse(world.args, world.environment)
  switch (parsed.kind) {
    case 'help':
      world.print(helpText(parsed.command))
      return 0
    case 'version':
      world.print(`parley ${world.version}\n`)
      return 0
    case 'wrong':
      world.complain(`parley: ${parsed.sentence}\n`)
      return 2
    case 'run':
      try {
        return await runs[parsed.command](world, parsed.values)
      } catch (error) {
        if (error instanceof Wrong) {
          world.complain(`parley: ${error.message}\n`)
          return 2
        }
        if (error instanceof RelayServerError) {
          world.complain(`parley: ${error.message}\n`)
          return exitCodeOf[error.code]
        }
        throw error
      }
  }
}

const runs = { relay: runRelay, token: runToken, revoke: runRevoke, check: runCheck } as const
